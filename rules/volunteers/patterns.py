"""The weekly pattern: shifts of every week, made for the days ahead, with those on them who always come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from models.lunch.menus import DayKind, DayMark
from models.members.people import Canteen, Member
from models.store import hold
from models.volunteers.shifts import DutyKind, Shift, ShiftState, ShiftTemplate
from rules import audit
from rules.audit import Act
from rules.settings import local_day, settings_of
from rules.values import Refused
from rules.volunteers import assignments, shifts
from rules.volunteers.eligibility import as_written
from rules.volunteers.shifts import Plan


@dataclass(frozen=True, slots=True)
class Weekly:
    """A shift as it is every week; weekdays as ISO numbers, Monday 1."""

    weekday: int
    starts: time
    ends: time
    duty: DutyKind
    needed: int = 1
    usual_ids: tuple[int, ...] = ()


def of(session: Session, canteen_id: int) -> Sequence[ShiftTemplate]:
    """The pattern as it stands, Monday first."""
    own = select(ShiftTemplate).where(
        ShiftTemplate.canteen_id == canteen_id, col(ShiftTemplate.ended_at).is_(None)
    )
    order = (col(ShiftTemplate.weekday), col(ShiftTemplate.starts), col(ShiftTemplate.id))
    return session.exec(own.order_by(*order)).all()


def add(session: Session, canteen: Canteen, weekly: Weekly, act: Act) -> ShiftTemplate:
    """Let a shift be every week from now on; the same duty at the same time changes the one there is."""
    shifts.check_coordinates(session, act)
    _check(canteen, weekly, act)
    hold(session, Canteen, canteen.id)
    row = _same(session, canteen, weekly) or ShiftTemplate(
        canteen_id=canteen.id,
        weekday=weekly.weekday,
        starts=weekly.starts,
        ends=weekly.ends,
        duty=weekly.duty,
        made_by_id=act.actor_id,
        made_at=act.now,
    )
    row.ends, row.needed, row.usual_ids = weekly.ends, weekly.needed, list(weekly.usual_ids)
    session.add(row)
    session.flush()
    after = {"weekday": row.weekday, "duty": row.duty.value, "needed": row.needed}
    audit.record(session, act, "shifts.pattern_made", f"template:{row.id}", after=after)
    extend(session, canteen, [row], act)
    return row


def _check(canteen: Canteen, weekly: Weekly, act: Act) -> None:
    if weekly.weekday not in range(1, 8):
        raise Refused("shifts.plan_unclear")
    next_week = local_day(canteen, act.now) + timedelta(days=7)
    shifts.check_plan(canteen, _plan(weekly, next_week), act.now)


def _plan(weekly: Weekly | ShiftTemplate, day: date) -> Plan:
    return Plan(day, weekly.starts, weekly.ends, weekly.duty, weekly.needed)


def _same(session: Session, canteen: Canteen, weekly: Weekly | ShiftTemplate) -> ShiftTemplate | None:
    same = (row for row in of(session, canteen.id) if row.weekday == weekly.weekday)
    return next((row for row in same if (row.duty, row.starts) == (weekly.duty, weekly.starts)), None)


def end(session: Session, template_id: int, act: Act) -> ShiftTemplate:
    """The pattern goes on without this shift; those already made stay until they are called off."""
    row = held(session, template_id, act)
    row.ended_at = act.now
    session.add(row)
    audit.record(session, act, "shifts.pattern_ended", f"template:{row.id}")
    return row


def resume(session: Session, canteen: Canteen, template_id: int, act: Act) -> ShiftTemplate:
    """Undo an ending: the pattern goes on as before, unless the same was made anew meanwhile."""
    shifts.check_coordinates(session, act)
    hold(session, Canteen, canteen.id)
    row = hold(session, ShiftTemplate, template_id)
    if row is None or row.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    if row.ended_at is None or _same(session, canteen, row) is not None:
        raise Refused("shifts.changed_since")
    row.ended_at = None
    session.add(row)
    session.flush()
    audit.record(session, act, "shifts.pattern_resumed", f"template:{row.id}")
    extend(session, canteen, [row], act)
    return row


def held(session: Session, template_id: int, act: Act) -> ShiftTemplate:
    """A shift of every week as it stands, kept from everybody else."""
    shifts.check_coordinates(session, act)
    row = hold(session, ShiftTemplate, template_id)
    if row is None or row.canteen_id != act.canteen_id or row.ended_at is not None:
        raise Refused("common.old_button")
    return row


def need(session: Session, template_id: int, needed: int, act: Act) -> ShiftTemplate:
    """So many people from now on; the shifts already made are changed one by one."""
    row = held(session, template_id, act)
    if not max(1, len(row.usual_ids)) <= needed <= shifts.MOST_NEEDED:
        raise Refused("shifts.plan_needed", most=shifts.MOST_NEEDED)
    before, row.needed = {"needed": row.needed}, needed
    changed(session, row, before, {"needed": needed}, act)
    return row


def changed(
    session: Session, row: ShiftTemplate, before: dict[str, int], after: dict[str, int], act: Act
) -> None:
    """Write a changed shift of every week down, with what was and what is."""
    session.add(row)
    session.flush()
    audit.record(session, act, "shifts.pattern_changed", f"template:{row.id}", before=before, after=after)


def extend(session: Session, canteen: Canteen, rows: Iterable[ShiftTemplate], act: Act) -> int:
    """Make the shifts of the days ahead that were not made yet; one called off is not made again."""
    today = local_day(canteen, act.now)
    last = today + timedelta(days=settings_of(canteen).roster_days_ahead)
    templates = {row.id: row for row in rows}
    made = _made(session, templates, today)
    rests = _rest_days(session, canteen.id, today, last)
    count = 0
    for row, day in _days(templates.values(), today, last):
        if (row.id, day) not in made and day not in rests:
            count += _make(session, canteen, row, day, act)
    return count


def _made(session: Session, templates: Iterable[int], today: date) -> set[tuple[int, date]]:
    own = select(col(Shift.template_id), col(Shift.day)).where(
        col(Shift.template_id).in_(list(templates)), Shift.day >= today
    )
    return {(number or 0, day) for number, day in session.exec(own)}


def _rest_days(session: Session, canteen_id: int, first: date, last: date) -> set[date]:
    closed = select(col(DayMark.day)).where(
        DayMark.canteen_id == canteen_id,
        DayMark.kind == DayKind.CLOSED,
        col(DayMark.day).between(first, last),
    )
    return set(session.exec(closed))


def _days(rows: Iterable[ShiftTemplate], first: date, last: date) -> Iterator[tuple[ShiftTemplate, date]]:
    for row in rows:
        day = first + timedelta(days=(row.weekday - first.isoweekday()) % 7)
        while day <= last:
            yield row, day
            day += timedelta(days=7)


def _make(session: Session, canteen: Canteen, row: ShiftTemplate, day: date, act: Act) -> bool:
    plan = _plan(row, day)
    there = shifts.find(session, canteen, plan)
    _, ends = shifts.span(canteen, plan)
    if ends <= act.now or (there is not None and there.state != ShiftState.OPEN):
        return False
    if there is not None:
        # Somebody planned this day by hand: their hours stand, and nobody is put out.
        times = shifts.facts(canteen, there)
        plan = replace(plan, ends=times["ends"], needed=max(plan.needed, there.needed))
    shift = shifts.make(session, canteen, plan, act, template_id=row.id)
    for member_id in row.usual_ids:
        member = session.get(Member, member_id)
        if member is None:
            continue
        try:
            assignments.put(session, canteen, as_written(shift, member), act)
        except Refused:
            # Away, ill, or somebody else is there already: the place stays open and is seen as a gap.
            continue
    return True


def extend_all(session: Session, canteen: Canteen, now: datetime) -> int:
    """The clock's daily turn: the whole pattern, some weeks ahead."""
    act = Act(now, None, canteen.id)
    return extend(session, canteen, of(session, canteen.id), act)
