"""SQLite: one thread writes, waiting units share a commit; readers stand beside it and cannot write."""

import fcntl
import json
import os
import queue
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from models.unit import Asked, Pool, StoreBusy, StoreClosed, StoreFull, Unit, UnitSession, deliver

BUSY_MS = 5_000
GROUP_UNITS = 64
GROUP_SECONDS = 0.02
GROUP_UNITS = 64
READERS = 4
CACHE_KIB = 8_192

# SQLITE_FULL and its cousins: a quota, a file size limit, no room for the shared memory file.
FULL_CODES = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
PRAGMAS = (
    f"busy_timeout={BUSY_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"cache_size=-{CACHE_KIB}",
)


class UnitConnection(sqlite3.Connection):
    """A connection whose transactions begin IMMEDIATE; inside a group they are savepoints instead.

    SQLAlchemy knows nothing of the group: to it every unit is a whole transaction, so a failed flush
    rolls back that unit alone.
    """

    grouped = False

    def begin(self) -> None:
        """Begin a transaction, or a unit of the group."""
        if not self.grouped:
            self.execute("BEGIN IMMEDIATE")
            return
        if not self.in_transaction:  # SQLite gives a whole transaction up when the disk is full
            raise sqlite3.OperationalError("the shared transaction has ended")
        self.execute("SAVEPOINT unit")

    def commit(self) -> None:
        """Keep the transaction, or the unit until the group commits."""
        if not self.grouped:
            super().commit()
            return
        self.execute("RELEASE unit")

    def rollback(self) -> None:
        """Drop the transaction, or the unit alone."""
        if not self.grouped:
            super().rollback()
            return
        if self.in_transaction:
            self.execute("ROLLBACK TO unit")
            self.execute("RELEASE unit")


def writing_engine(url: sa.URL) -> sa.Engine:
    """Engine whose every transaction is a writing one, first come first served."""
    engine = _engine(url, poolclass=sa.NullPool)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def reading_engine(url: sa.URL) -> sa.Engine:
    """Engine of a few connections that see one snapshot each and cannot write."""
    engine = _engine(url, pool_size=READERS, max_overflow=0)
    event.listen(engine, "connect", _set_up_reader)
    event.listen(engine, "begin", _begin_reading)
    return engine


def _engine(url: sa.URL, **kwargs: Any) -> sa.Engine:
    arguments = {"factory": UnitConnection, "check_same_thread": False}
    return sa.create_engine(
        url, connect_args=arguments, json_serializer=readable_json, hide_parameters=True, **kwargs
    )


def _set_up(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # else the driver begins late and loses updates
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _set_up_reader(connection: sqlite3.Connection, record: Any) -> None:
    _set_up(connection, record)
    connection.execute("PRAGMA query_only=ON")


def _begin(connection: sa.Connection) -> None:
    driver(connection).begin()


def _begin_reading(connection: sa.Connection) -> None:
    driver(connection).execute("BEGIN")


def driver(connection: sa.Connection) -> UnitConnection:
    """The sqlite3 connection below."""
    below = connection.connection.driver_connection
    if not isinstance(below, UnitConnection):
        raise TypeError("Not a connection of this store")
    return below


def readable_json(value: Any) -> str:
    """JSON with Chinese kept as it is; a lone surrogate, which no store takes, stays escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


class Reader:
    """Runs a unit on a snapshot."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def __call__(self, unit: Unit[Any]) -> Any:
        """Read; whatever the unit tries to write fails."""
        with UnitSession(self._engine) as session:
            value = unit(session)
            session.flush()  # so that a change that was only added fails too
            return value


def readers(engine: sa.Engine) -> Pool:
    """The lane for reading."""
    return Pool(Reader(engine), threads=READERS, name="store-reader")


class Writer:
    """The lane for writing: one thread, one connection, one group after another."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._asked: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._connection = engine.connect()
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

    def close(self) -> None:
        """Write what waits, bring the log home, end."""
        with self._gate:
            first, self._closed = not self._closed, True
        if first:
            self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            self._share(asked)
        driver(self._connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _share(self, first: Asked) -> None:
        group = [first]
        below = driver(self._connection)
        try:
            below.execute("BEGIN IMMEDIATE")
            self._fill(group, below)
            below.grouped = False
            below.execute("COMMIT")
        except BaseException as error:
            self._give_up(group, error)
        deliver(group)

    def _fill(self, group: list[Asked], below: UnitConnection) -> None:
        """Do the first unit and every other that waits by then, each in its own savepoint."""
        below.grouped = True
        ends_at = time.monotonic() + GROUP_SECONDS
        group[0].run(self._do)
        while len(group) < GROUP_UNITS and time.monotonic() < ends_at:
            try:
                asked = self._asked.get_nowait()
            except queue.Empty:
                return
            if asked is None:
                self._asked.put(None)
                return
            group.append(asked)
            asked.run(self._do)

    def _do(self, unit: Unit[Any]) -> Any:
        with UnitSession(self._connection) as session:
            value = unit(session)
            session.keep()
            return value

    def _give_up(self, group: list[Asked], error: BaseException) -> None:
        """Nothing of the group was kept: everybody in it hears why."""
        below = driver(self._connection)
        below.grouped = False
        if below.in_transaction:
            below.execute("ROLLBACK")
        for asked in group:
            asked.error = asked.error or plain(error)


def plain(error: BaseException) -> BaseException:
    """A full disk by its own name; everything else as it is."""
    below = getattr(error, "orig", error)
    code = getattr(below, "sqlite_errorcode", None)
    if code in FULL_CODES:
        full = StoreFull("The disk is full")
        full.__cause__ = error
        return full
    return error


class Lock:
    """A lock file beside the store: one bot at a time, let go by the system when the process dies."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            os.close(self._file)
            raise StoreBusy("Another bot works on this store") from taken

    def release(self) -> None:
        """Let the next bot in."""
        os.close(self._file)
