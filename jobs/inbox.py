"""What people wrote is not kept longer than needed: words for three days, keys for a month."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from jobs.duties import Due, Duty, Look
from models.inbox import InboxState, InboxUpdate
from rules.inbox import KEY_LASTS, RAW_LASTS, blank, forget


def due_blank(look: Look) -> Iterable[Due]:
    """Due when words were kept for three days after they were done."""
    old = select(InboxUpdate.update_id).where(
        col(InboxUpdate.done_at) < look.now - RAW_LASTS, InboxUpdate.raw != ""
    )
    if look.session.exec(old.limit(1)).first() is not None:
        yield Due("inbox.blank", look.now.date(), "all", 0)


def due_forget(look: Look) -> Iterable[Due]:
    """Due when keys were kept for a month."""
    old = select(InboxUpdate.update_id).where(
        col(InboxUpdate.done_at) < look.now - KEY_LASTS, InboxUpdate.state != InboxState.NEW
    )
    if look.session.exec(old.limit(1)).first() is not None:
        yield Due("inbox.forget", look.now.date(), "all", 0)


def do_blank(session: Session, due: Due, now: datetime) -> None:
    """Empty a page of words."""
    blank(session, now)


def do_forget(session: Session, due: Due, now: datetime) -> None:
    """Drop a page of keys."""
    forget(session, now)


DUTIES = (
    Duty("inbox.blank", due_blank, do_blank, once=False),
    Duty("inbox.forget", due_forget, do_forget, once=False),
)
