"""Bringing meals home: the stops of a route, who carries, and what happened at the door."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Row, states


class Outcome(StrEnum):
    """What happened at the door."""

    HANDED_OVER = "handed_over"
    LEFT_AS_AGREED = "left_as_agreed"
    NOT_HOME = "not_home"
    REFUSED = "refused"
    WRONG_ADDRESS = "wrong_address"
    NOT_READY = "not_ready"
    OTHER = "other"


class DeliveryStop(Row, table=True):
    """The fixed place of an eater on a delivery route."""

    __table_args__ = (UniqueConstraint("canteen_id", "member_id"),)

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    member_id: int = Field(foreign_key="member.id")
    route: str = Field(default="1", max_length=32)
    position: int


class StopException(Row, table=True):
    """Another route or place for one eater on one day."""

    __table_args__ = (UniqueConstraint("member_id", "day"),)

    member_id: int = Field(foreign_key="member.id")
    day: date = Field(index=True)
    route: str = Field(max_length=32)
    position: int


class Delivery(Row, table=True):
    """One booking carried to one door."""

    booking_id: int = Field(foreign_key="booking.id", unique=True)
    carrier_id: int | None = Field(default=None, foreign_key="member.id")
    outcome: Outcome | None = Field(default=None, sa_type=states(Outcome))
    outcome_at: datetime | None = Field(default=None, sa_type=Instant)
    note: str = Field(default="", max_length=200)
