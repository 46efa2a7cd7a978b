"""How often an update is tried, and how long what people wrote is kept after it was done."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from models import inbox
from models.inbox import InboxState, InboxUpdate
from rules import outbox
from rules.outbox import Receiver
from rules.values import Text

MOST_TRIES = 3
RAW_LASTS = timedelta(hours=72)
KEY_LASTS = timedelta(days=30)
"""Who restores, replays or moves a bot within a month does nothing twice; a number that restarts is known in `models.inbox`."""
PAGE = 500


def give_up(session: Session, update_id: int, asker: Receiver | None, now: datetime) -> None:
    """Set an update aside and say sorry once to who sent it."""
    inbox.bury(session, update_id, now)
    if asker is not None:
        outbox.apologize(session, update_id, asker, now)


def blank(session: Session, now: datetime) -> int:
    """Empty the words of updates done 72 hours ago; answers how many."""
    old = (
        select(InboxUpdate.update_id)
        .where(col(InboxUpdate.done_at) < now - RAW_LASTS, InboxUpdate.raw != "")
        .limit(PAGE)
    )
    ids = list(session.exec(old))
    session.execute(update(InboxUpdate).where(col(InboxUpdate.update_id).in_(ids)).values(raw=""))
    return len(ids)


def forget(session: Session, now: datetime) -> int:
    """Drop the keys of updates done a month ago; answers how many."""
    old = (
        select(InboxUpdate.update_id)
        .where(col(InboxUpdate.done_at) < now - KEY_LASTS, InboxUpdate.state != InboxState.NEW)
        .limit(PAGE)
    )
    ids = list(session.exec(old))
    session.execute(delete(InboxUpdate).where(col(InboxUpdate.update_id).in_(ids)))
    return len(ids)


def malformed(day: str) -> Text:
    """What the operator is told, once a day, when updates could not be read."""
    return Text("outbox.malformed", day=day)
