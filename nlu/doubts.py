"""What can be meant in two ways, each a named doubt: it is asked about and not acted on."""

import re
from datetime import date

from nlu.parts import counts_differ
from nlu.sentence import Sentence
from nlu.slots import also_orders, refuses_for
from nlu.spans import find_person
from nlu.values import Intent

BARE_WEEKDAY = re.compile(r"周|星期|礼拜|mon|tue|wed|thu|fri|sat|sun")
DOUBT = "today's own weekday: today or in a week?"
BOTH = "a refusal and an order in one message"
COUNTS = "several counts for one meal"
NOBODY = "for somebody who is not named"
LASTING = "from now on, or this once?"
DOUBTS = {DOUBT, BOTH, COUNTS, NOBODY, LASTING}
AND = re.compile("[和跟同与、]")
PRONOUN = re.compile(r"(?:帮|给|替|把|为)(?:他|她)|\bfor (?:him|her|them)\b")
FROM_NOW_ON = re.compile(
    "(?<!送)(?:订|吃|留|报|直)到(?!(?:了|没|家|上|好|饭|餐))|固[定订]|长期|以后(?:都|每)|一直(?!到)"
)
MEALS = {Intent.CANCEL_MEAL, Intent.CHANGE_MEAL}


def doubts_in(intent: Intent, sentence: Sentence, today: date) -> tuple[str, ...]:
    """Every doubt that a sentence leaves."""
    return (*_weekday_of_today(sentence, today), *_two_wishes(intent, sentence))


def _weekday_of_today(sentence: Sentence, today: date) -> tuple[str, ...]:
    """A bare 周三 said on a Wednesday may be today or in a week: a question, not an act."""
    named = [
        s for s in sentence.days if s.dates and not s.removed and BARE_WEEKDAY.match(sentence.low, s.start)
    ]
    return (DOUBT,) if any((span.dates[0] - today).days == 7 for span in named) else ()


def _two_wishes(intent: Intent, sentence: Sentence) -> tuple[str, ...]:
    if intent is Intent.CANCEL_MEAL and also_orders(sentence):
        return (BOTH,)
    if intent is Intent.CANCEL_MEAL and not refuses_for(sentence, find_person(sentence.text, frozenset())):
        return (NOBODY,)
    if intent is not Intent.BOOK_MEAL:
        return (NOBODY,) if intent in MEALS and _for_somebody(sentence) else ()
    lasting = (LASTING,) if FROM_NOW_ON.search(sentence.low) else ()
    nobody = (NOBODY,) if _for_somebody(sentence) or _for_several(sentence) else ()
    return ((COUNTS,) if counts_differ(sentence) else ()) + lasting + nobody


def _for_several(sentence: Sentence) -> bool:
    """Two people by name: what is for whom?"""
    return bool(AND.search(sentence.text) and AND.search(find_person(sentence.text, frozenset()) or ""))


def _for_somebody(sentence: Sentence) -> bool:
    """帮他订 without a name before it: for whom?"""
    return bool(PRONOUN.search(sentence.low)) and find_person(sentence.text, frozenset()) is None
