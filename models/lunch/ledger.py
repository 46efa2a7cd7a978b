"""Money of meals, append-only, in integer fen."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from models.base import Instant, Row, states


class EntryKind(StrEnum):
    """What an entry is about; a correction is a further entry, never an edit."""

    CHARGE = "charge"
    SUBSIDY = "subsidy"
    PAYMENT = "payment"
    CORRECTION = "correction"


class LedgerEntry(Row, table=True):
    """One movement on a member's account: a charge is positive (owed), a payment negative."""

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    booking_id: int | None = Field(default=None, foreign_key="booking.id", index=True)
    kind: EntryKind = Field(sa_type=states(EntryKind))
    amount: int
    tier: str = Field(default="", max_length=64)
    entered_by_id: int | None = Field(default=None, foreign_key="member.id")
    entered_at: datetime = Field(sa_type=Instant)
