"""Short answers to the bot's own question or post about a meal, and "the usual": what they leave out is filled in."""

import re
from dataclasses import replace
from datetime import datetime

from nlu.sentence import Sentence, read_sentence, skeleton_of
from nlu.slots import fill
from nlu.spans import MODES, find_person
from nlu.values import Action, Context, Intent, Slots, Understanding

USUAL = re.compile(
    r"(?:[一-鿿]{0,4})(?:老样子|老规矩|照旧|照常|跟(?:平时|上次|以前)一样|同上次|the usual|as usual|same as (?:always|last time))",
    re.I,
)
THE_USUAL = "the usual"
BARE_COUNT = re.compile(r"^(?:我|还是|就|也|要|来|订|报|给我|帮我|再|留)*N")
YES = re.compile(
    r"^(?:吃|要|来|好|好的|可以|嗯|是|行|对|要的|吃的|来的|订|yes|ok|yep|sure)[!。啊呀的吧了]*$", re.I
)
NO = re.compile(r"^(?:不|不吃|不要|不来|不用|算了|no|nope)[!。了啊]*$", re.I)


def answer(sentence: Sentence, now: datetime, context: Context) -> Understanding | None:
    """A short answer to the bot's own question or post about a meal, and "the usual"."""
    bare = sentence.low.strip(" ,。!")
    usual = _usual(sentence, bare, context)
    if usual is not None:
        return Understanding(Intent.BOOK_MEAL, usual, Action.ASK, (), 0.8, (THE_USUAL,))
    asked = bool(context.last_question and context.last_question.startswith("meals."))
    if not asked and not (context.reply_to_bot and context.reply_to):
        return None
    slots = _from_question(fill(Intent.BOOK_MEAL, sentence, context.names), now, context)
    if NO.match(bare):
        return Understanding(Intent.CANCEL_MEAL, slots, Action.ACT, (), 0.9, ("answer no",))
    if YES.match(bare) or (sentence.counts and len(bare) <= 8):
        return Understanding(Intent.BOOK_MEAL, slots, Action.ACT, (), 0.9, ("answer yes",))
    return None


def _usual(sentence: Sentence, bare: str, context: Context) -> Slots | None:
    """ "The usual", or a bare count: what is left out is as it usually is, or as the next open meal has it."""
    usual, as_usual = context.usual, USUAL.match(bare)
    counted = bool(sentence.counts and (usual or context.open_meals))
    if not as_usual and not counted:
        return None
    person = find_person(sentence.text, context.names)
    if as_usual and person:
        return Slots(sentence.dates, beneficiary=person)
    if as_usual and usual:
        return Slots(sentence.dates or usual.dates, usual.meal, usual.count, usual.mode)
    if not counted or not _only_a_count(sentence, person):
        return None
    slots = replace(fill(Intent.BOOK_MEAL, sentence, context.names), beneficiary=person)
    if person or usual is None:
        return slots
    return replace(slots, meal=slots.meal or usual.meal, mode=slots.mode or usual.mode)


def _only_a_count(sentence: Sentence, person: str | None) -> bool:
    """Whether nothing is said but how many, by whom, and how they eat."""
    said = BARE_COUNT.sub("", skeleton_of(sentence).replace(person or "\0", "", 1))
    return MODES.sub("", said).strip(" ,。!吧啊") in ("", "家")


def _from_question(slots: Slots, now: datetime, context: Context) -> Slots:
    """What the answer leaves out stands in the message replied to."""
    asked = read_sentence(context.reply_to or "", now.date())
    meal = fill(Intent.BOOK_MEAL, asked, frozenset()).meal
    return replace(slots, dates=slots.dates or asked.dates[:1], meal=slots.meal or meal)
