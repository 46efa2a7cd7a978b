"""Granny booked and was not there: four steps by the clock, a kill -9 between them, somebody goes, her daughter asks."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.processes import ADDRESS, GROUP, MANAGER, MORNING, PHONE, Bot, on_sqlite, villagers
from tests.whole.test_process_requests import shows, tap

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]
ENDS = datetime(2026, 11, 26, 12, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
MISSED = "人没来，还没问到本人"


def settle(bot: Bot) -> tuple[int, int, int]:
    """Granny, her daughter far away, and the neighbour who agreed to look in."""
    granny, daughter, neighbour = villagers(bot, 3)
    ids = dict(bot.rows("SELECT telegram_id, id FROM member"))
    for carer, relation, actions in ((daughter, "child", '["meals"]'), (neighbour, "neighbour", '["care"]')):
        bot.change(
            "INSERT INTO carelink (elder_id, carer_id, relation, called, actions, consent, created_at)"
            " VALUES (:elder, :carer, :relation, :called, :actions, 'said', :now)",
            elder=ids[granny],
            carer=ids[carer],
            relation=relation,
            called="我妈" if relation == "child" else "",
            actions=actions,
            now=MORNING.isoformat(sep=" "),
        )
    return granny, daughter, neighbour


async def test_granny_who_was_not_there_is_asked_after_until_somebody_has_found_out(bot: Bot):
    granny, daughter, neighbour = settle(bot)
    bot.tick, bot.pace = 0.05, "local"
    await bot.start()
    bot.world.say(granny, granny, "明天中午一份")
    await bot.until(lambda: bot.heard(granny, "1 份"))
    bot.world.clock.set(ENDS)
    await bot.until(lambda: bot.heard(granny, "没见您来，您好吗"))
    assert bot.heard(daughter, MISSED) == []
    bot.world.clock.set(ENDS + timedelta(minutes=15))
    await bot.until(lambda: bot.heard(daughter, MISSED))
    assert PHONE in bot.heard(daughter, MISSED)[0].text
    assert bot.heard(neighbour, MISSED) == []

    strike = bot.strike("sendMessage", meets=lambda given: "能去看一眼吗" in str(given))
    bot.world.clock.set(ENDS + timedelta(minutes=30))
    await bot.struck(strike)
    await bot.start()
    await bot.until(lambda: bot.heard(neighbour, "能去看一眼吗"))
    assert PHONE not in bot.heard(neighbour, "能去看一眼吗")[0].text
    bot.world.clock.set(ENDS + timedelta(minutes=45))
    await bot.until(lambda: bot.heard(MANAGER, "或者去看看"))

    bot.world.say(daughter, daughter, "我妈今天吃了吗")
    await bot.until(lambda: bot.heard(daughter, "没吃到，我们在问"))
    tap(bot, neighbour, "我去看看")
    await bot.until(lambda: bot.heard(neighbour, ADDRESS))
    await bot.until(lambda: bot.heard(daughter, "在联系") and bot.heard(MANAGER, "在联系"))
    bot.kill()
    bot.world.clock.set(ENDS + timedelta(minutes=76))
    await bot.start()
    await bot.until(lambda: bot.heard(neighbour, "怎么样了"))
    await shows(bot, neighbour, "人没事")
    tap(bot, neighbour, "人没事")
    await bot.until(lambda: bot.rows("SELECT 1 FROM concern WHERE finding = 'fine' AND next_at IS NULL"))
    await bot.until(lambda: bot.heard(daughter, "问到了") and bot.heard(MANAGER, "问到了"))
    bot.world.say(daughter, daughter, "我妈今天吃了没")
    await bot.until(lambda: bot.heard(daughter, "人没事，13:46"))
    bot.world.clock.set(ENDS + timedelta(minutes=150))
    await bot.until(bot.all_done)
    assert len(bot.heard(MANAGER, MISSED)) == 1, "nobody is asked about her again"
    assert not [m for m in bot.said(GROUP) if "没来" in m.text or ADDRESS in m.text or PHONE in m.text]
    others = json.dumps([m.raw for m in (*bot.said(MANAGER), *bot.said(granny))], ensure_ascii=False)
    assert ADDRESS not in others
    assert bot.one("SELECT count(*) FROM concern") == 1
    assert await bot.stop() == 0
