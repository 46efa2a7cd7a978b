"""News for the chat page: numbered, kept for a while, streamed as server-sent events that can resume."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

from sandbox.page_views import news
from sandbox.records import Event, Json
from sandbox.world import World

KEPT = 5_000
HEARTBEAT = 15.0


class Feed:
    """Listens to a world and hands its news to any number of browsers."""

    def __init__(self, world: World, *, kept: int = KEPT) -> None:
        self.boot = uuid4().hex[:8]
        self.seq = 0
        self._kept: deque[tuple[int, str]] = deque(maxlen=kept)
        self._bells: set[asyncio.Event] = set()
        self._closed = False
        self._hang_up = world.subscribe(self._hear)

    @property
    def mark(self) -> str:
        """Where the news stand now; a stream that starts after it misses nothing."""
        return f"{self.boot}.{self.seq}"

    def close(self) -> None:
        """End every stream, so that a server can stop at once."""
        self._closed = True
        self._hang_up()
        self._ring()

    async def stream(self, mark: str) -> AsyncIterator[str]:
        """Server-sent events after a mark; `reset` when what lies between is no longer known."""
        at = self._place(mark)
        if at is None:
            at = self.seq
            yield self._sse(at, json.dumps({"kind": "reset"}))
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            while not self._closed:
                bell.clear()
                if self._lost(at):
                    at = self.seq
                    yield self._sse(at, json.dumps({"kind": "reset"}))
                for number, words in self._after(at):
                    at = number
                    yield self._sse(number, words)
                if not await _rings(bell):
                    yield ": still here\n\n"
        finally:
            self._bells.discard(bell)

    def _hear(self, event: Event) -> None:
        told: Json | None = news(event)
        if told is None:
            return
        self.seq += 1
        self._kept.append((self.seq, json.dumps(told, ensure_ascii=False)))
        self._ring()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    def _place(self, mark: str) -> int | None:
        boot, _, number = mark.partition(".")
        if boot != self.boot or not number.isdecimal() or int(number) > self.seq or self._lost(int(number)):
            return None
        return int(number)

    def _lost(self, at: int) -> bool:
        return bool(self._kept) and at < self._kept[0][0] - 1

    def _after(self, at: int) -> Iterator[tuple[int, str]]:
        return iter([each for each in self._kept if each[0] > at])

    def _sse(self, number: int, words: str) -> str:
        return f"id: {self.boot}.{number}\ndata: {words}\n\n"


async def _rings(bell: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(bell.wait(), HEARTBEAT)
    except TimeoutError:
        return False
    return True
