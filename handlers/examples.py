"""Learning in chat: may I keep this sentence, what did it mean, and words that mean something here."""

from handlers.lunch.bookings import UNDO_LASTS, known
from handlers.missed import UNTEACHABLE, propose
from handlers.turn import Turn
from nlu import Intent
from nlu.lessons import is_known, taught
from rules import examples
from rules.values import Answer, Button, Message, Refused, Text, Toast, lines

OFFERED = 4
MOST_SHOWN = 30


def keep(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The answer to whether sentences may be kept."""
    known(turn)
    card = turn.opened(arguments[0], "examples.keep")
    agreed = arguments[1] == "yes"
    examples.agree(turn.session, turn.asker, turn.act, agreed=agreed)
    if not agreed:
        return Toast(Text("common.no"), edit=Message(Text("examples.not_kept")))
    propose(turn, card.facts["words"])
    return Toast(Text("common.done"), edit=Message(Text("examples.noted")))


def show(turn: Turn, argument: str) -> Answer:
    """`/examples`: the sentence heard most often that nobody understood, and what it may mean."""
    known(turn)
    if not turn.private:
        return Text("people.in_private")
    examples.check_may_teach(turn.session, turn.asker)
    return _next(turn)


def _next(turn: Turn) -> Message:
    example = examples.next_waiting(turn.session, turn.village.id)
    if example is None:
        return Message(Text("examples.none_waiting"))
    left = examples.waiting(turn.session, turn.village.id)
    rows = tuple(
        (Button(Text(f"Intent.{intent}"), f"learn:{example.id}:{intent}"),)
        for intent in example.offered()[:OFFERED]
    )
    skip = Button(Text("examples.button_skip"), f"learn:{example.id}:no")
    chat = Button(Text("examples.button_chatter"), f"learn:{example.id}:{Intent.CHATTER}")
    said = Text("examples.next", words=example.words, times=example.times, left=left)
    return Message(said, (*rows, (chat, skip)))


def teach(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The weekly question was tapped: the first sentence is shown."""
    known(turn)
    examples.check_may_teach(turn.session, turn.asker)
    return Toast(Text("examples.button_teach"), edit=_next(turn))


def learn(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A meaning was tapped: from now on sentences like it are understood so; the next one follows."""
    known(turn)
    number, intent = _number(arguments[0]), arguments[1]
    if intent != "no" and (intent not in set(Intent) or intent in UNTEACHABLE):
        raise Refused("common.old_button")
    example = examples.decide(turn.session, turn.asker, number, "" if intent == "no" else intent, turn.act)
    card = turn.ask("examples.undo", lasts=UNDO_LASTS, example=example.id)
    undo = Button(Text("common.undo"), f"unlearn:{card.id}")
    follow = _next(turn)
    what = Text("examples.declined" if intent == "no" else "examples.learnt")
    return Toast(what, edit=Message(follow.text, (*follow.buttons, (undo,))))


def unlearn(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Not that after all: the sentence is shown again."""
    known(turn)
    card = turn.opened(arguments[0], "examples.undo")
    examples.take_back(turn.session, turn.asker, card.facts["example"], turn.act)
    return Toast(Text("common.undo"), edit=_next(turn))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise Refused("common.old_button")
    return int(text)


def word(turn: Turn, argument: str) -> Answer:
    """“过早”就是早饭: a social worker teaches a word; with nothing said, the words taught are shown."""
    known(turn)
    if not turn.private:
        return Text("people.in_private")
    examples.check_may_teach(turn.session, turn.asker)
    lesson = taught(argument)
    if lesson is None:
        own = examples.words_of(turn.village)[:MOST_SHOWN]
        shown = [Text("examples.word", heard=heard, meant=meant) for heard, meant in own]
        return lines(Text("examples.words"), *shown) if shown else Text("examples.no_words")
    heard, meant = lesson
    if is_known(heard, turn.today, examples.words_of(turn.village)):
        raise Refused("examples.word_known", heard=heard)
    before = examples.teach_word(turn.session, turn.asker, heard, meant, turn.act)
    card = turn.ask("examples.word", lasts=UNDO_LASTS, heard=heard, before=before)
    undo = Button(Text("common.undo"), f"unword:{card.id}")
    return Message(Text("examples.word_learnt", heard=heard, meant=meant), ((undo,),))


def unword(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The word means again what it meant before."""
    known(turn)
    card = turn.opened(arguments[0], "examples.word")
    heard, before = card.facts["heard"], card.facts["before"]
    examples.forget_word(turn.session, turn.asker, heard, before, turn.act)
    return Toast(Text("common.undo"), edit=Message(Text("examples.word_forgotten", heard=heard)))


COMMANDS = {"examples": show, "word": word}
BUTTONS = {"keepwords": keep, "teach": teach, "learn": learn, "unlearn": unlearn, "unword": unword}
UNDOES = {"examples.undo": unlearn, "examples.word": unword}
