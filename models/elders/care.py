"""Concerns: an elder expected and not seen, asked after step by step until a human knows how they are."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Json, Row, states


class ConcernCause(StrEnum):
    """Why somebody is asked after."""

    NO_SHOW = "no_show"
    NOT_HOME = "not_home"
    NOT_BROUGHT = "not_brought"
    SILENT = "silent"


class Finding(StrEnum):
    """How the elder is, or why nobody asks any more; help and nobody keep a concern open."""

    FINE = "fine"
    ELSEWHERE = "elsewhere"
    HOSPITAL = "hospital"
    HELP = "help"
    NOBODY = "nobody"
    SEEN = "seen"
    SPOKE = "spoke"
    NOT_HERE = "not_here"


class Concern(Row, table=True):
    """One elder missed at one meal; while it is open there is always a next step with a time."""

    __table_args__ = (
        UniqueConstraint("elder_id", "meal_id"),
        CheckConstraint("next_at IS NOT NULL OR closed_at IS NOT NULL", name="open_has_next"),
        Index("ix_concern_canteen_id_closed_at", "canteen_id", "closed_at"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    elder_id: int = Field(foreign_key="member.id")
    meal_id: int = Field(foreign_key="meal.id", index=True)
    cause: ConcernCause = Field(sa_type=states(ConcernCause))
    raised_at: datetime = Field(sa_type=Instant)
    rung_at: datetime = Field(sa_type=Instant)
    step: int = 0
    calls: int = 0
    next_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    pressing: bool = False
    muted_at: datetime | None = Field(default=None, sa_type=Instant)
    asked_ids: list[int] = Field(default_factory=list, sa_type=Json)
    goer_id: int | None = Field(default=None, foreign_key="member.id")
    going_at: datetime | None = Field(default=None, sa_type=Instant)
    finding: Finding | None = Field(default=None, sa_type=states(Finding))
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by_id: int | None = Field(default=None, foreign_key="member.id")
