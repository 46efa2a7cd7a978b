"""The clock jumps, and summer time comes and goes: every duty is done once, at the village's own hour."""

import asyncio
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.members.people import Canteen, Member, MemberRole, Role
from models.store import open_store
from tests.processes import GROUP, MANAGER, Bot, free_port, name_of, on_sqlite, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]
TICKS = re.compile(r'canteen_events_total\{what="ticks"\} ([\d.]+)')
NIGHTS = [
    ("Europe/Berlin", datetime(2026, 10, 24), timedelta(hours=25)),
    ("Europe/Berlin", datetime(2027, 3, 27), timedelta(hours=23)),
    ("America/New_York", datetime(2026, 10, 31), timedelta(hours=25)),
    ("America/New_York", datetime(2027, 3, 13), timedelta(hours=23)),
]
"""The day before the change, and how long the time from eight to eight is over that night."""


def ticks(bot: Bot) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{bot.web_port}/metrics", timeout=60) as answer:
        found = TICKS.search(answer.read().decode())
    return float(found[1]) if found else 0.0


async def look(bot: Bot, when: datetime) -> None:
    """Set the clock; until the bot has looked at it from beginning to end, and all that came of it is said."""
    bot.world.clock.set(when)
    before = await asyncio.to_thread(ticks, bot)
    while await asyncio.to_thread(ticks, bot) < before + 2:
        await asyncio.sleep(0.02)
    await bot.until(bot.all_done)


def village_time(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def closings(bot: Bot, group: int = GROUP) -> list[str]:
    """The days whose meal was closed, in the order it happened."""
    found = bot.rows(
        "SELECT day FROM audit_entry JOIN meal ON object = 'meal:' || meal.id "
        "JOIN canteen ON canteen.id = meal.canteen_id "
        "WHERE action = 'meals.closed' AND chat_id = :group ORDER BY audit_entry.id",
        group=group,
    )
    return [str(row[0]) for row in found]


async def test_the_clock_jumps_forward_and_back_and_every_duty_is_done_once(bot):
    [granny] = villagers(bot, 1)
    bot.web_port, bot.tick, bot.pace = free_port(), 0.05, "local"
    await bot.start()
    bot.world.say(granny, granny, "明天中午2份")
    await bot.until(lambda: bot.heard(granny, "2 份") and bot.heard(GROUP, "26日"))
    await look(bot, village_time(25, 18, 30))
    assert closings(bot) == ["2026-11-26"]
    await bot.until(lambda: bot.heard(GROUP, "已截止"))
    sheets = len(bot.heard(MANAGER, "2 份"))
    bot.world.say(granny, granny, "明天中午3份")
    await bot.until(lambda: bot.heard(granny, "截止了"))
    for moment in (
        village_time(25, 17, 30),
        village_time(25, 18, 30),
        village_time(25, 8),
        village_time(25, 19),
    ):
        await look(bot, moment)
    assert (closings(bot), len(bot.said(GROUP))) == (["2026-11-26"], 1), "nothing was done again"
    assert len(bot.heard(MANAGER, "2 份")) == sheets
    await look(bot, village_time(27, 9))
    [friday] = bot.rows("SELECT state FROM occurrence WHERE kind = 'meals.post' AND day = '2026-11-27'")
    assert friday == ("missed",)
    told = [(message.text, "11月27日" in message.text) for message in bot.heard(MANAGER, "在群里发饭菜")]
    assert [right for _, right in told] == [True], "the manager is told, once"
    assert len(bot.heard(GROUP, "11月28日")) == 1, "Saturday's lunch is posted on Friday as always"
    kinds = bot.rows(
        "SELECT kind, day, target, count(*) FROM occurrence GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )
    assert kinds == []
    assert await bot.stop() == 0


async def test_an_answer_written_before_the_clock_was_set_back_does_not_wait_for_it(bot):
    [granny] = villagers(bot, 1)
    await bot.start()
    await bot.until(lambda: bot.heard(GROUP, "午饭") and bot.all_done())
    strike = bot.strike("sendMessage")
    bot.world.say(granny, granny, "明天中午2份")
    await bot.struck(strike)
    bot.world.clock.advance(-3600)
    await bot.start()
    await bot.until(lambda: bot.heard(granny, "2 份"))
    assert await bot.stop() == 0


def settle_abroad(bot: Bot, timezone: str, number: int, created_at: datetime) -> int:
    """A village in another zone, with its own group and manager; answers the group."""
    group, manager = GROUP - number - 1, MANAGER + 100 + number

    def fill(session):
        canteen = Canteen(
            name=f"{timezone} {number}", chat_id=group, created_at=created_at, timezone=timezone
        )
        session.add(canteen)
        session.flush()
        member = Member(
            canteen_id=canteen.id,
            name=name_of(manager),
            telegram_id=manager,
            joined_at=created_at,
            approved_at=created_at,
        )
        session.add(member)
        session.flush()
        session.add(MemberRole(member_id=member.id, role=Role.MANAGER))

    store = open_store(bot.store_url)
    store.write_now(fill)
    store.close_now()
    bot.world.add_person(name_of(manager), person_id=manager).started = True
    bot.world.add_group(timezone, [manager], chat_id=group)
    return group


async def test_over_the_nights_of_summer_time_eight_o_clock_is_the_villages_eight_o_clock(bot):
    villages = {
        zone: settle_abroad(bot, zone, n, datetime(2026, 10, 1, tzinfo=UTC))
        for n, zone in enumerate(dict.fromkeys(zone for zone, _, _ in NIGHTS))
    }
    bot.web_port, bot.tick, bot.pace = free_port(), 0.05, "local"
    started = False
    for zone, evening, length in sorted(NIGHTS, key=lambda night: night[1]):
        group, eight = villages[zone], evening.replace(hour=8, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        bot.world.clock.set(eight - timedelta(minutes=40))
        if not started:
            await bot.start()
            started = True
        await look(bot, eight - timedelta(minutes=20))
        posts, closed = len(bot.said(group)), closings(bot, group)
        await look(bot, eight + timedelta(seconds=1))
        assert len(bot.said(group)) == posts + 1
        await look(bot, eight + length - timedelta(minutes=20))
        assert len(bot.said(group)) == posts + 1, "not an hour too early"
        assert closings(bot, group) == [*closed, str((evening + timedelta(days=1)).date())]
        for hours in (0, -1, 0):
            await look(bot, eight + length + timedelta(hours=hours, seconds=1))
        assert len(bot.said(group)) == posts + 2, "at eight, and only once"
        shown = [datetime.fromtimestamp(m.raw["date"], ZoneInfo(zone)) for m in bot.said(group)[-2:]]
        assert [(each.hour, each.day) for each in shown] == [
            (8, evening.day),
            (8, (evening + timedelta(days=1)).day),
        ]
    assert await bot.stop() == 0
