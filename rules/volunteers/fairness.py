"""How the work is spread: everybody sees their own hours kindly, the coordinator whom to ask next; nobody is ranked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.members.people import Canteen, Member, MemberRole, Role
from models.volunteers.shifts import (
    HOLDS_SLOT,
    RESPONSIBLE,
    Assignment,
    AssignmentState,
    Shift,
    ShiftState,
)
from rules import outbox
from rules.cooks import certificates
from rules.members.presence import here
from rules.settings import local_day, settings_of
from rules.values import Text
from rules.volunteers import eligibility, rosters, shifts

SPAN = timedelta(days=30)
AHEAD = timedelta(days=14)
HELPERS = frozenset({Role.VOLUNTEER, Role.COOK})
MILESTONES = (10, 25, 50, 100, 200, 300, 500, 750, 1000, 1500, 2000)
"""Hours after which somebody is thanked."""
THANKED_LATE = timedelta(days=7)
"""A bot that slept for some days thanks when it wakes; what it said before it does not say again."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of one person in the last month beside the median of all who helped, and in all their time."""

    mine: int
    median: int
    ever: int


def hours(session: Session, canteen: Canteen, member_id: int, today: date) -> Hours:
    """One's own hours; two statements."""
    done = rosters.load(session, canteen.id, today - SPAN, today)
    ever = select(func.sum(Assignment.minutes)).where(
        Assignment.member_id == member_id, Assignment.state == AssignmentState.DONE
    )
    middle = int(median(done.values())) if done else 0
    return Hours(done.get(member_id, 0), middle, int(session.exec(ever).one() or 0))


def kindly(found: Hours) -> Text:
    """The hours as they are said to whom they belong: never with a reproach, never with another name."""
    facts = {"mine": eligibility.hours(found.mine), "ever": eligibility.hours(found.ever)}
    if not found.ever:
        return Text("fairness.none_yet")
    if not found.mine:
        return Text("fairness.rested", **facts)
    key = "fairness.much" if found.mine > found.median else "fairness.enough"
    return Text(key, median=eligibility.hours(found.median), **facts)


@dataclass(frozen=True, slots=True)
class Load:
    """What one person did in the last month and is down for in the next two weeks, in minutes."""

    member: Member
    done: int
    ahead: int

    @property
    def total(self) -> int:
        """What they are to be spared by."""
        return self.done + self.ahead


def loads(session: Session, canteen: Canteen, today: date) -> list[Load]:
    """Everybody who helps, least loaded first; four statements however many they are."""
    helping = _helpers(session, canteen.id, HELPERS)
    done = rosters.load(session, canteen.id, today - SPAN, today)
    coming = _ahead(session, canteen.id, today)
    present = here(session, helping, today)
    found = [Load(m, done.get(m.id, 0), coming.get(m.id, 0)) for m in helping if m.id in present]
    return sorted(found, key=lambda load: (load.total, load.member.id))


def _helpers(session: Session, canteen_id: int, roles: frozenset[Role]) -> Sequence[Member]:
    holding = select(MemberRole.member_id).where(col(MemberRole.role).in_(roles))
    found = select(Member).where(Member.canteen_id == canteen_id, col(Member.id).in_(holding))
    found = found.where(col(Member.approved_at).is_not(None), col(Member.erased_at).is_(None))
    return session.exec(found.order_by(col(Member.id))).all()


def _ahead(session: Session, canteen_id: int, today: date) -> dict[int, int]:
    rows = _planned(session, canteen_id, today, today + AHEAD)
    found: dict[int, int] = defaultdict(int)
    for member_id, shift in rows:
        found[member_id] += shifts.minutes_of(shift)
    return found


def _planned(session: Session, canteen_id: int, first: date, last: date) -> Sequence[tuple[int, Shift]]:
    rows = select(Assignment.member_id, Shift).join(Shift, col(Shift.id) == col(Assignment.shift_id))
    rows = rows.where(Shift.canteen_id == canteen_id, col(Shift.day).between(first, last))
    rows = rows.where(col(Assignment.state).in_(RESPONSIBLE), Shift.state == ShiftState.OPEN)
    return session.exec(rows).all()


