"""The kitchen book: who was fit to cook, what was kept of each dish, when it was cooked and when it arrived."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Row


class MorningCheck(Row, table=True):
    """One person looked at before work; temperature in tenths of a degree, and whether they may cook, never why not."""

    __tablename__ = "morning_check"
    __table_args__ = (
        UniqueConstraint("member_id", "day"),
        Index("ix_morning_check_canteen_id_day", "canteen_id", "day"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    member_id: int = Field(foreign_key="member.id")
    day: date
    temperature: int
    clean: bool
    fit: bool
    checked_by_id: int | None = Field(default=None, foreign_key="member.id")
    checked_at: datetime = Field(sa_type=Instant)


class Sample(Row, table=True):
    """What is kept of one dish of one meal; `fridge` in tenths of a degree, `photo` is the messenger's name of a picture."""

    __table_args__ = (
        UniqueConstraint("meal_id", "dish"),
        Index("ix_sample_discarded_at_discard_at", "discarded_at", "discard_at"),
    )

    meal_id: int = Field(foreign_key="meal.id")
    dish: str = Field(max_length=40)
    grams: int
    fridge: int | None = None
    kept_by_id: int | None = Field(default=None, foreign_key="member.id")
    kept_at: datetime = Field(sa_type=Instant)
    discard_at: datetime = Field(sa_type=Instant)
    discarded_by_id: int | None = Field(default=None, foreign_key="member.id")
    discarded_at: datetime | None = Field(default=None, sa_type=Instant)
    photo: str = Field(default="", max_length=256)


class MealClock(Row, table=True):
    """When a meal left the fire, when it was packed, and when the last box had arrived; each with who said so."""

    __tablename__ = "meal_clock"

    meal_id: int = Field(foreign_key="meal.id", unique=True)
    cooked_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    cooked_by_id: int | None = Field(default=None, foreign_key="member.id")
    packed_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    packed_by_id: int | None = Field(default=None, foreign_key="member.id")
    handed_over_at: datetime | None = Field(default=None, sa_type=Instant)
    handed_over_by_id: int | None = Field(default=None, foreign_key="member.id")
