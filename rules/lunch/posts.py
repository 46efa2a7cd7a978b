"""The meal's post in the group: dishes, what is special about the day, live counts, and buttons while it can be booked."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.lunch.meals import Meal, MealState, Mode
from models.members.people import Canteen
from rules.lunch import calendar
from rules.lunch.counts import count
from rules.values import Button, Message, Style, Text


def daily_post(session: Session, meal_id: int, now: datetime) -> Message:
    """The post as it stands now."""
    meal = session.get_one(Meal, meal_id)
    facts = {"day": _day(session, meal), "sitting": meal.sitting}
    if meal.state == MealState.CANCELLED:
        return Message(Text("meals.post_called_off", **facts, reason=meal.reason))
    facts |= _numbers(session, meal)
    if now >= meal.closes_at or meal.state in (MealState.CLOSED, MealState.SERVED):
        facts.pop("waiting")
        return Message(Text("meals.post_closed", **facts))
    return Message(Text("meals.post_open", **facts, closes_at=meal.closes_at), _buttons(meal.id))


def _day(session: Session, meal: Meal) -> Any:
    """The day, with its name where it has one: people come to the festival's meal for the festival."""
    special = calendar.name_of(session, session.get_one(Canteen, meal.canteen_id), meal.day)
    return Text("meals.special_day", day=meal.day, special=special) if special else meal.day


def _numbers(session: Session, meal: Meal) -> dict[str, Any]:
    counted = count(session, meal.id)
    return {
        "dishes": meal.dishes or Text("meals.no_dishes_yet"),
        "taken": counted.taken,
        "seats": meal.seats,
        "delivery": counted.by_mode.get(Mode.DELIVERY, 0),
        "waiting": counted.said_waiting,
    }


def _buttons(meal_id: int) -> tuple[tuple[Button, ...], ...]:
    eat = Button(Text("meals.button_eat"), f"eat:{meal_id}:in", Style.SUCCESS)
    deliver = Button(Text("meals.button_deliver"), f"eat:{meal_id}:home", Style.PRIMARY)
    more = Button(Text("meals.button_more"), f"eat:{meal_id}:more")
    return (eat, deliver), (more, Button(Text("meals.button_not"), f"eat:{meal_id}:no"))
