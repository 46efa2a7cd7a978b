"""Requests, decided: who may ask, say yes, take, pass on and accept; ladders that never end before a human answers."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from models.audit import AuditEntry
from models.elders import handovers
from models.elders.handovers import Kit
from models.elders.requests import Handover, Request, RequestKind, RequestState, Supply, Urgency, Way
from models.members.people import Role, Status
from models.members.vault import seal, unsealed
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from rules.elders import (
    acceptances,
    errands,
    escalation,
    kits,
    ladder_words,
    ladders,
    notices,
    on_call,
    request_lists,
    request_retention,
    requests,
    supplies,
)
from rules.elders.ladders import Audience, Ladder, Rung
from rules.elders.requests import Wish
from rules.values import Refused
from tests.requesting import last_told, sent_to


@pytest.fixture
def asked(session, canteen, granny, act):
    """Granny needs a repair."""
    return requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯坏了"), act(granny))


@pytest.fixture
def confirmed(session, asked, granny, act):
    """Granny has said yes."""
    return requests.confirm(session, asked.id, act(granny))


@pytest.fixture
def taken(session, confirmed, volunteer, act):
    """阿军 has it in hand."""
    return errands.take(session, confirmed.id, act(volunteer))


def test_a_wish_is_kept_before_anything_is_confirmed_and_somebody_will_ask_about_it(asked, now):
    assert asked.state == RequestState.ASKED
    assert asked.next_at == now + timedelta(minutes=15)


def test_the_same_wish_said_three_times_is_one_request(session, canteen, granny, asked, act):
    for _ in range(2):
        again = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯不亮"), act(granny))
        assert again.id == asked.id
    assert unsealed(again, "words") == "灯不亮"


def test_nobody_has_more_than_ten_open_requests(session, canteen, granny, act):
    for kind in RequestKind:
        requests.ask(session, canteen, granny, Wish(kind), act(granny))
    confirmed = requests.of_elder(session, granny.id)[0]
    requests.confirm(session, confirmed.id, act(granny))
    with pytest.raises(Refused, match="requests.too_many"):
        requests.ask(session, canteen, granny, Wish(confirmed.kind), act(granny))


@pytest.mark.parametrize("kind", list(RequestKind))
def test_every_kind_has_its_own_due_time_and_is_never_due_at_night(canteen, kind, now):
    late = now.replace(hour=12)
    due = requests.due_at(canteen, Wish(kind), late)
    assert due > late
    assert due.astimezone(tz=None) is not None
    assert ladders.waits(canteen, Urgency.NORMAL, due) == due
    urgent = requests.due_at(canteen, Wish(kind, urgency=Urgency.URGENT), late)
    assert urgent == late + timedelta(hours=2)


def test_only_the_elder_or_who_speaks_for_them_says_yes(session, asked, volunteer, neighbour, act):
    for other in (volunteer, neighbour):
        with pytest.raises(Refused, match="people.not_yours"):
            requests.confirm(session, asked.id, act(other))
    assert asked.state == RequestState.ASKED


def test_a_daughter_linked_for_meals_only_may_not_say_yes_to_a_stranger_at_the_door(
    session, asked, daughter, act
):
    with pytest.raises(Refused, match="people.not_yours"):
        requests.confirm(session, asked.id, act(daughter))


def test_the_linked_daughter_the_social_worker_and_the_manager_may(
    session, canteen, granny, linked, social_worker, manager, act
):
    for who, kind in (
        (linked, RequestKind.ERRAND),
        (social_worker, RequestKind.OTHER),
        (manager, RequestKind.ESCORT),
    ):
        request = requests.ask(session, canteen, granny, Wish(kind), act(granny))
        assert requests.confirm(session, request.id, act(who)).confirmed_by_id == who.id


def test_yes_twice_is_told_kindly(session, confirmed, granny, act):
    with pytest.raises(Refused, match="requests.changed_since"):
        requests.confirm(session, confirmed.id, act(granny))


def test_the_group_reads_who_when_and_what_kind_and_has_one_button(session, confirmed, canteen, now):
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()
    assert row.kind == MessageClass.POST
    post = session.exec(select(Post)).one()
    assert (post.kind, post.target_id, row.post_id) == ("request", confirmed.id, post.id)
    message = notices.group_post(session, confirmed.id, now)
    assert message.text.key == "requests.group_needs"
    assert [[button.data for button in line] for line in message.buttons] == [[f"reqgo:{confirmed.id}"]]


@pytest.mark.parametrize("kind", sorted(ladders.QUIET_KINDS))
def test_what_is_nobodys_business_is_never_posted_but_asked_in_private_at_once(
    session, canteen, granny, social_worker, act, kind
):
    request = requests.ask(session, canteen, granny, Wish(kind), act(granny))
    requests.confirm(session, request.id, act(granny))
    assert session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all() == []
    assert sent_to(session, social_worker)


def test_in_the_quiet_hours_the_group_and_the_helpers_sleep(session, canteen, granny, volunteer, act, now):
    night = now.replace(hour=14, minute=30)
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny, night))
    requests.confirm(session, request.id, act(granny, night))
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()
    morning = night.replace(hour=22, minute=30)
    assert row.due_at == morning
    assert request.next_at == morning + timedelta(minutes=30)


def test_urgent_help_is_asked_for_in_the_night_in_private(session, canteen, granny, volunteer, act, now):
    night = now.replace(hour=16)
    wish = Wish(RequestKind.MEDICINE, urgency=Urgency.URGENT)
    request = requests.ask(session, canteen, granny, wish, act(granny, night))
    requests.confirm(session, request.id, act(granny, night))
    assert [row.due_at for row in sent_to(session, volunteer)] == [night]
    assert request.next_at == night + timedelta(minutes=10)


def test_two_say_i_go_and_one_has_it(session, confirmed, volunteer, social_worker, act):
    errands.take(session, confirmed.id, act(volunteer))
    with pytest.raises(Refused, match="requests.taken_already"):
        errands.take(session, confirmed.id, act(social_worker))
    with pytest.raises(Refused, match="requests.yours_already"):
        errands.take(session, confirmed.id, act(volunteer))


@pytest.mark.parametrize(
    ("kind", "role", "may"),
    [
        (RequestKind.COUNSELLING, Role.VOLUNTEER, False),
        (RequestKind.COUNSELLING, Role.SOCIAL_WORKER, True),
        (RequestKind.HEALTH_CHECK, Role.DOCTOR, True),
        (RequestKind.HEALTH_CHECK, Role.COOK, False),
        (RequestKind.MEDICINE, Role.COOK, False),
        (RequestKind.REPAIR, Role.COOK, True),
        (RequestKind.REPAIR, Role.EVALUATOR, False),
        (RequestKind.COUNSELLING, Role.MANAGER, True),
    ],
)
def test_who_may_take_what(session, canteen, granny, villager, act, kind, role, may):
    helper = villager("帮手", role, telegram_id=3001)
    request = requests.ask(session, canteen, granny, Wish(kind), act(granny))
    requests.confirm(session, request.id, act(granny))
    if may:
        assert errands.take(session, request.id, act(helper)).taker_id == helper.id
        return
    with pytest.raises(Refused, match="requests.not_for_you"):
        errands.take(session, request.id, act(helper))


def test_family_may_always_go_and_the_elder_never(session, confirmed, linked, granny, act):
    with pytest.raises(Refused, match="requests.not_yourself"):
        errands.take(session, confirmed.id, act(granny))
    assert errands.take(session, confirmed.id, act(linked)).taker_id == linked.id


def test_who_is_away_or_cannot_be_written_to_cannot_take_it(session, confirmed, volunteer, villager, act):
    volunteer.status = Status.AWAY
    with pytest.raises(Refused, match="requests.not_for_you"):
        errands.take(session, confirmed.id, act(volunteer))
    silent = villager("没手机的", Role.VOLUNTEER)
    with pytest.raises(Refused, match="requests.write_me_first"):
        errands.take(session, confirmed.id, act(silent))


def test_the_details_go_to_the_taker_and_leave_with_the_errand(session, taken, granny, volunteer, act):
    seal(session, granny, phone="13800000001")
    (row,) = [row for row in sent_to(session, volunteer) if row.key.startswith(notices.details_key(taken))]
    row.status, row.message_id = OutboxState.SENT, 777
    session.add(row)
    errands.finish(session, taken.id, act(volunteer))
    assert "灯坏了" not in str(row.body)
    (edit,) = [each for each in sent_to(session, volunteer) if each.kind == MessageClass.EDIT]
    assert (edit.message_id, edit.body["text"]["key"]) == (777, "requests.details_gone")
    acceptances.unfinish(session, taken.id, act(volunteer))
    errands.finish(session, taken.id, act(volunteer))
    assert len([each for each in sent_to(session, volunteer) if each.kind == MessageClass.EDIT]) == 1


def test_details_not_yet_sent_are_never_sent_once_they_are_nobodys_business(session, taken, volunteer, act):
    errands.leave(session, taken.id, act(volunteer))
    (row,) = [row for row in sent_to(session, volunteer) if row.key.startswith(notices.details_key(taken))]
    assert row.status == OutboxState.MISSED


def test_only_who_has_it_in_hand_can_begin_finish_leave_or_pass_it_on(
    session, taken, social_worker, volunteer, act
):
    for do in (errands.start, errands.finish, errands.leave):
        with pytest.raises(Refused, match="requests.not_in_your_hands"):
            do(session, taken.id, act(social_worker))
    with pytest.raises(Refused, match="requests.not_in_your_hands"):
        errands.offer(session, taken.id, volunteer, act(social_worker))


def test_leaving_asks_everybody_again_at_once(session, taken, volunteer, villager, act):
    other = villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)
    errands.leave(session, taken.id, act(volunteer))
    assert (taken.state, taken.taker_id) == (RequestState.CONFIRMED, None)
    escalation.climb(session, taken.id, taken.next_at)
    assert sent_to(session, other)


def test_until_the_other_says_yes_it_stays_where_it_is(session, taken, volunteer, villager, act):
    other = villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)
    errands.offer(session, taken.id, other, act(volunteer))
    assert taken.taker_id == volunteer.id
    errands.decline(session, taken.id, act(other))
    assert (taken.taker_id, taken.offered_to_id) == (volunteer.id, None)
    with pytest.raises(Refused, match="requests.changed_since"):
        errands.take_over(session, taken.id, act(other))
    errands.offer(session, taken.id, other, act(volunteer))
    errands.take_over(session, taken.id, act(other))
    assert (taken.taker_id, taken.offered_to_id) == (other.id, None)
    with pytest.raises(Refused, match="requests.not_in_your_hands"):
        errands.finish(session, taken.id, act(volunteer))


def test_it_cannot_be_passed_to_oneself_or_to_somebody_unsuited(
    session, taken, volunteer, granny, villager, act
):
    with pytest.raises(Refused, match="requests.yours_already"):
        errands.offer(session, taken.id, volunteer, act(volunteer))
    with pytest.raises(Refused, match="requests.not_yourself"):
        errands.offer(session, taken.id, granny, act(volunteer))
    with pytest.raises(Refused, match="requests.not_for_you"):
        errands.offer(session, taken.id, villager("评估员", Role.EVALUATOR, telegram_id=9), act(volunteer))


def test_who_served_neither_accepts_nor_rates(session, confirmed, social_worker, granny, act):
    errands.take(session, confirmed.id, act(social_worker))
    errands.finish(session, confirmed.id, act(social_worker))
    with pytest.raises(Refused, match="requests.not_the_helper"):
        acceptances.accept(session, confirmed.id, act(social_worker))
    acceptances.accept(session, confirmed.id, act(granny))
    with pytest.raises(Refused, match="requests.not_the_helper"):
        acceptances.rate(session, confirmed.id, 3, act(social_worker))
    assert acceptances.rate(session, confirmed.id, 2, act(granny)).rating == 2


def test_not_done_opens_it_again_and_the_former_helper_is_asked_first(session, taken, volunteer, granny, act):
    errands.finish(session, taken.id, act(volunteer))
    acceptances.reopen(session, taken.id, act(granny))
    assert (taken.state, taken.taker_id) == (RequestState.REOPENED, None)
    assert taken.next_at is not None
    assert errands.take(session, taken.id, act(volunteer)).state == RequestState.TAKEN


def test_a_wrong_tap_is_taken_back(session, taken, volunteer, granny, act):
    errands.finish(session, taken.id, act(volunteer))
    acceptances.unfinish(session, taken.id, act(volunteer))
    assert taken.state == RequestState.DOING
    errands.finish(session, taken.id, act(volunteer))
    acceptances.accept(session, taken.id, act(granny))
    acceptances.take_back(session, taken.id, act(granny))
    assert (taken.state, taken.closed_at) == (RequestState.DONE, None)
    assert taken.next_at is not None


def test_what_was_called_off_is_searched_for_again(session, confirmed, granny, act):
    requests.cancel(session, confirmed.id, act(granny))
    assert confirmed.next_at is None
    requests.restore(session, confirmed.id, act(granny))
    assert confirmed.state == RequestState.CONFIRMED
    assert confirmed.next_at is not None


def test_only_who_called_it_off_takes_that_back(session, confirmed, granny, social_worker, act):
    requests.cancel(session, confirmed.id, act(granny))
    with pytest.raises(Refused, match="requests.changed_since"):
        requests.restore(session, confirmed.id, act(social_worker))


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


@pytest.fixture
def bought(session, canteen, granny, volunteer, act):
    """阿军 bought medicine for 68 with granny's card and 100 in cash."""
    request = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE, item="降压药"), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    kits.hand_out(session, request.id, ["card", "cash"], 10000, act(volunteer))
    kits.hand_back(session, request.id, 6800, act(volunteer))
    return request


