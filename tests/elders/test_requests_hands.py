"""A request in somebody's hands, decided: taken by one, passed on, left, done, accepted or not, taken back."""

import pytest

from models.elders.requests import RequestKind, RequestState
from models.members.people import Role, Status
from models.members.vault import seal
from models.outbox import MessageClass, OutboxState
from rules.elders import (
    acceptances,
    errands,
    escalation,
    notices,
    requests,
)
from rules.elders.requests import Wish
from rules.values import Refused
from tests.requesting import last_told, sent_to


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


def test_the_last_thing_granny_hears_names_who_comes(village, session, taken, granny):
    assert "阿军去办了" in last_told(village, granny)


def test_the_elder_hears_when_the_family_calls_it_off(session, confirmed, granny, linked, act):
    requests.cancel(session, confirmed.id, act(linked))
    assert any("told_called_off" in str(row.body) for row in sent_to(session, granny))


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
