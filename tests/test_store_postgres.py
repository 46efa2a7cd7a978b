"""What only a server can do to a unit: break a tie against it, cut its connection, fill its disk."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.members.people import Account, Canteen
from models.store import Store, StoreBusy, StoreFull, hold, open_store
from tests.stores import new_postgres

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'as the server would' USING ERRCODE = '{}'; END $$"


@pytest.fixture
def server(postgres_server: sa.URL):
    """A store on PostgreSQL."""
    store = open_store(new_postgres(postgres_server, template=True))
    yield store
    store.close_now()


def refused_by_the_server(session, code):
    session.connection().exec_driver_sql(RAISE.format(code))


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_a_unit_that_lost_a_tie_is_run_again_and_kept_once(server: Store, code: str):
    runs: list[int] = []

    def unlucky(session):
        runs.append(1)
        session.add(Account(telegram_id=1))
        session.flush()
        if len(runs) < 5:
            refused_by_the_server(session, code)

    await server.write(unlucky)
    assert len(runs) == 5
    assert await server.read(lambda session: session.exec(select(Account.telegram_id)).all()) == [1]


async def test_a_unit_that_loses_every_tie_fails_after_five_runs(server: Store):
    runs: list[int] = []

    def hopeless(session):
        runs.append(1)
        refused_by_the_server(session, "40001")

    with pytest.raises(sa.exc.OperationalError):
        await server.write(hopeless)
    assert len(runs) == 5


async def test_two_units_that_wait_for_each_other_both_come_through(server: Store):
    def prepare(session):
        rows = [Canteen(name=name, created_at=NOW) for name in ("上寨", "下寨")]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]

    upper, lower = await server.write(prepare)
    both_hold_one = threading.Barrier(2)

    def rename(session, first, second, runs):
        hold(session, Canteen, first).name += "一"
        session.flush()
        runs.append(1)
        if len(runs) == 1:
            both_hold_one.wait(10)
        hold(session, Canteen, second).name += "二"

    runs: tuple[list[int], list[int]] = ([], [])
    await asyncio.gather(
        server.write(lambda s: rename(s, upper, lower, runs[0])),
        server.write(lambda s: rename(s, lower, upper, runs[1])),
    )
    assert len(runs[0]) + len(runs[1]) >= 3  # whoever lost may meet the other once more
    names = await server.read(lambda s: {row.id: row.name for row in s.exec(select(Canteen))})
    assert sorted(names[upper][2:]) == sorted(names[lower][2:]) == sorted("一二")


async def test_a_full_server_is_named(server: Store):
    with pytest.raises(StoreFull):
        await server.write(lambda session: refused_by_the_server(session, "53100"))
    await server.write(lambda session: session.add(Account(telegram_id=1)))


async def test_after_the_server_cut_every_connection_the_next_unit_finds_a_new_one(server: Store):
    await server.write(lambda session: session.add(Account(telegram_id=1)))
    outside = sa.create_engine(server.url, isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.exec_driver_sql(cut)
    outside.dispose()
    await server.write(lambda session: session.add(Account(telegram_id=2)))
    assert len(await server.read(lambda session: session.exec(select(Account)).all())) == 2


async def test_a_reader_sees_one_moment_however_long_it_looks(server: Store):
    def look_twice(session):
        before = len(session.exec(select(Account.id)).all())
        server.write_now(lambda other: other.add(Account(telegram_id=1)))
        return before, len(session.exec(select(Account.id)).all())

    assert await server.read(look_twice) == (0, 0)


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def cut():
    """Cuts every connection to a store's database, as a restart of the server does."""

    def connections(url):
        outside = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with outside.connect() as connection:
            connection.exec_driver_sql(CUT)
        outside.dispose()

    return connections


def test_a_lock_that_the_server_let_go_of_is_taken_again(postgres_server, cut):
    url = new_postgres(postgres_server, template=True)
    ours = open_store(url, exclusive=True)
    cut(url)
    ours.guard()
    with pytest.raises(StoreBusy):
        open_store(url, exclusive=True)
    ours.close_now()
    open_store(url, exclusive=True).close_now()


def test_a_bot_whose_store_was_taken_over_is_told(postgres_server, cut):
    url = new_postgres(postgres_server, template=True)
    ours = open_store(url, exclusive=True)
    cut(url)
    theirs = open_store(url, exclusive=True)
    with pytest.raises(StoreBusy):
        ours.guard()
    theirs.guard()
    ours.close_now()
    theirs.close_now()