def newest(session, request):
    own = select(Handover).where(Handover.request_id == request.id).order_by(col(Handover.id).desc())
    return session.exec(own).first()


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


def test_five_days_before_it_runs_out_a_refill_is_asked_of_elder_and_family(
    session, canteen, granny, linked, act, now
):
    supply = supplies.count(session, granny, "降压药", 6, act(linked))
    assert supplies.due(session, canteen, now) == []
    tomorrow = now + timedelta(days=1)
    assert [row.id for row in supplies.due(session, canteen, tomorrow)] == [supply.id]
    request = supplies.ask_refill(session, supply.id, tomorrow)
    assert (request.kind, unsealed(request, "item"), request.state) == (
        RequestKind.MEDICINE,
        "降压药",
        RequestState.ASKED,
    )
    assert supplies.due(session, canteen, tomorrow) == []
    assert supplies.ask_refill(session, supply.id, tomorrow) is None
    assert len(sent_to(session, granny)) == 1
    assert len(sent_to(session, linked)) == 1
    requests.confirm(session, request.id, act(granny, tomorrow))
    errands.take(session, request.id, act(linked, tomorrow))
    errands.finish(session, request.id, act(linked, tomorrow))
    acceptances.accept(session, request.id, act(granny, tomorrow))
    supplies.refill(session, request, 30, act(granny, tomorrow))
    assert (supply.runs_out_on - tomorrow.date()).days == 35
    assert supply.asked_for_on is None


