"""Sentences about shifts: said to the bot they are answered, overheard in the group only when surely meant."""

from collections.abc import Callable

from handlers import exchanges
from handlers import shifts as shift_talk
from handlers import swaps as swap_talk
from handlers.turn import Turn
from nlu import Intent, Understanding
from rules import outbox
from rules.values import Answer, Refused

Reading = Callable[[Turn, Understanding], Answer]


def heard(to_the_bot: Reading, by_chance: Reading) -> Reading:
    """Two readings of an intent: whoever speaks to the bot is always answered."""

    def hear(turn: Turn, understanding: Understanding) -> Answer:
        if turn.heard.addressed:
            return to_the_bot(turn, understanding)
        return overheard(turn, understanding, by_chance)

    return hear


def overheard(turn: Turn, understanding: Understanding, read: Reading) -> Answer:
    """Said in the group to nobody in particular: answered when it surely is about a shift, else left alone."""
    if turn.member is None or not understanding.slots.dates:
        return None
    try:
        return read(turn, understanding)
    except Refused:
        return None


def _offer(turn: Turn, understanding: Understanding) -> Answer:
    found = shift_talk.own(turn, understanding)
    return swap_talk.offer(turn, understanding) if len(found) == 1 else None


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


INTENTS = {
    Intent.OFFER_SHIFT: heard(swap_talk.offer, _offer),
    Intent.SWAP_SHIFT: heard(exchanges.exchange, _exchange),
    Intent.CLAIM_SHIFT: heard(swap_talk.claim, _claim),
    Intent.LEAVE_SHIFT: heard(shift_talk.leave, _leave),
}
OVERHEARD = INTENTS
