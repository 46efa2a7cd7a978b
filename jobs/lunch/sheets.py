"""When a meal closes, the kitchen gets its sheet."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from jobs.duties import CATCH_UP, Due, Duty, Look
from models.lunch.meals import Meal, MealState
from models.members.people import Role
from rules import outbox
from rules.lunch import counts, sheets
from rules.values import Attachment, Button, Message, Text


def due(look: Look) -> Iterable[Due]:
    """Meals that are closed and not yet begun, or begun since a day without the sheet."""
    closed = select(Meal).where(Meal.closes_at <= look.now, Meal.starts_at > look.now - CATCH_UP)
    closed = closed.where(col(Meal.state).in_((MealState.PLANNED, MealState.OPEN, MealState.CLOSED)))
    for meal in look.session.exec(closed):
        yield Due("sheets.kitchen", meal.day, str(meal.id), meal.canteen_id, meal.starts_at)


def cooked(session: Session, due: Due) -> bool:
    """Whether anybody was to eat."""
    return counts.count(session, int(due.target)).taken > 0


def do(session: Session, due: Due, now: datetime) -> None:
    """The sheet as a message and on paper."""
    meal = session.get_one(Meal, int(due.target))
    kitchen = (Role.COOK, Role.MANAGER)
    book = Button(Text("kitchen.button_card"), "kcard:new")
    text = Message(sheets.kitchen_text(session, meal), ((book,),))
    outbox.tell_role(session, f"kitchen:{meal.id}", meal.canteen_id, kitchen, text, now=now)
    # A message of its own: under a file there is no room for a long list.
    paper = Message(sheets.paper_text(meal), attachment=Attachment("kitchen", {"meal_id": meal.id}))
    outbox.tell_role(session, f"paper:{meal.id}", meal.canteen_id, kitchen, paper, now=now)


DUTIES = (Duty("sheets.kitchen", due, do, matters=cooked),)
