"""A roster somebody wrote, line by line: looked at before it counts, then kept without losing who was there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlmodel import Session

from models.members.people import Canteen, Member
from models.volunteers.shifts import DutyKind, Shift, ShiftState
from rules import outbox
from rules.audit import Act
from rules.members.people import named
from rules.values import Refused, Text, lines
from rules.volunteers import assignments, shifts
from rules.volunteers.eligibility import as_written, check
from rules.volunteers.shifts import Plan


@dataclass(frozen=True, slots=True)
class Entry:
    """One shift of the roster with the names written beside it."""

    line: int
    day: date
    starts: time
    ends: time
    duty: DutyKind
    needed: int
    people: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        """The shift without its people."""
        return Plan(self.day, self.starts, self.ends, self.duty, max(self.needed, len(self.people), 1))


@dataclass(frozen=True, slots=True)
class Looked:
    """One entry looked at: who is meant, and what stands against it."""

    entry: Entry
    members: tuple[Member, ...]
    problems: tuple[Text, ...]
    stay: tuple[Member, ...] = ()
    """Who is on the shift already and is not written: a second roster puts nobody out."""


def look(session: Session, canteen: Canteen, entries: Sequence[Entry], act: Act) -> list[Looked]:
    """What would become of a roster, without keeping anything."""
    return [_look(session, canteen, entry, act) for entry in entries]


def _look(session: Session, canteen: Canteen, entry: Entry, act: Act) -> Looked:
    problems: list[Text] = []
    members: list[Member] = []
    try:
        shifts.check_plan(canteen, entry.plan, act.now, history=True)
    except Refused as refused:
        return Looked(entry, (), (refused.text,))
    there = _there(session, canteen, entry)
    for name in entry.people:
        member = the_one(session, canteen, name)
        if isinstance(member, Text):
            problems.append(member)
            continue
        members.append(member)
        if member.id not in there:
            problems += _against(session, canteen, (entry, member), act)
    named_too = {member.id for member in members}
    stay = tuple(member for number, member in there.items() if number not in named_too)
    return Looked(entry, tuple(members), tuple(problems), stay)


def _there(session: Session, canteen: Canteen, entry: Entry) -> dict[int, Member]:
    """Who is on the shift already, where it is planned."""
    shift = shifts.find(session, canteen, entry.plan)
    on_it = shifts.live(session, shift.id) if shift and shift.state != ShiftState.CANCELLED else []
    return {place.member_id: session.get_one(Member, place.member_id) for place in on_it}


def _against(session: Session, canteen: Canteen, wanted: tuple[Entry, Member], act: Act) -> list[Text]:
    """What stands against somebody on a shift that is only written down yet."""
    entry, member = wanted
    starts, ends = shifts.span(canteen, entry.plan)
    draft = Shift(
        canteen_id=canteen.id, day=entry.day, starts_at=starts, ends_at=ends, duty=entry.duty, needed=50
    )
    try:
        check(session, canteen, as_written(draft, member), act.now)
    except Refused as refused:
        return [refused.text]
    return []


def the_one(session: Session, canteen: Canteen, name: str) -> Member | Text:
    """The member meant by a name, or why nobody is."""
    found = named(session, canteen.id, name)
    if len(found) == 1:
        return found[0]
    return Text("shifts.name_twice" if found else "shifts.name_unknown", name=name)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a roster: shifts, places, and who could not be put on it."""

    shifts: int
    places: int
    problems: tuple[Text, ...]


def keep(session: Session, canteen: Canteen, entries: Sequence[Entry], act: Act) -> Kept:
    """Keep a roster that a coordinator pasted; see `write`."""
    shifts.check_coordinates(session, act)
    return write(session, canteen, entries, act)


def write(session: Session, canteen: Canteen, entries: Sequence[Entry], act: Act) -> Kept:
    """Keep a roster: who was there stays, who is written joins, each is told once of all their shifts."""
    places: dict[int, list[Shift]] = defaultdict(list)
    problems: list[Text] = []
    for entry in entries:
        shift = _shift(session, canteen, entry, act)
        for name in entry.people:
            problem = _place(session, canteen, (shift, name), places, act)
            problems += [problem] if problem else []
    for member_id, written in places.items():
        mine = [shift for shift in written if shift.ends_at > act.now]
        _tell(session, canteen, member_id, mine, act)
    return Kept(len(entries), sum(map(len, places.values())), tuple(problems))


def _shift(session: Session, canteen: Canteen, entry: Entry, act: Act) -> Shift:
    """The shift of an entry, with room for everybody already on it."""
    names = {
        member.id
        for member in (the_one(session, canteen, name) for name in entry.people)
        if isinstance(member, Member)
    }
    there = shifts.find(session, canteen, entry.plan)
    stay = {place.member_id for place in shifts.live(session, there.id)} if there else set()
    needed = max(entry.plan.needed, len(names | stay))
    plan = Plan(entry.day, entry.starts, entry.ends, entry.duty, needed)
    return shifts.make(session, canteen, plan, act, history=True)


def _place(
    session: Session, canteen: Canteen, wanted: tuple[Shift, str], places: dict[int, list[Shift]], act: Act
) -> Text | None:
    shift, name = wanted
    member = the_one(session, canteen, name)
    if isinstance(member, Text):
        return member
    if any(place.member_id == member.id for place in shifts.live(session, shift.id)):
        return None
    wish = as_written(shift, member)
    try:
        assignments.put(session, canteen, wish, act)
    except Refused as refused:
        return refused.text
    places[member.id].append(shift)
    return None


def _tell(session: Session, canteen: Canteen, member_id: int, mine: Sequence[Shift], act: Act) -> None:
    if member_id == act.actor_id or not mine:
        return
    member = session.get_one(Member, member_id)
    said = lines(Text("shifts.your_roster"), *(shifts.line(canteen, shift) for shift in mine))
    outbox.tell(
        session,
        f"roster:{act.update_id}:{act.now.timestamp():.0f}",
        member,
        said,
        now=act.now,
        before=min(shift.starts_at for shift in mine),
    )
