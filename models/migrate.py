"""Bring a store to this release and back; alembic is only loaded when there is something to do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models.base import tell_postgresql
from models.members.keyring import Place
from models.members.vault import Vault, entrust
from models.sqlite import create_file

if TYPE_CHECKING:
    from alembic.config import Config

# Any number, as long as all releases use the same one.
MIGRATION_LOCK = 4_762_012
HERE = Path(__file__).parent / "migrations"


class StoreTooNew(Exception):
    """The store was written by a later release."""


def revisions() -> list[str]:
    """All revisions in order, read from the names of their files: `0001_first.py`."""
    return sorted(path.stem.split("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))


def head() -> str:
    """The revision of this release."""
    return revisions()[-1]


def current(url: str) -> str | None:
    """The revision of a store; None for an empty one."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)
    finally:
        engine.dispose()


def upgrade(url: str, revision: str = "head", keys: Place | None = None) -> None:
    """Bring the store up, sealing with these keys what was in the clear; raises StoreTooNew before anything is changed."""
    if sa.make_url(url).get_backend_name() == "sqlite":
        create_file(sa.make_url(url))
    found = current(url)
    if found == head() and revision == "head":
        return
    if found is not None and found not in revisions():
        raise StoreTooNew(found)
    from alembic import command

    with _connected(url, keys) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str, keys: Place | None = None) -> None:
    """Bring the store back to an earlier revision, `base` for none."""
    from alembic import command

    with _connected(url, keys) as config:
        command.downgrade(config, revision)


def check(url: str) -> list[str]:
    """How the store differs from the tables in the code; empty when it does not."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext
    from sqlmodel import SQLModel

    tell_postgresql(SQLModel.metadata)
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return [str(difference) for difference in compare_metadata(context, SQLModel.metadata)]
    finally:
        engine.dispose()


def new(message: str, url: str) -> None:
    """Write the next revision from the difference between a store and the tables in the code."""
    from alembic import command

    number = f"{len(revisions()) + 1:04d}"
    with _connected(url) as config:
        command.revision(config, message, autogenerate=True, rev_id=number)


@contextmanager
def _connected(url: str, keys: Place | None = None) -> Iterator["Config"]:
    """An alembic configuration over one open transaction; foreign keys rest on SQLite, where tables are rebuilt."""
    from alembic.config import Config

    engine = sa.create_engine(url)
    entrust(engine, Vault(keys or Place.beside(url)))
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        sa.event.listen(engine, "connect", _rest_foreign_keys)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", str(HERE))
    try:
        with engine.begin() as connection:
            if not sqlite:  # two bots that start at once: the second finds the work done
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            yield config
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() if sqlite else []
            if broken:
                raise RuntimeError(f"The migration would leave {len(broken)} rows without their parent")
    finally:
        engine.dispose()


def _rest_foreign_keys(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=OFF")


if __name__ == "__main__":
    new(sys.argv[2], sys.argv[3])