def test_medicine_that_runs_out_is_asked_about_however_much_else_is_open(session, canteen, granny, act, now):
    for number in range(requests.MOST_OPEN):
        wish = Wish(list(RequestKind)[number], "帮忙", "东西")
        requests.confirm(session, requests.ask(session, canteen, granny, wish, act(granny)).id, act(granny))
    with pytest.raises(Refused, match="requests.too_many"):
        requests.ask(session, canteen, granny, Wish(RequestKind.ERRAND, "还有"), act(granny))
    before = len(sent_to(session, granny))
    supply = supplies.count(session, granny, "降压药", 3, act(granny))
    request = supplies.ask_refill(session, supply.id, now)
    assert (request.state, request.supply_id) == (RequestState.ASKED, supply.id)
    assert len(sent_to(session, granny)) == before + 1


def test_counted_again_while_it_is_fetched_it_is_not_fetched_twice(
    session, canteen, granny, volunteer, act, now
):
    supply = supplies.count(session, granny, "降压药", 3, act(granny))
    request = supplies.ask_refill(session, supply.id, now)
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    supplies.count(session, granny, "降压药", 4, act(granny))
    later = now + timedelta(hours=1)
    assert supplies.ask_refill(session, supply.id, later) is None
    assert [one.id for one in requests.of_elder(session, granny.id)] == [request.id]
    assert supplies.due(session, canteen, later) == []


