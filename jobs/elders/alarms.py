"""Every fifteen minutes one step further, until somebody knows."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from rules.elders import alarms


def due(look: Look) -> Iterable[Due]:
    """Alarms whose next step has come."""
    for alarm, meal in alarms.due(look.session, look.now):
        yield Due("alarms.rise", meal.day, f"{alarm.id}:{alarm.step}", meal.canteen_id)


def do(session: Session, due: Due, now: datetime) -> None:
    """Ask the next people."""
    alarms.rise(session, int(due.target.partition(":")[0]), now)


DUTIES = (Duty("alarms.rise", due, do, once=False),)
