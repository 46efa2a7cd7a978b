"""Who was missed is asked after step by step; who always comes and said nothing is asked when the meal closes."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from jobs.duties import Due, Duty, Look
from models.lunch.meals import Meal, MealState
from rules.audit import Act
from rules.elders import care, care_calls


def climb_due(look: Look) -> Iterable[Due]:
    """Concerns whose next step has come."""
    for concern in care_calls.due(look.session, look.now):
        target = f"{concern.id}:{concern.calls}:{look.moment}"
        yield Due("care.climb", look.now.date(), target, concern.canteen_id)


def climb(session: Session, due: Due, now: datetime) -> None:
    """Ask the next people."""
    care_calls.climb(session, int(due.target.partition(":")[0]), now)


def silent_due(look: Look) -> Iterable[Due]:
    """Meals that are closed and not begun yet."""
    closed = select(Meal).where(Meal.closes_at <= look.now, Meal.starts_at > look.now)
    closed = closed.where(col(Meal.state).in_((MealState.PLANNED, MealState.OPEN, MealState.CLOSED)))
    for meal in look.session.exec(closed.order_by(col(Meal.id))):
        yield Due("care.silent", meal.day, str(meal.id), meal.canteen_id)


def ask_silent(session: Session, due: Due, now: datetime) -> None:
    """Ask after who always comes and has neither booked nor said no."""
    meal = session.get_one(Meal, int(due.target))
    care.missed_silently(session, meal, Act(now, None, due.canteen_id))


DUTIES = (
    Duty("care.climb", climb_due, climb, once=False),
    Duty("care.silent", silent_due, ask_silent),
)
