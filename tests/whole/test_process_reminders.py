"""Reminders of shifts through the whole process: killed, restarted and with a clock that jumps, each comes once."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from models.members.people import Canteen, Member
from models.store import open_store
from models.volunteers.shifts import Assignment, DutyKind, Shift
from tests.processes import GROUP, MANAGER, free_port, on_sqlite, villagers
from tests.whole.test_process_clock import look

pytestmark = [pytest.mark.process, pytest.mark.timeout(600), on_sqlite]
THURSDAY = date(2026, 11, 26)


def village_time(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def put_on_duty(bot, telegram_id):
    """A shift on Thursday from nine to twelve that needs two, with one on it."""

    def fill(session):
        canteen = session.exec(select(Canteen)).one()
        member = session.exec(select(Member).where(Member.telegram_id == telegram_id)).one()
        shift = Shift(
            canteen_id=canteen.id,
            day=THURSDAY,
            starts_at=village_time(26, 9),
            ends_at=village_time(26, 12),
            duty=DutyKind.CLEANING,
            needed=2,
        )
        session.add(shift)
        session.flush()
        session.add(
            Assignment(
                shift_id=shift.id, member_id=member.id, day=THURSDAY, slot=1, assigned_at=village_time(24, 9)
            )
        )

    store = open_store(bot.store_url)
    store.write_now(fill)
    store.close_now()


async def test_each_reminder_comes_once_through_kills_restarts_and_jumps(bot):
    [helper] = villagers(bot, 1)
    put_on_duty(bot, helper)
    bot.web_port, bot.tick, bot.pace = free_port(), 0.05, "local"
    await bot.start()
    await look(bot, village_time(25, 18, 40))
    assert len(bot.heard(GROUP, "还缺人手")) == 1
    strike = bot.strike("sendMessage", meets=lambda given: "您有班" in given["text"])
    bot.world.clock.set(village_time(25, 19))
    await bot.struck(strike)
    await bot.start()
    await bot.until(lambda: bot.heard(helper, "您有班"))
    await look(bot, village_time(25, 18))
    await look(bot, village_time(25, 20, 30))
    await bot.until(lambda: bot.heard(MANAGER, "还没回话"))
    assert await bot.stop() == 0
    await bot.start()
    await look(bot, village_time(25, 20, 45))
    await look(bot, village_time(26, 8))
    await bot.until(lambda: bot.heard(helper, "快到点了"))
    [reminder] = bot.heard(helper, "快到点了")
    buttons = [button for row in reminder.raw["reply_markup"]["inline_keyboard"] for button in row]
    bot.world.press(helper, helper, reminder.id, buttons[0]["callback_data"])
    await bot.until(lambda: bot.heard(helper, "等您来"))
    bot.kill()
    await bot.start()
    await look(bot, village_time(26, 8, 30))
    assert [len(bot.heard(helper, words)) for words in ("您有班", "快到点了")] == [1, 0]
    assert len(bot.heard(MANAGER, "还没回话")) == 1
    assert len(bot.heard(GROUP, "还缺人手")) == 1
    assert bot.rows("SELECT state FROM assignment") == [("confirmed",)]
    assert await bot.stop() == 0
