"""Once a night what has been said is forgotten in time."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from rules.members import retention

HOUR = 19
"""Of UTC: three in the night of the villages."""


def words_due(look: Look) -> Iterable[Due]:
    """Once a day, after three in the night."""
    if look.now.hour >= HOUR:
        yield Due("retention.words", look.now.date(), "all", 0)


def forget(session: Session, due: Due, now: datetime) -> None:
    """Forget what is too old."""
    retention.forget(session, now)


DUTIES = (Duty("retention.words", words_due, forget),)