def test_what_was_bought_is_counted_once_however_often_it_is_tapped(
    village, session, granny, linked, volunteer, act, now
):
    supply = supplies.count(session, granny, "降压药", 3, act(granny))
    request = supplies.ask_refill(session, supply.id, now)
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    errands.finish(session, request.id, act(volunteer))
    acceptances.accept(session, request.id, act(granny))
    for who in (granny, granny, linked):
        village.taps(who, f"reqdays:{request.id}:30")
        assert (supply.runs_out_on - now.date()).days == 33
    acceptances.take_back(session, request.id, act(granny))
    acceptances.accept(session, request.id, act(granny))
    village.taps(granny, f"reqdays:{request.id}:30")
    assert (supply.runs_out_on - now.date()).days == 33
    village.taps(granny, f"reqdays:{request.id}:60")
    assert (supply.runs_out_on - now.date()).days == 63, "sixty was meant: not ninety"


def test_what_was_bought_for_the_first_time_is_counted_once(village, session, canteen, granny, act, now):
    wish = Wish(RequestKind.MEDICINE, item="降压药")
    request = requests.ask(session, canteen, granny, wish, act(granny))
    for _ in range(2):
        village.taps(granny, f"reqdays:{request.id}:30")
    [supply] = supplies.of_elder(session, granny.id)
    assert (supply.runs_out_on - now.date()).days == 30


