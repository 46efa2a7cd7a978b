"""Whoever was erased loses their key at the next look of the clock, also when the bot was killed in between."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from rules.members import vanishing


def keys_due(look: Look) -> Iterable[Due]:
    """Due while somebody who is erased still has a key."""
    if vanishing.waits(look.session):
        yield Due("vanishing.keys", look.now.date(), "all", 0)


def destroy_keys(session: Session, due: Due, now: datetime) -> None:
    """Destroy them; their erasure was read, so it is kept."""
    vanishing.destroy(session)


DUTIES = (Duty("vanishing.keys", keys_due, destroy_keys, once=False),)
