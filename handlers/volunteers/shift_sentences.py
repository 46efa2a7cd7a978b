"""Sentences about shifts: said to the bot they are answered, overheard in the group only when surely meant."""

from collections.abc import Callable
from dataclasses import replace

from handlers.lunch import bookings
from handlers.lunch.bookings import known
from handlers.turn import Turn
from handlers.volunteers import exchanges, swap_answers
from handlers.volunteers import shifts as shift_talk
from handlers.volunteers import swaps as swap_talk
from nlu import Action, Intent, Understanding
from nlu.phrases import comes_after_all
from rules import outbox
from rules.lunch import rolls
from rules.values import Answer, Refused, Text

PERSONAL = frozenset({"shifts.not_active", "shifts.not_qualified", "shifts.cap_day", "shifts.cap_week"})

Reading = Callable[[Turn, Understanding], Answer]


def heard(to_the_bot: Reading, by_chance: Reading) -> Reading:
    """Two readings of an intent: whoever speaks to the bot is always answered."""

    def hear(turn: Turn, understanding: Understanding) -> Answer:
        if turn.heard.addressed:
            return discreetly(turn, understanding, to_the_bot)
        return overheard(turn, understanding, by_chance)

    return hear


def discreetly(turn: Turn, understanding: Understanding, read: Reading) -> Answer:
    """Why somebody may not be on a shift can speak of papers and illness: never before the whole group."""
    try:
        return _whole(turn, understanding, read)
    except Refused as refused:
        if turn.private or not _is_personal(refused.key):
            raise
        outbox.tell(turn.session, f"shiftno:{turn.heard.update_id}", turn.asker, refused.text, now=turn.now)
        return Text("shifts.told_in_private", name=turn.asker.name)


def _is_personal(key: str) -> bool:
    return key.startswith("certificates.") or key in PERSONAL


def overheard(turn: Turn, understanding: Understanding, read: Reading) -> Answer:
    """Said in the group to nobody in particular: answered when it surely is about a shift, else left alone."""
    if comes_after_all(turn.heard.text) is not None:
        return swap_answers.overheard(turn, understanding)
    if turn.member is None or not understanding.slots.dates:
        return None
    try:
        return _whole(turn, understanding, read)
    except Refused:
        return None


def _whole(turn: Turn, understanding: Understanding, read: Reading) -> Answer:
    """All of it or nothing: a refusal that is not raised further must leave nothing half done behind."""
    posted = list(turn.session.info.get("posted", ()))
    try:
        with turn.session.begin_nested():
            return read(turn, understanding)
    except Refused:
        turn.session.info["posted"] = posted
        raise


def _offer(turn: Turn, understanding: Understanding) -> Answer:
    found = shift_talk.own(turn, understanding)
    if len(found) > 1:
        which = shift_talk.pick(turn, [(place.id, shift) for place, shift in found], "swaps.which", "shiftno")
        outbox.tell(turn.session, f"shiftwhich:{turn.heard.update_id}", turn.asker, which, now=turn.now)
        return None
    return swap_talk.offer(turn, understanding) if found else None


def _exchange(turn: Turn, understanding: Understanding) -> Answer:
    has_both = understanding.slots.to_dates and shift_talk.own(turn, understanding)
    return exchanges.exchange(turn, understanding) if has_both else None


def _claim(turn: Turn, understanding: Understanding) -> Answer:
    return swap_talk.claim(turn, understanding) if len(swap_talk.openings(turn, understanding)) == 1 else None


def _leave(turn: Turn, understanding: Understanding) -> Answer:
    """Asked back in private: the group need not read it."""
    found = shift_talk.own(turn, understanding)
    if len(found) == 1:
        said = shift_talk.cannot_come(turn, *found[0])
        outbox.tell(turn.session, f"shiftleave:{turn.heard.update_id}", turn.asker, said, now=turn.now)
    return None


def leave(turn: Turn, understanding: Understanding) -> Answer:
    """ "I cannot come": a shift, or for whoever has none that day, their lunch."""
    known(turn)
    days = understanding.slots.dates
    if not shift_talk.own(turn, understanding) and days:
        coming = rolls.upcoming(turn.session, turn.village, turn.asker.id, turn.now)
        if any(meal.day in days for _, meal in coming):
            meal = replace(understanding, intent=Intent.CANCEL_MEAL, action=Action.ASK)
            return bookings.order(turn, meal)
    return shift_talk.leave(turn, understanding)


INTENTS = {
    Intent.OFFER_SHIFT: heard(swap_talk.offer, _offer),
    Intent.SWAP_SHIFT: heard(exchanges.exchange, _exchange),
    Intent.CLAIM_SHIFT: heard(swap_talk.claim, _claim),
    Intent.LEAVE_SHIFT: heard(leave, _leave),
}
OVERHEARD = INTENTS