def test_an_old_button_does_not_undo_what_was_counted_since(village, session, canteen, granny, act, now):
    wish = Wish(RequestKind.MEDICINE, item="降压药")
    request = requests.ask(session, canteen, granny, wish, act(granny))
    village.taps(granny, f"reqdays:{request.id}:30")
    supply = supplies.count(session, granny, "降压药", 20, act(granny))
    village.taps(granny, f"reqdays:{request.id}:30")
    assert (supply.runs_out_on - now.date()).days == 20
    supplies.end(session, supply.id, act(granny))
    village.taps(granny, f"reqdays:{request.id}:30")
    assert supplies.of_elder(session, granny.id) == []


def test_nobody_is_asked_for_who_is_away_and_after_the_return_they_are(session, canteen, granny, act, now):
    supply = supplies.count(session, granny, "降压药", 2, act(granny))
    granny.status = Status.IN_HOSPITAL
    session.add(granny)
    session.flush()
    assert supplies.due(session, canteen, now) == []
    assert supplies.ask_refill(session, supply.id, now) is None
    granny.status = Status.ACTIVE
    session.add(granny)
    session.flush()
    assert supplies.ask_refill(session, supply.id, now) is not None


def test_a_supply_is_counted_again_ended_and_bounded(session, granny, volunteer, act):
    first = supplies.count(session, granny, " 降压药 ", 3, act(granny))
    assert supplies.count(session, granny, "降压药", 9, act(granny)).id == first.id
    with pytest.raises(Refused, match="people.not_yours"):
        supplies.end(session, first.id, act(volunteer))
    supplies.end(session, first.id, act(granny))
    assert supplies.of_elder(session, granny.id) == []
    for days in (-1, 366):
        with pytest.raises(Refused, match="requests.how_many_days"):
            supplies.count(session, granny, "药", days, act(granny))
    for number in range(supplies.MOST):
        supplies.count(session, granny, f"药{number}", 3, act(granny))
    with pytest.raises(Refused, match="requests.too_many"):
        supplies.count(session, granny, "再一种", 3, act(granny))


def climb_until(session, request, now, minutes):
    """The clock looks every five minutes."""
    for _ in range(0, minutes, 5):
        now += timedelta(minutes=5)
        for due in escalation.due(session, now):
            escalation.climb(session, due.id, now)
        session.flush()
    return now


def test_thirty_sixty_a_hundred_and_twenty_minutes_and_then_again_and_again(
    session, confirmed, volunteer, social_worker, villager, manager, act, now
):
    committee = villager("覃主任", Role.COMMITTEE, telegram_id=3003)
    on_call.begin(session, social_worker, act(social_worker))
    climb_until(session, confirmed, now, 25)
    assert sent_to(session, volunteer) == []
    climb_until(session, confirmed, now + timedelta(minutes=25), 5)
    assert len(sent_to(session, volunteer)) == 1
    on_duty_before = len(sent_to(session, social_worker))
    climb_until(session, confirmed, now + timedelta(minutes=30), 30)
    assert len(sent_to(session, social_worker)) == on_duty_before + 1
    assert sent_to(session, committee) == []
    climb_until(session, confirmed, now + timedelta(minutes=60), 60)
    assert len(sent_to(session, committee)) == 1
    climb_until(session, confirmed, now + timedelta(minutes=120), 120)
    assert len(sent_to(session, committee)) == 2
    called = select(AuditEntry).where(AuditEntry.action == "requests.called")
    kept = session.exec(called.order_by(col(AuditEntry.id))).all()
    assert [entry.after["step"] for entry in kept] == [1, 2, 3, 4]
    assert {row.kind for row in sent_to(session, committee)} == {MessageClass.CARE}


def test_an_unconfirmed_wish_is_asked_after_by_who_is_on_call_and_by_managers_without_one(
    session, asked, manager, social_worker, now, granny
):
    seal(session, granny, phone="13800000001")
    climb_until(session, asked, now, 15)
    assert len(sent_to(session, manager)) == 1
    assert "13800000001" in str(sent_to(session, manager)[0].body)
    assert sent_to(session, social_worker) == []


def test_a_finished_errand_of_an_elder_without_a_phone_is_asked_about_by_a_human_at_once(
    session, canteen, neighbour, social_worker, volunteer, act, now
):
    request = requests.ask(session, canteen, neighbour, Wish(RequestKind.ERRAND), act(social_worker))
    requests.confirm(session, request.id, act(social_worker))
    errands.take(session, request.id, act(volunteer))
    errands.finish(session, request.id, act(volunteer))
    errands.ask_acceptance(session, request, act(volunteer))
    assert "requests.ask_if_done" in str(sent_to(session, social_worker)[-1].body)
    acceptances.accept(session, request.id, act(social_worker))
    assert request.state == RequestState.ACCEPTED


