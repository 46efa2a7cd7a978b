"""A day the canteen is closed: the coordinators hear who would come for nothing, and send them all home at once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.lunch.menus import DayKind, DayMark
from models.members.people import Canteen
from models.volunteers.shifts import DutyKind, Shift, ShiftState
from rules import outbox
from rules.audit import Act
from rules.values import Button, Message, Refused, Style, Text, lines
from rules.volunteers import rosters, shift_endings, shifts
from rules.volunteers.rosters import Line

GOES_ON = frozenset({DutyKind.VISIT})
"""What is done in people's homes, whether the canteen is open or not."""


def standing_on(session: Session, canteen: Canteen, day: date, now: datetime) -> list[Line]:
    """The shifts of a day that a closed canteen does not need, with who is on them."""
    found = rosters.roster(session, canteen.id, day, day)
    ahead = [line for line in found if line.shift.state == ShiftState.OPEN and line.shift.ends_at > now]
    return [line for line in ahead if line.shift.duty not in GOES_ON]


def tell(session: Session, canteen: Canteen, day: date, act: Act) -> None:
    """Tell the coordinators which shifts still stand on a day that was closed."""
    standing = standing_on(session, canteen, day, act.now)
    if not standing:
        return
    head = Text("shifts.closed_day", day=day, count=len(standing))
    button = Button(Text("shifts.button_call_off_day"), f"shiftsoff:{day}", Style.DANGER)
    said = Message(lines(head, rosters.told(canteen, standing)), ((button,),))
    key = f"closed:{day}:{act.update_id}:shifts"
    outbox.tell_role(
        session, key, canteen.id, shifts.COORDINATORS, said, now=act.now, before=standing[0].shift.starts_at
    )


def call_off(session: Session, canteen: Canteen, day: date, act: Act) -> list[Line]:
    """Call off what still stands on a closed day; answers what that was, with who was on it."""
    shifts.check_coordinates(session, act)
    closed = select(DayMark).where(DayMark.canteen_id == canteen.id, DayMark.kind == DayKind.CLOSED)
    mark = session.exec(closed.where(DayMark.day == day)).first()
    standing = standing_on(session, canteen, day, act.now)
    if mark is None or not standing:
        raise Refused("shifts.closed_day_over", day=day)
    freed = [one for line in standing for one in shift_endings.cancel(session, line.shift.id, mark.name, act)]
    shift_endings.tell_off(session, freed, act)
    return standing


def reopen(session: Session, off: Mapping[int, list[int]], act: Act) -> None:
    """Undo it within its minutes: all of it or nothing."""
    back = [
        one
        for shift_id, place_ids in off.items()
        for one in shift_endings.bring_back(session, shift_id, place_ids, act)[1]
    ]
    shift_endings.tell_on(session, back, act)


def offer_back(session: Session, canteen: Canteen, mark: DayMark, act: Act) -> None:
    """The day is open after all: shall the shifts that were called off for it take place as well?"""
    off = _called_off(session, canteen, (mark.day, mark.name), act.now)
    if not off:
        return
    head = Text("shifts.day_open_again", day=mark.day, count=len(off))
    said = lines(head, *(shifts.line(canteen, shift) for shift in off))
    button = Button(Text("shifts.button_day_back"), f"shiftsagain:{off[0].id}", Style.SUCCESS)
    key = f"opened:{mark.day}:{act.update_id}:shifts"
    message = Message(said, ((button,),))
    outbox.tell_role(
        session, key, canteen.id, shifts.COORDINATORS, message, now=act.now, before=off[0].starts_at
    )


def _called_off(
    session: Session, canteen: Canteen, closing: tuple[date, str], now: datetime
) -> Sequence[Shift]:
    """What was called off for one reason on one day and could still take place."""
    day, reason = closing
    own = select(Shift).where(Shift.canteen_id == canteen.id, Shift.day == day, Shift.reason == reason)
    own = own.where(Shift.state == ShiftState.CANCELLED, Shift.starts_at > now)
    own = own.where(col(Shift.duty).not_in(GOES_ON))
    return session.exec(own.order_by(col(Shift.starts_at), col(Shift.id))).all()


def open_again(session: Session, canteen: Canteen, shift_id: int, act: Act) -> Sequence[Shift]:
    """Let a shift that was called off for a closed day, and all that were with it, take place; whoever was on them is again."""
    shifts.check_coordinates(session, act)
    one = shifts.held(session, shift_id, canteen.id)
    off = _called_off(session, canteen, (one.day, one.reason), act.now)
    if not off:
        raise Refused("shifts.changed_since")
    reopen(session, shift_endings.freed_by(session, off), act)
    return off
