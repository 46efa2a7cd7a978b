"""A day the canteen is closed: the coordinators hear who would come for nothing, and send them all home at once."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, select

from models.lunch.menus import DayKind, DayMark
from models.members.people import Canteen
from models.volunteers.shifts import DutyKind, ShiftState
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
    outbox.tell_role(session, key, canteen.id, shifts.COORDINATORS, said, now=act.now)


def call_off(session: Session, canteen: Canteen, day: date, act: Act) -> list[Line]:
    """Call off what still stands on a closed day; answers what that was, with who was on it."""
    shifts.check_coordinates(session, act)
    closed = select(DayMark).where(DayMark.canteen_id == canteen.id, DayMark.kind == DayKind.CLOSED)
    mark = session.exec(closed.where(DayMark.day == day)).first()
    standing = standing_on(session, canteen, day, act.now)
    if mark is None or not standing:
        raise Refused("shifts.closed_day_over", day=day)
    for line in standing:
        shift_endings.call_off(session, line.shift.id, mark.name, act)
    return standing


def reopen(session: Session, off: Mapping[int, list[int]], act: Act) -> None:
    """Undo it within its minutes: all of it or nothing."""
    for shift_id, place_ids in off.items():
        shift_endings.reopen(session, shift_id, place_ids, act)