def test_after_a_long_sleep_everybody_whose_turn_passed_is_called_once(
    session, confirmed, volunteer, manager, now
):
    escalation.climb(session, confirmed.id, now + timedelta(hours=3))
    assert len(sent_to(session, volunteer)) == 1
    assert len(sent_to(session, manager)) == 1
    assert confirmed.next_at > now + timedelta(hours=3)


def test_an_overdue_errand_is_asked_about_first_of_the_helper(session, taken, volunteer, manager, now):
    before = len(sent_to(session, volunteer))
    escalation.climb(session, taken.id, taken.next_at)
    assert len(sent_to(session, volunteer)) == before + 1
    assert sent_to(session, manager) == []
    escalation.climb(session, taken.id, taken.next_at)
    assert len(sent_to(session, manager)) == 1


@pytest.mark.parametrize("gone", [Status.DECEASED, Status.LEFT])
def test_nobody_is_called_for_somebody_who_is_gone_and_the_helper_is_told(
    session, taken, granny, volunteer, manager, gone
):
    granny.status = gone
    session.add(granny)
    session.flush()
    before = len(sent_to(session, manager))
    escalation.climb(session, taken.id, taken.next_at)
    assert (taken.state, taken.next_at) == (RequestState.CANCELLED, None)
    assert len(sent_to(session, manager)) == before
    assert any("told_cancelled" in str(row.body) for row in sent_to(session, volunteer))


def test_urgent_ones_are_looked_at_first(session, canteen, granny, neighbour, act, now):
    slow = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    fast = requests.ask(
        session, canteen, neighbour, Wish(RequestKind.ESCORT, urgency=Urgency.URGENT), act(granny)
    )
    found = escalation.due(session, now + timedelta(hours=2))
    assert [request.id for request in found] == [fast.id, slow.id]


def test_a_list_for_those_responsible_and_ones_own_for_the_others(
    session, confirmed, granny, volunteer, social_worker, neighbour
):
    for member, seen in ((granny, 1), (social_worker, 1), (volunteer, 0), (neighbour, 0)):
        found, count = request_lists.visible(session, member, 0, 6)
        assert (len(found), count) == (seen, seen)


def test_the_photograph_goes_after_a_week_and_the_words_after_a_month(session, canteen, granny, act, now):
    wish = Wish(RequestKind.MEDICINE, "帮我买药", "降压药", "file-1")
    request = requests.ask(session, canteen, granny, wish, act(granny))
    requests.cancel(session, request.id, act(granny))
    assert not request_retention.waits(session, now + timedelta(days=6))
    week = now + timedelta(days=7, minutes=1)
    assert request_retention.waits(session, week)
    request_retention.forget(session, week)
    session.refresh(request)
    assert (request.photo, unsealed(request, "item")) == ("", "降压药")
    assert not request_retention.waits(session, week)
    month = now + timedelta(days=31)
    assert request_retention.waits(session, month)
    request_retention.forget(session, month)
    session.refresh(request)
    assert (request.words, request.item) == ("", "")
    assert not request_retention.waits(session, month)


def test_a_medicine_not_taken_any_more_leaves_no_name(village, session, granny, act, now):
    village.says(granny, "/medicine 降压药 30")
    [supply] = supplies.of_elder(session, granny.id)
    village.taps(granny, village.data_of("不吃降压药了"))
    session.expire_all()
    assert (supply.item, supply.ended_at is not None) == ("", True)
    assert village.taps(granny, f"supply:{supply.id}")


def test_what_ended_before_names_were_forgotten_is_forgotten_by_the_clock(session, granny, act, now):
    ended, taken = (supplies.count(session, granny, item, 9, act(granny)) for item in ("降压药", "降糖药"))
    ended.ended_at = now
    session.flush()
    assert request_retention.waits(session, now)
    request_retention.forget(session, now)
    session.expire_all()
    assert (ended.item, unsealed(taken, "item")) == ("", "降糖药")
    assert not request_retention.waits(session, now)


def test_an_open_request_keeps_its_words_however_old_it_is(session, asked, now):
    assert not request_retention.waits(session, now + timedelta(days=400))


