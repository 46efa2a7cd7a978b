"""Between nine in the evening and half past six nobody is woken about a shift, unless the morning would be too late."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from models.members.people import Canteen, Status
from models.outbox import OutboxMessage
from models.volunteers.shifts import DutyKind, SwapKind
from rules import outbox
from rules.lunch import calendar
from rules.members import statuses
from rules.members.statuses import Span
from rules.settings import after_quiet
from rules.volunteers import assignments, shift_closings, shift_endings, shifts, swap_answers, swaps
from rules.volunteers.eligibility import Wish
from rules.volunteers.shifts import Plan
from rules.volunteers.swaps import Asking

FRIDAY = date(2026, 11, 27)


def o_clock(hour, minute=0, day=25):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


NIGHT, MORNING = o_clock(22, 30), o_clock(6, 30, day=26)


@pytest.fixture
def plan(session, canteen, act, manager):
    """Plans a shift; without words: Friday from nine."""

    def make(day=FRIDAY, starts=time(9), ends=time(11)):
        plan = Plan(day, starts, ends, DutyKind.CLEANING)
        return shifts.make(session, canteen, plan, act(manager))

    return make


@pytest.fixture
def place(session, canteen, act, plan, volunteer, manager):
    """阿军 is on Friday's shift."""
    return assignments.put(session, canteen, Wish(plan(), volunteer, early=True), act(manager)).place


def due(session):
    rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
    return [(row.member_id, row.due_at) for row in rows]


ACTS = {
    "asked to step in": lambda it: swaps.offer(
        it.session, it.canteen, it.place.id, Asking(SwapKind.COVER, it.uncle), it.act(it.volunteer, NIGHT)
    ),
    "leaves": lambda it: assignments.leave(it.session, it.canteen, it.place.id, it.act(it.volunteer, NIGHT)),
    "excused": lambda it: assignments.excuse(
        it.session, it.canteen, it.place.id, "", it.act(it.manager, NIGHT)
    ),
    "called off": lambda it: shift_endings.call_off(
        it.session, it.place.shift_id, "停电", it.act(it.manager, NIGHT)
    ),
    "other hours": lambda it: shifts.make(
        it.session,
        it.canteen,
        Plan(FRIDAY, time(9), time(12), DutyKind.CLEANING),
        it.act(it.manager, NIGHT),
    ),
    "will be away": lambda it: statuses.set_status(
        it.session, it.manager, it.volunteer.id, Span(Status.AWAY, FRIDAY), it.act(it.manager, NIGHT)
    ),
    "a closed day": lambda it: (
        calendar.close(it.session, it.canteen, FRIDAY, "下雪", it.act(it.manager, NIGHT)),
        shift_closings.call_off(it.session, it.canteen, FRIDAY, it.act(it.manager, NIGHT)),
    ),
}


@pytest.mark.parametrize("what", ACTS)
def test_what_somebody_does_at_night_others_read_in_the_morning(
    request, session, canteen, act, place, volunteer, uncle, manager, what
):
    it = type("It", (), {})()
    names = ("session", "canteen", "act", "place", "volunteer", "uncle", "manager")
    vars(it).update({name: request.getfixturevalue(name) for name in names})
    ACTS[what](it)
    told = due(session)
    assert told
    assert {moment for _, moment in told} == {MORNING}


def test_a_swap_made_at_night_is_told_to_the_giver_in_the_morning(
    session, canteen, act, place, volunteer, uncle, social_worker
):
    swap = swaps.offer(session, canteen, place.id, Asking(), act(volunteer))
    swaps.take(session, canteen, swap.id, act(uncle, NIGHT))
    told = dict(due(session))
    assert (told[volunteer.id], told[social_worker.id]) == (MORNING, MORNING)


def test_by_day_everything_is_told_at_once(session, canteen, act, place, volunteer, uncle, now):
    swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, uncle), act(volunteer))
    assert due(session) == [(uncle.id, now)]


def test_what_begins_before_anybody_reads_it_is_told_at_night(
    session, canteen, act, plan, volunteer, manager
):
    early = plan(date(2026, 11, 26), time(6, 45), time(9))
    assignments.put(session, canteen, Wish(early, volunteer), act(manager))
    shift_endings.call_off(session, early.id, "停电", act(manager, NIGHT))
    assert due(session) == [(volunteer.id, NIGHT)]


def test_an_offer_that_ends_before_dawn_is_told_after_it(session, canteen, act, plan, volunteer, manager):
    early = plan(date(2026, 11, 26), time(7, 30), time(9))
    put = assignments.put(session, canteen, Wish(early, volunteer), act(manager)).place
    swap = swaps.offer(session, canteen, put.id, Asking(), act(volunteer))
    before = len(due(session))
    assert swap_answers.expire(session, swap.id, o_clock(5, 30, day=26))
    assert {moment for _, moment in due(session)[before:]} == {MORNING}


def test_the_asker_is_answered_whatever_the_hour(session, village, place, volunteer):
    village.now = NIGHT
    (said,) = village.says(volunteer, "周五的班我来不了，谁能替")
    assert said.startswith("已经在群里问了")


@given(minutes=st.integers(0, 24 * 60 - 1), ahead=st.integers(1, 48 * 60))
def test_nobody_is_woken_for_what_can_wait_and_nobody_is_told_too_late(minutes, ahead):
    canteen = Canteen(name="鼓楼食堂", created_at=o_clock(0), settings={})
    now = o_clock(0) + timedelta(minutes=minutes)
    begins = now + timedelta(minutes=ahead)
    moment = outbox.by_day(canteen, now, begins)
    awake = after_quiet(canteen, moment) == moment
    assert now <= moment
    assert moment < begins
    assert awake or begins < after_quiet(canteen, now) + outbox.IN_TIME
