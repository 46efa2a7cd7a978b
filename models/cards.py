"""Open questions of the bot: what was asked, of whom, and what an answer would do."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from models.base import BigId, Instant, Row
from models.members.vault import SealedJson


class Card(Row, table=True):
    """A question with buttons, or one whose next message is the answer; a button carries only its number."""

    canteen_id: int | None = Field(default=None, foreign_key="canteen.id")
    member_id: int | None = Field(default=None, foreign_key="member.id")
    telegram_id: int = Field(sa_type=BigId, index=True)
    chat_id: int = Field(sa_type=BigId)
    kind: str = Field(max_length=48)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=SealedJson("card:facts"))
    awaits_text: bool = False
    asked_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
