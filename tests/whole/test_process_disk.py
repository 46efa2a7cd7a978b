"""A disk that takes no more: nothing is acknowledged, nothing is lost, health tells; with room again all is done."""

import asyncio
import json
import resource
import subprocess
import sys
import urllib.request
from urllib.error import HTTPError

import pytest

from tests.processes import HOME, Bot, free_port, on_sqlite, villagers

pytestmark = [
    pytest.mark.process,
    pytest.mark.timeout(900),
    on_sqlite,
    pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process"),
]
ROOM = 40_000
"""Bytes a file may have: enough for the log of the bot, too little for any file of the store."""
ENDLESS = resource.RLIM_INFINITY


def fill(pid: int = 0) -> None:
    """From now on no file of the process grows beyond that."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, ENDLESS))


def free(pid: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ENDLESS, ENDLESS))


def ready(bot: Bot) -> dict[str, bool]:
    """What the page for machines says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{bot.web_port}/readyz", timeout=60) as answer:
            return dict(json.load(answer))
    except HTTPError as refused:
        with refused:
            return dict(json.load(refused))


async def health(bot: Bot) -> tuple[int, str]:
    """`bot.py health`, as systemd asks."""
    words = [sys.executable, "bot.py", "health", "--config", str(bot.folder / "config-bot.toml")]
    asked = await asyncio.to_thread(
        subprocess.run, words, cwd=HOME, env=bot.environment, capture_output=True, text=True
    )
    return asked.returncode, asked.stdout + asked.stderr


async def test_a_full_disk_loses_nothing_and_is_told(bot):
    early, *grannies = villagers(bot, 12)
    bot.web_port, bot.tick = free_port(), 20.0
    await bot.start()
    bot.world.say(early, early, "明天中午2份")
    await bot.until(lambda: bot.heard(early, "2 份") and bot.all_done())
    assert (await asyncio.to_thread(ready, bot))["ready"]
    fill(bot.pid)
    for granny in grannies:
        bot.world.say(granny, granny, "明天中午2份")
    told = await bot.until(lambda: "receiving is interrupted" in bot.tail())
    assert told
    found = await asyncio.to_thread(ready, bot)
    assert (found["ready"], found["keeping"]) == (False, False)
    code, words = await health(bot)
    assert (code, "keeping" in words) == (1, True), words
    bot.kill()
    await bot.start(before=fill)
    await bot.until(lambda: bot.tail().count("receiving is interrupted") > 1)
    assert len(bot.world.updates.waiting()) == len(grannies), "the messenger still holds them"
    assert bot.one("SELECT count(*) FROM inbox_update") == 1
    assert not any(bot.said(granny) for granny in grannies), "and nobody was told of a booking"
    free(bot.pid)
    await bot.until(lambda: all(bot.heard(granny, "2 份") for granny in grannies) and bot.all_done())
    assert bot.rows("SELECT portions, count(*) FROM booking GROUP BY portions") == [(2, 12)]
    assert bot.one("SELECT count(*) FROM inbox_update WHERE state <> 'done' OR tries > 0") == 0
    assert (await asyncio.to_thread(ready, bot))["ready"]
    assert await bot.stop() == 0
