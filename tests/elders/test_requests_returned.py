"""An errand that was given up with the elder's things in the pocket: others are asked at once, the things come back counted."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.elders import handovers
from models.elders.requests import Handover, RequestKind, RequestState, Way
from models.members.people import CareLink, Role
from models.outbox import OutboxState
from rules.elders import acceptances, errands, kits, on_call, requests
from rules.elders.requests import Wish
from rules.values import Refused
from tests.requesting import buttons_of, sent_to


@pytest.fixture
def aunt(villager):
    """莫嫂, who helps too."""
    return villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)


@pytest.fixture
def in_hand(session, canteen, granny, volunteer, social_worker, act):
    """阿军 has granny's card and 100 in cash to buy her medicine, counted by her."""
    on_call.begin(session, social_worker, act(social_worker))
    wish = Wish(RequestKind.MEDICINE, "帮我买降压药", "降压药")
    request = requests.confirm(
        session, requests.ask(session, canteen, granny, wish, act(granny)).id, act(granny)
    )
    errands.take(session, request.id, act(volunteer))
    kits.hand_out(session, request.id, ["card", "cash"], 10000, act(volunteer))
    kits.agree(session, newest(session, request).id, act(granny))
    return request


def newest(session, request):
    own = select(Handover).where(Handover.request_id == request.id).order_by(col(Handover.id).desc())
    return session.exec(own).first()


def test_brought_back_without_having_gone_others_are_asked_at_once(
    village, session, granny, volunteer, aunt, in_hand
):
    village.taps(volunteer, f"req:{in_hand.id}:leave")
    village.taps(volunteer, village.data_of("东西还回去"))
    assert (in_hand.state, in_hand.taker_id) == (RequestState.CONFIRMED, None)
    assert buttons_of(session, aunt, "我去") == f"reqgo:{in_hand.id}"
    assert in_hand.next_at <= village.now + timedelta(hours=1)
    *_, counts, told = village.told(granny)
    assert "阿军交给李奶奶：医保卡、现金100元" in counts.replace(" ", "")
    assert told == "阿军去不了了，我正在另外找人：李奶奶（上寨）需要送药。"
    assert buttons_of(session, granny, "都对")


def test_the_next_one_gets_their_own_kit_though_the_former_is_not_counted_yet(
    session, granny, volunteer, aunt, in_hand, act
):
    kits.hand_back(session, in_hand.id, None, act(volunteer))
    back = newest(session, in_hand)
    errands.take(session, in_hand.id, act(aunt))
    kits.hand_out(session, in_hand.id, ["card"], 0, act(aunt))
    assert handovers.kit_in(handovers.kit_of(session, in_hand)).things == ("card",)
    kits.agree(session, back.id, act(granny))
    assert (in_hand.state, in_hand.taker_id) == (RequestState.DOING, aunt.id)
    kits.hand_back(session, in_hand.id, 1000, act(aunt))
    kits.agree(session, newest(session, in_hand).id, act(granny))
    assert (in_hand.state, in_hand.served_by_id) == (RequestState.ACCEPTED, aunt.id)


def test_after_it_was_counted_the_next_one_can_be_given_the_same_things(
    session, granny, volunteer, aunt, in_hand, act
):
    kits.hand_back(session, in_hand.id, None, act(volunteer))
    kits.agree(session, newest(session, in_hand).id, act(granny))
    assert in_hand.state == RequestState.CONFIRMED
    errands.take(session, in_hand.id, act(volunteer))
    assert handovers.kit_of(session, in_hand) is None, "who goes after all begins with nothing in hand"
    kits.hand_out(session, in_hand.id, ["card"], 0, act(volunteer))
    assert handovers.kit_in(handovers.kit_out(session, in_hand)).things == ("card",)


