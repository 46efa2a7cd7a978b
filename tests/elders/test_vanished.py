"""Somebody who has it in hand, or for whom it is, is not here any more: others are asked, things are fetched."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.elders.emergencies import Emergency, EmergencyState
from models.elders.requests import Request, RequestState
from models.members.people import Role, Status
from rules.elders import emergency_calls, errands, escalation, kits
from rules.members import privacy, statuses
from rules.members.statuses import Span
from tests.requesting import sent_to

GONE = [Status.IN_HOSPITAL, Status.LEFT, Status.DECEASED]


@pytest.fixture
def in_hand(village, session, granny, volunteer):
    """阿军 goes for granny's medicine, with her card and a hundred yuan."""
    village.says(granny, "帮我买胰岛素")
    village.says(granny, "对")
    request = session.exec(select(Request)).one()
    village.taps(volunteer, f"reqgo:{request.id}")
    return request


@pytest.fixture
def with_kit(session, in_hand, volunteer, act):
    kits.hand_out(session, in_hand.id, ["card", "cash"], 10_000, act(volunteer))
    session.flush()
    return in_hand


def keys(session, who):
    return [str(row.body) for row in sent_to(session, who)]


def is_free(session, request):
    session.expire(request)
    return (request.state, request.taker_id) == (RequestState.CONFIRMED, None)


@pytest.mark.parametrize("status", GONE)
def test_who_cannot_go_any_more_has_nothing_in_hand_and_others_are_asked_at_once(
    session, in_hand, granny, volunteer, villager, manager, act, now, status
):
    aunt = villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)
    statuses.set_status(session, manager, volunteer.id, Span(status, now.date()), act(manager))
    assert is_free(session, in_hand)
    assert any("requests.told_left" in said for said in keys(session, granny))
    assert any("requests.told_released" in said for said in keys(session, volunteer)) == (
        status != Status.DECEASED
    )
    assert in_hand.next_at <= now + timedelta(hours=1)
    assert errands.take(session, in_hand.id, act(aunt)).taker_id == aunt.id
    assert not any("fetch_things" in said for said in keys(session, manager))


def by_mistake(session, manager, member, status, act, now):
    changed = statuses.set_status(session, manager, member.id, Span(status, now.date()), act(manager, now))
    return lambda later=now: statuses.undo(session, manager, member.id, changed, act(manager, later))


@pytest.mark.parametrize("status", GONE)
@pytest.mark.parametrize("begun", [False, True])
def test_said_by_mistake_and_taken_back_the_errand_is_in_the_same_hands_again(
    session, in_hand, granny, volunteer, manager, act, now, status, begun
):
    if begun:
        errands.start(session, in_hand.id, act(volunteer))
    state = in_hand.state
    undo = by_mistake(session, manager, volunteer, status, act, now)
    assert is_free(session, in_hand)
    undo(now + timedelta(minutes=5))
    assert (in_hand.state, in_hand.taker_id) == (state, volunteer.id)
    assert in_hand.next_at >= in_hand.due_at
    assert "requests.yours" in keys(session, volunteer)[-1]
    assert "requests.told_taken" in keys(session, granny)[-1]
    assert not any("fetch" in said for said in keys(session, manager))


def test_with_the_card_in_the_pocket_nobody_has_to_fetch_it(
    session, with_kit, granny, volunteer, manager, act, now
):
    undo = by_mistake(session, manager, volunteer, Status.IN_HOSPITAL, act, now)
    assert any("requests.fetch_things" in said for said in keys(session, manager))
    undo(now + timedelta(minutes=1))
    assert (with_kit.state, with_kit.taker_id) == (RequestState.DOING, volunteer.id)
    assert "requests.fetch_no_things" in keys(session, manager)[-1]
    kits.hand_back(session, with_kit.id, 2000, act(volunteer))
    assert with_kit.state == RequestState.DONE


def test_what_somebody_else_has_taken_since_stays_with_them(
    session, in_hand, volunteer, villager, manager, act, now
):
    aunt = villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)
    undo = by_mistake(session, manager, volunteer, Status.LEFT, act, now)
    errands.take(session, in_hand.id, act(aunt))
    undo()
    assert in_hand.taker_id == aunt.id
    errands.leave(session, in_hand.id, act(aunt))
    assert is_free(session, in_hand)


