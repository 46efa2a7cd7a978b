"""Emergencies until somebody goes and it is over, and who is on call."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base import Instant, Row, states
from models.members.vault import Sealed


class EmergencyState(StrEnum):
    """open → answered → closed, or a false alarm."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"


class Emergency(Row, table=True):
    """Somebody may be in danger, known by name or only as they are called; not over: there is a next call with a time."""

    __table_args__ = (
        CheckConstraint("next_at IS NOT NULL OR state IN ('closed', 'false_alarm')", name="open_has_next"),
        Index("ix_emergency_canteen_id_state", "canteen_id", "state"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    person_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    raised_by_id: int | None = Field(default=None, foreign_key="member.id")
    called: str = Field(default="", max_length=64)
    words: str = Field(default="", sa_type=Sealed("person_id"))
    state: EmergencyState = Field(default=EmergencyState.OPEN, sa_type=states(EmergencyState))
    raised_at: datetime = Field(sa_type=Instant)
    answered_by_id: int | None = Field(default=None, foreign_key="member.id")
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by_id: int | None = Field(default=None, foreign_key="member.id")
    closed_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    reason: str = Field(default="", max_length=32)
    rung_at: datetime = Field(sa_type=Instant)
    step: int = 0
    next_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


class OnCall(Row, table=True):
    """Somebody who is called first, from a moment until they say they are not any more."""

    __tablename__ = "on_call"
    __table_args__ = (Index("ix_on_call_canteen_id_ends_at", "canteen_id", "ends_at"),)

    canteen_id: int = Field(foreign_key="canteen.id")
    member_id: int = Field(foreign_key="member.id")
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
