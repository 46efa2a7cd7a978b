"""Reminders of shifts: the evening before, an hour before, and to the coordinator where somebody may be missing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import exists
from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.outbox import MessageClass
from models.volunteers.shifts import (
    OPEN_SWAPS,
    RESPONSIBLE,
    Assignment,
    AssignmentState,
    DutyKind,
    Shift,
    ShiftState,
    Swap,
)
from rules import outbox
from rules.cooks import certificates
from rules.members.presence import here, mute
from rules.settings import at, local_day, settings_of
from rules.values import Button, Message, Rows, Style, Text, lines
from rules.volunteers import shifts

ANSWER_TIME = timedelta(minutes=60)
"""How long after the evening's reminder nobody is reported as silent."""
BEFORE_QUIET = timedelta(minutes=30)
JUST_SAID = timedelta(hours=2)
"""Whoever took a shift this shortly ago need not be reminded of it."""
SHOWN = 3
AT_ONCE = 50
"""So many numbers of members are told in one unit: nobody who taps waits for a thousand reminders."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody expected at a shift."""

    place: Assignment
    shift: Shift
    member: Member
    offered: bool = False
    """Whether they have said that they cannot, and nobody has come forward yet."""

    @property
    def confirmed(self) -> bool:
        """Whether they said that they come."""
        return self.place.state == AssignmentState.CONFIRMED


def everybody(session: Session, shift_ids: Sequence[int], numbers: range | None = None) -> list[Expected]:
    """Whoever stands on the roster of some shifts, here or not; only some members when their numbers are given."""
    own = (col(Swap.assignment_id) == col(Assignment.id)) & col(Swap.state).in_(OPEN_SWAPS)
    rows = select(Assignment, Shift, Member, exists().where(own & (Swap.asked_by_id == Assignment.member_id)))
    rows = rows.join(Shift, col(Shift.id) == col(Assignment.shift_id))
    rows = rows.join(Member, col(Member.id) == col(Assignment.member_id))
    rows = rows.where(col(Assignment.shift_id).in_(shift_ids), col(Assignment.state).in_(RESPONSIBLE))
    rows = rows.where(Shift.state == ShiftState.OPEN)
    if numbers is not None:
        rows = rows.where(Assignment.member_id >= numbers.start, Assignment.member_id < numbers.stop)
    found = session.exec(rows.order_by(col(Shift.starts_at), col(Assignment.id)))
    return [Expected(*row) for row in found]


def expected(session: Session, found: Sequence[Expected]) -> list[Expected]:
    """Those of them who are here on the day; the absent, ill and dead are expected nowhere."""
    members = {one.member.id: one.member for one in found}
    present = {day: here(session, list(members.values()), day) for day in {one.shift.day for one in found}}
    return [one for one in found if one.member.id in present[one.shift.day]]


def on(session: Session, canteen_id: int, day: date) -> Sequence[Shift]:
    """The shifts of a day that take place."""
    own = select(Shift).where(
        Shift.canteen_id == canteen_id, Shift.day == day, Shift.state == ShiftState.OPEN
    )
    return session.exec(own.order_by(col(Shift.starts_at), col(Shift.id))).all()


def remind_evening(
    session: Session, canteen: Canteen, day: date, batch: tuple[int, datetime], now: datetime
) -> int:
    """Tell some of those on duty on a day, each in one message; who was put on it since then knows."""
    number, since = batch
    some = range(number * AT_ONCE, (number + 1) * AT_ONCE)
    planned = everybody(session, [shift.id for shift in on(session, canteen.id, day)], some)
    found = expected(session, [one for one in planned if one.place.assigned_at < since])
    lacks = lacking(session, canteen, found, day)
    by_member: dict[int, list[Expected]] = defaultdict(list)
    for one in found:
        by_member[one.member.id].append(one)
    for theirs in by_member.values():
        _tell_evening(session, canteen, theirs, lacks, now)
    return len(by_member)


def lacking(
    session: Session, canteen: Canteen, found: Sequence[Expected], day: date
) -> dict[int, certificates.Lack]:
    """Who on duty lacks a certificate that day; two statements for each duty that asks for one."""
    by_duty: dict[DutyKind, set[int]] = defaultdict(set)
    for one in found:
        by_duty[one.shift.duty].add(one.member.id)
    lacks: dict[int, certificates.Lack] = {}
    for duty, member_ids in by_duty.items():
        lacks |= certificates.lacking(session, canteen, member_ids, duty, day)
    return lacks


def _tell_evening(
    session: Session,
    canteen: Canteen,
    theirs: Sequence[Expected],
    lacks: dict[int, certificates.Lack],
    now: datetime,
) -> bool:
    member, day = theirs[0].member, theirs[0].shift.day
    key = "reminders.evening" if len(theirs) == 1 else "reminders.evening_several"
    said = [Text("reminders.evening_sure" if all(one.confirmed for one in theirs) else key, day=day)]
    said += [_line(canteen, one) for one in theirs]
    lack = lacks.get(member.id)
    if lack is not None:
        said.append(Text("reminders.your_certificate", what=lack.kind))
    message = Message(lines(*said), tuple(row for one in theirs for row in buttons(canteen, one, theirs)))
    return _remind(session, f"shift-eve:{canteen.id}:{day}", member, message, theirs[0].shift, now)


