"""The little word on a tapped button: tried again, never waited for long."""

import asyncio

from tests.processes import LIMIT
from transports.failures import Rejected, Retry, Uncertain
from transports.taps import Taps
from transports.updates import Heard, Kind

TAP = Heard(1, Kind.BUTTON, callback_id="77")


class Messenger:
    """Answers as it is told, one way after another; at last it hangs or takes the word."""

    def __init__(self, *ways: Exception, hangs: bool = False) -> None:
        self.ways, self.hangs = list(ways), hangs
        self.heard: list[tuple[str, str, bool]] = []

    async def answer_tap(self, callback_id: str, words: str, *, alert: bool) -> None:
        if self.ways:
            raise self.ways.pop(0)
        if self.hangs:
            await asyncio.Event().wait()
        self.heard.append((callback_id, words, alert))


async def drained(messenger, seconds):
    taps = Taps(messenger)
    taps.answer(TAP, "好", True)
    async with asyncio.timeout(LIMIT):
        await taps.drain(seconds)
    return messenger


async def test_granny_gets_the_word_at_the_second_try():
    messenger = await drained(Messenger(Retry(0.0)), 60.0)
    assert messenger.heard == [("77", "好", True)]


async def test_a_messenger_that_hangs_does_not_keep_the_bot_from_stopping():
    assert (await drained(Messenger(hangs=True), 0.01)).heard == []


async def test_a_tap_that_is_too_old_or_in_doubt_is_let_go():
    for fault in (Rejected("too old"), Uncertain("?")):
        assert (await drained(Messenger(fault), 60.0)).heard == []


async def test_a_stop_waits_no_longer_than_the_answer_takes():
    assert (await drained(Messenger(), 3600.0)).heard == [("77", "好", True)]
