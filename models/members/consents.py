"""What each person agreed to, purpose by purpose: who wrote it down, how it was said, and when it was taken back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Instant, Row, only_where, states
from models.members.people import Consent


class Purpose(StrEnum):
    """What something personal is kept or shown for; each is agreed to by itself."""

    MEALS = "meals"
    HEALTH = "health"
    DISPLAY = "display"
    MESSENGER = "messenger"


class PurposeConsent(Row, table=True):
    """A yes or a no to one purpose; the one that has not ended counts, the others stay as proof."""

    __tablename__ = "purpose_consent"
    __table_args__ = (
        Index(
            "uq_purpose_consent_open", "member_id", "purpose", unique=True, **only_where("ended_at IS NULL")
        ),
    )

    member_id: int = Field(foreign_key="member.id", index=True)
    purpose: Purpose = Field(sa_type=states(Purpose))
    given: bool
    how: Consent = Field(sa_type=states(Consent))
    wording: int = 1
    """Which wording was agreed to: it goes up when the words of the question change their meaning."""
    recorded_by_id: int | None = Field(default=None, foreign_key="member.id")
    recorded_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
