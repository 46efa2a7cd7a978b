"""Every raw update as it came, kept before it is acknowledged."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, update
from sqlmodel import Field, Session, SQLModel, col

from models.base import BigId, Instant, states


class InboxState(StrEnum):
    """How far an update is: new → done, or dead after three failures."""

    NEW = "new"
    DONE = "done"
    DEAD = "dead"


class InboxUpdate(SQLModel, table=True):
    """One update of the messenger; its own number is the key, so a repetition has no effect."""

    __tablename__ = "inbox_update"
    __table_args__ = (Index("ix_inbox_update_state_update_id", "state", "update_id"),)

    update_id: int = Field(sa_type=BigId, primary_key=True, sa_column_kwargs={"autoincrement": False})
    chat_id: int = Field(default=0, sa_type=BigId)
    raw: str
    state: InboxState = Field(default=InboxState.NEW, sa_type=states(InboxState))
    tries: int = 0
    error: str = Field(default="", max_length=300)
    received_at: datetime = Field(sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


def done(session: Session, update_id: int, now: datetime) -> bool:
    """Mark an update as done in the unit of its effects; False when it was done before, or was never received."""
    changed = session.execute(
        update(InboxUpdate)
        .where(col(InboxUpdate.update_id) == update_id, col(InboxUpdate.state) == InboxState.NEW)
        .values(state=InboxState.DONE, done_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]
