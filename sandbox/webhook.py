"""Webhook delivery: in order per lane, again with growing pauses until the update expires."""

import asyncio
import contextlib
import json

import httpx

from sandbox.api import Pause
from sandbox.updates import Pending
from sandbox.world import World

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


class Webhook:
    """Carries open updates to the address the bot set."""

    def __init__(
        self, world: World, *, pause: Pause = asyncio.sleep, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._world = world
        self._pause = pause
        self._transport = transport
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Deliver until cancelled."""
        leave = self._world.subscribe(lambda event: self._news.set())
        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=60.0) as client:
                while True:
                    self._news.clear()
                    self._start_lanes(client)
                    with contextlib.suppress(TimeoutError):  # wait_for would swallow a stop beside the news
                        async with asyncio.timeout(LONGEST_PAUSE):
                            await self._news.wait()
        finally:
            leave()
            for task in self._lanes.values():
                task.cancel()

    def _start_lanes(self, client: httpx.AsyncClient) -> None:
        if not self._world.webhook:
            return
        for lane in dict.fromkeys(each.lane for each in self._world.updates.waiting()):
            running = self._lanes.get(lane)
            if running is None or running.done():
                self._lanes[lane] = asyncio.create_task(self._empty_lane(client, lane))

    async def _empty_lane(self, client: httpx.AsyncClient, lane: str) -> None:
        """Deliver one lane in order; a failed update holds up those behind it."""
        pause = FIRST_PAUSE
        while self._world.webhook and (update := self._first(lane)) is not None:
            wish = await self._post(client, update)
            if wish is None:
                self._world.updates.remove(update.update_id)
                pause = FIRST_PAUSE
                continue
            await self._pause(wish or pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _first(self, lane: str) -> Pending | None:
        return next((each for each in self._world.updates.waiting() if each.lane == lane), None)

    async def _post(self, client: httpx.AsyncClient, update: Pending) -> float | None:
        """Nothing when it was taken, else the pause the bot asked for (0 = none named)."""
        hook = self._world.webhook
        headers = {"Content-Type": "application/json"}
        if hook["secret"]:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook["secret"]
        content = json.dumps(update.raw, ensure_ascii=False).encode()
        try:
            answer = await client.post(hook["url"], content=content, headers=headers)
        except httpx.HTTPError as error:
            return self._note(f"{type(error).__name__}", 0.0)
        if answer.is_success:
            return None
        wish = answer.headers.get("Retry-After", "")
        return self._note(
            f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}",
            float(wish) if wish.isdigit() else 0.0,
        )

    def _note(self, what: str, wish: float) -> float:
        self._world.webhook |= {"last_error_date": self._world.now_unix(), "last_error_message": what}
        return wish
