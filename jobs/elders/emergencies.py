"""An emergency is called out again every few minutes until somebody goes, and asked after until it is over."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from rules.elders import emergency_calls


def due(look: Look) -> Iterable[Due]:
    """Emergencies whose next call has come."""
    for emergency in emergency_calls.due(look.session, look.now):
        target = f"{emergency.id}:{emergency.step}:{look.moment}"
        yield Due("emergencies.call", look.now.date(), target, emergency.canteen_id)


def do(session: Session, due: Due, now: datetime) -> None:
    """Call again."""
    emergency_calls.climb(session, int(due.target.partition(":")[0]), now)


DUTIES = (Duty("emergencies.call", due, do, once=False),)
