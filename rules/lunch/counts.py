"""Counting the portions of a meal: seated, offered, waiting."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, bindparam, case, func, or_
from sqlmodel import Session, col, select

from models.base import table_of
from models.lunch.meals import KEEPS_SEAT, Booking, BookingState, Mode, OfferState, SeatOffer
from models.prepared import Prepared
from rules.values import Text

BOOKED = table_of(Booking).c
MINE = BOOKED.eater_id == bindparam("eater")
BESIDE = Prepared(
    select(BOOKED.state, BOOKED.mode)
    .add_columns(func.sum(case((MINE, 0), else_=BOOKED.portions)))
    .where(BOOKED.meal_id == bindparam("meal"))
    .group_by(BOOKED.state, BOOKED.mode)
)


AT_MEAL = BOOKED.meal_id == bindparam("meal")
SEATED = or_(*(BOOKED.state == state for state in KEEPS_SEAT))
WAITS = BOOKED.state == BookingState.WAITLISTED


def _portions(*which: ColumnElement[bool]) -> ColumnElement[int]:
    """A sum of its own for each state: grouped by state SQLite takes four times as long, and everybody who books asks."""
    found = select(func.sum(BOOKED.portions)).where(AT_MEAL, *which).scalar_subquery()
    return func.coalesce(found, 0)


SEATS = Prepared(
    select(
        _portions(SEATED) - _portions(MINE, SEATED),
        _portions(WAITS) - _portions(MINE, WAITS),
        select(BOOKED.id).where(AT_MEAL, MINE).scalar_subquery(),
    )
)


@dataclass(frozen=True, slots=True)
class Seats:
    """Portions of all others at a meal: those with a seat, those offered one, those that wait."""

    taken: int
    offered: int
    waiting: int


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
    by_mode: dict[Mode, int] = {}
    waiting, eater_id = 0, besides or 0
    for state, mode, portions in BESIDE.run(session, {"meal": meal_id, "eater": eater_id}).fetchall():
        if state == BookingState.WAITLISTED:
            waiting += int(portions)
        if state in KEEPS_SEAT:
            by_mode[Mode(mode)] = by_mode.get(Mode(mode), 0) + int(portions)
    return Count(by_mode, _offered(session, meal_id, eater_id) if waiting else 0, waiting)


def seats_beside(session: Session, meal_id: int, eater_id: int) -> tuple[Seats, int | None]:
    """The portions of all others at a meal, and the number of the eater's own booking."""
    taken, waiting, mine = SEATS.run(session, {"meal": meal_id, "eater": eater_id}).fetchone()
    offered = _offered(session, meal_id, eater_id) if waiting else 0
    return Seats(int(taken), offered, int(waiting)), mine


def _offered(session: Session, meal_id: int, besides: int | None) -> int:
    offered = (
        select(func.sum(Booking.portions))
        .join(SeatOffer, col(SeatOffer.booking_id) == col(Booking.id))
        .where(Booking.meal_id == meal_id, Booking.eater_id != (besides or 0))
        .where(Booking.state == BookingState.WAITLISTED, SeatOffer.state == OfferState.OFFERED)
    )
    return int(session.exec(offered).one() or 0)
