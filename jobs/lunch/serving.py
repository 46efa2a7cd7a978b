"""The meal ends by the clock, whoever forgot to tap."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from rules.audit import Act
from rules.lunch import serving
from rules.settings import settings_of


def due(look: Look) -> Iterable[Due]:
    """Meals whose serving time is over."""
    canteens = {canteen.id: canteen for canteen in look.canteens}
    for meal in serving.ending(look.session, look.now):
        minutes = timedelta(minutes=settings_of(canteens[meal.canteen_id]).serving_minutes)
        if meal.starts_at + minutes <= look.now:
            yield Due("serving.finish", meal.day, str(meal.id), meal.canteen_id, None)


def do(session: Session, due: Due, now: datetime) -> None:
    """End the meal and ask after whoever was not seen."""
    serving.finish(session, int(due.target), Act(now, None, due.canteen_id))


DUTIES = (Duty("serving.finish", due, do, once=False),)
