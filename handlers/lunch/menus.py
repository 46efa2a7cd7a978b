"""Menus in chat: what is cooked, writing it by a sentence or a pasted week, and what people wish for."""

from datetime import date, timedelta
from typing import Any

from handlers.lunch.bookings import known
from handlers.questions import either
from handlers.turn import Turn
from models.cards import Card
from models.lunch.meals import Meal, MealState, Sitting
from models.members.people import Role
from nlu import Action, Intent, Understanding
from rules.lunch import calendar, menus
from rules.lunch.menus import MenuLine
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines

UNDO = timedelta(minutes=10)
SOON = 2
WEEK = 6
LEAST_DISHES = 2


def menu(turn: Turn, argument: str) -> Answer:
    """`/menu`: today and the next days; with dishes behind it, a cook writes them."""
    known(turn)
    if argument and turn.may(Role.COOK):
        return preview(turn, argument)
    return _shown(turn, turn.today, turn.today + timedelta(days=SOON))


def query(turn: Turn, understanding: Understanding) -> Answer:
    """What is for lunch tomorrow?"""
    if understanding.action == Action.SILENT:
        return None
    known(turn)
    days = understanding.slots.dates or (turn.today, turn.today + timedelta(days=1))
    return _shown(turn, min(days), min(max(days), min(days) + timedelta(days=WEEK)))


def _shown(turn: Turn, first: date, last: date) -> Answer:
    meals = menus.coming(turn.session, turn.village.id, first, last)
    said = [_line(turn, meal) for meal in meals if meal.dishes or meal.state == MealState.CANCELLED]
    text = lines(*said) if said else Text("menus.none_yet", day=first)
    return Message(text, _buttons(turn)) if turn.private else text


def _line(turn: Turn, meal: Meal) -> Text:
    if meal.state == MealState.CANCELLED:
        return Text("menus.called_off", day=meal.day, sitting=meal.sitting)
    special = calendar.name_of(turn.session, turn.village, meal.day)
    facts = {"day": meal.day, "sitting": meal.sitting, "dishes": meal.dishes}
    return Text("menus.line_special", special=special, **facts) if special else Text("menus.line", **facts)


def _buttons(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    week = Button(Text("menus.button_week"), "menuweek")
    write = Button(Text("menus.button_write"), "menuwrite", Style.PRIMARY)
    return ((week, write),) if turn.may(Role.COOK) else ((week,),)


def week(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The next seven days."""
    known(turn)
    shown = _shown(turn, turn.today, turn.today + timedelta(days=WEEK))
    turn.answer(shown)  # type: ignore[arg-type]
    return Toast(Text("menus.button_week"))


def begin(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The cook wants to write: wishes are shown, the next words are the menu."""
    _check_cook(turn)
    wishes = menus.wishes(turn.session, turn.village.id)
    turn.ask("menus.write", awaits_text=True)
    said = Text("menus.wishes", wishes=[row.text for row in wishes]) if wishes else None
    turn.answer(lines(said, Text("menus.how_to_write")))
    menus.mark_seen(turn.session, wishes, turn.act)
    return Toast(Text("menus.button_write"))


def _check_cook(turn: Turn) -> None:
    known(turn)
    if not turn.may(Role.COOK) or not turn.private:
        raise Refused("menus.only_cook")


def written(turn: Turn, card: Card, words: str) -> Answer:
    """The menu as the cook wrote it, to be confirmed."""
    _check_cook(turn)
    return preview(turn, words)


def preview(turn: Turn, words: str) -> Answer:
    """Nothing counts before the cook has seen how it was read."""
    found = menus.read(words, turn.village, turn.today)
    if not found:
        return Text("menus.not_read")
    card = turn.ask("menus.confirm", lines=[_kept(line) for line in found])
    said = [Text("menus.line", day=x.day, sitting=x.sitting, dishes=list(x.dishes)) for x in found]
    yes = Button(Text("common.yes"), f"menuyes:{card.id}", Style.SUCCESS)
    no = Button(Text("common.no"), f"menuno:{card.id}")
    return Message(lines(*said, Text("menus.right")), ((yes, no),))


def overheard(turn: Turn) -> Answer:
    """A cook writes days and dishes without any command: that is a menu; nothing else is."""
    words = turn.heard.text
    called = menus.CALLED_A_MENU.search(words)
    marked = called or any(mark in words for mark in ":\N{FULLWIDTH COLON}")
    if not marked or not turn.private or not turn.may(Role.COOK):
        return None
    found = menus.read(words, turn.village, turn.today)
    written = [line for line in words.splitlines() if line.strip()]
    least = 1 if called else LEAST_DISHES
    if len(found) != len(written) or sum(len(line.dishes) for line in found) < least:
        return None
    return preview(turn, words)


def _kept(line: MenuLine) -> dict[str, Any]:
    return {"day": line.day.isoformat(), "sitting": line.sitting.value, "dishes": list(line.dishes)}


def _lines(facts: list[dict[str, Any]]) -> list[MenuLine]:
    return [MenuLine(date.fromisoformat(x["day"]), Sitting(x["sitting"]), tuple(x["dishes"])) for x in facts]


def confirm(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The menu counts; for ten minutes it can be taken back."""
    return _write(turn, turn.opened(arguments[0], "menus.confirm"), "menus.written", undo=True)


def _write(turn: Turn, card: Card, key: str, *, undo: bool) -> Answer:
    known(turn)
    if not turn.may(Role.COOK):
        raise Refused("menus.only_cook")
    wanted = _lines(card.facts["lines"])
    days = sorted({line.day for line in wanted})
    found = menus.coming(turn.session, turn.village.id, days[0], days[-1])
    had = {(meal.day, meal.sitting): tuple(meal.dishes) for meal in found}
    before = [MenuLine(x.day, x.sitting, had.get((x.day, x.sitting), ())) for x in wanted]
    for line in wanted:
        menus.write(turn.session, turn.village, line, turn.act)
    said = Text(key, days=days)
    if not undo:
        return Toast(Text("common.done"), edit=Message(said))
    back = turn.ask("menus.undo", lasts=UNDO, lines=[_kept(line) for line in before])
    button = Button(Text("common.undo"), f"menuundo:{back.id}")
    return Toast(Text("common.done"), edit=Message(said, ((button,),)))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """As it was before."""
    return _write(turn, turn.opened(arguments[0], "menus.undo"), "menus.undone", undo=False)


def drop(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Read wrongly: nothing is kept."""
    turn.opened(arguments[0], "menus.confirm")
    return Toast(Text("common.no"), edit=Message(Text("menus.dropped")))


def wish(turn: Turn, understanding: Understanding) -> Answer:
    """Somebody would like a dish."""
    if understanding.action == Action.SILENT:
        return None
    known(turn)
    menus.wish(turn.session, turn.asker, turn.heard.text, turn.act)
    return Text("menus.wish_kept")


COMMANDS = {"menu": menu}
INTENTS = {Intent.QUERY_MENU: query, Intent.MENU_WISH: wish}
BUTTONS = {
    "menuweek": week,
    "menuwrite": begin,
    "menuyes": confirm,
    "menuno": drop,
    "menuundo": undo,
}
CARDS = {"menus.write": written}
REPLIES = {"menus.confirm": either(confirm, drop)}
UNDOES = {"menus.undo": undo}
