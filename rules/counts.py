"""Counting the portions of a meal: seated, offered, waiting."""

from dataclasses import dataclass, field

from sqlalchemy import bindparam, case, func
from sqlmodel import Session, col, select

from models.base import table_of
from models.meals import KEEPS_SEAT, Booking, BookingState, Mode, OfferState, SeatOffer

BOOKED = table_of(Booking).c
MINE = BOOKED.eater_id == bindparam("eater")
BESIDE = (
    select(BOOKED.state, BOOKED.mode)
    .add_columns(func.sum(case((MINE, 0), else_=BOOKED.portions)), func.max(case((MINE, BOOKED.id))))
    .where(BOOKED.meal_id == bindparam("meal"))
    .group_by(BOOKED.state, BOOKED.mode)
)


@dataclass(frozen=True, slots=True)
class Count:
    """Portions of one meal: those with a seat by mode, those offered one, those that wait."""

    by_mode: dict[Mode, int] = field(default_factory=dict)
    offered: int = 0
    waiting: int = 0

    @property
    def taken(self) -> int:
        """Portions that have a seat."""
        return sum(self.by_mode.values())


def count(session: Session, meal_id: int, *, besides: int | None = None) -> Count:
    """Portions by what became of them, leaving one eater aside; two statements whatever the history."""
    rows = session.exec(
        select(Booking.state, Booking.mode, func.sum(Booking.portions))
        .where(Booking.meal_id == meal_id, Booking.eater_id != (besides or 0))
        .group_by(col(Booking.state), col(Booking.mode))
    ).all()
    waiting = sum(int(n) for state, _, n in rows if state == BookingState.WAITLISTED)
    by_mode: dict[Mode, int] = {}
    for state, mode, n in rows:
        if state in KEEPS_SEAT:
            by_mode[Mode(mode)] = by_mode.get(Mode(mode), 0) + int(n)
    return Count(by_mode, _offered(session, meal_id, besides) if waiting else 0, waiting)


def count_beside(session: Session, meal_id: int, eater_id: int) -> tuple[Count, int | None]:
    """The portions of all others at a meal, and the number of the eater's own booking; one statement as a rule."""
    session.flush()
    asked = {"meal": meal_id, "eater": eater_id}
    by_mode: dict[Mode, int] = {}
    waiting, mine = 0, None
    for state, mode, portions, own in session.connection().execute(BESIDE, asked):
        mine = own or mine
        if state == BookingState.WAITLISTED:
            waiting += portions
        if state in KEEPS_SEAT:
            by_mode[mode] = by_mode.get(mode, 0) + portions
    return Count(by_mode, _offered(session, meal_id, eater_id) if waiting else 0, waiting), mine


def _offered(session: Session, meal_id: int, besides: int | None) -> int:
    offered = (
        select(func.sum(Booking.portions))
        .join(SeatOffer, col(SeatOffer.booking_id) == col(Booking.id))
        .where(Booking.meal_id == meal_id, Booking.eater_id != (besides or 0))
        .where(Booking.state == BookingState.WAITLISTED, SeatOffer.state == OfferState.OFFERED)
    )
    return int(session.exec(offered).one() or 0)
