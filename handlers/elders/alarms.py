"""Answers to "how are you?" and to questions after somebody who was not seen."""

from handlers.lunch.bookings import known
from handlers.turn import Turn
from rules.elders import alarms
from rules.values import Answer, Message, Refused, Text, Toast


def answer(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Somebody knows how the eater is."""
    known(turn)
    number, finding = arguments
    if not number.isascii() or not number.isdecimal():
        raise Refused("common.old_button")
    alarms.settle(turn.session, int(number), finding, turn.act)
    said = Text("alarms.help_comes" if finding == "help" else "alarms.noted")
    return Toast(said, alert=finding == "help", edit=Message(said))


BUTTONS = {"alarm": answer}
