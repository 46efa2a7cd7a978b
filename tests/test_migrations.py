"""The tables come up and go down on both databases and are those of the code."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from models import migrate
from models.members.people import Canteen, Member
from models.store import open_store
from tests.stores import new_postgres


def test_the_migrated_store_is_the_one_the_code_describes(store_url):
    assert migrate.check(store_url) == []
    assert migrate.current(store_url) == migrate.head()


def test_a_store_goes_down_and_up_again(store_url):
    migrate.downgrade(store_url, "base")
    assert migrate.current(store_url) is None
    migrate.upgrade(store_url)
    assert migrate.check(store_url) == []


def test_a_store_of_a_later_release_is_left_alone(store_url):
    engine = sa.create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(migrate.StoreTooNew):
        migrate.upgrade(store_url)


def test_rebuilding_a_table_keeps_the_rows_of_its_children(tmp_path: Path):
    """SQLite rebuilds a table to change it; with foreign keys on, that deleted every child row."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    url = f"sqlite:///{tmp_path / 'canteen.db'}"
    migrate.upgrade(url)
    store = open_store(url)
    now = datetime(2026, 11, 25, tzinfo=UTC)

    def village(session):
        row = Canteen(name="鼓楼食堂", created_at=now)
        session.add(row)
        session.flush()
        session.add(Member(canteen_id=row.id, name="李奶奶", joined_at=now))

    store.write_now(village)
    store.close_now()
    with migrate._connected(url) as config:
        operations = Operations(MigrationContext.configure(config.attributes["connection"]))
        with operations.batch_alter_table("canteen", recreate="always") as batch:
            batch.add_column(sa.Column("motto", sa.String(20)))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM member")) == 1
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store nobody has set up yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    return new_postgres(request.getfixturevalue("postgres_server"))


def test_two_bots_that_start_at_once_set_the_store_up_together(empty_url):
    script = "import sys; from models import migrate; migrate.upgrade(sys.argv[1])"

    def start(_):
        return subprocess.run(
            [sys.executable, "-c", script, empty_url], capture_output=True, text=True, check=False
        )

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(start, range(3)))
    assert [bot.stderr for bot in ended if bot.returncode] == []
    assert migrate.check(empty_url) == []


def test_a_store_that_misses_a_column_is_named(empty_url):
    migrate.upgrade(empty_url)
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE canteen DROP COLUMN language"))
    engine.dispose()
    (difference,) = migrate.check(empty_url)
    assert "add_column" in difference
    assert "language" in difference


def test_starting_on_a_store_of_this_release_does_not_load_alembic(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'canteen.db'}"
    migrate.upgrade(url)
    script = "import sys; from models import migrate; migrate.upgrade(sys.argv[1]); print('alembic' in sys.modules)"
    started = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True)
    assert started.stdout.strip() == "False"


def test_only_the_owner_may_read_a_store_set_up_by_a_migration(tmp_path: Path):
    path = tmp_path / "canteen.db"
    migrate.upgrade(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_migration_that_would_orphan_rows_changes_nothing(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'canteen.db'}"
    migrate.upgrade(url)
    orphan = sa.text("INSERT INTO post (canteen_id, kind, target_id, chat_id) VALUES (99, 'meal', 1, 1)")
    with pytest.raises(RuntimeError, match="without their parent"), migrate._connected(url) as config:
        config.attributes["connection"].execute(orphan)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM post")) == 0
    engine.dispose()


def test_a_revision_speaks_no_word_of_the_code():
    for revision in (migrate.HERE / "versions").glob("*.py"):
        text = revision.read_text()
        assert "models" not in text
        assert "sqlmodel" not in text


def test_whatever_names_an_id_is_as_wide_as_an_id():
    narrow = [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_id") and "BIGINT" not in column.type.compile(postgresql.dialect())
    ]
    assert narrow == []


def test_an_index_of_some_rows_holds_the_same_rows_on_both(store_url, dialect):
    engine = sa.create_engine(store_url)
    found = {
        name: options[f"{dialect}_where"]
        for table in sa.inspect(engine).get_table_names()
        for index in sa.inspect(engine).get_indexes(table)
        if f"{dialect}_where" in (options := index.get("dialect_options", {})) and (name := index["name"])
    }
    engine.dispose()
    wanted = {
        index.name
        for table in SQLModel.metadata.sorted_tables
        for index in table.indexes
        if "where" in index.info
    }
    assert wanted
    assert wanted <= set(found)


def test_a_start_on_sqlite_does_not_load_the_other_dialect():
    code = "import sys, models.store, models.migrate; print('sqlalchemy.dialects.postgresql' in sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "False"
