"""The tables come up and go down on both databases and are those of the code."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from models import migrate
from models.people import Canteen, Member
from models.store import open_store


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
