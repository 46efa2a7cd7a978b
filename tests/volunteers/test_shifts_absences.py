"""Whoever will not be here: the shifts of those days are seen to at once; who has gone for good is on no roster."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from models.members.people import Role, Status
from models.outbox import OutboxMessage
from models.volunteers.shifts import AssignmentState, DutyKind, Shift, Swap, SwapState
from rules.members import presence, statuses
from rules.members.statuses import Span
from rules.values import Refused
from rules.volunteers import absences, assignments, rosters, shifts
from rules.volunteers.eligibility import Wish
from rules.volunteers.shifts import Plan
from texts import Words

TODAY = date(2026, 11, 25)
FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)


@pytest.fixture
def plan(session, canteen, act, manager):
    """Plans a morning of cleaning, or what is named."""

    def make(day=FRIDAY, starts=time(8), ends=time(11), duty=DutyKind.CLEANING, needed=1):
        return shifts.make(session, canteen, Plan(day, starts, ends, duty, needed), act(manager))

    return make


@pytest.fixture
def on(session, canteen, act, manager):
    """Puts somebody on a shift without a word."""

    def make(who, shift):
        wish = Wish(shift, who, early=True, vouched=True)
        return assignments.put(session, canteen, wish, act(manager)).place

    return make


@pytest.fixture
def goes(session, act):
    """Somebody's status from a day on, said by somebody: `goes(volunteer, Status.AWAY, FRIDAY, until)`."""

    def make(who, status, starts_on=TODAY, until_on=None, by=None):
        actor = by or who
        return statuses.set_status(session, actor, who.id, Span(status, starts_on, until_on), act(actor))

    return make


def told(session, who):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.member_id == who.id).order_by(col(OutboxMessage.id))
    )
    return [Words("zh_CN", "Asia/Shanghai").say(row.body["text"]) for row in rows]


def test_who_goes_away_is_asked_at_once_whether_somebody_shall_be_found(
    session, canteen, village, plan, on, goes, volunteer, social_worker
):
    on(volunteer, plan()), on(volunteer, plan(MONDAY))
    goes(volunteer, Status.AWAY, FRIDAY, FRIDAY + timedelta(days=1))
    assert told(session, volunteer) == [
        "您不在的那几天还有 1 个班，要找人替吗？\n11月27日 周五 8:00–11:00 打扫"
    ]
    assert told(session, social_worker) == [
        "阿军不在的那几天还有 1 个班，要找人替吗？\n11月27日 周五 8:00–11:00 打扫"
    ]
    village.taps(volunteer, village.data_of_told(volunteer, "都帮忙找人"))
    swap = session.exec(select(Swap)).one()
    assert swap.state == SwapState.OFFERED
    assert "阿军来不了：11月27日 周五 8:00–11:00 打扫。谁能替一下？" in village.told_in_group()


def test_until_somebody_takes_it_it_is_still_theirs(
    session, canteen, plan, on, goes, volunteer, social_worker
):
    place = on(volunteer, plan())
    goes(volunteer, Status.IN_HOSPITAL, by=social_worker)
    assert place.state == AssignmentState.ASSIGNED
    assert told(session, volunteer) == [], "who is in hospital is left in peace"


def test_the_coordinator_asks_for_them_and_twice_is_once(
    session, canteen, village, plan, on, goes, volunteer, social_worker
):
    on(volunteer, plan()), on(volunteer, plan(MONDAY))
    goes(volunteer, Status.PAUSED, by=social_worker)
    for _ in range(2):
        village.taps(social_worker, f"absentask:{volunteer.id}")
    assert len(session.exec(select(Swap)).all()) == 2


def test_nobody_asks_for_a_neighbours_shifts(session, canteen, act, plan, on, goes, volunteer, granny):
    on(volunteer, plan())
    goes(volunteer, Status.AWAY, FRIDAY, FRIDAY)
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        absences.find_others(session, canteen, volunteer, act(granny))


def test_who_is_back_has_nothing_to_be_found_for(
    session, canteen, act, plan, on, goes, volunteer, social_worker
):
    on(volunteer, plan())
    changed = goes(volunteer, Status.AWAY, FRIDAY, FRIDAY)
    statuses.undo(session, volunteer, volunteer.id, changed, act(volunteer))
    with pytest.raises(Refused, match=r"shifts\.none_absent"):
        absences.find_others(session, canteen, volunteer, act(social_worker))


