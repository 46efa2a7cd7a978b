"""The kitchen book in a few taps: morning check, what is kept of each dish, the clock, and throwing away."""

from datetime import timedelta
from typing import Any

from handlers.lunch.bookings import known
from handlers.lunch.rolls import number
from handlers.turn import Turn
from models.cards import Card
from models.lunch.meals import Meal
from rules.cooks import kitchen, kitchen_card, samples
from rules.cooks.kitchen import Step
from rules.settings import settings_of
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines

SHOWN = 6
NO_PHOTO = timedelta(hours=2)


def open_card(turn: Turn, argument: str) -> Answer:
    """`/kitchen`: what is done and what is still to do for the meal in hand."""
    check(turn)
    return kitchen_card.card(turn.session, turn.village, turn.now)


def check(turn: Turn) -> None:
    """Only whoever works in the kitchen, and in private."""
    known(turn)
    kitchen.check_works(turn.session, turn.act)
    if not turn.private:
        raise Refused("kitchen.say_in_private")


def shown(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The card again, in place of what is shown, or as a message of its own under the sheet."""
    check(turn)
    card = kitchen_card.card(turn.session, turn.village, turn.now)
    if arguments[0] == "new":
        turn.answer(card)
        return Toast(Text("kitchen.button_card"))
    return Toast(Text("common.back"), edit=card)


def done(turn: Turn, said: Text, **undo: Any) -> Message:
    """What was done, with its undo, above the card as it now is."""
    card = kitchen_card.card(turn.session, turn.village, turn.now)
    return Message(lines(said, card.text), (*card.buttons, _undo(turn, **undo)))


def _undo(turn: Turn, **facts: Any) -> tuple[Button, ...]:
    kept = turn.ask("kitchen.undo", lasts=kitchen.UNDO, **facts)
    return (Button(Text("common.undo"), f"kundo:{kept.id}", Style.DANGER),)


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What was tapped last is taken back."""
    card = turn.opened(arguments[0], "kitchen.undo")
    what, ids = card.facts["what"], card.facts["ids"]
    if what == "check":
        kitchen.uncheck(turn.session, ids[0], turn.act)
    if what == "samples":
        samples.take_out(turn.session, ids, turn.act)
    if what == "discard":
        samples.not_discarded(turn.session, ids, turn.act)
    if what == "step":
        kitchen.take_back(turn.session, ids[0], Step(card.facts["step"]), turn.act)
    return Toast(Text("common.undo"), edit=kitchen_card.card(turn.session, turn.village, turn.now))


def meal_of(turn: Turn, word: str) -> Meal:
    """The meal behind a button, on its own day."""
    check(turn)
    return kitchen.held(turn.session, number(word), turn.act)


def ask_dishes(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Of which dish is something kept?"""
    meal = meal_of(turn, arguments[0])
    return Toast(Text("kitchen.button_sample"), edit=_dishes(turn, meal, None))


def _dishes(turn: Turn, meal: Meal, before: Text | None) -> Message:
    left = samples.missing(meal, samples.of_meal(turn.session, meal.id))
    card = turn.ask("kitchen.dishes", meal=meal.id, dishes=left)
    every = (Button(Text("kitchen.button_all_kept"), f"kkeep:{card.id}:all", Style.SUCCESS),)
    each = [
        (Button(Text("kitchen.name", name=dish), f"kkeep:{card.id}:{place}"),)
        for place, dish in enumerate(left[:SHOWN])
    ]
    grams = settings_of(turn.village).sample_grams
    back = (Button(Text("common.back"), "kcard"),)
    return Message(lines(before, Text("kitchen.which_kept", grams=grams)), (every, *each, back))


def kept(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Something of one dish, or of all, stands in the fridge."""
    card = turn.opened(arguments[0], "kitchen.dishes")
    meal = meal_of(turn, str(card.facts["meal"]))
    made = samples.keep(turn.session, meal.id, _tapped(card, arguments[1]), turn.act)
    said = Text("kitchen.kept", dishes=[sample.dish for sample in made], at=made[0].discard_at)
    ids = [sample.id for sample in made]
    if samples.missing(meal, samples.of_meal(turn.session, meal.id)):
        undo = _undo(turn, what="samples", ids=ids)
        page = _dishes(turn, meal, said)
        return Toast(Text("common.done"), edit=Message(page.text, (*page.buttons, undo)))
    message = done(turn, said, what="samples", ids=ids)
    _ask_fridge(turn, meal)
    turn.answer(Text("kitchen.ask_fridge"))
    return Toast(Text("common.done"), edit=message)


def _tapped(card: Card, word: str) -> list[str]:
    dishes: list[str] = card.facts["dishes"]
    if word == "all":
        return dishes
    if not word.isdecimal() or int(word) >= len(dishes):
        raise Refused("common.old_button")
    return [dishes[int(word)]]


def cold(turn: Turn, card: Card, words: str) -> Answer:
    """How cold the fridge is, or a picture of what was kept; asked until it is cold enough."""
    meal = meal_of(turn, str(card.facts["meal"]))
    if turn.heard.photo:
        count = samples.photograph(turn.session, meal.id, turn.heard.photo, turn.act)
        _ask_fridge(turn, meal)
        return Text("kitchen.photo_kept", count=count)
    tenths = samples.read_degrees(words)
    coldest, warmest = settings_of(turn.village).fridge
    right = samples.fridge(turn.session, meal.id, tenths, turn.act)
    if not right:
        _ask_fridge(turn, meal)
    key = "kitchen.fridge_right" if right else "kitchen.fridge_wrong"
    return Text(key, degrees=samples.degrees(tenths), coldest=coldest, warmest=warmest)


def _ask_fridge(turn: Turn, meal: Meal) -> None:
    turn.ask("kitchen.fridge", awaits_text=True, lasts=NO_PHOTO, meal=meal.id)


def step(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Off the fire, packed, or arrived: the clock runs."""
    meal = meal_of(turn, arguments[0])
    reached = _step(arguments[1])
    kitchen.reach(turn.session, meal.id, reached, turn.act)
    settings = settings_of(turn.village)
    minutes = {Step.COOKED: settings.eat_within_minutes, Step.PACKED: settings.hand_over_within_minutes}
    until = kitchen_card.clock_time(turn.village, turn.now + timedelta(minutes=minutes.get(reached, 0)))
    said = Text(f"kitchen.{reached}", until=until)
    return Toast(said, edit=done(turn, said, what="step", ids=[meal.id], step=reached.value))


def _step(word: str) -> Step:
    if word not in set(Step):
        raise Refused("common.old_button")
    return Step(word)


def discard(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What was kept of a meal went into the bin."""
    check(turn)
    gone = samples.discard(turn.session, number(arguments[0]), turn.act)
    said = Text("kitchen.discarded", dishes=[sample.dish for sample in gone])
    return Toast(Text("common.done"), edit=done(turn, said, what="discard", ids=[s.id for s in gone]))


COMMANDS = {"kitchen": open_card}
BUTTONS = {
    "kcard": shown,
    "ksample": ask_dishes,
    "kkeep": kept,
    "kstep": step,
    "kdiscard": discard,
    "kundo": undo,
}
CARDS = {"kitchen.fridge": cold}
UNDOES = {"kitchen.undo": undo}