def test_who_is_erased_leaves_no_word_and_nobody_is_called_for_them(session, taken, granny, act):
    supplies.count(session, granny, "降压药", 3, act(granny))
    request_retention.forget_member(session, granny, act())
    session.expire_all()
    request = session.exec(select(Request)).one()
    assert (request.state, request.words, request.item, request.next_at) == (
        RequestState.CANCELLED,
        "",
        "",
        None,
    )
    supply = session.exec(select(Supply)).one()
    assert (supply.item, supply.ended_at is not None) == ("", True)


def test_the_audit_tells_states_and_ids_and_no_words(session, taken, volunteer, granny, act):
    errands.finish(session, taken.id, act(volunteer))
    acceptances.accept(session, taken.id, act(granny))
    told = select(AuditEntry).where(col(AuditEntry.action).startswith("requests."))
    entries = session.exec(told.order_by(col(AuditEntry.id))).all()
    names = [entry.action.removeprefix("requests.") for entry in entries]
    assert names == ["asked", "confirmed", "taken", "seen", "done", "accepted"]
    assert "灯坏了" not in str([(entry.before, entry.after) for entry in entries])


RUNGS = st.lists(
    st.tuples(st.integers(1, 200), st.lists(st.sampled_from(list(Audience)), min_size=1, max_size=3)),
    min_size=1,
    max_size=6,
).map(
    lambda steps: tuple(
        Rung(sum(gap for gap, _ in steps[: n + 1]) - steps[0][0], tuple(tell))
        for n, (_, tell) in enumerate(steps)
    )
)


@given(RUNGS, st.integers(1, 300), st.integers(0, 5000))
def test_a_ladder_has_a_next_step_at_every_minute_and_calls_everybody_on_it(rungs, every, minutes):
    ladder = Ladder(rungs, every)
    step = ladder.reached(minutes)
    assert ladder.after(step) > minutes
    assert step == 0 or ladder.after(step - 1) <= minutes
    everybody = {audience for rung in rungs for audience in rung.tell}
    assert set(ladder.called(0, len(rungs) + 1)) == everybody


@given(RUNGS, st.integers(1, 1440))
def test_a_ladder_is_read_back_as_it_is_written(rungs, every):
    written = ",".join(f"{rung.after} {'+'.join(rung.tell)}" for rung in rungs)
    assert ladder_words.parsed(f"{written},every {every}") == Ladder(rungs, every)


def test_a_manager_writes_ladders_in_chinese_for_all_kinds_and_for_one(canteen):
    canteen.settings = {
        "ladders": ladder_words.read(canteen, "normal", "20 志愿者，40 值班社工，80 村委和管理员，每60")
    }
    own = ladders.ladder_of(canteen, RequestKind.REPAIR, Urgency.NORMAL, "search")
    assert [rung.after for rung in own.rungs] == [20, 40, 80]
    assert own.rungs[2].tell == (Audience.COMMITTEE, Audience.MANAGER)
    assert own.every == 60
    canteen.settings = {"ladders": ladder_words.read(canteen, "normal", "送药：10分钟后 志愿者，20 全部社工")}
    canteen.settings = {"ladders": ladder_words.read(canteen, "normal", "送药：5 志愿者")}
    assert ladders.ladder_of(canteen, RequestKind.MEDICINE, Urgency.NORMAL, "search").rungs[0].after == 5
    assert ladders.ladder_of(canteen, RequestKind.ERRAND, Urgency.NORMAL, "search") == own
    assert ladders.present(canteen, "normal").key == "requests.ladders"
    canteen.settings = {"ladders": ladder_words.read(canteen, "normal", "送药：照旧")}
    assert list(ladders.own_ladders(canteen)) == ["normal"]
    canteen.settings = {"ladders": ladder_words.read(canteen, "normal", "照旧")}
    assert ladders.own_ladders(canteen) == {}


