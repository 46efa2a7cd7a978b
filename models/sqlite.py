"""SQLite: one thread writes, waiting units share a commit; readers stand beside it and cannot write."""

import fcntl
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from models.unit import Pool, StoreBusy, Unit, UnitSession

BUSY_MS = 5_000
READABLE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
READERS = 4
CACHE_KIB = 8_192
READER_CACHE_KIB = 2_048

# SQLITE_FULL and its cousins: a quota, a file size limit, no room for the shared memory file.
FULL_CODES = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
PRAGMAS = (
    f"busy_timeout={BUSY_MS}",
    "journal_mode=WAL",
    "temp_store=MEMORY",  # a savepoint notes what it may take back: 64 KiB were a file, opened anew in each unit
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"cache_size=-{CACHE_KIB}",
)


class UnitConnection(sqlite3.Connection):
    """A connection whose transactions begin IMMEDIATE; led by the writer, it leaves their ends to the writer.

    SQLAlchemy knows nothing of units then: to it all is one transaction without an end, which costs no unit anything.
    """

    led = False
    spoilt = False
    """A unit could not be rolled back alone: nothing of its group may be kept."""

    def begin(self) -> None:
        """Begin a transaction."""
        if not self.led:
            self.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep the transaction."""
        if not self.led:
            super().commit()

    def rollback(self) -> None:
        """Drop the transaction, or what the unit has done so far."""
        if not self.led:
            super().rollback()
            return
        self.spoilt = True
        if self.in_transaction:
            self.execute("ROLLBACK TO unit")
            self.spoilt = False

    def begin_unit(self) -> None:
        """A unit of the group begins."""
        if not self.in_transaction:  # SQLite gives a whole transaction up when the disk is full
            raise sqlite3.OperationalError("the shared transaction has ended")
        self.execute("SAVEPOINT unit")

    def keep_unit(self) -> None:
        """The unit is kept, until the group commits."""
        self.execute("RELEASE unit")

    def drop_unit(self) -> None:
        """The unit never was."""
        self.rollback()
        if not self.spoilt:
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
    connection.execute(f"PRAGMA cache_size=-{READER_CACHE_KIB}")


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
    text = READABLE.encode(value)
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


def is_full(error: BaseException) -> bool:
    """Whether the disk refused to take more."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", None) in FULL_CODES


def create_file(url: sa.URL) -> Path:
    """The file of the store, made readable for its owner only; the log beside it inherits that."""
    if not url.database or url.database == ":memory:":
        raise ValueError("The store needs a file, as in sqlite:///canteen.db")
    path = Path(url.database)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path


class Lock:
    """A lock file beside the store: one bot at a time, let go by the system when the process dies."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            os.close(self._file)
            raise StoreBusy("Another bot works on this store") from taken

    def guard(self) -> None:
        """The system holds it as long as the process lives."""

    def release(self) -> None:
        """Let the next bot in."""
        os.close(self._file)
