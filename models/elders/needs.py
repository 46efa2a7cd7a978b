"""What elders say they need, in their own words; who answers, by when, and what they were told."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Instant, Row, only_where, states
from models.elders.requests import Urgency
from models.members.vault import Sealed


class NeedCategory(StrEnum):
    """What a need is about."""

    HEALTH = "health"
    MEALS = "meals"
    HOME = "home"
    OUTINGS = "outings"
    COMPANY = "company"
    LEARNING = "learning"
    MONEY = "money"
    VILLAGE = "village"
    OTHER = "other"


class NeedKind(StrEnum):
    """What a need becomes."""

    REQUEST = "request"
    MENU_WISH = "menu_wish"
    ISSUE = "issue"
    NOTE = "note"


class NeedState(StrEnum):
    """open → answered → closed: the elder heard what became of it."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class NeedOutcome(StrEnum):
    """What became of a need."""

    MET = "met"
    PARTLY = "partly"
    NOT_POSSIBLE = "not_possible"
    NOTED = "noted"


class Need(Row, table=True):
    """One wish or need of one elder; it is nobody's business but the elder's, the owner's and the social workers'."""

    __table_args__ = (
        Index("ix_need_canteen_id_state_due_on", "canteen_id", "state", "due_on"),
        Index("ix_need_elder_id_state", "elder_id", "state"),
        Index("ix_need_owner_id_state", "owner_id", "state"),
        Index("ix_need_becoming", "becomes", **only_where("state = 'open'")),
        Index("ix_need_to_forget", "closed_at", **only_where("words != ''")),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    elder_id: int = Field(foreign_key="member.id")
    words: str = Field(default="", sa_type=Sealed("elder_id"))
    category: NeedCategory = Field(default=NeedCategory.OTHER, sa_type=states(NeedCategory))
    urgency: Urgency = Field(default=Urgency.NORMAL, sa_type=states(Urgency))
    state: NeedState = Field(default=NeedState.OPEN, sa_type=states(NeedState))
    owner_id: int | None = Field(default=None, foreign_key="member.id")
    due_on: date
    noted_by_id: int | None = Field(default=None, foreign_key="member.id")
    noted_at: datetime = Field(sa_type=Instant)
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    becomes: NeedKind | None = Field(default=None, sa_type=states(NeedKind))
    request_id: int | None = Field(default=None, foreign_key="request.id", index=True)
    wish_id: int | None = Field(default=None, foreign_key="menuwish.id", index=True)
    outcome: NeedOutcome | None = Field(default=None, sa_type=states(NeedOutcome))
    answer: str = Field(default="", sa_type=Sealed("elder_id"))
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by_id: int | None = Field(default=None, foreign_key="member.id")
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    told_by_id: int | None = Field(default=None, foreign_key="member.id")
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    ask_again_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
