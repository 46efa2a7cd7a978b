"""What has to be waited for before an update becomes a unit of work: spoken words, and a guess at unclear ones.

No transaction is open meanwhile; the update stays in the inbox until its unit is done, so that a crash repeats it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from nlu import Context, understand
from transports.faultlines import where
from transports.suggesting import Suggester
from transports.updates import Heard, Kind
from transports.voice import Transcriber, Unheard

log = structlog.get_logger()

LONGEST_SECONDS = 60
LARGEST_BYTES = 2_000_000
PATIENCE_SECONDS = 90.0
OFF, TOO_LONG, UNHEARD = "off", "too_long", "unheard"


@dataclass(frozen=True, slots=True)
class Listening:
    """Makes an update ready and hands it on; without engines it only hands on."""

    take: Callable[[Heard], Awaitable[None]]
    clock: Callable[[], datetime]
    file: Callable[[str], Awaitable[bytes]]
    cleared: Callable[[Heard], Awaitable[str]]
    """The words without names, when their speaker agreed that they leave the machine; else empty."""
    transcriber: Transcriber | None = None
    suggester: Suggester | None = None

    async def hear(self, heard: Heard) -> None:
        """Listen, perhaps ask, and hand on."""
        if heard.voice:
            heard = await self._transcribed(heard)
        elif self.suggester is not None and self._unclear(heard):
            heard = await self._suggested(heard, self.suggester)
        await self.take(heard)

    async def close(self) -> None:
        """Let the engines go."""
        for engine in (self.transcriber, self.suggester):
            if engine is not None:
                await engine.close()

    async def _transcribed(self, heard: Heard) -> Heard:
        if self.transcriber is None:
            return replace(heard, voice_fault=OFF)
        if heard.voice_seconds > LONGEST_SECONDS or heard.voice_bytes > LARGEST_BYTES:
            return replace(heard, voice_fault=TOO_LONG)
        if not heard.addressed:
            return heard
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                words = await self.transcriber.transcribe(await self.file(heard.voice))
        except (Unheard, TimeoutError) as fault:
            log.warning("a voice message could not be made out", fault=where(fault))
            words = ""
        return replace(heard, text=words, voice_fault="" if words else UNHEARD)

    def _unclear(self, heard: Heard) -> bool:
        """Whether nobody here understands it, and it was said to the bot in private."""
        if heard.kind != Kind.MESSAGE or not heard.private or heard.command or not heard.text:
            return False
        return understand(heard.text, self.clock(), Context()).unsure

    async def _suggested(self, heard: Heard, suggester: Suggester) -> Heard:
        words = await self.cleared(heard)
        return replace(heard, suggestion=await suggester.suggest(words)) if words else heard