@pytest.mark.parametrize("status", [Status.LEFT, Status.DECEASED])
def test_who_has_gone_for_good_stands_on_no_roster_and_the_gap_is_seen(
    session, canteen, plan, on, goes, volunteer, manager, now, status
):
    on(volunteer, plan())
    goes(volunteer, status, by=manager)
    (line,) = rosters.roster(session, canteen.id, FRIDAY, FRIDAY)
    assert (line.people, line.missing) == ((), 1)
    assert [missing for _, missing in rosters.vacancies(session, canteen.id, FRIDAY, FRIDAY, now)] == [1]
    assert told(session, manager) == ["阿军以后不来了，空出 1 个班：\n11月27日 周五 8:00–11:00 打扫"]
    assert told(session, volunteer) == []


def test_a_death_noted_by_mistake_gives_the_places_back_that_are_still_free(
    session, canteen, act, plan, on, goes, volunteer, cook, manager
):
    kept, taken = on(volunteer, plan()), on(volunteer, plan(MONDAY))
    changed = goes(volunteer, Status.DECEASED, by=manager)
    on(cook, session.get_one(Shift, taken.shift_id))
    statuses.undo(session, manager, volunteer.id, changed, act(manager))
    assert (kept.state, taken.state) == (AssignmentState.ASSIGNED, AssignmentState.EXCUSED)
    assert told(session, manager)[-1] == "阿军还来，1 个班又算上了。"


def test_who_left_a_shift_by_themselves_is_not_put_back_on_it(
    session, canteen, act, plan, on, goes, volunteer, manager, now
):
    left = on(volunteer, plan())
    assignments.leave(session, canteen, left.id, act(volunteer, now - timedelta(minutes=1)))
    changed = goes(volunteer, Status.LEFT, by=manager)
    statuses.undo(session, manager, volunteer.id, changed, act(manager))
    assert left.state == AssignmentState.EXCUSED


def test_an_elder_who_goes_away_has_no_shifts_and_nobody_is_told(session, goes, granny, manager):
    goes(granny, Status.AWAY, FRIDAY, FRIDAY, by=granny)
    assert (told(session, granny), told(session, manager)) == ([], [])


def test_what_has_begun_and_what_is_over_is_not_asked_about(session, canteen, plan, on, goes, volunteer, now):
    on(volunteer, plan(TODAY, time(9), time(11)))
    goes(volunteer, Status.AWAY, TODAY)
    assert told(session, volunteer) == []


def test_however_many_days_are_looked_at_it_is_one_statement(session, goes, volunteer):
    goes(volunteer, Status.AWAY, FRIDAY, FRIDAY + timedelta(days=1))
    seen = []
    listen = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(session.get_bind(), "before_cursor_execute", listen)
    days = [TODAY + timedelta(days=n) for n in range(6)]
    here = presence.days_here(session, volunteer, days)
    event.remove(session.get_bind(), "before_cursor_execute", listen)
    assert here == {day for day in days if day not in (FRIDAY, FRIDAY + timedelta(days=1))}
    assert len(seen) == 1


# --- said by mouth


def test_who_has_no_phone_says_yes_to_the_social_worker_who_taps(
    session, village, plan, on, neighbour, social_worker
):
    place = on(neighbour, plan())
    village.taps(social_worker, f"place:{place.id}")
    village.taps(social_worker, village.data_of("说好来了"))
    assert place.state == AssignmentState.CONFIRMED
    assert told(session, social_worker)[-1] == "记下了：11月27日 周五 8:00–11:00 打扫，覃叔说好来。"
    village.taps(social_worker, f"place:{place.id}")
    assert "说好来了" not in [words for words, _ in village.buttons]


def test_a_neighbour_confirms_for_nobody(session, village, plan, on, neighbour, villager):
    place = on(neighbour, plan())
    uncle = villager("韦伯", Role.VOLUNTEER, telegram_id=1009)
    assert village.taps(uncle, f"shiftok:{place.id}") == "这个由社工或管理员来做。"
    assert place.state == AssignmentState.ASSIGNED
