"""Every raw update as it came, kept before it is acknowledged."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, bindparam, delete, func, insert, update
from sqlmodel import Field, Session, col, select

from models.base import BigId, Instant, Table, states, table_of
from models.prepared import Prepared

RESTARTS_AFTER = timedelta(days=7)
"""Telegram repeats an update for a day at most; it counts anew from a random number after a week of silence."""


class InboxState(StrEnum):
    """How far an update is: new → done, or dead after three failures."""

    NEW = "new"
    DONE = "done"
    DEAD = "dead"


class InboxUpdate(Table, table=True):
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


INBOX = table_of(InboxUpdate)
KEEP = Prepared(insert(INBOX), list(InboxUpdate.model_fields))
DONE = Prepared(
    update(INBOX)
    .where(INBOX.c.update_id == bindparam("number"), INBOX.c.state == InboxState.NEW)
    .values(state=InboxState.DONE, done_at=bindparam("now"))
)


def keep(session: Session, rows: Sequence[InboxUpdate]) -> set[int]:
    """Keep what came; answers the ids that were new. A repetition has no effect."""
    ids = [row.update_id for row in rows]
    there = select(InboxUpdate.update_id, InboxUpdate.state, InboxUpdate.received_at)
    known = {number: rest for number, *rest in session.exec(there.where(col(InboxUpdate.update_id).in_(ids)))}
    again = {row.update_id for row in rows if _is_another(row, *known.get(row.update_id, (None, None)))}
    if again:
        session.execute(delete(InboxUpdate).where(col(InboxUpdate.update_id).in_(again)))
    fresh = {row.update_id: row for row in rows if row.update_id not in known or row.update_id in again}
    if fresh:
        KEEP.run_each(session, [row.__dict__ for row in fresh.values()])
    return set(fresh)


def _is_another(row: InboxUpdate, state: InboxState | None, received_at: datetime | None) -> bool:
    """Whether a number that is known is that of another update: ids restart at random after a week of silence."""
    over = state is not None and state != InboxState.NEW
    return over and received_at is not None and row.received_at - received_at >= RESTARTS_AFTER


def done(session: Session, update_id: int, now: datetime) -> bool:
    """Mark an update as done in the unit of its effects; False when it was done before, or was never received."""
    return bool(DONE.run(session, {"number": update_id, "now": now}).rowcount)


def failed(session: Session, update_id: int, error: str) -> int:
    """Count a failure; answers how many there were."""
    row = session.get_one(InboxUpdate, update_id)
    row.tries, row.error = row.tries + 1, error[:300]
    session.add(row)
    return row.tries


def bury(session: Session, update_id: int, now: datetime) -> None:
    """Set an update aside for good, unless it was done after all."""
    row = session.get(InboxUpdate, update_id)
    if row is not None and row.state == InboxState.NEW:
        row.state, row.done_at = InboxState.DEAD, now
        session.add(row)


def opened(session: Session, limit: int) -> Sequence[InboxUpdate]:
    """What was received and not done yet, oldest first; ids restart at random, so the time leads."""
    waiting = select(InboxUpdate).where(InboxUpdate.state == InboxState.NEW)
    order = waiting.order_by(col(InboxUpdate.received_at), col(InboxUpdate.update_id))
    return session.exec(order.limit(limit)).all()


def latest_open(session: Session) -> datetime | None:
    """When the newest of what waits was received."""
    waiting = select(func.max(col(InboxUpdate.received_at))).where(InboxUpdate.state == InboxState.NEW)
    return session.exec(waiting).one()


def count_open(session: Session) -> int:
    """How many updates wait."""
    return session.exec(
        select(func.count(col(InboxUpdate.update_id))).where(InboxUpdate.state == InboxState.NEW)
    ).one()
