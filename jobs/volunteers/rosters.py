"""What the clock does about the roster: makes the weeks ahead, ends shifts that are over and offers nobody took."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from jobs.duties import Due, Duty, Look
from models.members.people import Canteen
from models.volunteers.shifts import OPEN_SWAPS, Shift, ShiftState, ShiftTemplate, Swap
from rules.settings import local_day
from rules.volunteers import patterns, shift_endings, swap_answers

EARLIEST = timedelta(hours=3)
"""The weeks ahead are made when everybody sleeps."""


def extend_due(look: Look) -> Iterable[Due]:
    """Villages with a weekly pattern, once a day."""
    living = select(col(ShiftTemplate.canteen_id)).where(col(ShiftTemplate.ended_at).is_(None))
    with_pattern = set(look.session.exec(living.distinct()))
    for canteen in look.canteens:
        if canteen.id in with_pattern:
            today = local_day(canteen, look.now - EARLIEST)
            yield Due("rosters.extend", today, str(canteen.id), canteen.id)


def extend(session: Session, due: Due, now: datetime) -> None:
    """Make the weeks ahead."""
    patterns.extend_all(session, session.get_one(Canteen, due.canteen_id), now)


def finish_due(look: Look) -> Iterable[Due]:
    """Shifts that are over and not yet written down as done."""
    over = select(Shift).where(Shift.state == ShiftState.OPEN, Shift.ends_at <= look.now)
    for shift in look.session.exec(over.order_by(col(Shift.ends_at))):
        yield Due("rosters.finish", shift.day, str(shift.id), shift.canteen_id)


def finish(session: Session, due: Due, now: datetime) -> None:
    """Write down who has done it."""
    shift_endings.finish(session, int(due.target), now)


def swaps_due(look: Look) -> Iterable[Due]:
    """Offers whose time is up."""
    over = select(Swap).where(col(Swap.state).in_(OPEN_SWAPS), Swap.expires_at <= look.now)
    for swap in look.session.exec(over.order_by(col(Swap.id))):
        yield Due("rosters.swap", swap.expires_at.date(), str(swap.id), swap.canteen_id)


def lapse(session: Session, due: Due, now: datetime) -> None:
    """Tell whom it concerns that nobody took it."""
    swap_answers.expire(session, int(due.target), now)


DUTIES: tuple[Duty, ...] = (
    Duty("rosters.swap", swaps_due, lapse, once=False),
    Duty("rosters.finish", finish_due, finish, once=False),
    Duty("rosters.extend", extend_due, extend),
)
