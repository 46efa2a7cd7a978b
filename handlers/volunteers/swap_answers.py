"""The other taps under an offer: no, never mind, the coordinator's yes and no, undone."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers import guesses, questions
from handlers.lunch.bookings import known
from handlers.lunch.rolls import number
from handlers.turn import Turn
from handlers.volunteers import shifts as shift_talk
from handlers.volunteers import swap_names
from handlers.volunteers import swaps as swap_talk
from models.cards import Card
from models.volunteers.shifts import Shift, Swap, SwapKind
from nlu import Intent, Understanding
from nlu.phrases import comes_after_all
from nlu.sentence import read_sentence
from rules.values import Answer, Message, Refused, Text, Toast
from rules.volunteers import places, shifts, swap_answers, swap_posts, swap_states, swaps
from rules.volunteers.rosters_read import duties_in
from rules.volunteers.swaps import Asking

JUST_NOW = timedelta(hours=1)


def decline(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "No", by the one who was asked."""
    known(turn)
    swap = swap_answers.decline(turn.session, turn.village, number(arguments[0]), turn.act)
    _, shift, giver = swap_posts.about(turn.session, swap)
    said = Text("swaps.you_declined", name=giver.name, **shifts.facts(turn.village, shift))
    return Toast(Text("common.done"), edit=Message(said))


def withdraw(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "Never mind, I will come myself", by its button."""
    known(turn)
    said = _withdrawn(turn, number(arguments[0]))
    return Toast(Text("common.done"), edit=Message(said) if turn.private else None)


def _withdrawn(turn: Turn, swap_id: int) -> Text:
    swap = swap_answers.withdraw(turn.session, swap_id, turn.act)
    _, shift, giver = swap_posts.about(turn.session, swap)
    return Text("swaps.withdrawn", name=giver.name, **shifts.facts(turn.village, shift))


def myself(turn: Turn, words: str) -> Answer:
    """The same in words: of several offers it is asked which; without any, the words mean something else."""
    known(turn)
    mine = _offered(turn, words)
    if not mine:
        return guesses.unclear(turn, questions.understand(turn))
    if len(mine) > 1:
        which = [(swap.id, shift) for swap, shift in mine]
        return shift_talk.pick(turn, which, "swaps.which_withdraw", "swapend")
    return _withdrawn(turn, mine[0][0].id)


def overheard(turn: Turn, understanding: Understanding) -> Answer:
    """Said in the group to nobody in particular: meant when the day is named, or when the offer was made just now."""
    words = comes_after_all(turn.heard.text)
    if words is None or turn.member is None:
        return None
    days = _days(turn, words)
    mine = _offered(turn, words)
    if len(mine) != 1 or not (days or turn.now - mine[0][0].offered_at <= JUST_NOW):
        return None
    return _withdrawn(turn, mine[0][0].id)


def _offered(turn: Turn, words: str) -> list[tuple[Swap, Shift]]:
    """The asker's open offers that the words mean: of the day and the duty named, where they are."""
    mine = swap_states.open_of(turn.session, turn.asker.id, turn.now, _days(turn, words))
    duties = duties_in(words)
    return [pair for pair in mine if pair[1].duty in duties] or mine


def _days(turn: Turn, words: str) -> Sequence[date]:
    return read_sentence(words, turn.today).dates


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


def give_back(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "I cannot", by somebody who was not asked before it moved: while the shift is ahead."""
    known(turn)
    swap, _ = swap_states.found(turn.session, number(arguments[0]), turn.act)
    if turn.now > swap.offered_at + swaps.ANSWERED_WITHIN:
        raise Refused("swaps.too_late_to_give_back")
    swap = swap_answers.undo(turn.session, turn.village, swap.id, turn.act)
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


def chosen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name was meant."""
    card = turn.opened(arguments[0], "swaps.who")
    known(turn)
    if arguments[1] == "none":
        return Toast(Text("common.done"), edit=Message(Text("common.said_again")))
    choices = card.facts["choices"]
    if not arguments[1].isdecimal() or int(arguments[1]) >= len(choices):
        raise Refused("common.old_button")
    place_id, asking = swap_names.from_facts(turn, choices[int(arguments[1])])
    return swap_talk.edited(turn, swap_talk.pursued(turn, place_id, asking))


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
    "swapback": give_back,
    "swapsure": sure,
    "swapday": ask_day,
    "swapwho": chosen,
}
CARDS = {"swaps.day": named_day}
COMMANDS = {"myself": myself}
OVERHEARD = {Intent.CHATTER: overheard, Intent.QUERY_SHIFTS: overheard}
"""Nobody need be found: words that otherwise are small talk, or a question about the roster."""
UNDOES = {"swaps.undo": undo}
