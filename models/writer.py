"""The one thread that writes to SQLite: first come first served, and units that wait share a commit."""

import queue
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.memory import Memory, listen
from models.sqlite import UnitConnection, driver, is_full
from models.unit import Asked, StoreClosed, StoreFull, Unit, UnitSession, deliver

GROUP_UNITS = 64
GROUP_SECONDS = 0.02
FOLLOWED_SECONDS = 0.002
"""So long a unit that is to be followed waits for the next before it is committed alone."""


@dataclass(frozen=True, slots=True)
class Hand:
    """The writer as its unit sees it: a short way to the store, and what is remembered of it."""

    below: UnitConnection
    memory: Memory

    def run(self, sql: str, values: Sequence[Any], changes: str | None) -> sqlite3.Cursor:
        """Carry a statement out at once, and forget what it changes."""
        if changes is not None:
            self.memory.changes(changes)
        return self.below.execute(sql, values)

    def run_each(self, sql: str, rows: Sequence[Sequence[Any]], changes: str | None) -> None:
        """The same for each of many."""
        if changes is not None:
            self.memory.changes(changes)
        self.below.executemany(sql, rows)


class Writer:
    """The lane for writing: one thread, one connection, one group after another."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._memory = Memory()
        listen(engine, self._memory)
        self._asked: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._ended = False
        self._scrub_due = False
        self._connection: sa.Connection | None = None
        self._below: UnitConnection | None = None
        self._session: UnitSession | None = None
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, asked: Asked, *, scrub: bool = False) -> None:
        """Queue a unit behind those that wait; `scrub` brings the log home before it is answered."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("A unit cannot wait for another unit")
        with self._gate:
            if self._closed:
                raise StoreClosed("The store is closed")
            self._scrub_due = self._scrub_due or scrub
            self._asked.put(asked)

    def close(self) -> None:
        """Write what waits, bring the log home, end."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        while not self._ended:
            first = self._take(None)
            if first is not None:
                self._share(first)
        self._scrub_due = True
        self._bring_log_home()
        self._disconnect()

    def _take(self, seconds: float | None) -> Asked | None:
        """Who comes next, waited for so long; without a bound for ever."""
        try:
            asked = self._asked.get(timeout=seconds)
        except queue.Empty:
            return None
        self._ended = asked is None
        return asked

    def _share(self, first: Asked) -> None:
        """One transaction for the first and whoever comes meanwhile; nobody is answered before it is kept."""
        group = [first]
        try:
            self._transact(group)
        except BaseException as error:
            self._disconnect()
            _fail(group, error)
        self._bring_log_home()
        deliver(group)

    def _transact(self, group: list[Asked]) -> None:
        below = self._below or self._connect()
        below.execute("BEGIN IMMEDIATE")
        self._memory.begin(below.execute("PRAGMA data_version").fetchone()[0])
        self._fill(group, below)
        below.execute("COMMIT")

    def _connect(self) -> UnitConnection:
        self._connection = self._engine.connect()
        self._below = below = driver(self._connection)
        below.led = True
        self._session = UnitSession(self._connection)
        self._hand = Hand(below, self._memory)
        return below

    def _fill(self, group: list[Asked], below: UnitConnection) -> None:
        """Do the first unit and all that wait by then, each in its own savepoint."""
        ends_at = time.monotonic() + GROUP_SECONDS
        asked: Asked | None = group[0]
        while asked is not None:
            if not asked.future.cancelled():
                asked.run(self._do)
                self._memory.unit_over()
            if below.spoilt or not below.in_transaction:  # SQLite itself gives up when the disk is full
                raise asked.error or sqlite3.OperationalError("The shared transaction has ended")
            asked = self._next(group, ends_at)

    def _do(self, unit: Unit[Any]) -> Any:
        """One unit; the session is empty again afterwards, whatever happened."""
        below, session = self._below, self._session
        assert below is not None
        assert session is not None
        session.info["writer"] = self._hand
        try:
            below.begin_unit()
            value = unit(session)
            session.settle()
            below.keep_unit()
        except BaseException as error:
            try:
                session.close()
            finally:
                below.drop_unit()
            if is_full(error):
                raise StoreFull("The disk is full") from error
            raise
        finally:
            session.info.clear()
        return value

    def _next(self, group: list[Asked], ends_at: float) -> Asked | None:
        if len(group) >= GROUP_UNITS or time.monotonic() >= ends_at:
            return None
        asked = self._take(FOLLOWED_SECONDS if group[-1].followed else 0.0)
        if asked is not None:
            group.append(asked)
        return asked

    def _disconnect(self) -> None:
        """Let the connection go: what it had not committed is rolled back, the next group opens another."""
        connection, self._connection = self._connection, None
        below, self._below = self._below, None
        self._memory.forget()
        if below is not None:
            below.led = False
        if connection is not None:
            connection.close()

    def _bring_log_home(self) -> None:
        """Empty the log; tried again after the next group while a reader still needs it or there is no room."""
        if not self._scrub_due or self._below is None:
            return
        with suppress(sqlite3.OperationalError):  # the log stays whole, nothing is lost
            busy = self._below.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._scrub_due = bool(busy)


def _fail(group: list[Asked], error: BaseException) -> None:
    """Nothing of the group was kept, so every answer in it is void, a refusal too."""
    full = isinstance(error, StoreFull) or is_full(error)
    for asked in group:
        asked.error = _because(error) if full else error


def _because(error: BaseException) -> StoreFull:
    full = StoreFull("The disk is full")
    full.__cause__ = error
    return full
