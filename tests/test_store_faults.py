"""What the store does when something goes wrong: a full disk, a broken tie, a caller who left."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.members.people import Account, Canteen
from models.outbox import Post
from models.sqlite import driver
from models.store import Store, StoreFull, hold, open_store

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def account(session, telegram_id):
    session.add(Account(telegram_id=telegram_id))
    session.flush()
    return telegram_id


def accounts(session):
    return sorted(session.exec(select(Account.telegram_id)))


def crowd(session):
    session.add_all(Account(telegram_id=n, name="满" * 40) for n in range(100, 5_000))


def room_for(pages):
    return lambda session: session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    """A SQLite store's file."""
    path = tmp_path / "village.db"
    path.write_bytes(sqlite_template.read_bytes())
    return path


@pytest.fixture
def sqlite_store(file: Path, monkeypatch: pytest.MonkeyPatch):
    """A store on SQLite, for what only a file can suffer; a busy machine does not part those who wait together."""
    monkeypatch.setattr("models.writer.GROUP_SECONDS", 3600)
    store = open_store(f"sqlite:///{file}")
    yield store
    store.close_now()


async def held_up(store: Store) -> threading.Event:
    """Keep the writer waiting, so that what is asked meanwhile shares one commit."""
    begun, go = threading.Event(), threading.Event()

    def wait(session):
        begun.set()
        assert go.wait(10)

    task = asyncio.create_task(store.write(wait))
    await asyncio.to_thread(begun.wait)
    assert not task.done()
    return go


async def test_a_unit_that_fills_the_disk_is_told_so_and_others_go_on_when_there_is_room(sqlite_store):
    await sqlite_store.write(room_for(1))
    with pytest.raises(StoreFull):
        await sqlite_store.write(crowd)
    await sqlite_store.write(room_for(100_000))
    await sqlite_store.write(lambda session: account(session, 1))
    assert await sqlite_store.read(accounts) == [1]


async def test_when_sqlite_gives_up_a_shared_transaction_nobody_in_it_hears_yes(sqlite_store):
    def give_up(session):
        driver(session.connection()).execute("ROLLBACK")

    go = await held_up(sqlite_store)
    asked = [lambda s: account(s, 1), lambda s: account(s, 2), give_up, lambda s: account(s, 3)]
    waiting = asyncio.gather(*map(sqlite_store.write, asked), return_exceptions=True)
    await asyncio.sleep(0)
    go.set()
    answers = await waiting
    assert [isinstance(answer, Exception) for answer in answers] == [True, True, True, False]
    assert await sqlite_store.read(accounts) == [3]


async def test_when_the_commit_fails_everybody_in_the_group_hears_why(sqlite_store):
    def orphan(session):
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        session.connection().exec_driver_sql(
            "INSERT INTO post (canteen_id, kind, target_id, chat_id) VALUES (99, 'meal', 1, 1)"
        )

    def full_because_of_the_others(session):
        raise ValueError("meals.full")

    go = await held_up(sqlite_store)
    asked = [lambda s: account(s, 1), orphan, full_because_of_the_others]
    waiting = asyncio.gather(*map(sqlite_store.write, asked), return_exceptions=True)
    await asyncio.sleep(0)
    go.set()
    assert [type(answer) for answer in await waiting] == [sqlite3.IntegrityError] * 3
    assert await sqlite_store.write(lambda s: account(s, 2)) == 2
    assert await sqlite_store.read(accounts) == [2]


async def test_units_that_wait_share_one_commit_and_none_is_answered_before_it(sqlite_store, file: Path):
    seen: list[list[int]] = []

    def look_from_outside(session):
        outside = sqlite3.connect(file)
        seen.append([row[0] for row in outside.execute("SELECT telegram_id FROM account")])
        outside.close()

    go = await held_up(sqlite_store)
    first = asyncio.create_task(sqlite_store.write(lambda s: account(s, 1)))
    last = asyncio.create_task(sqlite_store.write(look_from_outside))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, last)
    assert seen == [[]]
    assert await sqlite_store.read(accounts) == [1]


