"""Who comes to a meal, for those who cook and care; and calling a meal off."""

from datetime import datetime

from handlers.lunch.bookings import UNDO_LASTS, known
from handlers.turn import Turn
from models.cards import Card
from models.lunch.meals import Meal, Mode
from models.members.people import Role
from rules.lunch import meals, recalling, rolls
from rules.lunch.counts import count
from rules.settings import local_day
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines

KITCHEN = (Role.COOK, Role.SOCIAL_WORKER)
PAGE = 20


LONGEST_NUMBER = 15
"""A longer one names no row, and PostgreSQL would not even look."""


def number(word: str) -> int:
    """A number out of a button; a forged one is refused."""
    if not word.isascii() or not word.isdecimal() or len(word) > LONGEST_NUMBER:
        raise Refused("common.old_button")
    return int(word)


def numbers(turn: Turn, meal: Meal | None) -> Text:
    """How many come to a meal, by how they eat."""
    if meal is None:
        return Text("meals.nobody_yet")
    counted = count(turn.session, meal.id)
    by_mode = {mode.value: counted.by_mode.get(mode, 0) for mode in Mode}
    return Text(
        "meals.numbers",
        day=meal.day,
        sitting=meal.sitting,
        taken=counted.taken,
        waiting=counted.said_waiting,
        **by_mode,
    )


def roll(turn: Turn, argument: str) -> Answer:
    """`/list`: counts and names of the next meal, for those who cook and care; in private only."""
    known(turn)
    if not turn.may(*KITCHEN):
        raise Refused("meals.only_kitchen")
    if not turn.private:
        return Text("meals.say_in_private")
    meal = _current(turn)
    return _page(turn, meal, 0) if meal else Text("meals.nobody_yet")


def _current(turn: Turn) -> Meal | None:
    """The meal in hand: today's until it is eaten, else the next."""
    today = local_day(turn.village, turn.now)
    sitting = rolls.sitting_of(turn.village, None)
    meal = meals.find(turn.session, turn.village, today, sitting)
    if meal is not None and meal.starts_at > turn.now:
        return meal
    return meals.next_open(turn.session, turn.village, turn.now)


def _page(turn: Turn, meal: Meal, first: int) -> Message:
    everybody = rolls.roll(turn.session, meal.id)
    shown = [rolls.echo_short(member, booking) for booking, member in everybody[first : first + PAGE]]
    more = Button(Text("common.more"), f"meallist:{meal.id}:{first + PAGE}")
    rows = [(more,)] if len(everybody) > first + PAGE else []
    if first == 0:
        rows.append((Button(Text("meals.button_call_off"), f"calloff:{meal.id}", Style.DANGER),))
    return Message(lines(numbers(turn, meal) if first == 0 else None, *shown), tuple(rows))


def turn_page(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The next page of the list, as a further message."""
    known(turn)
    if not turn.may(*KITCHEN) or not turn.private:
        raise Refused("meals.only_kitchen")
    turn.answer(_page(turn, own_meal(turn, arguments[0]), number(arguments[1])))
    return Toast(Text("common.more"))


def own_meal(turn: Turn, word: str) -> Meal:
    """A meal of this village behind a button."""
    meal = turn.session.get(Meal, number(word))
    if meal is None or meal.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    return meal


def ask_reason(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Calling a meal off asks why; the next words are the reason that everybody is told."""
    known(turn)
    if not turn.may(Role.COOK) or not turn.private:
        raise Refused("meals.only_kitchen")
    meal = own_meal(turn, arguments[0])
    turn.ask("meals.reason", awaits_text=True, meal=meal.id)
    turn.answer(Text("meals.why_call_off", day=meal.day, sitting=meal.sitting))
    return Toast(Text("meals.button_call_off"))


def call_off(turn: Turn, card: Card, words: str) -> Answer:
    """The meal is called off for that reason; 不取消 leaves it on."""
    if not turn.may(Role.COOK):
        raise Refused("meals.only_kitchen")
    if words.strip() in STAYS_ON:
        return Text("meals.stays_on")
    meal = own_meal(turn, str(card.facts["meal"]))
    told_count = meals.call_off(turn.session, meal.id, words.strip(), turn.act)
    said = Text("meals.call_off_done", day=meal.day, sitting=meal.sitting, told=told_count)
    back = turn.ask("meal_off.undo", lasts=UNDO_LASTS, meals=[meal.id], at=turn.now.isoformat())
    return Message(said, ((Button(Text("common.undo"), f"recall:{back.id}"),),))


def recall(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The meal is on after all: everybody has their place back and is told."""
    known(turn)
    if not turn.may(Role.COOK):
        raise Refused("meals.only_kitchen")
    card = turn.opened(arguments[0], "meal_off.undo")
    at = datetime.fromisoformat(card.facts["at"])
    told = sum(recalling.recall(turn.session, number, at, turn.act) for number in card.facts["meals"])
    return Toast(Text("common.undo"), edit=Message(Text("meals.recalled", told=told)))


STAYS_ON = frozenset({"0", "no", "No"})

COMMANDS = {"list": roll}
BUTTONS = {"meallist": turn_page, "calloff": ask_reason, "recall": recall}
UNDOES = {"meal_off.undo": recall}
CARDS = {"meals.reason": call_off}
