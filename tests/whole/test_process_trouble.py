"""The messenger is down, slow, full or gone: what was asked is done once, and told when it can be."""

import asyncio
import json
import urllib.request
from urllib.error import HTTPError

import pytest

from sandbox.faults import Rule
from tests.processes import GROUP, SECRET, Bot, free_port, on_sqlite, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]

ORDER = "明天中午2份"


def effects(bot: Bot) -> list[int]:
    """How often each update changed something."""
    found = bot.rows("SELECT count(*) FROM audit_entry WHERE update_id IS NOT NULL GROUP BY update_id")
    return [row[0] for row in found]


async def test_a_messenger_that_is_down_at_the_start_is_waited_for(bot):
    [granny] = villagers(bot, 1)
    for method in ("getMe", "deleteWebhook", "getUpdates"):
        bot.faults.once(
            Rule("status", method, amount=502), Rule("drop_before", method), Rule("truncate", method)
        )
    bot.world.say(granny, granny, ORDER)
    await bot.start()
    await bot.until(lambda: bot.heard(granny, "2 份") and bot.all_done())
    assert bot.faults.counts["status"] == 3
    assert effects(bot) == [1]
    assert await bot.stop() == 0


async def test_in_a_storm_of_faults_everything_is_done_once_and_told(bot):
    grannies = villagers(bot, 12)
    await bot.start()
    [post] = await bot.until(lambda: bot.heard(GROUP, "午饭") if bot.all_done() else None)
    storm = [
        ("status", 0.1, 502.0),
        ("drop_before", 0.1, 0.0),
        ("drop_after", 0.1, 0.0),
        ("truncate", 0.05, 0.0),
    ]
    for kind, probability, amount in storm:
        bot.faults.add(Rule(kind, probability=probability, amount=amount))
    bot.faults.add(Rule("too_many", "sendMessage", probability=0.05, amount=1))
    for granny in grannies:
        bot.world.say(granny, granny, ORDER)
        bot.world.press(granny, GROUP, post.id, post.button("送餐"))
    await bot.until(lambda: bot.one("SELECT count(*) FROM inbox_update WHERE state = 'done'") == 24)
    bot.faults.clear()
    await bot.until(lambda: all(bot.heard(granny, "2 份") for granny in grannies) and bot.all_done())
    assert effects(bot) == [1] * 24
    assert bot.rows("SELECT DISTINCT portions, mode FROM booking") == [(2, "delivery")]
    assert len(bot.said(GROUP)) == 1
    assert await bot.stop() == 0


async def test_a_flood_in_one_chat_stops_only_that_chat(bot):
    slow, *others = villagers(bot, 6)
    await bot.start()
    await bot.until(bot.all_done)
    bot.faults.once(Rule("too_many", "sendMessage", chat_id=slow, amount=600))
    bot.world.say(slow, slow, ORDER)
    await bot.until(lambda: bot.faults.counts["too_many"])
    for other in others:
        bot.world.say(other, other, ORDER)
    await bot.until(lambda: all(bot.heard(other, "2 份") for other in others))
    assert bot.said(slow) == [], "the others did not wait for it"
    assert bot.world.counts["sendMessage: Too Many Requests: retry after 600"] == 1, "nobody knocked again"
    assert await bot.stop() == 0
    await bot.start()
    await bot.until(lambda: bot.heard(slow, "2 份") and bot.all_done())
    assert await bot.stop() == 0


async def test_a_stop_while_the_messenger_hangs_ends_and_loses_nothing(bot):
    granny, neighbour = villagers(bot, 2)
    await bot.start()
    [post] = await bot.until(lambda: bot.heard(GROUP, "午饭") if bot.all_done() else None)
    hanging = [Rule("latency", method, amount=3600.0) for method in ("sendMessage", "answerCallbackQuery")]
    for rule in hanging:
        bot.faults.add(rule)
    bot.world.say(granny, granny, ORDER)
    bot.world.press(neighbour, GROUP, post.id, post.button("送餐"))
    await bot.until(lambda: bot.faults.counts["latency"] == 2)
    bot.world.say(granny, granny, "明天中午3份")
    await bot.until(lambda: bot.one("SELECT count(*) FROM inbox_update WHERE state = 'done'") == 3)
    assert await bot.stop() == 0
    bot.faults.clear()
    await bot.start()
    await bot.until(lambda: bot.heard(granny, "3 份") and bot.all_done())
    assert effects(bot) == [1, 1, 1]
    assert len(bot.heard(granny, "2 份")) in (2, 3), "nobody knew whether the first was told: told again"
    assert await bot.stop() == 0


def posted(port: int, raw: dict, secret: str) -> int:
    """Somebody posts an update to the door; the answer's code."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/telegram", json.dumps(raw).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except HTTPError as refused:
        refused.close()
        return refused.code


async def test_by_webhook_a_death_loses_nothing_and_strangers_are_not_heard(bot):
    grannies = villagers(bot, 10)
    bot.config, bot.web_port = "webhook", free_port()
    bot.faults.once(Rule("status", "setWebhook", amount=502))
    await bot.start(ready=False)
    bot.world.say(grannies[0], grannies[0], ORDER)
    await bot.until(lambda: bot.heard(grannies[0], "2 份"))
    strike = bot.strike("sendMessage", meets=lambda given: int(given["chat_id"]) > 0)
    for granny in grannies[1:]:
        bot.world.say(granny, granny, ORDER)
    await bot.struck(strike)
    await bot.start(ready=False)
    await bot.until(lambda: all(bot.heard(granny, "2 份") for granny in grannies) and bot.all_done())
    assert effects(bot) == [1] * 10
    await bot.until(bot.listens)
    forged = {"update_id": 5, "message": {"text": "/erase"}}
    before = bot.one("SELECT count(*) FROM inbox_update")
    codes = [
        await asyncio.to_thread(posted, bot.web_port, forged, secret) for secret in ("", "x", SECRET + "1")
    ]
    assert (codes, bot.one("SELECT count(*) FROM inbox_update")) == ([403] * 3, before)
    assert await bot.stop() == 0
