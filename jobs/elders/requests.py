"""What the clock does about requests: climbs their ladders, asks before medicine runs out, forgets in time."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from rules.elders import escalation, request_retention, supplies


def climb_due(look: Look) -> Iterable[Due]:
    """Open requests whose next step has come."""
    for request in escalation.due(look.session, look.now):
        target = f"{request.id}:{request.step}:{look.moment}"
        yield Due("requests.climb", look.now.date(), target, request.canteen_id)


def climb(session: Session, due: Due, now: datetime) -> None:
    """Call whoever's turn has come."""
    escalation.climb(session, int(due.target.partition(":")[0]), now)


def refill_due(look: Look) -> Iterable[Due]:
    """Medicines that run out within five days."""
    for canteen in look.canteens:
        for supply in supplies.due(look.session, canteen, look.now):
            target = f"{supply.id}:{look.moment}"
            yield Due("requests.refill", look.now.date(), target, canteen.id)


def ask_refill(session: Session, due: Due, now: datetime) -> None:
    """Ask the elder and the family."""
    supplies.ask_refill(session, int(due.target.partition(":")[0]), now)


def forget_due(look: Look) -> Iterable[Due]:
    """Due when a photograph is older than a week after the end, or words older than a month."""
    if request_retention.waits(look.session, look.now):
        yield Due("requests.forget", look.now.date(), "all", 0)


def forget(session: Session, due: Due, now: datetime) -> None:
    """Forget a page of them."""
    request_retention.forget(session, now)


DUTIES = (
    Duty("requests.climb", climb_due, climb, once=False),
    Duty("requests.refill", refill_due, ask_refill, once=False),
    Duty("requests.forget", forget_due, forget, once=False),
)
