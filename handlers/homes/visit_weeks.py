"""A week of visits, three buttons at a time: one house after the other, and what else can be done with the week."""

from datetime import date, timedelta

from handlers.turn import Turn
from models.homes.visits import Visit
from rules.homes import visit_plans, visit_talk
from rules.values import Button, Message, Refused, Text
from rules.volunteers.rosters import week_of

WEEK = timedelta(days=7)
TWO = 2
"""Buttons beside the one that leads further."""


def house(turn: Turn, monday: date, word: str) -> Message:
    """One visit of a week: a closer look, the next one, or back to all of them."""
    there = visit_plans.week(turn.session, turn.village.id, monday)
    at = _position(word)
    if not there:
        raise Refused("visits.changed_since")
    at = at if at < len(there) else 0
    (one,) = visit_talk.shown(turn.session, [there[at]])
    said = Text("visits.one_of", number=at + 1, count=len(there), line=visit_talk.line(one))
    closer = (Button(Text("visits.button_closer"), f"visit:{one.visit.id}:see"),)
    return Message(said, (closer, *_onwards(monday, there, at)))


def _onwards(monday: date, there: list[Visit], at: int) -> tuple[tuple[Button, ...], ...]:
    back = (Button(Text("common.back"), f"visitweek:{monday}:show"),)
    following = Button(Text("visits.button_next_house"), f"visitweek:{monday}:house-{at + 1}")
    return ((following,), back) if at + 1 < len(there) else (back,)


def others(turn: Turn, monday: date, word: str) -> Message:
    """What else there is, two at a time."""
    there = visit_plans.week(turn.session, turn.village.id, monday)
    ways = _ways(turn, monday, empty=not there)
    first = _position(word)
    first = first if first < len(ways) else 0
    page = [(button,) for button in ways[first : first + TWO]]
    last = first + TWO >= len(ways)
    further = "show" if last else f"others-{first + TWO}"
    page.append((Button(Text("common.back" if last else "common.more"), f"visitweek:{monday}:{further}"),))
    return Message(Text("visits.what_else", first=monday), tuple(page))


def _ways(turn: Turn, monday: date, *, empty: bool) -> list[Button]:
    this = week_of(turn.today)[0]
    ahead = monday > this
    turning = Text("visits.button_this_week" if ahead else "visits.button_next_week")
    own = [
        Button(Text("visits.button_one_more"), f"visitweek:{monday}:more"),
        Button(Text("visits.button_paper"), f"visitweek:{monday}:paper"),
    ]
    return [
        *(own[:1] if empty else own),
        Button(turning, f"visitweek:{this if ahead else this + WEEK}:show"),
        Button(Text("visits.button_unseen"), "visitseen:0"),
        Button(Text("visits.button_late"), "visitlate:0"),
        Button(Text("visits.button_calendar"), "shiftfeed"),
    ]


def _position(word: str) -> int:
    """The number behind the dash of a button's word."""
    number = word.partition("-")[2]
    if not (number.isascii() and number.isdecimal() and len(number) < 4):
        raise Refused("common.old_button")
    return int(number)
