"""Groups move, people block, the bot is thrown out: what it has to say follows, or somebody is told."""

from datetime import timedelta

import pytest

from tests.processes import GROUP, MANAGER, Bot, on_sqlite, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]
SMALL = -4_000_777
"""A group that is no supergroup yet."""


def small_village(bot: Bot) -> int:
    """The manager and a granny in a group that can still move."""
    granny = villagers(bot, 1)[0]
    bot.change("UPDATE canteen SET chat_id = :small", small=SMALL)
    bot.world.add_group("小村", [MANAGER, granny], chat_id=SMALL)
    return granny


async def test_a_group_that_moves_while_the_bot_sleeps_is_followed_and_nothing_is_said_twice(bot):
    granny = small_village(bot)
    await bot.start()
    await bot.until(lambda: bot.heard(SMALL, "午饭") and bot.all_done())
    assert await bot.stop() == 0
    moved = bot.world.migrate(SMALL)
    bot.world.updates.clear()
    bot.world.clock.advance(timedelta(days=1).total_seconds())
    await bot.start()
    [post] = await bot.until(lambda: bot.heard(moved, "11月27日"))
    bot.world.press(granny, moved, post.id, post.button("送餐"))
    await bot.until(lambda: bot.heard(moved, "已订 1/") and bot.all_done())
    assert bot.one("SELECT chat_id FROM canteen") == moved
    assert len(bot.said(SMALL)) == 1
    assert len(bot.heard(moved, "11月27日")) == 1
    assert await bot.stop() == 0


async def test_a_group_that_moves_under_the_bots_eyes_is_followed(bot):
    granny = small_village(bot)
    await bot.start()
    await bot.until(lambda: bot.heard(SMALL, "午饭") and bot.all_done())
    moved = bot.world.migrate(SMALL)
    await bot.until(lambda: bot.one("SELECT chat_id FROM canteen") == moved)
    bot.world.say(granny, moved, f"@{bot.world.bot_username} 明天中午2份")
    await bot.until(lambda: bot.heard(moved, "2 份"))
    assert bot.one("SELECT count(*) FROM canteen") == 1
    assert await bot.stop() == 0


async def test_who_blocked_the_bot_is_told_by_the_manager_once_and_heard_again_later(bot):
    [granny] = villagers(bot, 1)
    bot.change("UPDATE member SET name = '覃叔' WHERE telegram_id = :granny", granny=granny)
    await bot.start()
    await bot.until(bot.all_done)
    bot.world.block(granny)
    await bot.until(lambda: bot.one("SELECT count(*) FROM account") == 1)
    for portions in (2, 3):
        bot.world.say(MANAGER, MANAGER, f"帮覃叔订明天中午{portions}份")
        await bot.until(lambda n=portions: bot.heard(MANAGER, f"{n} 份"))
    await bot.until(lambda: bot.heard(MANAGER, "收不到我的消息") and bot.all_done())
    assert len(bot.heard(MANAGER, "收不到我的消息")) == 1
    assert bot.said(granny) == []
    assert bot.world.counts["403"] <= 1, "nobody knocks at a closed door again and again"
    bot.world.unblock(granny)
    bot.world.say(granny, granny, "明天中午1份")
    await bot.until(lambda: bot.heard(granny, "1 份"))
    assert await bot.stop() == 0


async def test_a_manager_learns_that_the_bot_was_thrown_out_while_it_slept(bot):
    villagers(bot, 1)
    bot.world.kick_bot(GROUP, MANAGER)
    bot.world.updates.clear()
    await bot.start()
    await bot.until(lambda: bot.heard(MANAGER, "说不了话了") and bot.all_done())
    assert (len(bot.heard(MANAGER, "说不了话了")), bot.world.counts["403"]) == (1, 1)
    assert await bot.stop() == 0


async def test_who_has_never_written_to_the_bot_is_told_by_the_manager(bot):
    [granny] = villagers(bot, 1)
    bot.change("UPDATE member SET name = '覃叔' WHERE telegram_id = :granny", granny=granny)
    bot.world.person(granny).started = False
    await bot.start()
    bot.world.say(MANAGER, MANAGER, "帮覃叔订明天中午2份")
    await bot.until(lambda: bot.heard(MANAGER, "覃叔收不到我的消息") and bot.all_done())
    assert bot.one("SELECT count(*) FROM outbox_message WHERE status = 'failed'") == 1
    assert await bot.stop() == 0


async def test_a_bot_thrown_out_is_silent_and_comes_back_when_it_is_let_in(bot):
    [granny] = villagers(bot, 1)
    await bot.start()
    await bot.until(lambda: bot.heard(GROUP, "午饭") and bot.all_done())
    bot.world.kick_bot(GROUP, MANAGER)
    await bot.until(lambda: not bot.world.updates.waiting() and bot.all_done())
    refusals = bot.world.counts["403"]
    bot.world.clock.advance(timedelta(days=1).total_seconds())
    bot.world.say(granny, granny, "明天中午2份")
    await bot.until(lambda: bot.heard(granny, "2 份") and bot.all_done())
    assert len(bot.said(GROUP)) == 1
    assert bot.world.counts["403"] == refusals, "it knows that it is out"
    bot.world.add_bot(GROUP, MANAGER, admin=True)
    await bot.until(lambda: bot.one("SELECT chat_id FROM canteen") == GROUP)
    bot.world.clock.advance(timedelta(days=1).total_seconds())
    await bot.until(lambda: bot.heard(GROUP, "11月28日") and bot.all_done())
    assert bot.one("SELECT count(*) FROM canteen") == 1
    assert await bot.stop() == 0