def whom_to_ask(session: Session, canteen: Canteen, shift: Shift, now: datetime) -> list[Load]:
    """Who could be asked: qualified, here, free and within the hours, least loaded first; nine statements."""
    helping = _helpers(session, canteen.id, eligibility.ROLES.get(shift.duty, HELPERS))
    member_ids = [member.id for member in helping]
    lacks = certificates.lacking(session, canteen, member_ids, shift.duty, shift.day)
    present = here(session, helping, shift.day)
    busy = _busy(session, canteen, shift)
    today = local_day(canteen, now)
    done, ahead = rosters.load(session, canteen.id, today - SPAN, today), _ahead(session, canteen.id, today)
    found = [
        Load(member, done.get(member.id, 0), ahead.get(member.id, 0))
        for member in helping
        if member.id in present and member.id not in lacks and member.id not in busy
    ]
    return sorted(found, key=lambda load: (load.total, load.member.id))


def _busy(session: Session, canteen: Canteen, shift: Shift) -> set[int]:
    """Who is on it already, does something else at that time, or would work too long."""
    first, last = rosters.week_of(shift.day)
    rows = select(Assignment.member_id, Shift).join(Shift, col(Shift.id) == col(Assignment.shift_id))
    rows = rows.where(Shift.canteen_id == canteen.id, Shift.state != ShiftState.CANCELLED)
    rows = rows.where(col(Assignment.state).in_(HOLDS_SLOT))
    rows = rows.where(col(Shift.day).between(first - timedelta(days=1), last + timedelta(days=1)))
    week: dict[int, list[Shift]] = defaultdict(list)
    for member_id, other in session.exec(rows):
        week[member_id].append(other)
    return {member_id for member_id, others in week.items() if _cannot(canteen, shift, others)}


def _cannot(canteen: Canteen, shift: Shift, others: Sequence[Shift]) -> bool:
    if any(other.starts_at < shift.ends_at and shift.starts_at < other.ends_at for other in others):
        return True
    settings, first = settings_of(canteen), rosters.week_of(shift.day)[0]
    week = [other for other in others if rosters.week_of(other.day)[0] == first]
    day = [other for other in week if other.day == shift.day]
    caps = ((settings.shift_hours_week, week), (settings.shift_hours_day, day))
    mine = shifts.minutes_of(shift)
    return any(most and sum(map(shifts.minutes_of, theirs)) + mine > most * 60 for most, theirs in caps)


def milestone(before: int, after: int) -> int | None:
    """The highest round number of hours passed between two totals in minutes."""
    return max((mark for mark in MILESTONES if before < mark * 60 <= after), default=None)


def thank(session: Session, canteen: Canteen, now: datetime) -> int:
    """Thank whoever passed a round number of hours of late, once for each; answers how many."""
    today = local_day(canteen, now)
    lately = rosters.load(session, canteen.id, today - THANKED_LATE, today - timedelta(days=1))
    if not lately:
        return 0
    totals = _ever(session, list(lately), today)
    helped = session.exec(select(Member).where(col(Member.id).in_(list(lately))).order_by(col(Member.id)))
    members = {member.id: member for member in helped}
    told = 0
    for number in sorted(here(session, members.values(), today)):
        after = totals.get(number, 0)
        mark = milestone(after - lately[number], after)
        if mark is not None:
            said = Text("fairness.thanks", name=members[number].name, hours=mark)
            told += outbox.tell(session, f"thanks:{mark}", members[number], said, now=now) is not None
    return told


def _ever(session: Session, member_ids: Sequence[int], before: date) -> dict[int, int]:
    done = select(Assignment.member_id, func.sum(Assignment.minutes))
    done = done.where(col(Assignment.member_id).in_(member_ids), Assignment.day < before)
    done = done.where(Assignment.state == AssignmentState.DONE).group_by(col(Assignment.member_id))
    return {member_id: int(total) for member_id, total in session.exec(done)}
