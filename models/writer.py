"""The one thread that writes to SQLite: first come first served, and units that wait share a commit."""

import queue
import sqlite3
import threading
import time
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from models.sqlite import driver, is_full
from models.unit import Asked, StoreClosed, StoreFull, Unit, UnitSession, deliver

GROUP_UNITS = 64
GROUP_SECONDS = 0.02


class Writer:
    """The lane for writing: one thread, one connection, one group after another."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._asked: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._ended = False
        self._scrub_due = False
        self._connection: sa.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, asked: Asked) -> None:
        """Queue a unit behind those that wait."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("A unit cannot wait for another unit")
        with self._gate:
            if self._closed:
                raise StoreClosed("The store is closed")
            self._asked.put(asked)

    def scrub(self, asked: Asked) -> None:
        """Bring the log home after this unit, so that erased words cannot be read in it."""
        self._scrub_due = True
        self.put(asked)

    def close(self) -> None:
        """Write what waits, bring the log home, end."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        while not self._ended:
            first = self._take(wait=True)
            if first is not None:
                self._share(first)
        self._scrub_due = True
        self._bring_log_home()
        self._disconnect()

    def _take(self, *, wait: bool) -> Asked | None:
        try:
            asked = self._asked.get(block=wait)
        except queue.Empty:
            return None
        self._ended = asked is None
        return asked

    def _share(self, first: Asked) -> None:
        """One transaction for the first and for whoever comes meanwhile; nobody is answered before it is kept."""
        group: list[Asked] = []
        try:
            self._transact(first, group)
        except BaseException as error:
            self._disconnect()
            _fail(group or [first], error)
        self._bring_log_home()
        deliver(group or [first])

    def _transact(self, first: Asked, group: list[Asked]) -> None:
        connection = self._connect()
        below = driver(connection)
        below.execute("BEGIN IMMEDIATE")
        below.grouped = True
        self._fill(first, group, connection)
        below.grouped = False
        below.execute("COMMIT")

    def _fill(self, first: Asked, group: list[Asked], connection: sa.Connection) -> None:
        below = driver(connection)
        ends_at = time.monotonic() + GROUP_SECONDS
        asked: Asked | None = first
        while asked is not None:
            group.append(asked)
            if not asked.future.cancelled():
                asked.run(lambda unit: _do(unit, connection))
            if not below.in_transaction:  # given up by SQLite itself, with all that was in it
                raise asked.error or sqlite3.OperationalError("The shared transaction has ended")
            asked = self._next(group, ends_at)

    def _next(self, group: list[Asked], ends_at: float) -> Asked | None:
        if len(group) >= GROUP_UNITS or time.monotonic() >= ends_at:
            return None
        return self._take(wait=False)

    def _connect(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        """Let the connection go; what it had not committed is rolled back, the next group opens another."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        driver(connection).grouped = False
        connection.close()

    def _bring_log_home(self) -> None:
        if not self._scrub_due:
            return
        with suppress(sqlite3.OperationalError, sa.exc.OperationalError):  # no room or a reader: the log stays whole
            busy = driver(self._connect()).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._scrub_due = bool(busy)


def _do(unit: Unit[Any], connection: sa.Connection) -> Any:
    try:
        with UnitSession(connection) as session:
            value = unit(session)
            session.keep()
            return value
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        if is_full(error):
            raise StoreFull("The disk is full") from error
        raise


def _fail(group: list[Asked], error: BaseException) -> None:
    for asked in group:
        asked.error = StoreFull("The disk is full") if is_full(error) or isinstance(error, StoreFull) else error
        asked.error.__cause__ = error if asked.error is not error else error.__cause__
