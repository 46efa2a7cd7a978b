"""A second bot on the same store, or with the same token, is refused with a cure; the first goes on."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.processes import LIMIT, Bot, on_sqlite, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]


async def booked(bot: Bot, granny: int) -> None:
    bot.world.say(granny, granny, "明天中午2份")
    await bot.until(lambda: bot.heard(granny, "2 份"))


async def refused(bot: Bot, store_url: str = "") -> str:
    """Start a second one; what it said before it ended with 1."""
    log = bot.folder / "second.log"
    second = bot.spawn(log, store_url=store_url)
    try:
        code = await asyncio.to_thread(second.wait, LIMIT)
    except subprocess.TimeoutExpired:
        second.kill()
        raise
    said = log.read_text(encoding="utf-8")
    assert (code, "Traceback" in said) == (1, False), said
    return said


async def test_on_the_same_store_the_second_is_refused_and_the_first_goes_on(bot):
    before, after = villagers(bot, 2)
    await bot.start()
    await booked(bot, before)
    polls = bot.world.counts["getUpdates"]
    assert "已经有一个机器人在用这个数据库，请先停掉它" in await refused(bot)
    assert "409" not in bot.world.counts, "it never came so far as to disturb the first"
    await booked(bot, after)
    assert bot.world.counts["getUpdates"] > polls
    assert await bot.stop() == 0


@on_sqlite
async def test_with_the_same_token_the_second_gives_way_and_the_first_goes_on(bot):
    before, after = villagers(bot, 2)
    store = Path(sa.make_url(bot.store_url).database)
    for kind in (".db", ".key", ".ring"):  # a store with sealed words does not start without its keys
        shutil.copy(store.with_suffix(kind), bot.folder / f"other{kind}")
    await bot.start()
    await booked(bot, before)
    said = await refused(bot, f"sqlite:///{bot.folder / 'other.db'}")
    assert "同一个 token 有另一个机器人在运行，请先停掉它" in said
    assert bot.world.counts["409"]
    await booked(bot, after)
    assert bot.one("SELECT count(*) FROM booking") == 2
    assert await bot.stop() == 0
