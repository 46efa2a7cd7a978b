"""Where transactions begin and end: `await store.write(unit)` and `await store.read(unit)`, nowhere else."""

import asyncio
from concurrent.futures import Future
from functools import cache
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from models import postgres, sqlite
from models.base import Row, adopt, table_of
from models.members.keyring import Place
from models.members.vault import Vault, entrust, vault_of
from models.prepared import Prepared
from models.unit import Asked, Lane, StoreBusy, StoreClosed, StoreFull, Unit
from models.writer import Writer

__all__ = [
    "Store",
    "StoreBusy",
    "StoreClosed",
    "StoreFull",
    "hold",
    "in_turn",
    "keep",
    "note",
    "open_store",
    "write",
]

T = TypeVar("T")
M = TypeVar("M", bound=SQLModel)
R = TypeVar("R", bound=Row)


class Locked(Protocol):
    """A lock on the whole store."""

    def release(self) -> None:
        """Let go of it."""

    def guard(self) -> None:
        """Make sure that it is still ours; raises StoreBusy when another bot has it."""


class Store:
    """The one front of the store, the same over SQLite and PostgreSQL."""

    def __init__(
        self, url: str, engines: tuple[sa.Engine, ...], lanes: tuple[Lane, Lane], lock: Locked | None
    ) -> None:
        self.url = url
        self._engines = engines
        self._writing, self._reading = lanes
        self._lock = lock

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engines[0].dialect.name

    @property
    def in_order(self) -> bool:
        """Whether units that write are done in the order they are asked: one may count on those before it."""
        return self.dialect == "sqlite"

    @property
    def engine(self) -> sa.Engine:
        """The engine that may write, for migrations and backups."""
        return self._engines[0]

    @property
    def vault(self) -> Vault:
        """What seals and opens private words in this store."""
        return vault_of(self._engines[0].dialect)

    def entrust(self, vault: Vault) -> None:
        """Let everything that goes in or out use these keys."""
        for engine in self._engines:
            entrust(engine, vault)

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit in one transaction; answers after the durable commit, raises what the unit raised."""
        return await self.ask(unit)

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit on a snapshot that cannot be written to."""
        return await self._asked(self._reading, unit)

    def ask(self, unit: Unit[T], *, followed: bool = False) -> "asyncio.Future[T]":
        """Queue a unit before this returns; `followed`: another comes right behind it, and a commit may wait for that."""
        return self._asked(self._writing, unit, followed=followed)

    def write_now(self, unit: Unit[T]) -> T:
        """The same as `write`, waiting in this thread."""
        return self._ask_now(self._writing, unit)

    def read_now(self, unit: Unit[T]) -> T:
        """The same as `read`, waiting in this thread."""
        return self._ask_now(self._reading, unit)

    async def scrub(self) -> None:
        """After an erasure: leave no erased word readable in the log of the store."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._writing.put(Asked(_nothing, future), scrub=True)
        await future

    def guard(self) -> None:
        """Make sure that no other bot works on this store; raises StoreBusy when one does."""
        if self._lock is not None:
            self._lock.guard()

    async def close(self) -> None:
        """Finish what was begun, then close."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """The same, waiting in this thread."""
        self._reading.close()
        self._writing.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        for engine in self._engines:
            engine.dispose()

    @staticmethod
    def _asked(lane: Lane, unit: Unit[T], *, followed: bool = False) -> "asyncio.Future[T]":
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        lane.put(Asked(unit, future, followed=followed))
        return future

    @staticmethod
    def _ask_now(lane: Lane, unit: Unit[T]) -> T:
        future: Future[Any] = Future()
        lane.put(Asked(unit, future))
        return future.result()  # type: ignore[no-any-return]


def _nothing(session: Session) -> None:
    """A unit that only waits for its turn."""


def open_store(url: str, *, exclusive: bool = False, keys: Place | None = None) -> Store:
    """Open the store at its present revision; `exclusive` is the bot's own way and refuses a second bot."""
    store = _opened(url, exclusive=exclusive)
    store.entrust(Vault(keys or Place.beside(url)))
    return store


def _opened(url: str, *, exclusive: bool) -> Store:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url, parsed, exclusive=exclusive)
    engine = postgres.engine(parsed)
    try:
        lock = postgres.Lock(engine) if exclusive else None
    except StoreBusy:
        engine.dispose()
        raise
    return Store(url, (engine,), postgres.lanes(engine), lock)


def _open_sqlite(url: str, parsed: sa.URL, *, exclusive: bool) -> Store:
    path = sqlite.create_file(parsed)
    lock = sqlite.Lock(path.with_name(f"{path.name}.lock")) if exclusive else None
    writing, reading = sqlite.writing_engine(parsed), sqlite.reading_engine(parsed)
    return Store(url, (writing, reading), (Writer(writing), sqlite.readers(reading)), lock)


@cache
def _insert(table: type[SQLModel]) -> Prepared:
    return Prepared(sa.insert(table_of(table)), [name for name in table.model_fields if name != "id"])


def write(session: Session, row: SQLModel) -> int:
    """Write a new row at once, without the search for what else has changed; the session does not come to know it."""
    written = _insert(type(row)).run(session, row.__dict__)
    number = written.lastrowid if session.get_bind().dialect.name == "sqlite" else written.fetchone()[0]
    return int(number or 0)


def note(session: Session, table: type[SQLModel], **values: Any) -> None:
    """Write a new row at once that nobody in the unit looks at again: no object is made of it, what is not given is empty."""
    if not values.keys() <= table.model_fields.keys():
        raise TypeError(f"{table.__name__} has no such column")
    _insert(table).run(session, values)


def keep(session: Session, row: R) -> R:
    """Write a new row at once; from then on it is like one that was read."""
    if session.in_nested_transaction():  # it may be rolled back alone: the session has to know it as new
        session.add(row)
        session.flush()
        return row
    row.__dict__["id"] = write(session, row)
    adopt(session, row)
    return row


def hold(session: Session, model: type[M], row_id: int) -> M | None:
    """Get a row and keep it from everybody else until the unit ends; on SQLite the whole unit already is."""
    if session.get_bind().dialect.name == "sqlite":
        return session.get(model, row_id)
    return session.get(model, row_id, with_for_update=True, populate_existing=True)


def in_turn(session: Session, number: int) -> None:
    """Wait until nobody else does what has this number, till the unit ends; on SQLite units never meet."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
