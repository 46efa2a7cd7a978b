"""Requests of elders, what changes hands for them, and the supplies of medicine that are counted."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base import Instant, Row, states
from models.members.vault import Sealed


class RequestKind(StrEnum):
    """What somebody needs help with."""

    MEDICINE = "medicine"
    ESCORT = "escort"
    REPAIR = "repair"
    ERRAND = "errand"
    COMPANIONSHIP = "companionship"
    COUNSELLING = "counselling"
    HEALTH_CHECK = "health_check"
    HOME_CARE = "home_care"
    MEAL_HELP = "meal_help"
    OTHER = "other"


class RequestState(StrEnum):
    """asked → confirmed → taken → doing → done → accepted | reopened | cancelled."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    TAKEN = "taken"
    DOING = "doing"
    DONE = "done"
    ACCEPTED = "accepted"
    REOPENED = "reopened"
    CANCELLED = "cancelled"


class Urgency(StrEnum):
    """How fast the ladder is climbed."""

    NORMAL = "normal"
    URGENT = "urgent"


class Request(Row, table=True):
    """One request for one elder; while it is open there is always a next step with a time."""

    __table_args__ = (
        CheckConstraint("next_at IS NOT NULL OR state IN ('accepted', 'cancelled')", name="open_has_next"),
        Index("ix_request_canteen_id_state", "canteen_id", "state"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    elder_id: int = Field(foreign_key="member.id", index=True)
    asked_by_id: int | None = Field(default=None, foreign_key="member.id")
    kind: RequestKind = Field(sa_type=states(RequestKind))
    urgency: Urgency = Field(default=Urgency.NORMAL, sa_type=states(Urgency))
    state: RequestState = Field(default=RequestState.ASKED, sa_type=states(RequestState))
    words: str = Field(default="", sa_type=Sealed("elder_id"))
    item: str = Field(default="", sa_type=Sealed("elder_id"))
    photo: str = Field(default="", max_length=200)
    due_at: datetime = Field(sa_type=Instant)
    asked_at: datetime = Field(sa_type=Instant)
    confirmed_by_id: int | None = Field(default=None, foreign_key="member.id")
    taker_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    taken_at: datetime | None = Field(default=None, sa_type=Instant)
    offered_to_id: int | None = Field(default=None, foreign_key="member.id")
    served_by_id: int | None = Field(default=None, foreign_key="member.id")
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    spent: str = Field(default="", sa_type=Sealed("elder_id"))
    closed_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    closed_by_id: int | None = Field(default=None, foreign_key="member.id")
    rating: int | None = None
    rated_by_id: int | None = Field(default=None, foreign_key="member.id")
    supply_id: int | None = Field(default=None, foreign_key="supply.id", index=True)
    rung_at: datetime = Field(sa_type=Instant)
    step: int = 0
    next_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


class Way(StrEnum):
    """Which way things change hands."""

    TO_TAKER = "to_taker"
    TO_ELDER = "to_elder"
    PASSED_ON = "passed_on"


class Handover(Row, table=True):
    """Things of an elder that changed hands for a request: stated by one side, agreed to by the other."""

    request_id: int = Field(foreign_key="request.id", index=True)
    elder_id: int = Field(foreign_key="member.id", index=True)
    way: Way = Field(sa_type=states(Way))
    kit: str = Field(default="", sa_type=Sealed("elder_id"))
    stated_by_id: int = Field(foreign_key="member.id")
    stated_at: datetime = Field(sa_type=Instant)
    agreed_by_id: int | None = Field(default=None, foreign_key="member.id")
    agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    disputed_at: datetime | None = Field(default=None, sa_type=Instant)


class Supply(Row, table=True):
    """A regular medicine of an elder and the day it runs out; `asked_for_on` is the run-out already asked about."""

    __table_args__ = (Index("ix_supply_ended_at_runs_out_on", "ended_at", "runs_out_on"),)

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    elder_id: int = Field(foreign_key="member.id", index=True)
    item: str = Field(default="", sa_type=Sealed("elder_id"))
    counted_on: date
    runs_out_on: date
    asked_for_on: date | None = None
    counted_by_id: int | None = Field(default=None, foreign_key="member.id")
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
