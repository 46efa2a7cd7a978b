"""Sending through the sandbox with a real telegram.Bot: what works, and each no in Telegram's words."""

import pytest
from telegram import (
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.sandboxes import COOK, DAUGHTER, GRANNY, hamlet, keyboard


async def test_the_bot_knows_itself():
    village = hamlet(privacy=True)
    me = await village.bot.get_me()
    assert (me.id, me.username, me.first_name) == (4242, "gulou_bot", "鼓楼食堂")
    assert me.can_read_all_group_messages is False


async def test_a_message_reaches_granny_with_its_formatting():
    village = hamlet()
    sent = await village.bot.send_message(GRANNY, "<b>午饭</b> 两份 &lt;好&gt;", parse_mode=ParseMode.HTML)
    assert sent.text == "午饭 两份 <好>"
    assert [(each.type, each.offset, each.length) for each in sent.entities] == [("bold", 0, 2)]
    assert village.world.messages(GRANNY)[-1].text == sent.text


async def test_markdown_v2_is_read_strictly():
    village = hamlet()
    sent = await village.bot.send_message(GRANNY, "*午饭* 两份\\.", parse_mode=ParseMode.MARKDOWN_V2)
    assert sent.text == "午饭 两份."
    with pytest.raises(BadRequest, match=r"(?i)character '\.' is reserved"):
        await village.bot.send_message(GRANNY, "两份.", parse_mode=ParseMode.MARKDOWN_V2)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<b>午", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<h1>午</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("午</b>", "Unexpected end tag at byte offset 3"),
        ("<b><i>午</b></i>", 'Unmatched end tag at byte offset 9, expected "</i>", found "</b>"'),
    ],
)
async def test_broken_html_is_refused_with_its_place(text, why):
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities") as refused:
        await hamlet().bot.send_message(GRANNY, text, parse_mode=ParseMode.HTML)
    assert why.lower() in str(refused.value).lower()


@pytest.mark.parametrize("text", [" ", "\n \n"])
async def test_an_empty_text_is_refused(text):
    with pytest.raises(BadRequest, match=r"(?i)message text is empty"):
        await hamlet().bot.send_message(GRANNY, text)


async def test_length_is_counted_in_utf_16_after_parsing():
    village = hamlet()
    await village.bot.send_message(GRANNY, "<b>" + "好" * 4096 + "</b>", parse_mode=ParseMode.HTML)
    await village.bot.send_message(GRANNY, "😀" * 2048)
    with pytest.raises(BadRequest, match=r"(?i)message is too long"):
        await village.bot.send_message(GRANNY, "😀" * 2048 + "好")


async def test_a_caption_has_a_limit_of_its_own():
    with pytest.raises(BadRequest, match=r"(?i)message caption is too long"):
        await hamlet().bot.send_photo(GRANNY, b"\xff\xd8photo", caption="好" * 1025)


async def test_an_entity_beyond_the_text_is_refused():
    with pytest.raises(BadRequest, match=r"(?i)entity beginning at UTF-16 offset 1 ends after the end"):
        await hamlet().bot.send_message(GRANNY, "两份", entities=[MessageEntity("bold", 1, 5)])


async def test_button_data_is_at_most_64_bytes():
    village = hamlet()
    await village.bot.send_message(GRANNY, "好", reply_markup=keyboard("好" * 21))
    with pytest.raises(BadRequest, match=r"BUTTON_DATA_INVALID|(?i:button_data_invalid)"):
        await village.bot.send_message(GRANNY, "好", reply_markup=keyboard("好" * 22))


async def test_who_never_wrote_can_not_be_written_to():
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await hamlet().bot.send_message(DAUGHTER, "你好")


async def test_who_blocked_the_bot_is_out_of_reach():
    village = hamlet()
    village.world.block(GRANNY)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await village.bot.send_message(GRANNY, "你好")


async def test_a_deactivated_account_is_out_of_reach():
    village = hamlet()
    village.world.deactivate(GRANNY)
    with pytest.raises(Forbidden, match="user is deactivated"):
        await village.bot.send_message(GRANNY, "你好")


async def test_a_group_that_threw_the_bot_out_is_closed():
    village = hamlet()
    village.world.kick_bot(village.group, COOK)
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await village.bot.send_message(village.group, "你好")
    big = village.world.add_group("大群", [COOK], chat_id=-1001234567890)
    village.world.kick_bot(big.id, COOK)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await village.bot.send_message(big.id, "你好")


async def test_an_unknown_chat_is_not_found():
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await hamlet().bot.send_message(999, "你好")


async def test_a_migrated_group_answers_with_its_new_id():
    village = hamlet()
    new_id = village.world.migrate(village.group)
    with pytest.raises(ChatMigrated) as moved:
        await village.bot.send_message(village.group, "你好")
    assert moved.value.new_chat_id == new_id
    assert (await village.bot.send_message(new_id, "你好")).chat.type == "supergroup"


async def test_a_reply_needs_its_message():
    village = hamlet()
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await village.bot.send_message(GRANNY, "好", reply_parameters=ReplyParameters(999))
    kept = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await village.bot.send_message(GRANNY, "好", reply_parameters=kept)).reply_to_message is None
