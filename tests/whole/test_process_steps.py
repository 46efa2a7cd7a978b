"""kill -9 at every step of an update between the messenger's queue and the mark that its answer was sent."""

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.processes import GROUP, MANAGER, Bot, on_sqlite, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]
"""Locks and triggers of SQLite hold the steps still."""

FOREVER = "SELECT count(*) FROM " + ", ".join(f"sqlite_master t{n}" for n in range(9))
LOOKS = 10


@contextmanager
def beside(bot: Bot) -> Iterator[sqlite3.Connection]:
    """Another program at the store."""
    path = sa.make_url(bot.store_url).database
    with contextlib.closing(sqlite3.connect(str(path), isolation_level=None, timeout=0)) as connection:
        yield connection


def begins(connection: sqlite3.Connection) -> bool:
    """Whether nobody is writing."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


async def stall(bot: Bot, other: sqlite3.Connection, change: str) -> None:
    """A trigger that counts without end keeps every unit with such a change open."""
    await bot.until(lambda: begins(other))
    other.execute(f"CREATE TRIGGER stall AFTER {change} BEGIN {FOREVER}; END")
    other.execute("COMMIT")


async def go_on(bot: Bot, other: sqlite3.Connection) -> None:
    """The bot is dead: the next one is not held up."""
    await bot.until(lambda: begins(other), alive=False)
    other.execute("DROP TRIGGER stall")
    other.execute("COMMIT")


def asks(bot: Bot, granny: int) -> int:
    """She orders; answers the number of the update."""
    bot.world.say(granny, granny, "明天中午3份")
    return bot.world.updates.last_id


def state(bot: Bot, update_id: int) -> str:
    found = bot.rows("SELECT state FROM inbox_update WHERE update_id = :id", id=update_id)
    return found[0][0] if found else ""


async def received_but_not_stored(bot: Bot, granny: int) -> int:
    with beside(bot) as other:
        await bot.until(lambda: begins(other))
        handed = bot.world.updates.delivered
        update_id = asks(bot, granny)
        await bot.until(lambda: bot.world.updates.delivered > handed)
        bot.kill()
    assert state(bot, update_id) == ""
    return update_id


async def stored_but_not_acknowledged(bot: Bot, granny: int) -> int:
    update_id = bot.world.updates.last_id + 1
    strike = bot.strike("getUpdates", meets=lambda given: int(given.get("offset", 0)) > update_id)
    assert asks(bot, granny) == update_id
    await bot.struck(strike)
    assert state(bot, update_id) != ""
    assert [each.update_id for each in bot.world.updates.waiting()] == [update_id]
    return update_id


async def acknowledged_but_not_begun(bot: Bot, granny: int) -> int:
    """Of what she asks at once the first is done as it is stored; the second is still being looked at when all may be forgotten."""

    def forget_and_die() -> None:
        bot.world.updates.fetch(update_id + 1)
        bot.kill()

    with beside(bot) as other:
        update_id = bot.world.updates.last_id + 3
        await stall(bot, other, f"UPDATE ON inbox_update WHEN NEW.update_id = {update_id - 1}")
        strike = bot.strike(
            "getUpdates", forget_and_die, meets=lambda given: int(given.get("offset", 0)) > update_id
        )
        bot.world.say(granny, granny, "/mine")
        bot.world.say(granny, granny, "/mine")
        assert asks(bot, granny) == update_id
        await bot.struck(strike)
        await go_on(bot, other)
    assert state(bot, update_id) == "new"
    assert bot.world.updates.waiting() == []
    return update_id


async def begun_before_it_was_stored(bot: Bot, granny: int) -> int:
    """Storing what she asks and doing it share a commit: of a death before it nothing is left but what the messenger keeps."""
    with beside(bot) as other:
        await stall(bot, other, "INSERT ON booking")
        handed = bot.world.updates.delivered
        update_id = asks(bot, granny)
        await bot.until(lambda: bot.world.updates.delivered > handed)
        await _held_up(bot, other)
        bot.kill()
        await go_on(bot, other)
    assert state(bot, update_id) in ("", "new"), "a machine at its limit may commit the two apart"
    assert booked(bot, granny) == []
    return update_id


async def begun_but_not_committed(bot: Bot, granny: int) -> int:
    with beside(bot) as other:
        await stall(bot, other, "INSERT ON booking")
        bot.world.say(granny, granny, "/mine")
        update_id = asks(bot, granny)
        await bot.until(lambda: state(bot, update_id) == "new")
        await _held_up(bot, other)
        bot.kill()
        await go_on(bot, other)
    assert state(bot, update_id) == "new"
    assert booked(bot, granny) == []
    return update_id


async def _held_up(bot: Bot, other: sqlite3.Connection) -> None:
    for _ in range(LOOKS):
        await bot.until(lambda: not begins(other) or other.execute("ROLLBACK") is None)


async def committed_but_not_sent(bot: Bot, granny: int) -> int:
    strike = bot.strike("sendMessage", meets=lambda given: int(given["chat_id"]) == granny)
    update_id = asks(bot, granny)
    await bot.struck(strike)
    assert (state(bot, update_id), bot.said(granny)) == ("done", [])
    return update_id


async def sent_but_not_marked(bot: Bot, granny: int) -> int:
    strike = bot.strike("sendMessage", applied=True, meets=lambda given: int(given["chat_id"]) == granny)
    update_id = asks(bot, granny)
    await bot.struck(strike)
    [_] = bot.heard(granny, "3 份")
    return update_id


Step = Callable[[Bot, int], Awaitable[int]]
STEPS: tuple[Step, ...] = (
    received_but_not_stored,
    stored_but_not_acknowledged,
    acknowledged_but_not_begun,
    begun_before_it_was_stored,
    begun_but_not_committed,
    committed_but_not_sent,
    sent_but_not_marked,
)

TOLD = {sent_but_not_marked: {2}, stored_but_not_acknowledged: {1, 2}}
"""How often she may hear the answer; who is asked for more updates may have answered already."""


def booked(bot: Bot, person: int) -> list[int]:
    found = bot.rows(
        "SELECT portions FROM booking JOIN member ON member.id = eater_id WHERE telegram_id = :p", p=person
    )
    return [row[0] for row in found]


async def test_a_booking_survives_a_death_at_every_step(bot):
    grannies = villagers(bot, len(STEPS))
    await bot.start()
    await bot.until(lambda: bot.heard(GROUP, "午饭") and bot.all_done())
    deaths = {
        step: await _dies_and_lives(bot, step, granny) for step, granny in zip(STEPS, grannies, strict=True)
    }
    await bot.until(bot.all_done)
    for (step, update_id), granny in zip(deaths.items(), grannies, strict=True):
        entries = bot.one("SELECT count(*) FROM audit_entry WHERE update_id = :id", id=update_id)
        assert (booked(bot, granny), entries) == ([3], 1), step.__name__
        answers = len(bot.heard(granny, "3 份"))
        assert answers in TOLD.get(step, {1}), f"{step.__name__}: told {answers} times"
    assert await bot.stop() == 0


async def _dies_and_lives(bot: Bot, step: Step, granny: int) -> int:
    update_id = await step(bot, granny)
    await bot.start(ready=False)
    await bot.until(lambda: bot.heard(granny, "3 份") and state(bot, update_id) == "done")
    await bot.until(bot.all_done)  # what is not marked as sent would be told once more after the next death
    return update_id


@pytest.mark.parametrize(("applied", "button", "posts"), [(False, "补发", 1), (True, "已看到", 1)])
async def test_a_post_on_the_wire_at_a_death_is_never_doubled_and_the_manager_is_asked(
    bot, applied, button, posts
):
    villagers(bot, 1)
    strike = bot.strike("sendMessage", applied=applied, meets=lambda given: int(given["chat_id"]) == GROUP)
    await bot.start(ready=False)
    await bot.struck(strike)
    await bot.start()
    [asked] = await bot.until(lambda: bot.heard(MANAGER, "可能没有发到群里"))
    assert len(bot.said(GROUP)) == applied, "nobody in the group sees it twice"
    bot.world.press(MANAGER, MANAGER, asked.id, asked.button(button))
    await bot.until(lambda: bot.all_done() and len(bot.said(GROUP)) == posts)
    assert bot.rows("SELECT status FROM outbox_message WHERE chat_id = :g", g=GROUP) == [("sent",)]


async def test_a_tap_whose_word_was_lost_counts_once_and_a_second_tap_tells(bot):
    [granny] = villagers(bot, 1)
    await bot.start()
    [post] = await bot.until(lambda: bot.heard(GROUP, "午饭"))
    strike = bot.strike("answerCallbackQuery")
    bot.world.press(granny, GROUP, post.id, post.button("送餐"))
    await bot.struck(strike)
    await bot.start()
    second = bot.world.press(granny, GROUP, post.id, post.button("送餐"))
    answer = await bot.until(lambda: bot.world.callback_answers.get(second))
    assert "1 份" in answer.text
    assert (booked(bot, granny), bot.one("SELECT count(*) FROM audit_entry WHERE action LIKE 'meals.%'")) == (
        [1],
        1,
    )
    [post] = await bot.until(lambda: bot.heard(GROUP, "已订 1/"))
    assert post.edited
