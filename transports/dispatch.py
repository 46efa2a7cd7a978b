"""Taking updates up: in order per chat, side by side across chats, with only a window of them in memory."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session

from models import inbox
from models.inbox import InboxUpdate
from models.outbox import OutboxMessage
from models.store import Store, StoreClosed, StoreFull
from rules import outbox
from rules.inbox import MOST_TRIES, give_up
from rules.outbox import Receiver
from rules.values import Text
from texts.catalogs import known
from transports.faultlines import where
from transports.updates import Heard, Kind, Malformed

log = structlog.get_logger()

WINDOW = 1_000
STORE_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Handling:
    """How an update is read and done, and who is told when it cannot be."""

    take: Callable[[Heard], Awaitable[None]]
    read: Callable[[Any], Heard]
    clock: Callable[[], datetime]
    operators: tuple[int, ...] = ()
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    send: Callable[[Sequence[OutboxMessage]], None] | None = None
    """Takes what is said about an update that was given up, so that it comes before the next answer."""
    urgent: Callable[[Heard], bool] = lambda heard: False
    """Whether somebody may be in danger: such an update is taken up before all that wait in other chats."""


def lane(heard: Heard) -> int:
    """What keeps order with what: a chat; taps on a group's post go by person, so that a rush runs side by side."""
    if heard.kind == Kind.BUTTON and heard.person_id is not None:
        return heard.person_id
    return heard.chat_id or heard.person_id or 0


class Dispatcher:
    """Takes updates from the intake and, after a restart or a rush, from the store."""

    def __init__(
        self, store: Store, handling: Handling, *, concurrency: int = 32, window: int = WINDOW
    ) -> None:
        self._store, self._handling = store, handling
        self._concurrency, self._window = concurrency, window
        self._lanes: dict[int, deque[Heard]] = {}
        self._turns: asyncio.PriorityQueue[tuple[bool, int, int]] = asyncio.PriorityQueue()
        self._count_of_turns = 0
        self._held: set[int] = set()
        self._backlog = True
        self._loading = False
        self._stopping = False
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def __len__(self) -> int:
        return len(self._held)

    def start(self) -> None:
        """Begin with what a former life left open."""
        workers = [asyncio.create_task(self._work(), name="update") for _ in range(self._concurrency)]
        self._tasks = [*workers, asyncio.create_task(self._refill(), name="backlog")]
        self._room.set()

    def offer(self, heards: Sequence[Heard]) -> None:
        """Take up what was just stored; when there is too much, or older ones wait, the store hands it out later."""
        if self._stopping:
            return
        if not self._has_room(heards):
            self._backlog = True
            self._room.set()
            return
        for heard in heards:
            self._admit(heard)

    def begin(self, heards: Sequence[Heard]) -> bool:
        """Take up what is only just being stored, where its units come behind that: they find nothing if it is not kept."""
        if self._stopping or not heards or not self._store.in_order or not self._has_room(heards):
            return False
        for heard in heards:
            self._admit(heard)
        return True

    def _has_room(self, heards: Sequence[Heard]) -> bool:
        """Whether they may pass: nothing older waits in the store, and not too much in memory."""
        return not self._backlog and not self._loading and len(self._held) + len(heards) <= self._window

    async def drain(self, seconds: float) -> None:
        """Finish what is in memory, for so long; the rest stays in the store for the next life."""
        self._stopping = True
        self._backlog = False
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.settled()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Until nothing is open that is known of."""
        while self._held or self._loading or self._backlog:
            self._idle.clear()
            await self._idle.wait()

    def _admit(self, heard: Heard) -> None:
        if heard.update_id in self._held:
            return
        self._held.add(heard.update_id)
        key = lane(heard)
        waiting = self._lanes.setdefault(key, deque())
        waiting.append(heard)
        if len(waiting) == 1:
            self._wait_in_line(key, heard)

    def _wait_in_line(self, key: int, heard: Heard) -> None:
        """Whoever may be in danger goes first; everybody else in the order they came."""
        self._count_of_turns += 1
        self._turns.put_nowait((not self._handling.urgent(heard), self._count_of_turns, key))

    async def _work(self) -> None:
        while True:
            _, _, key = await self._turns.get()
            waiting = self._lanes[key]
            await self._handle(waiting[0])
            self._held.discard(waiting.popleft().update_id)
            if waiting:
                self._wait_in_line(key, waiting[0])
            else:
                del self._lanes[key]
            self._look()

    def _look(self) -> None:
        if self._backlog and len(self._held) <= self._window // 2:
            self._room.set()
        self._idle.set()

    async def _handle(self, heard: Heard) -> None:
        """Three tries, each a unit of its own; a store that takes nothing is waited for and counts for none."""
        while True:
            try:
                return await self._handling.take(heard)
            except StoreClosed:
                return None
            except StoreFull as full:
                # However small the unit that counts a failure, and whether there is room for it: nobody failed.
                log.error("the store is full", fault=where(full))  # noqa: TRY400
                await self._handling.pause(STORE_PAUSE)
            except Exception as fault:
                if await self._failed(heard, fault):
                    return None

    async def _failed(self, heard: Heard, fault: Exception) -> bool:
        place = where(fault)
        log.error("update failed", update_id=heard.update_id, fault=place)
        try:
            given_up, said = await self._store.write(lambda session: self._count(session, heard, place))
        except StoreClosed:
            return True
        except Exception as second:
            log.error("the store takes nothing", fault=where(second))  # noqa: TRY400
            await self._handling.pause(STORE_PAUSE)
            return False
        if said and self._handling.send is not None:
            self._handling.send(said)
        return given_up

    def _count(self, session: Session, heard: Heard, place: str) -> tuple[bool, list[OutboxMessage]]:
        if inbox.failed(session, heard.update_id, place) < MOST_TRIES:
            return False, []
        now = self._handling.clock()
        give_up(session, heard.update_id, _asker(heard), now)
        said = Text("outbox.gave_up", what=place)
        operators = self._handling.operators
        outbox.report(session, f"gave_up:{heard.update_id}", None, said, now=now, operators=operators)
        session.flush()
        return True, session.info.pop("posted", [])

    async def _refill(self) -> None:
        while True:
            await self._room.wait()
            self._room.clear()
            if self._backlog and len(self._held) <= self._window // 2:
                await self._load()
            self._idle.set()

    async def _load(self) -> None:
        """Read the oldest open rows; until they are admitted nothing newer may pass them."""
        self._backlog, self._loading = False, True
        limit = self._window + len(self._held)
        try:
            rows = await self._store.read(lambda session: inbox.opened(session, limit))
            for row in rows:
                await self._reopen(row)
            self._backlog = not self._stopping and (self._backlog or len(rows) == limit)
        except StoreClosed:
            return
        except Exception as fault:
            log.error("the backlog could not be read", fault=where(fault))  # noqa: TRY400
            self._backlog = True
            await self._handling.pause(STORE_PAUSE)
        finally:
            self._loading = False
        if self._backlog and len(self._held) <= self._window // 2:
            self._room.set()

    async def _reopen(self, row: InboxUpdate) -> None:
        try:
            self._admit(self._handling.read(json.loads(row.raw)))
        except (Malformed, ValueError):
            number, now = row.update_id, self._handling.clock()
            await self._store.write(lambda session: inbox.bury(session, number, now))


def _asker(heard: Heard) -> Receiver | None:
    """Who is told sorry: whoever surely spoke to the bot."""
    if not heard.chat_id or not heard.addressed:
        return None
    return Receiver(heard.chat_id, known(heard.person_language))
