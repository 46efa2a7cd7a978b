"""Days that are special: shown to everybody, closed and reopened by those who keep the calendar."""

from datetime import date, datetime, timedelta

from handlers.lunch.bookings import UNDO_LASTS, known
from handlers.questions import either
from handlers.turn import Turn
from models.lunch.meals import MealState
from models.members.people import Role
from nlu.dates import find_dates, gathered
from nlu.normalise import normalise
from rules.lunch import calendar, menus, recalling
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines

AHEAD = 30


def show(turn: Turn, argument: str) -> Answer:
    """`/calendar`: the special days of a month; `/calendar 2026-12-01 reason` closes a day."""
    known(turn)
    if argument:
        return _asked(turn, argument)
    days = [turn.today + timedelta(days=number) for number in range(AHEAD)]
    named = [(day, calendar.name_of(turn.session, turn.village, day)) for day in days]
    said = [Text("calendar.line", day=day, name=name) for day, name in named if name]
    how = Text("calendar.how_to_close") if turn.private and turn.may(Role.SOCIAL_WORKER) else None
    open_years = [
        Text("calendar.not_decided", year=year)
        for year in sorted({day.year for day in days})
        if not calendar.is_decided(year)
    ]
    return lines(*said or [Text("calendar.nothing")], *open_years, how)


def _asked(turn: Turn, words: str) -> Answer:
    if not turn.may(Role.SOCIAL_WORKER):
        raise Refused("calendar.only_manager")
    first, _, reason = words.strip().partition(" ")
    try:
        day = date.fromisoformat(first)
    except ValueError:
        return Text("calendar.how_to_close")
    return _to_close(turn, day, reason)


def _to_close(turn: Turn, day: date, reason: str) -> Message:
    card = turn.ask("calendar.close", day=day.isoformat(), reason=reason.strip()[:100])
    yes = Button(Text("common.yes"), f"closeday:{card.id}", Style.DANGER)
    no = Button(Text("common.no"), f"keepday:{card.id}")
    return Message(Text("calendar.sure", day=day), ((yes, no),))


def by_words(turn: Turn, words: str) -> Answer:
    """ "No cooking tomorrow, the power is off": the day and the reason as they were said, to be confirmed."""
    known(turn)
    if not turn.may(Role.SOCIAL_WORKER):
        raise Refused("calendar.only_manager")
    days = gathered(find_dates(normalise(words), turn.today))
    return _to_close(turn, days[0], turn.heard.text) if len(days) == 1 else Text("calendar.how_to_close")


def close(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The day is closed; everybody booked is told."""
    known(turn)
    card = turn.opened(arguments[0], "calendar.close")
    day = date.fromisoformat(card.facts["day"])
    told = calendar.close(turn.session, turn.village, day, card.facts["reason"], turn.act)
    said = Text("calendar.closed", day=day, told=told)
    back = turn.ask("calendar.undo", lasts=UNDO_LASTS, day=day.isoformat(), at=turn.now.isoformat())
    row = (
        Button(Text("common.undo"), f"unclose:{back.id}"),
        Button(Text("calendar.button_reopen"), f"openday:{day}"),
    )
    return Toast(Text("common.done"), edit=Message(said, (row,)))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The day was closed by mistake: its meals take place, everybody has their place back."""
    known(turn)
    card = turn.opened(arguments[0], "calendar.undo")
    day, at = date.fromisoformat(card.facts["day"]), datetime.fromisoformat(card.facts["at"])
    off = [
        meal.id
        for meal in menus.coming(turn.session, turn.village.id, day, day)
        if meal.state == MealState.CANCELLED
    ]
    told = sum(recalling.recall(turn.session, number, at, turn.act) for number in off)
    calendar.reopen(turn.session, turn.village, day, turn.act)
    return Toast(Text("common.undo"), edit=Message(Text("meals.recalled", told=told)))


def keep(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The day stays as it is."""
    turn.opened(arguments[0], "calendar.close")
    return Toast(Text("common.no"), edit=Message(Text("calendar.kept")))


def reopen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A closed day is served again."""
    known(turn)
    try:
        day = date.fromisoformat(arguments[0])
    except ValueError as wrong:
        raise Refused("common.old_button") from wrong
    calendar.reopen(turn.session, turn.village, day, turn.act)
    return Toast(Text("common.done"), edit=Message(Text("calendar.reopened", day=day)))


COMMANDS = {"calendar": show, "close": by_words}
REPLIES = {"calendar.close": either(close, keep)}
UNDOES = {"calendar.undo": undo}
BUTTONS = {"unclose": undo, "closeday": close, "keepday": keep, "openday": reopen}
