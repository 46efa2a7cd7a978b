"""kill -9 loses no cry for help and no request; what is private stands in no group, no button and no log."""

import json

import pytest

from tests.processes import ADDRESS, DIET, GROUP, MANAGER, MORNING, PHONE, Bot, on_sqlite, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]
CRY, ERRAND = "我摔倒了起不来", f"帮我买{DIET}膏药"


def settle(bot: Bot) -> tuple[int, int, int]:
    """Granny, her daughter who may ask for her, and a volunteer."""
    granny, daughter, helper = villagers(bot, 3)
    ids = dict(bot.rows("SELECT telegram_id, id FROM member"))
    bot.change(
        "INSERT INTO carelink (elder_id, carer_id, relation, called, actions, consent, created_at)"
        " VALUES (:elder, :carer, 'child', '我妈', '[\"meals\", \"requests\"]', 'said', :now)",
        elder=ids[granny],
        carer=ids[daughter],
        now=MORNING.isoformat(sep=" "),
    )
    bot.change("UPDATE memberrole SET role = 'volunteer' WHERE member_id = :id", id=ids[helper])
    return granny, daughter, helper


def tap(bot: Bot, who: int, words: str, chat: int = 0) -> None:
    """Somebody taps the newest button with these words."""
    chat = chat or who
    for message in reversed(bot.said(chat)):
        for line in (message.raw.get("reply_markup") or {}).get("inline_keyboard", []):
            for button in line:
                if words in button["text"]:
                    bot.world.press(who, chat, message.id, button["callback_data"])
                    return
    raise AssertionError(f"no button {words}")


async def shows(bot: Bot, chat: int, words: str) -> None:
    """Until the bot shows a button with these words in a chat."""
    await bot.until(lambda: any(words in json.dumps(m.raw, ensure_ascii=False) for m in bot.said(chat)))


def calls(bot: Bot) -> str:
    """Everything the bot ever asked of the messenger with a group in it."""
    return json.dumps([m.raw for m in bot.world.messages(GROUP) if m.by_bot], ensure_ascii=False)


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
async def test_the_first_call_for_help_survives_a_kill_at_the_very_moment_it_leaves(bot: Bot, applied):
    granny, daughter, _ = settle(bot)
    await bot.start()
    strike = bot.strike("sendMessage", applied=applied, meets=lambda given: "可能有危险" in str(given))
    bot.world.say(granny, granny, CRY)
    await bot.struck(strike)
    await bot.start()
    await bot.until(lambda: bot.heard(daughter, "可能有危险") and bot.heard(MANAGER, "可能有危险"))
    await bot.until(lambda: bot.heard(granny, "先打 120"))
    assert bot.one("SELECT count(*) FROM emergency") == 1


async def test_a_killed_bot_calls_again_when_it_lives_again_and_stops_when_somebody_goes(bot: Bot):
    granny, daughter, _ = settle(bot)
    await bot.start()
    bot.world.say(granny, granny, CRY)
    await bot.until(lambda: bot.heard(daughter, "第 1 次"))
    bot.kill()
    bot.world.clock.advance(20 * 60)
    await bot.start()
    await bot.until(lambda: bot.heard(daughter, "第 2 次"))
    tap(bot, daughter, "我去")
    await bot.until(lambda: bot.heard(MANAGER, "去看"))
    assert bot.one("SELECT state FROM emergency") == "answered"
    bot.kill()
    await bot.start()
    bot.world.clock.advance(10 * 60)
    await bot.until(bot.all_done)
    assert not bot.heard(daughter, "第 3 次")


async def test_a_request_lives_through_a_kill_at_every_step_and_nothing_private_is_seen_by_the_wrong_eyes(
    bot: Bot,
):
    granny, daughter, helper = settle(bot)
    await bot.start()
    strike = bot.strike("sendMessage", applied=True, meets=lambda given: DIET in str(given))
    bot.world.say(granny, granny, ERRAND)
    await bot.struck(strike)
    assert bot.one("SELECT state FROM request") == "asked"
    await bot.start()
    await shows(bot, granny, "对，找人")
    tap(bot, granny, "对，找人")
    await bot.until(lambda: bot.rows("SELECT 1 FROM request WHERE state = 'confirmed'"))
    bot.kill()
    await bot.start()
    await shows(bot, GROUP, "我去")
    strike = bot.strike("sendMessage", applied=True, meets=lambda given: given.get("chat_id") == helper)
    tap(bot, helper, "我去", GROUP)
    await bot.struck(strike)
    assert bot.one("SELECT state FROM request") == "taken"
    assert not bot.heard(helper, ADDRESS), "the address has left in a message whose number is not kept"
    await bot.start()
    await bot.until(lambda: bot.heard(helper, ADDRESS))
    assert PHONE in bot.heard(helper, ADDRESS)[0].text
    await shows(bot, helper, "什么都没收")
    tap(bot, helper, "什么都没收")
    await bot.until(lambda: bot.rows("SELECT 1 FROM request WHERE state = 'doing'"))
    await shows(bot, helper, "办好了")
    bot.kill()
    await bot.start()
    tap(bot, helper, "办好了")
    await bot.until(lambda: bot.rows("SELECT 1 FROM request WHERE state = 'done'"))
    await bot.until(lambda: not bot.heard(helper, ADDRESS))
    await shows(bot, daughter, "办好了，谢谢")
    tap(bot, daughter, "办好了，谢谢")
    await bot.until(lambda: bot.rows("SELECT 1 FROM request WHERE state = 'accepted'"))
    await bot.until(bot.all_done)
    for secret in (DIET, PHONE, ADDRESS):
        assert secret not in calls(bot)
        assert not bot.heard(MANAGER, secret)
    buttons = json.dumps(
        [m.raw.get("reply_markup") for chat in (granny, daughter, helper) for m in bot.said(chat)]
    )
    assert not any(secret in buttons for secret in (DIET, PHONE, ADDRESS))


async def test_an_unanswered_request_is_asked_after_in_the_next_life(bot: Bot):
    granny, _, _ = settle(bot)
    await bot.start()
    bot.world.say(granny, granny, ERRAND)
    await bot.until(lambda: bot.rows("SELECT 1 FROM request"))
    bot.kill()
    bot.world.clock.advance(16 * 60)
    await bot.start()
    await bot.until(lambda: bot.heard(MANAGER, "还没点确认"))
