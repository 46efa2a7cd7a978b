"""Meals and who eats at them: bookings, waiting list, standing bookings, seat offers."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Json, Row, states


class Sitting(StrEnum):
    """Which meal of the day."""

    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    DINNER = "dinner"


class MealState(StrEnum):
    """How far a meal is; a planned meal has a menu but has not been opened for booking."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    SERVED = "served"
    CANCELLED = "cancelled"


class Mode(StrEnum):
    """How a portion reaches its eater."""

    DINE_IN = "dine_in"
    DELIVERY = "delivery"
    TAKEAWAY = "takeaway"


class BookingState(StrEnum):
    """What became of a booking."""

    BOOKED = "booked"
    WAITLISTED = "waitlisted"
    SERVED = "served"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    CANCELLED_LATE = "cancelled_late"


KEEPS_SEAT = (
    BookingState.BOOKED,
    BookingState.SERVED,
    BookingState.PICKED_UP,
    BookingState.DELIVERED,
    BookingState.NO_SHOW,
)


class Source(StrEnum):
    """Through what a booking came."""

    MESSAGE = "message"
    BUTTON = "button"
    LIST = "list"
    STANDING = "standing"
    STAFF = "staff"


class Meal(Row, table=True):
    """One sitting on one day: its dishes, seats, price and closing time."""

    __table_args__ = (
        UniqueConstraint("canteen_id", "day", "sitting"),
        Index("ix_meal_state_closes_at", "state", "closes_at"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    day: date
    sitting: Sitting = Field(sa_type=states(Sitting))
    dishes: list[str] = Field(default_factory=list, sa_type=Json)
    seats: int
    grace_seats: int = 3
    grace_used: int = 0
    price: int = 0
    closes_at: datetime = Field(sa_type=Instant)
    starts_at: datetime = Field(sa_type=Instant)
    state: MealState = Field(default=MealState.OPEN, sa_type=states(MealState))
    reason: str = Field(default="", max_length=200)


class Booking(Row, table=True):
    """A place kept for one eater at one meal; further portions may carry guests' names."""

    __table_args__ = (
        UniqueConstraint("meal_id", "eater_id"),
        # Seats are counted at every booking: this index alone answers.
        Index("ix_booking_seats", "meal_id", "state", "mode", "eater_id", "portions"),
    )

    meal_id: int = Field(foreign_key="meal.id")
    eater_id: int = Field(foreign_key="member.id", index=True)
    portions: int = 1
    mode: Mode = Field(default=Mode.DINE_IN, sa_type=states(Mode))
    state: BookingState = Field(default=BookingState.BOOKED, sa_type=states(BookingState))
    note: str = Field(default="", max_length=200)
    guests: list[str] = Field(default_factory=list, sa_type=Json)
    booked_by_id: int | None = Field(default=None, foreign_key="member.id")
    booked_at: datetime = Field(sa_type=Instant)
    source: Source = Field(sa_type=states(Source))
    waiting_since: datetime | None = Field(default=None, sa_type=Instant)
    grace: bool = False
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class StandingBooking(Row, table=True):
    """A weekly pattern that books by itself; weekdays as ISO numbers, Monday 1."""

    eater_id: int = Field(foreign_key="member.id", index=True)
    sitting: Sitting = Field(sa_type=states(Sitting))
    weekdays: list[int] = Field(default_factory=list, sa_type=Json)
    portions: int = 1
    mode: Mode = Field(default=Mode.DINE_IN, sa_type=states(Mode))
    note: str = Field(default="", max_length=200)
    starts_on: date
    ends_on: date | None = None
    paused_from: date | None = None
    paused_until: date | None = None
    made_by_id: int | None = Field(default=None, foreign_key="member.id")
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class OfferState(StrEnum):
    """What became of a freed seat that was offered."""

    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    EXPIRED = "expired"


class SeatOffer(Row, table=True):
    """A freed seat offered to the first who waits, for some minutes."""

    booking_id: int = Field(foreign_key="booking.id", index=True)
    state: OfferState = Field(default=OfferState.OFFERED, sa_type=states(OfferState), index=True)
    offered_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class SignupList(Row, table=True):
    """The last version of a 接龙 list pasted in a chat, to compare the next one with."""

    __table_args__ = (UniqueConstraint("canteen_id", "meal_id"),)

    canteen_id: int = Field(foreign_key="canteen.id")
    meal_id: int = Field(foreign_key="meal.id")
    entries: list[dict[str, object]] = Field(default_factory=list, sa_type=Json)
    seen_at: datetime = Field(sa_type=Instant)
