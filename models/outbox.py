"""What the bot still has to say, and what became of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import BigId, Instant, Row, RowId, states
from models.members.vault import SealedJson

NOTHING_SAID = '{"text": {"$": "text", "key": "verbatim", "facts": {"text": ""}}}'


class MessageClass(StrEnum):
    """What a message is; decides its lane and what happens when nobody knows whether it arrived."""

    ANSWER = "answer"
    POST = "post"
    NOTICE = "notice"
    REMINDER = "reminder"
    CARE = "care"
    EDIT = "edit"


class OutboxState(StrEnum):
    """pending → sent; sending only while a message that must not come twice is on the wire."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    MISSED = "missed"


class OutboxMessage(Row, table=True):
    """One message to one chat, written in the same unit as the change it tells of."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_status_due_at", "status", "due_at"),)

    key: str = Field(max_length=120, unique=True)
    canteen_id: int | None = Field(default=None, foreign_key="canteen.id")
    member_id: int | None = Field(default=None, foreign_key="member.id")
    chat_id: int = Field(sa_type=BigId)
    kind: MessageClass = Field(sa_type=states(MessageClass))
    body: dict[str, Any] = Field(
        default_factory=dict, sa_type=SealedJson("outbox_message:body", NOTHING_SAID)
    )
    language: str = Field(default="zh_CN", max_length=16)
    timezone: str = Field(default="Asia/Shanghai", max_length=64)
    status: OutboxState = Field(default=OutboxState.PENDING, sa_type=states(OutboxState))
    tries: int = 0
    due_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    message_id: int | None = Field(default=None, sa_type=BigId)
    post_id: int | None = Field(default=None, foreign_key="post.id")
    error: str = Field(default="", max_length=200)


class Post(Row, table=True):
    """A message in a chat that is kept up to date: `changed_at` asks for an edit, `shown_at` says what it shows."""

    __table_args__ = (UniqueConstraint("kind", "target_id"),)

    canteen_id: int = Field(foreign_key="canteen.id", index=True)
    kind: str = Field(max_length=32)
    target_id: int = Field(sa_type=RowId)
    chat_id: int = Field(sa_type=BigId)
    message_id: int | None = Field(default=None, sa_type=BigId)
    changed_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    shown_at: datetime | None = Field(default=None, sa_type=Instant)


class OccurrenceState(StrEnum):
    """What became of a timed duty."""

    DONE = "done"
    MISSED = "missed"


class Occurrence(Row, table=True):
    """A timed duty that was done, or missed, once for a day and a target."""

    __table_args__ = (UniqueConstraint("kind", "day", "target"),)

    kind: str = Field(max_length=48)
    day: date = Field(index=True)
    target: str = Field(max_length=64)
    state: OccurrenceState = Field(sa_type=states(OccurrenceState))
    at: datetime = Field(sa_type=Instant)
