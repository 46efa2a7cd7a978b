"""What the kitchen plans with: menu wishes, price tiers, and facts about days."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Row, states


class DayKind(StrEnum):
    """Why a day is not like others."""

    CLOSED = "closed"
    HOLIDAY = "holiday"
    WORKDAY = "workday"
    MARKET = "market"
    FESTIVAL = "festival"


class DayMark(Row, table=True):
    """A fact about one day in one village."""

    __table_args__ = (UniqueConstraint("canteen_id", "day", "kind"),)

    canteen_id: int = Field(foreign_key="canteen.id")
    day: date
    kind: DayKind = Field(sa_type=states(DayKind))
    name: str = Field(default="", max_length=64)


class PriceTier(Row, table=True):
    """What an eater of some age or hardship pays, in fen; the lowest price that fits counts."""

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    name: str = Field(max_length=64)
    from_age: int = 0
    hardship: bool = False
    price: int


class MenuWish(Row, table=True):
    """A dish somebody would like."""

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id")
    text: str = Field(max_length=200)
    wished_at: datetime = Field(sa_type=Instant)
    seen_at: datetime | None = Field(default=None, sa_type=Instant)