def test_what_was_left_by_oneself_is_not_given_back_by_a_status_taken_back(
    session, in_hand, volunteer, manager, act, now
):
    errands.leave(session, in_hand.id, act(volunteer))
    by_mistake(session, manager, volunteer, Status.LEFT, act, now)()
    assert is_free(session, in_hand)


def test_who_needs_it_is_called_for_at_once_when_their_death_was_a_mistake(
    session, in_hand, granny, volunteer, manager, act, now
):
    late = in_hand.next_at
    undo = by_mistake(session, manager, granny, Status.DECEASED, act, late)
    escalation.climb(session, in_hand.id, late)
    assert in_hand.next_at > late, "nobody is called"
    undo(late + timedelta(minutes=2))
    assert in_hand.next_at <= late + timedelta(minutes=2)


def test_a_helper_who_is_away_for_a_day_or_goes_next_week_keeps_it(
    session, in_hand, volunteer, manager, act, now
):
    statuses.set_status(session, volunteer, volunteer.id, Span(Status.AWAY, now.date()), act(volunteer))
    later = Span(Status.IN_HOSPITAL, now.date() + timedelta(days=7))
    statuses.set_status(session, manager, volunteer.id, later, act(manager))
    assert in_hand.taker_id == volunteer.id
    day = now + timedelta(days=7)
    statuses.apply_due(session, volunteer, later.starts_on, act(None, day))
    assert is_free(session, in_hand)


@pytest.mark.parametrize("gone", ["hospital", "erased"])
def test_the_card_and_the_cash_are_fetched_and_the_next_helper_gets_their_own(
    session, with_kit, granny, volunteer, villager, manager, act, now, gone
):
    aunt = villager("莫嫂", Role.VOLUNTEER, telegram_id=3002)
    if gone == "hospital":
        statuses.set_status(
            session, manager, volunteer.id, Span(Status.IN_HOSPITAL, now.date()), act(manager)
        )
    else:
        privacy.erase(session, volunteer.id, act(manager))
    assert is_free(session, with_kit)
    (fetch,) = [said for said in keys(session, manager) if "fetch_things" in said]
    assert "阿军" in fetch
    errands.take(session, with_kit.id, act(aunt))
    kits.hand_out(session, with_kit.id, ["cash"], 5_000, act(aunt))
    kits.hand_back(session, with_kit.id, 4_000, act(aunt))
    assert with_kit.state == RequestState.DONE


def test_the_card_of_an_erased_elder_is_brought_back(session, with_kit, granny, volunteer, manager, act):
    privacy.erase(session, granny.id, act(manager))
    assert with_kit.state == RequestState.CANCELLED
    assert any("requests.bring_back" in said and "thing_card" in said for said in keys(session, volunteer))
    assert any("fetch_things" in said for said in keys(session, manager))


def test_without_things_the_helper_of_an_erased_elder_only_hears_that_it_is_over(
    session, in_hand, granny, volunteer, manager, act
):
    privacy.erase(session, granny.id, act(manager))
    (said,) = [said for said in keys(session, volunteer) if "told_cancelled" in said]
    assert "bring_back" not in said
    assert not any("fetch_things" in one for one in keys(session, manager))


def test_nobody_is_called_for_somebody_who_is_erased(
    village, session, granny, daughter, social_worker, manager, act
):
    village.says(granny, "我摔倒了起不来")
    privacy.erase(session, granny.id, act(manager, village.now + timedelta(minutes=1)))
    emergency = session.exec(select(Emergency)).one()
    assert (emergency.state, emergency.next_at) == (EmergencyState.CLOSED, None)
    assert emergency_calls.due(session, village.now + timedelta(days=1)) == []
    assert any("over_erased" in said for said in keys(session, daughter))
    (row,) = session.exec(select(AuditEntry).where(AuditEntry.action == "emergencies.closed")).all()
    assert row.after == {"state": "closed", "reason": "erased"}
