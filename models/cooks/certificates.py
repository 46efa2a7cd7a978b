"""Health certificates and training: only what they are and until when they hold, never what was examined."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Json, Row, states


class CertificateKind(StrEnum):
    """What somebody may be asked to have before a duty."""

    HEALTH = "health"
    FOOD_TRAINING = "food_training"


class Certificate(Row, table=True):
    """A certificate of one member; `reminded` is the last threshold in days they were told of, 0 that it is over."""

    __table_args__ = (UniqueConstraint("member_id", "kind"),)

    member_id: int = Field(foreign_key="member.id")
    kind: CertificateKind = Field(sa_type=states(CertificateKind))
    valid_until: date = Field(index=True)
    reminded: int | None = None
    set_by_id: int | None = Field(default=None, foreign_key="member.id")
    set_at: datetime = Field(sa_type=Instant)


class CertificateOverride(Row, table=True):
    """A manager's signature that somebody works for some days without a valid certificate, and why."""

    __tablename__ = "certificate_override"

    member_id: int = Field(foreign_key="member.id", index=True)
    kind: CertificateKind = Field(sa_type=states(CertificateKind))
    starts_on: date
    until_on: date
    reason: str = Field(max_length=200)
    signed_by_id: int = Field(foreign_key="member.id")
    signed_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class CertificateProof(Row, table=True):
    """A picture somebody sent as proof; the messenger's name of it is forgotten once a person has looked."""

    __tablename__ = "certificate_proof"

    member_id: int = Field(foreign_key="member.id", index=True)
    kind: CertificateKind = Field(sa_type=states(CertificateKind))
    photo: str = Field(default="", max_length=256)
    shown_to: list[int] = Field(default_factory=list, sa_type=Json)
    sent_at: datetime = Field(sa_type=Instant, index=True)
    seen_by_id: int | None = Field(default=None, foreign_key="member.id")
    seen_at: datetime | None = Field(default=None, sa_type=Instant)
