"""What a language model suggests a sentence means: its intent is asked about, its days are read by our own grammar."""

from dataclasses import dataclass, replace
from datetime import datetime

from nlu.sentence import read_sentence, skeleton_of
from nlu.slots import fill
from nlu.values import Action, Context, Intent, Slots, Understanding

NEVER = frozenset({Intent.EMERGENCY, Intent.UNCLEAR, Intent.CHATTER, Intent.THANKS})
"""Danger is known by rules alone; the others need no suggestion."""
LONGEST_PHRASE = 60


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An intent, and the words that say when and how many, quoted from the sentence."""

    intent: Intent
    when: str = ""
    portions: str = ""


def suggested(suggestion: Suggestion, text: str, now: datetime, context: Context) -> Understanding | None:
    """The suggestion as a card to confirm; None when it is of no use. Nothing it says is acted on."""
    if suggestion.intent in NEVER:
        return None
    sentence = read_sentence(text, now.date(), words=context.words)
    slots = fill(suggestion.intent, sentence, context.names)
    quoted = " ".join(part for part in (suggestion.when, suggestion.portions) if part and part in text)
    slots = _filled(slots, suggestion.intent, quoted[:LONGEST_PHRASE], now, context)
    kept = tuple(day for day in slots.dates if day >= now.date())
    why = ("language model suggests", f"seen {skeleton_of(sentence)[:60]}")
    return Understanding(
        suggestion.intent, replace(slots, dates=kept), Action.ASK, (suggestion.intent,), 0.4, why
    )


def _filled(slots: Slots, intent: Intent, quoted: str, now: datetime, context: Context) -> Slots:
    """What the sentence as a whole did not give is looked for in the quoted phrase alone, by the same grammar."""
    if not quoted or (slots.dates and slots.count):
        return slots
    phrase = fill(intent, read_sentence(quoted, now.date(), words=context.words), context.names)
    return replace(
        slots,
        dates=slots.dates or phrase.dates,
        meal=slots.meal or phrase.meal,
        count=slots.count or phrase.count,
    )
