"""Counting the portions of a meal: seated, offered, waiting."""

from dataclasses import dataclass, field

from sqlalchemy import bindparam, case, func
from sqlmodel import Session, col, select

from models.base import table_of
from models.lunch.meals import KEEPS_SEAT, Booking, BookingState, Mode, OfferState, SeatOffer
from models.prepared import Prepared
from rules.values import Text

BOOKED = table_of(Booking).c
MINE = BOOKED.eater_id == bindparam("eater")
BESIDE = Prepared(
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

    @property
    def said_waiting(self) -> Text | str:
        """How many wait, for the end of a sentence; nothing while nobody does."""
        return Text("meals.and_waiting", waiting=self.waiting) if self.waiting else ""


def count(session: Session, meal_id: int, *, besides: int | None = None) -> Count:
    """Portions by what became of them, leaving one eater aside; two statements whatever the history."""
    return count_beside(session, meal_id, besides or 0)[0]


def count_beside(session: Session, meal_id: int, eater_id: int) -> tuple[Count, int | None]:
    """The portions of all others at a meal, and the number of the eater's own booking."""
    by_mode: dict[Mode, int] = {}
    waiting, mine = 0, None
    for state, mode, portions, own in BESIDE.run(session, {"meal": meal_id, "eater": eater_id}).fetchall():
        mine = own or mine
        if state == BookingState.WAITLISTED:
            waiting += int(portions)
        if state in KEEPS_SEAT:
            by_mode[Mode(mode)] = by_mode.get(Mode(mode), 0) + int(portions)
    return Count(by_mode, _offered(session, meal_id, eater_id) if waiting else 0, waiting), mine


def _offered(session: Session, meal_id: int, besides: int | None) -> int:
    offered = (
        select(func.sum(Booking.portions))
        .join(SeatOffer, col(SeatOffer.booking_id) == col(Booking.id))
        .where(Booking.meal_id == meal_id, Booking.eater_id != (besides or 0))
        .where(Booking.state == BookingState.WAITLISTED, SeatOffer.state == OfferState.OFFERED)
    )
    return int(session.exec(offered).one() or 0)
