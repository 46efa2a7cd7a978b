"""Canteens, their members, households, care links, invitations and the accounts people write from."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import BigId, Instant, Json, Row, only_where, states
from models.members.vault import Sealed


class Role(StrEnum):
    """What a member does in the village; a member may hold several."""

    ELDER = "elder"
    FAMILY = "family"
    VOLUNTEER = "volunteer"
    COOK = "cook"
    SOCIAL_WORKER = "social_worker"
    DOCTOR = "doctor"
    COMMITTEE = "committee"
    ASSOCIATION = "association"
    EVALUATOR = "evaluator"
    MANAGER = "manager"


class Status(StrEnum):
    """Whether a member is here; everything but active silences meals, reminders and subsidy."""

    ACTIVE = "active"
    AWAY = "away"
    IN_HOSPITAL = "in_hospital"
    PAUSED = "paused"
    LEFT = "left"
    DECEASED = "deceased"


class Risk(StrEnum):
    """How closely a household is looked after: high weekly, raised monthly, usual quarterly; set by a social worker, private."""

    HIGH = "high"
    RAISED = "raised"
    USUAL = "usual"


class Consent(StrEnum):
    """How an elder agreed that somebody acts for them."""

    SAID = "said"
    WRITTEN = "written"
    FINGERPRINT = "fingerprint"


class InvitationPurpose(StrEnum):
    """What a one-time link does when its first reader opens it."""

    JOIN = "join"
    CLAIM = "claim"
    CARE = "care"
    ROLE = "role"


class Canteen(Row, table=True):
    """One village with its group chat and its own settings."""

    name: str = Field(max_length=64)
    chat_id: int | None = Field(default=None, sa_type=BigId, unique=True)
    timezone: str = Field(default="Asia/Shanghai", max_length=64)
    language: str = Field(default="zh_CN", max_length=16)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    set_up_at: datetime | None = Field(default=None, sa_type=Instant)
    storm_since: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class Household(Row, table=True):
    """People who live together; `name` is what the village's own list calls them."""

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    name: str = Field(default="", max_length=64)
    hamlet: str = Field(default="", max_length=64)
    risk: Risk = Field(default=Risk.USUAL, sa_type=states(Risk))


class Account(Row, table=True):
    """A messenger account seen by the bot: its language and the village it last spoke of."""

    telegram_id: int = Field(sa_type=BigId, unique=True)
    name: str = Field(default="", max_length=128)
    language: str | None = Field(default=None, max_length=16)
    canteen_id: int | None = Field(default=None, foreign_key="canteen.id")
    unreachable_since: datetime | None = Field(default=None, sa_type=Instant)
    unreachable_reason: str | None = Field(default=None, max_length=64)


class Member(Row, table=True):
    """A person of the village, with or without a phone."""

    __table_args__ = (
        UniqueConstraint("canteen_id", "telegram_id"),
        Index("ix_member_erased", "id", **only_where("erased_at IS NOT NULL")),
    )

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    household_id: int | None = Field(default=None, foreign_key="household.id", index=True)
    name: str = Field(max_length=64, index=True)
    telegram_id: int | None = Field(default=None, sa_type=BigId, index=True)
    phone: str = Field(default="", sa_type=Sealed("id"))
    birth_on: date | None = None
    hamlet: str = Field(default="", max_length=64)
    address: str = Field(default="", sa_type=Sealed("id"))
    diet: list[str] = Field(default_factory=list, sa_type=Json)
    hardship: bool = False
    status: Status = Field(default=Status.ACTIVE, sa_type=states(Status))
    joined_at: datetime = Field(sa_type=Instant)
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    erased_at: datetime | None = Field(default=None, sa_type=Instant)


class MemberRole(Row, table=True):
    """One role a member holds."""

    __table_args__ = (UniqueConstraint("member_id", "role"),)

    member_id: int = Field(foreign_key="member.id", index=True)
    role: Role = Field(sa_type=states(Role))


class StatusChange(Row, table=True):
    """A member's status from a day on; the latest that has begun counts."""

    member_id: int = Field(foreign_key="member.id", index=True)
    starts_on: date
    status: Status = Field(sa_type=states(Status))
    applied_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    set_by_id: int | None = Field(default=None, foreign_key="member.id")
    set_at: datetime = Field(sa_type=Instant)


class CareLink(Row, table=True):
    """Who may act for an elder, in which matters, until when, and how the elder agreed."""

    __table_args__ = (UniqueConstraint("elder_id", "carer_id"),)

    elder_id: int = Field(foreign_key="member.id", index=True)
    carer_id: int = Field(foreign_key="member.id", index=True)
    relation: str = Field(default="family", max_length=32)
    called: str = Field(default="", max_length=32)
    actions: list[str] = Field(default_factory=list, sa_type=Json)
    until_on: date | None = None
    consent: Consent | None = Field(default=None, sa_type=states(Consent))
    consent_witness_id: int | None = Field(default=None, foreign_key="member.id")
    created_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Invitation(Row, table=True):
    """A one-time link; only the hash of its secret is kept."""

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    purpose: InvitationPurpose = Field(sa_type=states(InvitationPurpose))
    secret_hash: str = Field(max_length=64, unique=True)
    member_id: int | None = Field(default=None, foreign_key="member.id")
    role: Role | None = Field(default=None, sa_type=states(Role))
    consent: Consent | None = Field(default=None, sa_type=states(Consent))
    made_by_id: int | None = Field(default=None, foreign_key="member.id")
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    used_by_telegram_id: int | None = Field(default=None, sa_type=BigId)
