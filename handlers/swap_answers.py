"""The other taps under an offer: no, never mind, the coordinator's yes and no, undone."""

from handlers import swaps as swap_talk
from handlers.bookings import known
from handlers.rolls import number
from handlers.turn import Turn
from models.cards import Card
from models.shifts import SwapKind
from nlu.sentence import read_sentence
from rules import places, shifts, swap_answers, swap_posts
from rules.swaps import Asking
from rules.values import Answer, Message, Text, Toast


def decline(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "No", by the one who was asked."""
    known(turn)
    swap = swap_answers.decline(turn.session, turn.village, number(arguments[0]), turn.act)
    _, shift, giver = swap_posts.about(turn.session, swap)
    said = Text("swaps.you_declined", name=giver.name, **shifts.facts(turn.village, shift))
    return Toast(Text("common.done"), edit=Message(said))


def withdraw(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "Never mind, I will come myself"."""
    known(turn)
    swap = swap_answers.withdraw(turn.session, number(arguments[0]), turn.act)
    _, shift, giver = swap_posts.about(turn.session, swap)
    said = Text("swaps.withdrawn", name=giver.name, **shifts.facts(turn.village, shift))
    return Toast(Text("common.done"), edit=Message(said) if turn.private else None)


def approve(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The coordinator's yes."""
    known(turn)
    swap = swap_answers.approve(turn.session, turn.village, number(arguments[0]), turn.act)
    sides = swap_posts.sides_of(turn.session, swap)
    said = swap_posts.settled(turn.session, turn.village, sides, None)
    return swap_talk.edited(turn, swap_talk.undoable(turn, said, swap))


def refuse(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The coordinator's no."""
    known(turn)
    swap = swap_answers.refuse(turn.session, turn.village, number(arguments[0]), turn.act)
    _, shift, giver = swap_posts.about(turn.session, swap)
    said = Text("swaps.refused", name=giver.name, **shifts.facts(turn.village, shift))
    return Toast(Text("common.done"), edit=Message(said))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong tap: the shift goes back to whose it was."""
    card = turn.opened(arguments[0], "swaps.undo")
    known(turn)
    swap = swap_answers.undo(turn.session, turn.village, card.facts["swap"], turn.act)
    _, shift, giver = swap_posts.about(turn.session, swap)
    said = Text("swaps.undone", name=giver.name, **shifts.facts(turn.village, shift))
    return Toast(Text("common.done"), edit=Message(said))


def sure(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The answer to two duties at once."""
    card = turn.opened(arguments[0], "shifts.overlap")
    known(turn)
    if arguments[1] != "yes":
        return Toast(Text("common.done"), edit=Message(Text("shifts.left_as_it_is")))
    return swap_talk.edited(turn, swap_talk.take(turn, card.facts["swap"], despite_overlap=True))


def ask_day(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """For which day would the shift be swapped? The next message says."""
    known(turn)
    found = places.find(turn.session, number(arguments[0]), turn.act)
    places.check_own(turn.session, found, turn.act)
    turn.ask("swaps.day", awaits_text=True, place=found.place.id)
    return Toast(Text("common.done"), edit=Message(Text("swaps.which_day")))


def named_day(turn: Turn, card: Card, words: str) -> Answer:
    """The day somebody wrote."""
    days = read_sentence(words, turn.today).dates
    if not days:
        turn.ask("swaps.day", awaits_text=True, **card.facts)
        return Text("swaps.which_day")
    return swap_talk.opened(turn, card.facts["place"], Asking(SwapKind.EXCHANGE, wanted_on=days[0]))


BUTTONS = {
    "swapno": decline,
    "swapend": withdraw,
    "swapyes": approve,
    "swapnot": refuse,
    "swapundo": undo,
    "swapsure": sure,
    "swapday": ask_day,
}
CARDS = {"swaps.day": named_day}
UNDOES = {"swaps.undo": undo}