def test_what_nobody_counts_is_looked_after_by_who_is_on_call_within_the_hour(
    session, granny, volunteer, social_worker, in_hand, act, now
):
    kits.hand_back(session, in_hand.id, None, act(volunteer))
    (row,) = [
        row
        for row in sent_to(session, social_worker)
        if row.key.startswith("handover:") and ":look:" in row.key
    ]
    assert row.due_at == now + timedelta(hours=1)
    assert row.status == OutboxState.PENDING
    kits.agree(session, newest(session, in_hand).id, act(granny))
    session.refresh(row)
    assert row.status == OutboxState.MISSED, "counted: nobody is asked any more"


def test_who_brought_it_back_does_not_count_it_themselves(session, canteen, granny, social_worker, act):
    wish = Wish(RequestKind.MEDICINE, "买药", "药")
    request = requests.confirm(
        session, requests.ask(session, canteen, granny, wish, act(granny)).id, act(granny)
    )
    errands.take(session, request.id, act(social_worker))
    kits.hand_out(session, request.id, ["card"], 0, act(social_worker))
    kits.hand_back(session, request.id, None, act(social_worker))
    with pytest.raises(Refused, match="requests.not_the_helper"):
        kits.agree(session, newest(session, request).id, act(social_worker))


def test_something_is_missing_though_somebody_else_goes_now(
    session, granny, volunteer, social_worker, aunt, in_hand, act
):
    kits.hand_back(session, in_hand.id, None, act(volunteer))
    back = newest(session, in_hand)
    errands.take(session, in_hand.id, act(aunt))
    kits.dispute(session, back.id, act(granny))
    assert (in_hand.state, in_hand.taker_id) == (RequestState.TAKEN, aunt.id)
    told = sent_to(session, volunteer)[-1]
    assert "told_disputed" in str(told.body)
    assert not told.body.get("buttons"), "the errand is not theirs any more"
    assert any("look_at_dispute" in str(row.body) for row in sent_to(session, social_worker))
    kits.agree(session, back.id, act(granny))
    assert back.agreed_at is not None


def test_the_address_stays_until_the_things_are_counted(session, granny, volunteer, in_hand, act):
    (row,) = [row for row in sent_to(session, volunteer) if ":details:" in row.key]
    row.status, row.message_id = OutboxState.SENT, 777
    kits.hand_back(session, in_hand.id, None, act(volunteer))
    assert "details_gone" not in str(row.body)
    kits.agree(session, newest(session, in_hand).id, act(granny))
    session.refresh(row)
    assert "details_gone" in str(row.body)


def test_the_errand_ends_without_the_former_ones_things_being_forgotten(
    session, granny, volunteer, in_hand, act
):
    kits.hand_back(session, in_hand.id, None, act(volunteer))
    requests.cancel(session, in_hand.id, act(granny))
    assert in_hand.state == RequestState.CANCELLED
    kits.agree(session, newest(session, in_hand).id, act(granny))
    assert in_hand.state == RequestState.CANCELLED


def test_with_nothing_handed_over_leaving_is_enough(session, canteen, granny, volunteer, aunt, act):
    wish = Wish(RequestKind.MEDICINE, "买药", "药")
    request = requests.confirm(
        session, requests.ask(session, canteen, granny, wish, act(granny)).id, act(granny)
    )
    errands.take(session, request.id, act(volunteer))
    kits.hand_out(session, request.id, [], 0, act(volunteer))
    errands.leave(session, request.id, act(volunteer))
    assert (request.state, request.taker_id) == (RequestState.CONFIRMED, None)


def test_the_daughter_counts_what_came_back(session, granny, daughter, volunteer, in_hand, act):
    link = session.exec(select(CareLink)).one()
    link.actions = ["meals", "requests"]
    session.add(link)
    kits.hand_back(session, in_hand.id, None, act(volunteer))
    row, _ = kits.agree(session, newest(session, in_hand).id, act(daughter))
    assert (row.way, row.agreed_by_id) == (Way.TO_ELDER, daughter.id)
    with pytest.raises(Refused, match="requests.changed_since"):
        acceptances.accept(session, in_hand.id, act(granny))
