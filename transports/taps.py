"""Answers to taps: they never wait in a lane, and one that comes too late harms nobody."""

import asyncio
from contextlib import suppress

import structlog

from transports.faultlines import where
from transports.telegram import Rejected, Retry, Telegram
from transports.updates import Heard

log = structlog.get_logger()

TRIES = 3


class Taps:
    """Ends the little clock on tapped buttons, each in a task of its own."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._tasks: set[asyncio.Task[None]] = set()

    def answer(self, heard: Heard, words: str, alert: bool) -> None:
        """Answer a tap now, without waiting for it."""
        task = asyncio.create_task(self._answer(heard.callback_id, words, alert=alert), name="tap")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Let answers get out for so long; a person does not wait longer for a little word."""
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, callback_id: str, words: str, *, alert: bool) -> None:
        for _ in range(TRIES):
            try:
                with suppress(Rejected):  # too old: the person has long gone on
                    await self._telegram.answer_tap(callback_id, words, alert=alert)
            except Retry as retry:
                await asyncio.sleep(min(retry.after, 2.0))
                continue
            except Exception as fault:
                log.warning("a tap could not be answered", fault=where(fault))
            return