LIMITED = """
import resource, sys
import models
from models.members.people import Account
from models.store import StoreFull, open_store
store = open_store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
kept = 0
try:
    while True:
        store.write_now(lambda session: session.add_all(Account(telegram_id=kept * 100 + n) for n in range(100)))
        kept += 1
except StoreFull:
    pass
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.write_now(lambda session: session.add(Account(telegram_id=-1)))
store.close_now()
print(kept * 100 + 1)
"""


@pytest.mark.process
def test_a_disk_that_takes_no_more_loses_nothing_and_heals(file: Path):
    url = f"sqlite:///{file}"
    done = subprocess.run([sys.executable, "-c", LIMITED, url], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    store = open_store(url)
    kept = store.read_now(accounts)
    store.close_now()
    assert len(kept) == int(done.stdout) > 100


async def test_who_left_before_their_turn_is_not_served(sqlite_store):
    go = await held_up(sqlite_store)
    gone = asyncio.create_task(sqlite_store.write(lambda s: account(s, 1)))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    go.set()
    await sqlite_store.write(lambda s: account(s, 2))
    assert await sqlite_store.read(accounts) == [2]


async def test_an_exhausted_iterator_in_a_unit_does_not_leave_its_asker_waiting(store):
    with pytest.raises(RuntimeError, match="StopIteration"):
        await store.write(lambda session: next(iter(())))


async def test_a_unit_cannot_wait_for_another_unit(sqlite_store):
    with pytest.raises(RuntimeError, match="cannot wait"):
        await sqlite_store.write(lambda session: sqlite_store.write_now(accounts))


async def test_a_change_only_added_while_reading_fails_too(store):
    with pytest.raises(sa.exc.DBAPIError):
        await store.read(lambda session: session.add(Account(telegram_id=1)))


async def test_what_a_unit_takes_back_itself_hurts_nothing_else_of_it(store):
    await store.write(lambda session: account(session, 1))

    def twice(session):
        account(session, 2)
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            account(session, 1)
        return account(session, 3)

    assert await store.write(twice) == 3
    assert await store.read(accounts) == [1, 2, 3]


async def test_holding_a_row_twice_forgets_no_change(store):
    def change(session):
        village = Canteen(name="鼓楼食堂", created_at=NOW)
        session.add(village)
        session.flush()
        row = Post(canteen_id=village.id, kind="meal", target_id=1, chat_id=-1)
        session.add(row)
        session.flush()
        row.message_id = 7
        return hold(session, Post, row.id).message_id

    assert await store.write(change) == 7


async def test_erased_words_are_gone_from_the_file_and_its_log(sqlite_store, file: Path):
    def named(session):
        session.add(Account(telegram_id=1, name="覃桂花"))

    await sqlite_store.write(named)
    await sqlite_store.write(lambda session: session.delete(session.exec(select(Account)).one()))
    log = file.with_name("village.db-wal")
    assert "覃桂花".encode() in log.read_bytes()
    await sqlite_store.scrub()
    assert "覃桂花".encode() not in log.read_bytes() + file.read_bytes()


def test_only_the_owner_may_read_a_new_store(tmp_path: Path):
    path = tmp_path / "new.db"
    open_store(f"sqlite:///{path}").close_now()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_store_in_memory_is_refused():
    with pytest.raises(ValueError, match="needs a file"):
        open_store("sqlite://")


async def test_an_error_of_the_store_tells_no_names(store):
    def twice(session):
        session.add(Account(telegram_id=1, name="覃桂花"))
        session.flush()

    await store.write(twice)
    with pytest.raises(sa.exc.IntegrityError) as caught:
        await store.write(twice)
    assert "覃桂花" not in str(caught.value)
    assert "覃桂花" not in repr(Account(telegram_id=1, name="覃桂花"))
