"""The shifts of a day the canteen is closed: all called off by one tap, and back by another."""

from datetime import date

from handlers.lunch.rolls import number
from handlers.questions import UNDO_LASTS
from handlers.turn import Turn
from handlers.volunteers.shift_cards import check, read
from rules.values import Answer, Button, Message, Text, Toast
from rules.volunteers import shift_closings


def call_off(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Nobody need come that day."""
    check(turn)
    day = read(lambda: date.fromisoformat(arguments[0]))
    off = shift_closings.call_off(turn.session, turn.village, day, turn.act)
    places = [[line.shift.id, [place.id for place, _ in line.people]] for line in off]
    back = turn.ask("shiftsoff.undo", lasts=UNDO_LASTS, off=places)
    people = len({member.id for line in off for _, member in line.people})
    said = Text("shifts.day_called_off", day=day, count=len(off), people=people)
    return Toast(
        Text("common.done"),
        edit=Message(said, ((Button(Text("common.undo"), f"shiftsback:{back.id}"),),)),
    )


def take_back(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """They are needed after all."""
    card = turn.opened(arguments[0], "shiftsoff.undo")
    check(turn)
    shift_closings.reopen(turn.session, dict(card.facts["off"]), turn.act)
    return Toast(Text("common.done"), edit=Message(Text("shifts.day_back", count=len(card.facts["off"]))))


def open_again(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The day was opened again, and its shifts with it."""
    check(turn)
    on = shift_closings.open_again(turn.session, turn.village, number(arguments[0]), turn.act)
    return Toast(Text("common.done"), edit=Message(Text("shifts.day_back", count=len(on))))


BUTTONS = {"shiftsoff": call_off, "shiftsback": take_back, "shiftsagain": open_again}
UNDOES = {"shiftsoff.undo": take_back}
