"""Asking for updates while the house is still being built: a first poll acknowledges nothing, so it needs no store."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

Poll = Callable[[int | None], Awaitable[list[Any]]]


class Headstart:
    """A poll whose first question may have been asked already; if that failed, it is asked again as usual."""

    def __init__(self, poll: Poll) -> None:
        self._poll = poll
        self._first: asyncio.Task[list[Any] | None] | None = None

    def begin(self) -> None:
        """Ask now, without waiting for the answer."""
        self._first = asyncio.create_task(self._ask(), name="headstart")

    async def poll(self, offset: int | None) -> list[Any]:
        """The next raw updates; the first time those that were asked for before."""
        first, self._first = self._first, None
        found = await first if first is not None else None
        # An empty answer is one: a second question now would outlast the patience for a single poll.
        return found if found is not None else await self._poll(offset)

    async def close(self) -> None:
        """Wait for nothing any more."""
        first, self._first = self._first, None
        if first is not None:
            first.cancel()
            await asyncio.wait([first])

    async def _ask(self) -> list[Any] | None:
        with suppress(Exception):  # whatever it is, the regular poll meets it too, and knows what to do
            return await self._poll(None)
        return None
