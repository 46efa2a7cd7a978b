"""The kitchen sheet on demand, as a message and on paper."""

from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.lunch.meals import Meal, MealState
from models.members.people import Role
from rules.lunch import meals, menus, sheets
from rules.values import Answer, Attachment, Button, Message, Refused, Text


def sheet(turn: Turn, argument: str) -> Answer:
    """`/sheet`: today's meal until it is served, else the next; in private only."""
    known(turn)
    if not turn.may(Role.COOK, Role.SOCIAL_WORKER):
        raise Refused("sheets.only_kitchen")
    if not turn.private:
        return Text("sheets.say_in_private")
    meal = _meal(turn)
    if meal is None:
        return Text("sheets.no_meal")
    paper = Attachment("kitchen", {"meal_id": meal.id})
    turn.answer(Message(sheets.paper_text(meal), attachment=paper))
    book = Button(Text("kitchen.button_card"), "kcard:new")
    return Message(sheets.kitchen_text(turn.session, meal), ((book,),))


def _meal(turn: Turn) -> Meal | None:
    for meal in menus.coming(turn.session, turn.village.id, turn.today, turn.today):
        if meal.state not in (MealState.SERVED, MealState.CANCELLED):
            return meal
    return meals.next_open(turn.session, turn.village, turn.now)


COMMANDS = {"sheet": sheet}