@pytest.mark.parametrize(
    ("urgency", "words", "error"),
    [
        ("normal", "30 外星人", KeyError),
        ("normal", "随便", ValueError),
        ("normal", "洗车：30 志愿者", ValueError),
        ("emergency", "送药：0 家人", ValueError),
        ("normal", "60 志愿者，30 值班", Refused),
        ("normal", "", Refused),
        ("normal", "30 志愿者，2000 村委", Refused),
        ("emergency", "5 家人", Refused),
        ("emergency", "0 家人，每60", Refused),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(canteen, urgency, words, error):
    with pytest.raises(error):
        ladder_words.read(canteen, urgency, words)


def test_every_kind_state_and_thing_has_its_words():
    from texts import load

    words = load()["zh_CN"]
    for kind in RequestKind:
        assert {f"RequestKind.{kind}", f"requests.public_{kind}"} <= set(words)
    assert {f"RequestState.{state}" for state in RequestState} <= set(words)
    assert {f"Audience.{audience}" for audience in Audience} <= set(words)
    things = {*kits.THINGS, "goods", "receipt", "change", "laid_out"}
    assert {f"requests.thing_{thing}" for thing in things} <= set(words)
    assert {f"requests.count_{way}" for way in Way} <= set(words)
    assert {f"requests.rating_{stars}" for stars in acceptances.RATINGS} <= set(words)


def test_the_last_thing_granny_hears_names_who_comes(village, session, taken, granny):
    assert "阿军去办了" in last_told(village, granny)


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


def test_the_elder_hears_when_the_family_calls_it_off(session, confirmed, granny, linked, act):
    requests.cancel(session, confirmed.id, act(linked))
    assert any("told_called_off" in str(row.body) for row in sent_to(session, granny))


@pytest.mark.parametrize(
    ("state", "key"),
    [
        (RequestState.ASKED, "requests.group_cancelled"),
        (RequestState.CONFIRMED, "requests.group_needs"),
        (RequestState.REOPENED, "requests.group_needs"),
        (RequestState.TAKEN, "requests.group_taken"),
        (RequestState.DOING, "requests.group_taken"),
        (RequestState.DONE, "requests.group_done"),
        (RequestState.ACCEPTED, "requests.group_done"),
        (RequestState.CANCELLED, "requests.group_cancelled"),
    ],
)
def test_the_post_shows_what_is_true_now_and_has_a_button_only_while_somebody_is_needed(
    session, confirmed, volunteer, now, state, key
):
    confirmed.state = state
    confirmed.taker_id = volunteer.id if state in (*notices.ON_DUTY, RequestState.DONE) else None
    message = notices.group_post(session, confirmed.id, now)
    assert message.text.key == key
    assert bool(message.buttons) == (state in notices.FREE)


def test_a_request_called_off_in_the_night_is_never_posted(session, canteen, granny, act, now):
    night = now.replace(hour=14, minute=30)
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny, night))
    requests.confirm(session, request.id, act(granny, night))
    requests.cancel(session, request.id, act(granny, night))
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()
    assert row.status == OutboxState.MISSED


def test_a_village_without_a_group_asks_in_private_all_the_same(
    session, canteen, granny, volunteer, act, now
):
    canteen.chat_id = None
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    requests.confirm(session, request.id, act(granny))
    escalation.climb(session, request.id, request.next_at)
    assert sent_to(session, volunteer)


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


def test_whoever_is_not_of_the_village_finds_nothing(session, confirmed, now, act, volunteer):
    from models.members.people import Canteen, Member

    other = Canteen(name="别村", created_at=now)
    session.add(other)
    session.flush()
    stranger = Member(canteen_id=other.id, name="路人", telegram_id=7, joined_at=now, approved_at=now)
    session.add(stranger)
    session.flush()
    assert not notices.sees_details(session, confirmed, stranger, now.date())
    for do in (errands.take, requests.cancel):
        with pytest.raises(Refused, match="common.old_button"):
            do(session, confirmed.id, act(stranger))
    errands.take(session, confirmed.id, act(volunteer))
    with pytest.raises(Refused, match="common.old_button"):
        errands.take(session, confirmed.id, act(stranger))


def test_a_number_nobody_gave_is_an_old_button(session, granny, act):
    for do in (requests.confirm, errands.take, acceptances.accept):
        with pytest.raises(Refused, match="common.old_button"):
            do(session, 999_999, act(granny))
    with pytest.raises(Refused, match="common.old_button"):
        kits.agree(session, 999_999, act(granny))
    with pytest.raises(Refused, match="common.old_button"):
        supplies.end(session, 999_999, act(granny))
    escalation.climb(session, 999_999, act(granny).now)


def test_what_is_over_is_over(session, taken, volunteer, granny, social_worker, act):
    errands.finish(session, taken.id, act(volunteer))
    acceptances.accept(session, taken.id, act(granny))
    with pytest.raises(Refused, match="requests.over_already"):
        errands.take(session, taken.id, act(social_worker))
    with pytest.raises(Refused, match="requests.changed_since"):
        requests.cancel(session, taken.id, act(granny))
    with pytest.raises(Refused, match="requests.changed_since"):
        acceptances.rate(session, taken.id, 7, act(granny))
    with pytest.raises(Refused, match="requests.changed_since"):
        acceptances.take_back(session, taken.id, act(social_worker))
