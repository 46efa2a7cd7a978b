"""The sender: rows leave at the messenger's pace, handed over after a commit or found by a sweep."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from sqlmodel import Session

from jobs.departures import Again, Departure, Leaving, Mark, Moved, Sending, Unit
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from models.store import StoreClosed
from rules import settling
from transports.faultlines import where
from transports.pacing import Lanes, Urgency
from transports.telegram import Retry

__all__ = ["Sender", "Sending"]

log = structlog.get_logger()

IN_FLIGHT, KEPT_FOR_CARE = 32, 8
MOST_HELD = 2_000
LONGEST_PAUSE = 30.0
SWEEP_EVERY = 5.0
LOOK_EVERY = 1.0
EDIT_EVERY = 3.0


class Sender:
    """Holds what is about to leave, never more than a window of it."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self._departure = Departure(sending, self.unit)
        self._lanes: Lanes[Leaving] = Lanes(sending.limits)
        self._held: set[int] = set()
        self._finished: set[int] = set()
        self._shown: dict[int, float] = {}
        self._refreshing: set[int] = set()
        self._marks: list[Mark] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake, self._due, self._marked = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._stopping = False
        self._loops: list[asyncio.Task[None]] = []

    def __len__(self) -> int:
        return len(self._held)

    async def start(self) -> None:
        """Ask about what a crash left open, then send."""
        now, operators = self._sending.clock(), self._sending.operators
        await self._sending.store.write(lambda session: settling.interrupted(session, now, operators))
        loops = (self._leave(), self._mark(), self._sweep(), self._look())
        self._loops = [asyncio.create_task(loop, name="outbox") for loop in loops]
        self.sweep()

    def sweep(self) -> None:
        """Look into the store for what is due."""
        self._due.set()

    def hand_over(self, rows: Sequence[OutboxMessage]) -> None:
        """Take rows just committed, so that they need not be read again; what is too much waits in the store."""
        now = self._sending.clock()
        for row in rows:
            pending = row.status == OutboxState.PENDING and row.due_at <= max(now, row.created_at)
            room = len(self._held) < MOST_HELD or row.kind == MessageClass.CARE
            if pending and row.id not in self._held and room:
                self._held.add(row.id)
                self._put(Leaving(row, pause=self._sending.pause))

    async def unit(self, do: Unit) -> None:
        """One unit of the sender; whom it makes us write to is handed over at once."""

        def run(session: Session) -> list[OutboxMessage]:
            do(session)
            session.flush()
            return list(session.info.pop("posted", []))

        self.hand_over(await self._sending.store.write(run))

    async def drain(self, seconds: float) -> None:
        """Send what may leave soon and keep what became of it; the rest stays in the store."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.settled()
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)
        for task in [*self._loops, *self._tasks]:
            task.cancel()
        await asyncio.gather(*self._loops, *self._tasks, return_exceptions=True)
        await self._keep_marks()

    async def settled(self) -> None:
        """Until nothing waits and everything is marked."""
        while self._lanes or self._tasks or self._marks or self._due.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def _put(self, leaving: Leaving, *, first: bool = False) -> None:
        self._lanes.put(leaving.row.chat_id, leaving.urgency, leaving, first=first)
        self._wake.set()

    async def _leave(self) -> None:
        while True:
            self._wake.clear()
            while (least := self._least()) is not None and not self._stopping:
                taken = self._lanes.take(_time(), least)
                if taken is None:
                    break
                task = asyncio.create_task(self._deliver(*taken), name="message")
                self._tasks.add(task)
                task.add_done_callback(self._landed)
            due = None if least is None else self._lanes.next_at(_time(), least)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._wake.wait()

    def _least(self) -> Urgency | None:
        """How urgent one more must be to leave before what became of the others is known and kept: care need not wait."""
        most = self._sending.limits.unmarked
        if len(self._tasks) < IN_FLIGHT and not 0 < most <= len(self._tasks) + len(self._marks):
            return Urgency.EDIT
        return Urgency.CARE if len(self._tasks) < IN_FLIGHT + KEPT_FOR_CARE else None

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._sending.vitals.waiting_messages = waiting = len(self._lanes)
        if waiting:
            self._wake.set()

    async def _deliver(self, chat_id: int, leaving: Leaving) -> None:
        """One message from its lane to the wire; the lane is free again whatever happened."""
        try:
            await (self._refresh(leaving) if leaving.post else self._attempt(leaving))
        except Retry as retry:
            self._give_back(chat_id, leaving, retry)
        except Moved:
            self._put(leaving, first=True)
        except Again:
            self._later(chat_id, leaving)
        except StoreClosed:
            log.warning("the store closed while a message was leaving", row=leaving.row.id)
        except Exception as fault:
            log.error("a message could not be sent", row=leaving.row.id, fault=where(fault))  # noqa: TRY400
            self._later(chat_id, leaving)
        finally:
            self._lanes.done(chat_id, _time())

    async def _attempt(self, leaving: Leaving) -> None:
        mark = await self._departure.attempt(leaving)
        if mark is None:
            self._release([leaving.row.id])
            return
        leaving.row.status = OutboxState.SENT
        self._marks.append(mark)
        self._marked.set()

    async def _refresh(self, leaving: Leaving) -> None:
        assert leaving.post is not None
        await self._departure.refresh(leaving)
        self._shown[leaving.post.id] = _time()
        self._refreshing.discard(leaving.post.id)

    def _give_back(self, chat_id: int, leaving: Leaving, retry: Retry) -> None:
        if not retry.flood:
            self._later(chat_id, leaving)
            return
        self._sending.vitals.count("floods")
        self._lanes.flooded(chat_id, retry.after, _time())
        self._put(leaving, first=True)

    def _later(self, chat_id: int, leaving: Leaving) -> None:
        self._lanes.rest(chat_id, _time() + leaving.pause)
        leaving.pause = min(leaving.pause * 2, LONGEST_PAUSE)
        self._put(leaving, first=True)

    async def _mark(self) -> None:
        while True:
            await self._marked.wait()
            self._marked.clear()
            await self._keep_marks()

    async def _keep_marks(self) -> None:
        """All marks that wait in one unit; what the store does not take is offered again."""
        marks = list(self._marks)
        if not marks:
            return
        try:
            await self._sending.store.write(lambda session: settling.mark(session, marks))
        except Exception as fault:
            log.error("sent messages could not be marked", fault=where(fault))  # noqa: TRY400
            await asyncio.sleep(LOOK_EVERY)
            self._marked.set()
            return
        del self._marks[: len(marks)]
        self._release([mark["id"] for mark in marks])
        self._wake.set()

    def _release(self, ids: Sequence[int]) -> None:
        """What became of these is kept; a sweep that read them just before must not send them again."""
        self._held.difference_update(ids)
        self._finished.update(ids)

    async def _sweep(self) -> None:
        while True:
            with suppress(TimeoutError):  # wait_for would swallow a stop that comes with the event
                async with asyncio.timeout(SWEEP_EVERY):
                    await self._due.wait()
            await self._read_due(care=len(self._held) >= MOST_HELD // 2)
            self._due.clear()

    async def _read_due(self, *, care: bool) -> None:
        """Rows that are due, only those of care while much is held; the held are among them, so the page is longer."""
        now, limit = self._sending.clock(), settling.PAGE + len(self._held)
        self._finished.clear()
        look = settling.waiting_care if care else settling.waiting
        try:
            rows = await self._sending.store.read(lambda session: look(session, now, limit))
        except Exception as fault:
            log.error("due messages could not be read", fault=where(fault))  # noqa: TRY400
            return
        self.hand_over([row for row in rows if row.id not in self._finished])

    async def _look(self) -> None:
        """Live posts that show what is no longer true, each at most once in three seconds."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                posts = await self._sending.store.read(settling.stale_posts)
            except Exception as fault:
                log.error("live posts could not be read", fault=where(fault))  # noqa: TRY400
                continue
            for post in posts:
                self._bring_up_to_date(post)

    def _bring_up_to_date(self, post: Post) -> None:
        rested = _time() - self._shown.get(post.id, -EDIT_EVERY) >= EDIT_EVERY
        if post.id in self._refreshing or not rested:
            return
        self._refreshing.add(post.id)
        now = self._sending.clock()
        shell = OutboxMessage(
            id=0, key="", chat_id=post.chat_id, kind=MessageClass.EDIT, due_at=now, created_at=now
        )
        self._put(Leaving(shell, post, self._sending.pause))


def _time() -> float:
    return asyncio.get_running_loop().time()
