"""The evening's reminders for many: some at a time, each once, and an evening slept through is owned up to."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from jobs.duties import Look
from jobs.scheduler import perform
from jobs.volunteers import reminders as duties
from models.members.people import Role
from models.outbox import Occurrence, OccurrenceState, OutboxMessage
from models.volunteers.shifts import Assignment, AssignmentState, DutyKind, Shift, SwapKind
from rules.volunteers import reminders, rosters, swaps, vacancies
from rules.volunteers.swaps import Asking
from texts import Words

THURSDAY = date(2026, 11, 26)


def o_clock(hour, minute=0, day=25):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


MORNING, EVENING = o_clock(9), o_clock(19)


@pytest.fixture
def shift(session, canteen):
    """A shift on Thursday from nine to twelve, for as many as are named."""
    row = Shift(
        canteen_id=canteen.id,
        day=THURSDAY,
        starts_at=o_clock(9, day=26),
        ends_at=o_clock(12, day=26),
        duty=DutyKind.CLEANING,
        needed=50,
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def joins(session, shift):
    """Puts somebody on it, as of some moment."""

    def make(member, slot=1, since=MORNING):
        place = Assignment(
            shift_id=shift.id, member_id=member.id, day=shift.day, slot=slot, assigned_at=since
        )
        session.add(place)
        session.flush()
        return place

    return make


@pytest.fixture
def crowd(villager, joins, monkeypatch):
    """Seven volunteers on one shift, told three numbers at a time."""
    monkeypatch.setattr(reminders, "AT_ONCE", 3)
    people = [villager(f"帮手{n}", Role.VOLUNTEER, telegram_id=2000 + n) for n in range(7)]
    for slot, one in enumerate(people, start=1):
        joins(one, slot)
    return people


def due_at(session, canteen, now):
    return list(duties.evening_due(Look(session, now, [canteen])))


@pytest.fixture
def wakes(session, canteen):
    """The clock looks once at the evening's reminders; answers what was done."""

    def tick(now):
        return [
            due.target
            for due in due_at(session, canteen, now)
            if perform(session, duties.DUTIES[0], due, now)
        ]

    return tick


def told(session, who):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.member_id == who.id).order_by(col(OutboxMessage.id))
    )
    return [Words("zh_CN", "Asia/Shanghai").say(row.body["text"]) for row in rows]


def test_many_are_told_some_at_a_time_and_each_once(session, wakes, crowd):
    done = wakes(EVENING)
    assert len(done) == len({one.id // 3 for one in crowd}) + 1
    assert done[-1].endswith(":lead")
    assert wakes(EVENING + timedelta(minutes=1)) == []
    assert [len(told(session, one)) for one in crowd] == [1] * 7


def test_a_unit_that_fails_keeps_only_its_own_people_waiting(session, canteen, crowd):
    first, *others = due_at(session, canteen, EVENING)
    for due in others:
        perform(session, duties.DUTIES[0], due, EVENING)
    waiting = [one for one in crowd if not told(session, one)]
    assert {one.id // 3 for one in waiting} == {int(first.target.partition(":")[2])}
    assert perform(session, duties.DUTIES[0], first, EVENING + timedelta(minutes=1))
    assert all(len(told(session, one)) == 1 for one in crowd)


def test_each_unit_reads_only_its_own_people(session, canteen, crowd):
    some = reminders.everybody(session, [place.shift_id for place in _places(session)[:1]], range(3, 6))
    assert {one.member.id for one in some} == {one.id for one in crowd if 3 <= one.id < 6}


def _places(session):
    return session.exec(select(Assignment).order_by(col(Assignment.id))).all()


def test_who_was_put_on_it_at_half_past_seven_was_told_then(session, wakes, joins, volunteer, villager):
    joins(volunteer)
    late = villager("莫嫂", Role.VOLUNTEER, telegram_id=1010)
    joins(late, 2, since=o_clock(19, 30))
    wakes(o_clock(19, 31))
    assert (len(told(session, volunteer)), told(session, late)) == (1, [])


def test_an_evening_slept_through_is_told_to_the_manager_in_the_morning_once(
    session, wakes, joins, volunteer, manager
):
    joins(volunteer)
    assert wakes(o_clock(23)) == [], "nobody is woken for it"
    assert wakes(o_clock(6, 30, day=26)) == ["1:lead"]
    assert told(session, manager) == ["11月25日 周三的“晚上的班次提醒”错过了时间，没有补做。请您看一下。"]
    assert wakes(o_clock(6, 31, day=26)) == []
    assert told(session, volunteer) == []
    assert session.exec(select(Occurrence.state)).one() == OccurrenceState.MISSED


def test_a_shift_planned_in_the_morning_missed_no_evening(session, wakes, joins, volunteer, manager):
    joins(volunteer, since=o_clock(6, day=26))
    assert wakes(o_clock(7, day=26)) == []
    assert told(session, manager) == []


def test_an_evening_that_was_kept_is_not_missed_in_the_morning(session, wakes, joins, volunteer, manager):
    joins(volunteer)
    wakes(EVENING)
    assert wakes(o_clock(7, day=26)) == []


def test_two_days_later_nobody_speaks_of_it(session, wakes, joins, volunteer):
    joins(volunteer)
    assert wakes(o_clock(21, 30, day=26)) == []


def test_who_is_done_or_gone_is_not_expected(session, canteen, joins, volunteer):
    place = joins(volunteer)
    place.state = AssignmentState.EXCUSED
    session.flush()
    assert due_at(session, canteen, EVENING) == []
    assert rosters.on_duty(session, [THURSDAY]) == {}


def test_the_evenings_list_of_those_without_a_phone_has_a_yes_for_each(
    session, village, wakes, joins, neighbour, volunteer, social_worker
):
    joins(volunteer)
    place = joins(neighbour, 2)
    wakes(EVENING)
    village.taps(social_worker, village.data_of_told(social_worker, "覃叔说来：打扫"))
    assert place.state == AssignmentState.CONFIRMED
    assert "阿军" not in str(village.buttons)


def test_who_looks_for_somebody_is_reminded_so_and_not_called_silent(
    session, canteen, village, wakes, joins, volunteer, shift, social_worker, act
):
    place = joins(volunteer)
    swaps.offer(session, canteen, place.id, Asking(), act(volunteer))
    wakes(EVENING)
    assert told(session, volunteer)[-1].endswith("9:00–12:00 打扫（在找人替，还没人接）")
    shift.needed = 1
    vacancies.report(session, canteen, [shift], "gaps", o_clock(21))
    assert told(session, social_worker) == ["11月26日 周四 9:00–12:00 打扫：阿军来不了，在找人替，还没人接"]


def test_whose_shift_somebody_else_wants_has_not_said_that_they_cannot(
    session, canteen, wakes, joins, volunteer, villager, act, shift, social_worker
):
    place = joins(volunteer)
    uncle = villager("韦叔", Role.VOLUNTEER, telegram_id=1010)
    swaps.offer(session, canteen, place.id, Asking(SwapKind.COVER, uncle), act(uncle))
    shift.needed = 1
    vacancies.report(session, canteen, [shift], "gaps", o_clock(21))
    assert told(session, social_worker) == ["11月26日 周四 9:00–12:00 打扫：阿军还没回话"]
