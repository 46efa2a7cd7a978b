"""getUpdates with waiting: one poller at a time, woken by the first update."""

import asyncio

from sandbox.methods import METHODS
from sandbox.records import Json
from sandbox.refusals import other_poller, webhook_is_set
from sandbox.world import World

LONGEST_WAIT = 50.0


class Polling:
    """Long polls of the one bot; a newer poll ends the older with 409."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiter: asyncio.Future[bool] | None = None
        self._closed = False
        world.updates.on_put = self._wake

    async def poll(self, p: Json) -> list[Json]:
        """Updates at once, or the first within the timeout, or none."""
        if self._world.webhook:
            raise webhook_is_set()
        self._end_older()
        batch: list[Json] = METHODS["getUpdates"](self._world, p, {})
        timeout = min(float(p.get("timeout", 0)), LONGEST_WAIT)
        if batch or timeout <= 0 or self._closed:
            return batch
        return await self._wait(p, timeout)

    def close(self) -> None:
        """Let who waits go without updates, now and from now on: the server is about to end."""
        self._closed = True
        self._wake()

    async def _wait(self, p: Json, seconds: float) -> list[Json]:
        waiter = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        try:
            async with asyncio.timeout(seconds):
                taken_over = await waiter
        except TimeoutError:
            return []
        finally:
            if self._waiter is waiter:
                self._waiter = None
        if taken_over:
            raise other_poller()
        batch: list[Json] = METHODS["getUpdates"](self._world, p, {})
        return batch

    def _end_older(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(True)
        self._waiter = None

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(False)
