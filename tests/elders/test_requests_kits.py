"""Card, cash and box of an errand, decided: handed out and back, counted by both sides, nothing lost between the hands."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from models.elders import handovers
from models.elders.handovers import Kit
from models.elders.requests import Handover, RequestKind, RequestState, Way
from models.members.people import Role, Status
from rules.elders import (
    acceptances,
    errands,
    escalation,
    kits,
    requests,
)
from rules.elders.requests import Wish
from rules.values import Refused
from tests.requesting import newest, sent_to


def test_calling_off_tells_the_helper_and_is_refused_while_the_card_is_out(
    session, canteen, granny, volunteer, act
):
    request = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    kits.hand_out(session, request.id, ["card"], 0, act(volunteer))
    with pytest.raises(Refused, match="requests.kit_is_out"):
        requests.cancel(session, request.id, act(granny))
    with pytest.raises(Refused, match="requests.kit_with_you"):
        errands.leave(session, request.id, act(volunteer))
    kits.hand_back(session, request.id, None, act(volunteer))
    (back,) = [row for row in session.exec(select(Handover)) if row.way == Way.TO_ELDER]
    kits.agree(session, back.id, act(granny))
    assert (request.state, request.taker_id) == (RequestState.CONFIRMED, None)
    requests.cancel(session, request.id, act(granny))
    assert request.state == RequestState.CANCELLED


def test_the_change_is_worked_out(session, bought):
    back = newest(session, bought)
    assert handovers.kit_in(back) == Kit(("goods", "receipt", "card", "change"), 3200)


def test_nothing_is_closed_before_the_things_are_counted(session, bought, granny, act):
    for do in (acceptances.accept, acceptances.reopen):
        with pytest.raises(Refused, match="requests.count_things_first"):
            do(session, bought.id, act(granny))


def test_something_is_missing_and_the_helper_answers_for_it_until_it_is_found(
    session, bought, granny, volunteer, social_worker, act
):
    back = newest(session, bought)
    kits.dispute(session, back.id, act(granny))
    assert (bought.state, bought.taker_id) == (RequestState.DOING, volunteer.id)
    assert sent_to(session, social_worker)
    kits.agree(session, back.id, act(granny))
    assert (bought.state, bought.served_by_id) == (RequestState.ACCEPTED, volunteer.id)


def test_whoever_answers_for_what_is_missing_is_asked_when_half_an_hour_or_its_time_is_over(
    session, bought, granny, act, now
):
    kits.dispute(session, newest(session, bought).id, act(granny))
    assert (bought.step, bought.rung_at) == (0, max(bought.due_at, now + timedelta(minutes=30)))
    assert bought.next_at is not None
    assert bought.next_at >= bought.rung_at, "by the ladder of what is in hand, not of what waits for thanks"


def test_a_wrong_sum_is_taken_back_and_written_again(session, bought, granny, volunteer, act):
    acceptances.unfinish(session, bought.id, act(volunteer))
    kits.hand_back(session, bought.id, 12000, act(volunteer))
    back = newest(session, bought)
    assert handovers.kit_in(back) == Kit(("goods", "receipt", "card", "laid_out"), 2000)
    kits.agree(session, back.id, act(granny))
    assert bought.state == RequestState.ACCEPTED


def test_the_kit_goes_with_the_errand_when_it_is_taken_over(
    session, canteen, granny, volunteer, villager, act
):
    other = villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)
    request = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    kits.hand_out(session, request.id, ["card", "cash", "box"], 5000, act(volunteer))
    errands.offer(session, request.id, other, act(volunteer))
    errands.take_over(session, request.id, act(other))
    passed = newest(session, request)
    assert (passed.way, handovers.kit_in(passed)) == (Way.PASSED_ON, Kit(("card", "cash", "box"), 5000))
    assert (passed.stated_by_id, passed.agreed_by_id) == (volunteer.id, other.id)
    assert request.state == RequestState.DOING
    kits.hand_back(session, request.id, 1000, act(other))
    assert handovers.kit_in(newest(session, request)).cash == 4000


@pytest.mark.parametrize(
    ("things", "cash"), [(["cash"], 0), (["card"], 100), (["cash"], 500_001), (["cash"], -1)]
)
def test_cash_and_its_sum_belong_together(session, canteen, granny, volunteer, act, things, cash):
    request = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    with pytest.raises(Refused, match="requests.how_much_cash"):
        kits.hand_out(session, request.id, things, cash, act(volunteer))


@given(cash=st.integers(1, 500_000), spent=st.integers(0, 500_000))
def test_no_fen_is_lost_between_the_hands(cash, spent):
    kit = Kit(("card", "cash"), cash)
    back = kits._coming_back(kit, spent)
    things, money = back.things, back.cash
    signed = money if "change" in things else -money if "laid_out" in things else 0
    assert cash - spent == signed
    assert "card" in things


def test_the_things_of_somebody_who_died_are_fetched_by_a_human(
    session, canteen, granny, volunteer, manager, act, now
):
    request = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    kits.hand_out(session, request.id, ["card"], 0, act(volunteer))
    granny.status = Status.DECEASED
    session.add(granny)
    session.flush()
    escalation.climb(session, request.id, request.next_at)
    assert request.state == RequestState.CANCELLED
    assert any("fetch_things" in str(row.body) for row in sent_to(session, manager))


def test_what_was_counted_is_not_handed_out_again_and_without_a_kit_nothing_comes_back(
    session, canteen, granny, volunteer, act
):
    request = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    errands.start(session, request.id, act(volunteer))
    with pytest.raises(Refused, match="requests.changed_since"):
        kits.hand_back(session, request.id, 100, act(volunteer))
    kits.hand_out(session, request.id, ["card"], 0, act(volunteer))
    given = newest(session, request)
    kits.dispute(session, given.id, act(granny))
    assert request.state == RequestState.DOING
    kits.hand_out(session, request.id, ["card", "box"], 0, act(volunteer))
    with pytest.raises(Refused, match="requests.changed_since"):
        kits.agree(session, given.id, act(granny))
    kits.agree(session, newest(session, request).id, act(granny))
    with pytest.raises(Refused, match="requests.changed_since"):
        kits.hand_out(session, request.id, ["card"], 0, act(volunteer))
    with pytest.raises(Refused, match="requests.how_much_spent"):
        kits.hand_back(session, request.id, -1, act(volunteer))
