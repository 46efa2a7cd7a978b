"""Shifts: who works when, the weekly pattern they come from, swaps on offer, calendars that people subscribe to."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Json, Row, only_where, states


class DutyKind(StrEnum):
    """What is done on a shift."""

    COOK = "cook"
    HELP = "help"
    DELIVERY = "delivery"
    DRIVING = "driving"
    VISIT = "visit"
    CLEANING = "cleaning"
    SHOPPING = "shopping"
    OTHER = "other"


class ShiftState(StrEnum):
    """What became of a shift."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class AssignmentState(StrEnum):
    """How far one person's place on a shift is."""

    ASSIGNED = "assigned"
    CONFIRMED = "confirmed"
    DONE = "done"
    ABSENT = "absent"
    EXCUSED = "excused"
    HANDED_OVER = "handed_over"


RESPONSIBLE = (AssignmentState.ASSIGNED, AssignmentState.CONFIRMED)
"""Whoever holds one of these is expected to come."""

HOLDS_SLOT = (*RESPONSIBLE, AssignmentState.DONE)
_HOLDING = "state IN ('assigned', 'confirmed', 'done')"


class SwapKind(StrEnum):
    """Give away to whoever takes it, cover by somebody named, exchange one shift for another in one step."""

    GIVE = "give"
    COVER = "cover"
    EXCHANGE = "exchange"


class SwapState(StrEnum):
    """offered → (agreed, when the coordinator has to approve) → taken; or declined, withdrawn, expired."""

    OFFERED = "offered"
    AGREED = "agreed"
    TAKEN = "taken"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class SwapPolicy(StrEnum):
    """Whose word a swap needs: one side's, both sides', or the coordinator's as well."""

    OPEN = "open"
    BOTH_AGREE = "both_agree"
    COORDINATOR_APPROVES = "coordinator_approves"


OPEN_SWAPS = (SwapState.OFFERED, SwapState.AGREED)
_OPEN_SWAP = "state IN ('offered', 'agreed')"


class ShiftTemplate(Row, table=True):
    """A shift of every week; `usual_ids` are those who always come."""

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    weekday: int
    starts: time
    ends: time
    duty: DutyKind = Field(sa_type=states(DutyKind))
    needed: int = 1
    usual_ids: list[int] = Field(default_factory=list, sa_type=Json)
    made_by_id: int | None = Field(default=None, foreign_key="member.id")
    made_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Shift(Row, table=True):
    """One duty on one day: from when to when, and how many people it needs."""

    __table_args__ = (
        UniqueConstraint("canteen_id", "day", "duty", "starts_at"),
        Index("ix_shift_state_ends_at", "state", "ends_at"),
    )

    canteen_id: int = Field(foreign_key="canteen.id")
    template_id: int | None = Field(default=None, foreign_key="shifttemplate.id")
    day: date
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    duty: DutyKind = Field(sa_type=states(DutyKind))
    needed: int = 1
    state: ShiftState = Field(default=ShiftState.OPEN, sa_type=states(ShiftState))
    reason: str = Field(default="", max_length=200)


class Assignment(Row, table=True):
    """One person's place on a shift; the day is the shift's own, so that a person's weeks are found at once."""

    __table_args__ = (
        Index("ix_assignment_member_id_day", "member_id", "day"),
        Index(
            "uq_assignment_slot",
            "shift_id",
            "slot",
            unique=True,
            **only_where(_HOLDING),
        ),
        Index(
            "uq_assignment_person",
            "shift_id",
            "member_id",
            unique=True,
            **only_where(_HOLDING),
        ),
    )

    shift_id: int = Field(foreign_key="shift.id", index=True)
    member_id: int = Field(foreign_key="member.id")
    day: date
    slot: int
    state: AssignmentState = Field(default=AssignmentState.ASSIGNED, sa_type=states(AssignmentState))
    minutes: int = 0
    from_id: int | None = Field(default=None, foreign_key="assignment.id")
    assigned_by_id: int | None = Field(default=None, foreign_key="member.id")
    assigned_at: datetime = Field(sa_type=Instant)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by_id: int | None = Field(default=None, foreign_key="member.id")
    reason: str = Field(default="", max_length=200)


class Swap(Row, table=True):
    """An offer to move an assignment to somebody else; until it is taken its holder stays responsible."""

    __table_args__ = (
        Index("ix_swap_state_expires_at", "state", "expires_at"),
        Index(
            "uq_swap_open",
            "assignment_id",
            unique=True,
            **only_where(_OPEN_SWAP),
        ),
    )

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    kind: SwapKind = Field(sa_type=states(SwapKind))
    policy: SwapPolicy = Field(sa_type=states(SwapPolicy))
    state: SwapState = Field(default=SwapState.OFFERED, sa_type=states(SwapState))
    assignment_id: int = Field(foreign_key="assignment.id")
    counter_id: int | None = Field(default=None, foreign_key="assignment.id")
    wanted_on: date | None = None
    taker_id: int | None = Field(default=None, foreign_key="member.id")
    asked_by_id: int | None = Field(default=None, foreign_key="member.id")
    offered_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    agreed_at: datetime | None = Field(default=None, sa_type=Instant)
    approved_by_id: int | None = Field(default=None, foreign_key="member.id")
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class CalendarFeed(Row, table=True):
    """A secret address under which a person's own shifts are read by their calendar; only its hash is kept."""

    member_id: int = Field(foreign_key="member.id", index=True)
    secret_hash: str = Field(max_length=64, unique=True)
    made_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