def _line(canteen: Canteen, one: Expected) -> Text:
    return Text("reminders.line_offered" if one.offered else "reminders.line", **facts(canteen, one))


def facts(canteen: Canteen, one: Expected) -> dict[str, object]:
    """A shift of a day that was named already: from, to, duty."""
    told = shifts.facts(canteen, one.shift)
    return {name: told[name] for name in ("starts", "ends", "duty")}


def buttons(canteen: Canteen, one: Expected, theirs: Sequence[Expected]) -> Rows:
    """ "I am coming" where it was not said yet, and "I cannot", which opens the swap at once."""
    several = len(theirs) > 1
    duty = one.shift.duty
    yes = Text("reminders.button_coming_to", duty=duty) if several else Text("shifts.button_coming")
    no = Text("reminders.button_cannot_to", duty=duty) if several else Text("shifts.button_cannot")
    cannot = Button(no, f"shiftno:{one.place.id}")
    if one.confirmed:
        return ((cannot,),)
    return ((Button(yes, f"shiftok:{one.place.id}", Style.SUCCESS), cannot),)


def _remind(
    session: Session, key: str, member: Member, message: Message, shift: Shift, now: datetime
) -> bool:
    lasts = max(shift.starts_at - now, timedelta(minutes=1))
    kind = MessageClass.REMINDER
    return outbox.tell(session, key, member, message, now=now, kind=kind, lasts=lasts) is not None


def tell_coordinators(session: Session, canteen: Canteen, day: date, now: datetime) -> None:
    """The evening before, those who plan hear whom to tell by mouth and whose certificate lacks."""
    found = expected(session, everybody(session, [shift.id for shift in on(session, canteen.id, day)]))
    names = {one.member.id: one.member.name for one in found}
    unheard = mute(session, {one.member.id: one.member for one in found}.values())
    lacks = lacking(session, canteen, found, day)
    by_mouth = [name for number, name in names.items() if number in unheard]
    said = [
        Text("reminders.tell_by_mouth", names=by_mouth) if by_mouth else None,
        Text("reminders.no_certificate", names=[names[number] for number in lacks]) if lacks else None,
    ]
    if not any(said):
        return
    rows = [
        (Button(Text("certificates.button_member", name=names[number]), f"cert:{number}"),)
        for number in list(lacks)[:SHOWN]
    ] + [(_said_yes(one),) for one in found if one.member.id in unheard and not one.confirmed][:SHOWN]
    message = Message(lines(Text("reminders.tomorrow", day=day), *said), tuple(rows))
    key = f"shift-eve:{canteen.id}:{day}:lead"
    outbox.tell_role(session, key, canteen.id, shifts.COORDINATORS, message, now=now)


def _said_yes(one: Expected) -> Button:
    """For those who plan: somebody they asked by mouth comes."""
    label = Text("reminders.button_said_yes", name=one.member.name, duty=one.shift.duty)
    return Button(label, f"shiftok:{one.place.id}", Style.SUCCESS)


def remind_soon(session: Session, canteen: Canteen, shift: Shift, now: datetime) -> int:
    """An hour before: tell whoever is on the shift; who took it just now knows."""
    there = expected(session, everybody(session, [shift.id]))
    found = [one for one in there if now - one.place.assigned_at >= JUST_SAID]
    told = 0
    for one in found:
        said = Text("reminders.soon", **facts(canteen, one))
        message = Message(said, buttons(canteen, one, [one]))
        told += _remind(session, f"shift-soon:{one.place.id}", one.member, message, shift, now)
    return told


def checked_at(canteen: Canteen, shift: Shift) -> datetime:
    """When the coordinator hears who has not answered: half a day before, not at night, and not before one could."""
    settings = settings_of(canteen)
    moment = shift.starts_at - timedelta(hours=settings.shift_unconfirmed_hours)
    day = local_day(canteen, moment)
    if moment >= at(canteen, day, settings.quiet_from):
        moment = at(canteen, day, settings.quiet_from) - BEFORE_QUIET
    moment = max(moment, at(canteen, day, settings.quiet_until))
    evening = shift.day - timedelta(days=1)
    asked = at(canteen, evening, settings.shift_reminder_at) + ANSWER_TIME
    last = at(canteen, evening, settings.quiet_from) - BEFORE_QUIET
    return max(moment, min(asked, last)).astimezone(UTC)


def coming_up(session: Session, now: datetime, ahead: timedelta) -> Sequence[Shift]:
    """Shifts of all villages that begin within some time."""
    near = select(Shift).where(Shift.state == ShiftState.OPEN)
    near = near.where(Shift.ends_at > now, Shift.ends_at <= now + ahead + shifts.LONGEST)
    near = near.where(Shift.starts_at > now, Shift.starts_at <= now + ahead)
    return session.exec(near.order_by(col(Shift.starts_at), col(Shift.id))).all()
