"""A unit of work on its way through the store: the session it gets, who waits for it, how the answer goes back."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine
from sqlmodel import Session

T = TypeVar("T")
Unit: TypeAlias = Callable[[Session], T]


class StoreBusy(Exception):
    """Another bot works on this store already."""


class StoreFull(Exception):
    """The disk takes no more; the unit was not kept, and may be tried again when there is space."""


class StoreClosed(Exception):
    """Asked of a store that is closed."""


class UnitSession(Session):
    """The session of one unit: the store alone decides when it ends."""

    def __init__(self, bind: Connection | Engine) -> None:
        super().__init__(bind, expire_on_commit=False)

    def commit(self) -> None:
        """Refuse: a unit that commits by itself could be half kept."""
        raise RuntimeError("A unit never commits: the store does, when the unit has returned")

    def rollback(self) -> None:
        """Refuse: a unit that wants nothing kept raises."""
        raise RuntimeError("A unit never rolls back: raise, and the store does")

    def keep(self) -> None:
        """End the unit, its changes kept."""
        super().commit()

    def settle(self) -> None:
        """Write what is left of the unit; somebody else ends the transaction, and the next unit goes on in it."""
        if not self.is_active or self.in_nested_transaction():
            super().commit()  # refuses when a write had failed; ends what the unit left open
        self.flush()
        self.expunge_all()


@dataclass(slots=True, eq=False)
class Asked:
    """A unit somebody waits for, and what came of it."""

    unit: Unit[Any]
    future: "asyncio.Future[Any] | Future[Any]"
    value: Any = field(default=None)
    error: BaseException | None = field(default=None)
    followed: bool = False
    """Whether another is asked right behind it, so that the two may share a commit."""

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The event loop that waits; None when a thread does."""
        return self.future.get_loop() if isinstance(self.future, asyncio.Future) else None

    def run(self, work: Callable[[Unit[Any]], Any]) -> None:
        """Do the unit and remember how it ended."""
        try:
            self.value = work(self.unit)
        except StopIteration as error:  # a future would swallow this one and its asker would wait for ever
            self.error = RuntimeError("A unit raised StopIteration")
            self.error.__cause__ = error
        except BaseException as error:
            self.error = error

    def settle(self) -> None:
        """Tell who waits, unless they have gone."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
            return
        self.future.set_result(self.value)


class Lane(Protocol):
    """A way through the store: one for writing, one for reading."""

    def put(self, asked: Asked, *, scrub: bool = False) -> None:
        """Take a unit in; raises StoreClosed after close. `scrub`: leave no old words in the log."""

    def close(self) -> None:
        """Finish what was taken in, then end."""


class Pool:
    """A lane of several threads, each unit by itself."""

    def __init__(self, work: Callable[[Unit[Any]], Any], *, threads: int, name: str) -> None:
        self._work = work
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def put(self, asked: Asked, *, scrub: bool = False) -> None:
        """Take a unit in; a server keeps its own log."""
        try:
            self._threads.submit(self._do, asked)
        except RuntimeError as error:
            raise StoreClosed("The store is closed") from error

    def close(self) -> None:
        """Finish what was taken in, then end."""
        self._threads.shutdown()

    def _do(self, asked: Asked) -> None:
        if asked.future.cancelled():
            return
        asked.run(self._work)
        deliver([asked])


def deliver(group: Sequence[Asked]) -> None:
    """Answer a whole group, waking each event loop once."""
    loops = {asked.loop for asked in group}
    for loop in loops:
        theirs = [asked for asked in group if asked.loop is loop]
        if loop is None:
            settle(theirs)
            continue
        with suppress(RuntimeError):  # that loop has ended, so nobody waits there any more
            loop.call_soon_threadsafe(settle, theirs)


def settle(group: Sequence[Asked]) -> None:
    """Tell everyone in the group."""
    for asked in group:
        asked.settle()
