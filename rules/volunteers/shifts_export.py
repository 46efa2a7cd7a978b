"""Shifts as plain rows: one for each place somebody has or had, one for each place still open."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.volunteers.shifts import HOLDS_SLOT, Assignment, Shift, ShiftState, Swap

PAGE = 500
COLUMNS = ("shift_id", "day", "starts", "ends", "duty", "person", "status", "swap")
VACANT, CALLED_OFF = "vacant", "cancelled"

Placed = tuple[Assignment, str]


def page(
    session: Session, canteen: Canteen, span: tuple[date | None, date | None], after: int
) -> list[tuple[int, dict[str, Any]]]:
    """The rows of the next shifts by number; three statements a page."""
    first, last = span
    own = select(Shift).where(Shift.canteen_id == canteen.id, Shift.id > after)
    own = own.where(Shift.day >= first) if first else own
    own = own.where(Shift.day <= last) if last else own
    found = session.exec(own.order_by(col(Shift.id)).limit(PAGE)).all()
    ids = [shift.id for shift in found]
    places, swaps = _places(session, ids), _swaps(session, ids)
    zone = ZoneInfo(canteen.timezone)
    return [(shift.id, row) for shift in found for row in _rows(shift, places[shift.id], swaps, zone)]


def _places(session: Session, shift_ids: Sequence[int]) -> dict[int, list[Placed]]:
    placed = select(Assignment, col(Member.name)).join(Member, col(Member.id) == col(Assignment.member_id))
    placed = placed.where(col(Assignment.shift_id).in_(shift_ids)).order_by(col(Assignment.id))
    found: dict[int, list[Placed]] = defaultdict(list)
    for place, name in session.exec(placed):
        found[place.shift_id].append((place, name))
    return found


def _swaps(session: Session, shift_ids: Sequence[int]) -> dict[int, str]:
    """The last that was asked about each place."""
    about = select(Swap).join(Assignment, col(Assignment.id) == col(Swap.assignment_id))
    asked = session.exec(about.where(col(Assignment.shift_id).in_(shift_ids)).order_by(col(Swap.id)))
    return {swap.assignment_id: swap.state.value for swap in asked}


def _rows(
    shift: Shift, places: Sequence[Placed], swaps: dict[int, str], zone: ZoneInfo
) -> Iterator[dict[str, Any]]:
    facts = {
        "shift_id": shift.id,
        "day": shift.day.isoformat(),
        "starts": shift.starts_at.astimezone(zone).strftime("%H:%M"),
        "ends": shift.ends_at.astimezone(zone).strftime("%H:%M"),
        "duty": shift.duty.value,
    }
    for place, name in places:
        yield {**facts, "person": name, "status": place.state.value, "swap": swaps.get(place.id)}
    if shift.state == ShiftState.CANCELLED:
        yield {**facts, "person": None, "status": CALLED_OFF, "swap": None}
    taken = sum(place.state in HOLDS_SLOT for place, _ in places)
    for _ in range(shift.needed - taken if shift.state == ShiftState.OPEN else 0):
        yield {**facts, "person": None, "status": VACANT, "swap": None}
