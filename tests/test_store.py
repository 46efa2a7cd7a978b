"""The store keeps what it said it kept, one unit at a time, on both databases."""

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, func, select

from models.base import Instant
from models.lunch.meals import Booking, Meal, Sitting, Source
from models.members.people import Account, Canteen, Member
from models.outbox import Post
from models.store import StoreBusy, StoreClosed, hold, open_store

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def canteen(session, chat_id=-1) -> Canteen:
    row = Canteen(name="鼓楼食堂", chat_id=chat_id, created_at=NOW)
    session.add(row)
    session.flush()
    return row


async def test_what_was_written_can_be_read(store):
    await store.write(canteen)
    assert await store.read(lambda session: session.exec(select(Canteen.name)).all()) == ["鼓楼食堂"]


async def test_a_unit_that_fails_keeps_nothing_and_hurts_no_other(store):
    def wrong(session):
        canteen(session, -2)
        raise ValueError("changed my mind")

    units = [lambda s, n=n: canteen(s, -10 - n).name for n in range(20)]
    answers = await asyncio.gather(
        *map(store.write, [*units[:10], wrong, *units[10:]]), return_exceptions=True
    )
    assert isinstance(answers[10], ValueError)
    chats = await store.read(lambda session: session.exec(select(Canteen.chat_id)).all())
    assert sorted(chats) == sorted(-10 - n for n in range(20))


async def test_a_broken_rule_of_the_store_fails_one_unit_of_a_group(store):
    units = [lambda s, n=n: canteen(s, n).name for n in (-1, -2, -1, -3)]
    answers = await asyncio.gather(*map(store.write, units), return_exceptions=True)
    assert [isinstance(answer, sa.exc.IntegrityError) for answer in answers].count(True) == 1
    assert len(await store.read(lambda session: session.exec(select(Canteen.id)).all())) == 3


async def test_a_reader_cannot_write(store):
    with pytest.raises(sa.exc.DBAPIError):
        await store.read(canteen)


async def test_forty_people_book_five_seats_and_five_get_one(store):
    def prepare(session):
        village = canteen(session)
        meal = Meal(
            canteen_id=village.id,
            day=NOW.date(),
            sitting=Sitting.LUNCH,
            seats=5,
            closes_at=NOW,
            starts_at=NOW,
        )
        session.add(meal)
        people = [Member(canteen_id=village.id, name=f"{n}号", joined_at=NOW) for n in range(40)]
        session.add_all(people)
        session.flush()
        return meal.id, [person.id for person in people]

    meal_id, people = await store.write(prepare)

    def book(session, eater_id):
        meal = hold(session, Meal, meal_id)
        taken = session.exec(select(func.count(col(Booking.id))).where(Booking.meal_id == meal_id)).one()
        if taken >= meal.seats:
            return False
        session.add(Booking(meal_id=meal_id, eater_id=eater_id, booked_at=NOW, source=Source.BUTTON))
        session.flush()
        return True

    got = await asyncio.gather(*(store.write(lambda s, p=person: book(s, p)) for person in people))
    assert sum(got) == 5


async def test_eight_hundred_additions_to_one_row_are_all_there(store):
    def prepare(session):
        row = Post(canteen_id=canteen(session).id, kind="meal", target_id=0, chat_id=-1, message_id=0)
        session.add(row)
        session.flush()
        return row.id

    post_id = await store.write(prepare)

    def add(session):
        row = hold(session, Post, post_id)
        row.message_id += 1
        session.add(row)

    await asyncio.gather(*(store.write(add) for _ in range(800)))
    assert await store.read(lambda session: session.get(Post, post_id).message_id) == 800


async def test_a_unit_may_neither_commit_nor_roll_back(store):
    with pytest.raises(RuntimeError, match="never commits"):
        await store.write(lambda session: session.commit())
    with pytest.raises(RuntimeError, match="never rolls back"):
        await store.write(lambda session: session.rollback())


async def test_a_moment_without_a_time_zone_is_refused(store):
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        await store.write(lambda session: session.add(Canteen(name="x", created_at=datetime(2026, 1, 1))))


async def test_a_moment_comes_back_in_utc(store):
    await store.write(canteen)
    found = await store.read(lambda session: session.exec(select(Canteen.created_at)).one())
    assert (found, found.tzinfo) == (NOW, UTC)


async def test_a_telegram_id_of_seven_thousand_million_fits(store):
    await store.write(lambda session: session.add(Account(telegram_id=7_000_000_000)))
    assert await store.read(lambda session: session.exec(select(Account.telegram_id)).one()) == 7_000_000_000


def test_a_second_bot_on_the_same_store_is_refused_until_the_first_has_gone(store_url):
    first = open_store(store_url, exclusive=True)
    with pytest.raises(StoreBusy):
        open_store(store_url, exclusive=True)
    first.close_now()
    open_store(store_url, exclusive=True).close_now()


def test_the_command_line_may_write_beside_the_bot(store_url):
    bot = open_store(store_url, exclusive=True)
    beside = open_store(store_url)
    beside.write_now(canteen)
    assert bot.read_now(lambda session: len(session.exec(select(Canteen.id)).all())) == 1
    beside.close_now()
    bot.close_now()


def test_a_closed_store_says_so(store_url):
    store = open_store(store_url)
    store.close_now()
    with pytest.raises(StoreClosed):
        store.write_now(canteen)


KILLED = """
import sys
from datetime import datetime, UTC
import models
from models.members.people import Account
from models.store import open_store
store = open_store(sys.argv[1])
for number in range(1, 100000):
    store.write_now(lambda session: session.add(Account(telegram_id=number)))
    print(number, flush=True)
"""


@pytest.mark.process
def test_everything_acknowledged_is_there_after_kill_minus_nine(store_url):
    child = subprocess.Popen([sys.executable, "-c", KILLED, store_url], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    with child:
        try:
            seen = [int(child.stdout.readline()) for _ in range(50)]
        finally:
            child.send_signal(signal.SIGKILL)
        seen += [int(line) for line in child.stdout.read().split()]
    store = open_store(store_url)
    kept = store.read_now(lambda session: set(session.exec(select(Account.telegram_id))))
    store.close_now()
    assert set(seen) <= kept


def test_every_id_of_the_messenger_is_wide_enough():
    """A number that ends in `_id` and points to no row of ours comes from Telegram, which has passed 32 bits."""
    ours = {"canteen_id", "actor_id", "subject_id", "target_id"}
    narrow = [
        str(column)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_id") and not column.foreign_keys and column.name not in ours
        if not isinstance(column.type, sa.BigInteger)
    ]
    assert narrow == []


def test_every_moment_knows_its_time_zone():
    naive = [
        str(column)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.DateTime) and not isinstance(column.type, Instant)
    ]
    assert naive == []


def test_what_a_unit_may_take_back_is_noted_in_memory_and_opens_no_file(store):
    if store.dialect != "sqlite":
        pytest.skip("a server notes it elsewhere")
    asked = lambda session: session.connection().exec_driver_sql("PRAGMA temp_store").scalar_one()  # noqa: E731
    assert store.write_now(asked) == 2
