"""Visits to households: the week's plan, what was found, and what the elder is to be asked again."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Instant, Row, only_where, states
from models.members.vault import Sealed


class VisitState(StrEnum):
    """proposed → planned → done | called_off."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    DONE = "done"
    CALLED_OFF = "called_off"


OPEN_VISITS = (VisitState.PROPOSED, VisitState.PLANNED)
_OPEN = "state IN ('proposed', 'planned')"


class Reason(StrEnum):
    """Why a household is on the plan."""

    RISK = "risk"
    NEVER = "never"
    LONGEST = "longest"
    FOLLOW_UP = "follow_up"
    ASKED = "asked"


class VisitOutcome(StrEnum):
    """What came of a visit."""

    VISITED = "visited"
    PHONED = "phoned"
    NOT_HOME = "not_home"
    REFUSED = "refused"
    HOSPITAL = "hospital"
    AWAY = "away"
    OTHER = "other"


SEEN = (VisitOutcome.VISITED, VisitOutcome.PHONED)
"""Whoever was met or spoken to has been seen: the norm counts visits and calls."""


class Absence(StrEnum):
    """Why only one of the two went."""

    BUSY = "busy"
    SUDDEN = "sudden"
    NOBODY = "nobody"
    OTHER = "other"


class Visit(Row, table=True):
    """One visit to one household by a social worker and a committee member; `absent_id` is who did not come and why."""

    __table_args__ = (
        Index("uq_visit_open", "household_id", unique=True, **only_where(_OPEN)),
        Index("ix_visit_canteen_id_day", "canteen_id", "day"),
        Index("ix_visit_state_day", "state", "day"),
        Index("ix_visit_household_id_visited_on", "household_id", "visited_on"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    household_id: int = Field(foreign_key="household.id")
    elder_id: int = Field(foreign_key="member.id", index=True)
    state: VisitState = Field(default=VisitState.PROPOSED, sa_type=states(VisitState))
    reason: Reason = Field(default=Reason.ASKED, sa_type=states(Reason))
    day: date
    worker_id: int = Field(foreign_key="member.id", index=True)
    companion_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    absent_id: int | None = Field(default=None, foreign_key="member.id")
    absence: Absence | None = Field(default=None, sa_type=states(Absence))
    outcome: VisitOutcome | None = Field(default=None, sa_type=states(VisitOutcome))
    visited_on: date | None = None
    findings: str = Field(default="", sa_type=Sealed("elder_id"))
    next_on: date | None = None
    made_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    recorded_by_id: int | None = Field(default=None, foreign_key="member.id")
    recorded_at: datetime | None = Field(default=None, sa_type=Instant)


class FollowUp(Row, table=True):
    """What an elder is asked again: whether a need that was closed is really met; `about` is `need:12`."""

    __tablename__ = "follow_up"
    __table_args__ = (
        Index("uq_follow_up_open", "about", unique=True, **only_where("ended_at IS NULL")),
        Index("ix_follow_up_canteen_id_ended_at", "canteen_id", "ended_at"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    elder_id: int = Field(foreign_key="member.id", index=True)
    about: str = Field(max_length=64)
    due_on: date
    made_at: datetime = Field(sa_type=Instant)
    visit_id: int | None = Field(default=None, foreign_key="visit.id")
    met: bool | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by_id: int | None = Field(default=None, foreign_key="member.id")
