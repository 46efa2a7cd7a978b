"""A visit from Sunday's plan to the next date through the whole process; what was found reaches the social worker alone."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.processes import ADDRESS, FIRST, GROUP, MANAGER, PHONE, free_port, name_of, on_sqlite, villagers
from tests.whole.test_process_clock import look
from tests.whole.test_process_requests import shows, tap

pytestmark = [pytest.mark.process, pytest.mark.timeout(600), on_sqlite]
FINDING, WISH = "鹧鸪血压偏高", "想吃软一点的饭"


def village_time(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def settle(bot):
    """An elder, a social worker, somebody of the committee."""
    granny, worker, committee = villagers(bot, 3)
    ids = dict(bot.rows("SELECT telegram_id, id FROM member"))
    for who, role in ((worker, "social_worker"), (committee, "committee")):
        bot.change("UPDATE memberrole SET role = :role WHERE member_id = :id", role=role, id=ids[who])
    return granny, worker, committee


async def test_from_sundays_plan_to_the_next_date(bot):
    granny, worker, committee = settle(bot)
    bot.web_port, bot.tick, bot.pace = free_port(), 0.05, "local"
    await bot.start()
    await look(bot, village_time(11, 29, 18, 40))
    assert bot.heard(worker, "走访") == []
    strike = bot.strike("sendMessage", meets=lambda given: "走访排好了" in given["text"])
    bot.world.clock.set(village_time(11, 29, 19))
    await bot.struck(strike)
    await bot.start()
    await bot.until(lambda: bot.heard(worker, "走访排好了"))
    tap(bot, worker, "都好")
    await bot.until(lambda: bot.heard(committee, "请您和"))
    bot.kill()
    await bot.start()
    await look(bot, village_time(12, 1, 8))
    await bot.until(lambda: bot.heard(worker, ADDRESS) and bot.heard(committee, "今天请您和"))
    bot.world.say(worker, worker, f"今天走访了{name_of(FIRST)}家，{FINDING}，{WISH}")
    await shows(bot, worker, "也去了")
    tap(bot, worker, "也去了")
    await bot.until(lambda: bot.heard(worker, "下次："))
    [(state, outcome, next_on, findings)] = bot.rows(
        "SELECT state, outcome, next_on, findings FROM visit WHERE state != 'called_off'"
    )
    assert (state, outcome) == ("done", "visited")
    assert str(next_on) > "2027-02-20"
    assert findings.startswith("v1:"), "sealed where it lies"
    assert bot.one("SELECT count(*) FROM need") == 1
    assert [len(bot.heard(worker, words)) for words in ("走访排好了", "今天走访")] == [0, 1], (
        "the plan became its answer"
    )
    await look(bot, village_time(12, 1, 9))
    for chat in (GROUP, granny, committee, MANAGER):
        told = json.dumps([message.raw for message in bot.said(chat)], ensure_ascii=False)
        assert not [private for private in (FINDING, PHONE, ADDRESS) if private in told], chat
