"""Counting the portions of a meal: seated, offered, waiting."""

from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.meals import KEEPS_SEAT, Booking, BookingState, Mode, OfferState, SeatOffer


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


def _offered(session: Session, meal_id: int, besides: int | None) -> int:
    offered = (
        select(func.sum(Booking.portions))
        .join(SeatOffer, col(SeatOffer.booking_id) == col(Booking.id))
        .where(Booking.meal_id == meal_id, Booking.eater_id != (besides or 0))
        .where(Booking.state == BookingState.WAITLISTED, SeatOffer.state == OfferState.OFFERED)
    )
    return int(session.exec(offered).one() or 0)
