"""Reading the roster: who is on when, what is still open, what is one's own, how much each has done; few statements each."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, literal
from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.volunteers.shifts import (
    HOLDS_SLOT,
    OPEN_SWAPS,
    RESPONSIBLE,
    Assignment,
    AssignmentState,
    Shift,
    ShiftState,
    Swap,
)
from rules.values import Text, lines
from rules.volunteers import shifts

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """A shift on the roster with the people on it, in the order of their places."""

    shift: Shift
    people: tuple[tuple[Assignment, Member], ...]

    @property
    def missing(self) -> int:
        """How many are still needed."""
        return max(self.shift.needed - len(self.people), 0)


def week_of(day: date) -> tuple[date, date]:
    """Monday to Sunday around a day."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + WEEK - timedelta(days=1)


def roster(session: Session, canteen_id: int, first: date, last: date) -> list[Line]:
    """Every shift of some days that was not called off, with who is on it; two statements however many."""
    inside = (Shift.canteen_id == canteen_id, col(Shift.day).between(first, last))
    own = select(Shift).where(*inside, Shift.state != ShiftState.CANCELLED)
    found = session.exec(own.order_by(col(Shift.day), col(Shift.starts_at), col(Shift.id))).all()
    placed = select(Assignment, Member).join(Member, col(Member.id) == col(Assignment.member_id))
    placed = placed.join(Shift, col(Shift.id) == col(Assignment.shift_id)).where(*inside)
    placed = placed.where(col(Assignment.state).in_(HOLDS_SLOT)).order_by(col(Assignment.slot))
    people: dict[int, list[tuple[Assignment, Member]]] = defaultdict(list)
    for place, member in session.exec(placed):
        people[place.shift_id].append((place, member))
    return [Line(shift, tuple(people[shift.id])) for shift in found]


def vacancies(
    session: Session, canteen_id: int, first: date, last: date, now: datetime
) -> list[tuple[Shift, int]]:
    """Shifts not yet over that still need people, and how many; one statement."""
    taken = func.count(col(Assignment.id))
    holding = (col(Assignment.shift_id) == col(Shift.id)) & col(Assignment.state).in_(HOLDS_SLOT)
    short = select(Shift, taken).outerjoin(Assignment, holding)
    short = short.where(Shift.canteen_id == canteen_id, col(Shift.day).between(first, last))
    short = short.where(Shift.state == ShiftState.OPEN, Shift.ends_at > now)
    short = short.group_by(col(Shift.id)).having(taken < col(Shift.needed))
    found = session.exec(short.order_by(col(Shift.starts_at), col(Shift.id)))
    return [(shift, shift.needed - count) for shift, count in found]


def mine(
    session: Session, member_id: int, today: date, days: Sequence[date] = ()
) -> list[tuple[Assignment, Shift]]:
    """What somebody is expected at from today on, soonest first; on some days only when they are named."""
    own = select(Assignment, Shift).join(Shift, col(Shift.id) == col(Assignment.shift_id))
    own = own.where(Assignment.member_id == member_id, Assignment.day >= today)
    own = own.where(col(Assignment.state).in_(RESPONSIBLE), Shift.state == ShiftState.OPEN)
    if days:
        own = own.where(col(Assignment.day).in_(days))
    return list(session.exec(own.order_by(col(Shift.starts_at), col(Shift.id))).all())


def load(session: Session, canteen_id: int, first: date, last: date) -> dict[int, int]:
    """Minutes done by each member on some days; one statement however many they are."""
    inside = select(Shift.id).where(Shift.canteen_id == canteen_id, col(Shift.day).between(first, last))
    done = select(Assignment.member_id, func.sum(Assignment.minutes))
    done = done.where(Assignment.state == AssignmentState.DONE, col(Assignment.shift_id).in_(inside))
    return {
        member_id: int(total) for member_id, total in session.exec(done.group_by(col(Assignment.member_id)))
    }


def offers_on(
    session: Session, canteen_id: int, days: Sequence[date]
) -> list[tuple[Swap, Assignment, Shift]]:
    """Open offers about shifts of some days."""
    about = select(Swap, Assignment, Shift).join(Assignment, col(Assignment.id) == col(Swap.assignment_id))
    about = about.join(Shift, col(Shift.id) == col(Assignment.shift_id))
    about = about.where(Swap.canteen_id == canteen_id, col(Swap.state).in_(OPEN_SWAPS))
    about = about.where(col(Assignment.day).in_(days))
    return list(session.exec(about.order_by(col(Shift.starts_at), col(Swap.id))).all())


def holders(session: Session, shift_ids: Sequence[int]) -> list[tuple[Assignment, Member]]:
    """Who is expected at some shifts."""
    placed = select(Assignment, Member).join(Member, col(Member.id) == col(Assignment.member_id))
    placed = placed.where(col(Assignment.shift_id).in_(shift_ids), col(Assignment.state).in_(RESPONSIBLE))
    return list(session.exec(placed.order_by(col(Assignment.slot))).all())


def on_duty(session: Session, days: Collection[date]) -> dict[tuple[int, date], list[tuple[int, datetime]]]:
    """Who is expected in all villages on some days, and since when they are; one statement."""
    rows = select(
        col(Shift.canteen_id), col(Shift.day), col(Assignment.member_id), col(Assignment.assigned_at)
    )
    rows = rows.join(Assignment, col(Assignment.shift_id) == col(Shift.id))
    rows = rows.where(Shift.state == ShiftState.OPEN, col(Shift.day).in_(days))
    rows = rows.where(col(Assignment.state).in_(RESPONSIBLE)).order_by(col(Assignment.id))
    found: dict[tuple[int, date], list[tuple[int, datetime]]] = defaultdict(list)
    for canteen_id, day, member_id, since in session.exec(rows):
        found[canteen_id, day].append((member_id, since))
    return found


def spoken_of(session: Session, canteen_id: int, words: str) -> list[Member]:
    """Members whose whole name stands in what somebody said."""
    named = select(Member).where(Member.canteen_id == canteen_id, col(Member.erased_at).is_(None))
    named = named.where(func.length(col(Member.name)) > 1, literal(words).contains(col(Member.name)))
    return list(session.exec(named.order_by(col(Member.id)).limit(5)))


def told(canteen: Canteen, found: Sequence[Line]) -> Text:
    """The roster as it is read aloud: a line for the day, a line for each shift."""
    said: list[Text] = []
    for number, line in enumerate(found):
        if number == 0 or found[number - 1].shift.day != line.shift.day:
            said.append(Text("shifts.roster_day", day=line.shift.day))
        said.append(_line(canteen, line))
    return lines(*said)


def _line(canteen: Canteen, line: Line) -> Text:
    facts = shifts.facts(canteen, line.shift)
    names = [member.name for _, member in line.people]
    if not names:
        return Text("shifts.roster_nobody", missing=line.missing, **facts)
    key = "shifts.roster_short" if line.missing else "shifts.roster_line"
    return Text(key, people=names, missing=line.missing, **facts)
