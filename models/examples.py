"""Sentences nobody understood, without names, and who agreed that theirs are kept."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Json, Row, states


class ExampleState(StrEnum):
    """What became of a sentence that was proposed as an example."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Example(Row, table=True):
    """A sentence without names, what it may have meant, and what a social worker says it means."""

    __table_args__ = (
        UniqueConstraint("canteen_id", "skeleton"),
        Index("ix_example_canteen_id_state", "canteen_id", "state"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    words: str = Field(max_length=120)
    skeleton: str = Field(max_length=120)
    likely: list[str] = Field(default_factory=list, sa_type=Json)
    intent: str = Field(default="", max_length=32)
    state: ExampleState = Field(default=ExampleState.PROPOSED, sa_type=states(ExampleState))
    times: int = 1
    proposed_at: datetime = Field(sa_type=Instant)
    decided_by_id: int | None = Field(default=None, foreign_key="member.id")
    decided_at: datetime | None = Field(default=None, sa_type=Instant)

    def offered(self) -> list[str]:
        """The meanings to offer, the one tapped by the speaker first."""
        return list(dict.fromkeys([*([self.intent] if self.intent else []), *self.likely]))

    def facts(self) -> dict[str, Any]:
        """What the audit keeps of it: never the words."""
        return {"state": self.state.value, "intent": self.intent}


class ExampleConsent(Row, table=True):
    """Whether somebody agreed that sentences of theirs are kept without names."""

    __tablename__ = "example_consent"

    member_id: int = Field(foreign_key="member.id", unique=True)
    agreed: bool | None = None
    """Whether sentences nobody understood may be kept; None when never asked."""
    model_agreed: bool = False
    """Whether a model outside the house may be asked about them."""
    answered_at: datetime = Field(sa_type=Instant)
