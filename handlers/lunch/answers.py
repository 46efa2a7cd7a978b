"""Short answers to what everybody asks: when is the meal, until when can it be booked, what does it cost me."""

from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.lunch.meals import Meal
from rules.lunch import ledger, meals
from rules.values import Answer, Fen, Refused, Text


def hours(turn: Turn, words: str) -> Answer:
    """ "When is lunch?" """
    known(turn)
    meal = _next(turn)
    starts = meal.starts_at.astimezone(turn.zone).time()
    return Text("meals.hours", day=meal.day, sitting=meal.sitting, starts=starts, closes_at=meal.closes_at)


def price(turn: Turn, words: str) -> Answer:
    """ "What does a meal cost?": the full price in the group, one's own in private."""
    known(turn)
    meal = _next(turn)
    own = ledger.price_for(turn.session, meal, turn.asker)
    if not turn.private or own.own == own.full:
        return Text("meals.price", sitting=meal.sitting, price=Fen(own.full))
    return Text("meals.price_own", sitting=meal.sitting, price=Fen(own.full), own=Fen(own.own))


def _next(turn: Turn) -> Meal:
    meal = meals.next_open(turn.session, turn.village, turn.now)
    if meal is None:
        raise Refused("meals.none_open")
    return meal


COMMANDS = {"mealtime": hours, "mealprice": price}
