"""PostgreSQL: a small pool of threads, row locks, and a unit run again when the server asks for it."""

from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from models.sqlite import readable_json
from models.unit import Pool, StoreBusy, StoreFull, Unit, UnitSession

THREADS = 8
ATTEMPTS = 5
AGAIN = frozenset({"40001", "40P01"})
FULL = "53100"
BOT_LOCK = 4_762_011
"""Number of the advisory lock that the one running bot holds."""


def engine(url: sa.URL) -> sa.Engine:
    """Engine with a connection for each thread."""
    return sa.create_engine(
        url,
        pool_size=THREADS,
        max_overflow=2,
        json_serializer=readable_json,
        hide_parameters=True,
        pool_pre_ping=True,
    )


def _state(error: BaseException) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


class Writing:
    """Runs a unit in a transaction of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def __call__(self, unit: Unit[Any]) -> Any:
        """Write; a serialization failure or deadlock runs the unit again, at most five times in all."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(unit)
            except sa.exc.DBAPIError as error:
                if _state(error) == FULL:
                    raise StoreFull("The disk is full") from error
                if _state(error) not in AGAIN or attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _once(self, unit: Unit[Any]) -> Any:
        with UnitSession(self._engine) as session:
            value = unit(session)
            session.keep()
            return value


class Reading:
    """Runs a unit in a read-only snapshot."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def __call__(self, unit: Unit[Any]) -> Any:
        """Read; whatever the unit tries to write fails."""
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            self._engine.connect().execution_options(**options) as connection,
            UnitSession(connection) as session,
        ):
            value = unit(session)
            session.flush()
            return value


def lanes(engine: sa.Engine) -> tuple[Pool, Pool]:
    """The lanes for writing and for reading."""
    writing = Pool(Writing(engine), threads=THREADS // 2, name="store-writer")
    return writing, Pool(Reading(engine), threads=THREADS // 2, name="store-reader")


class Lock:
    """A session advisory lock on a connection of its own; the server lets go of it when the process dies."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection = self._taken()

    def _taken(self) -> sa.Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(sa.text("SELECT pg_try_advisory_lock(:n)"), {"n": BOT_LOCK}):
            return connection
        connection.close()
        raise StoreBusy("Another bot works on this store")

    def guard(self) -> None:
        """A server that was restarted let go of it: take it again, or say that another bot has it by now."""
        try:
            self._connection.scalar(sa.text("SELECT 1"))
        except sa.exc.DBAPIError:
            self._connection.invalidate()
            self._connection.close()
            self._connection = self._taken()

    def release(self) -> None:
        """Let the next bot in; a connection that is gone has done so already."""
        with suppress(sa.exc.DBAPIError, sa.exc.InvalidRequestError):
            self._connection.scalar(sa.text("SELECT pg_advisory_unlock(:n)"), {"n": BOT_LOCK})
        self._connection.close()
