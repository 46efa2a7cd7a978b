"""The Bot API of the sandbox, driven by a real telegram.Bot: what works, and each no in Telegram's words."""

import json
from pathlib import Path

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter

from sandbox.checking import schema
from sandbox.limits import Limits
from sandbox.make_schema import make_schema
from sandbox.methods import METHODS
from tests.sandboxes import COOK, DAUGHTER, GRANNY, hamlet

API = Path(__file__).parents[2] / "shared" / "botapi" / "api.json"


@pytest.fixture(autouse=True)
def waiting_times_as_timedelta(monkeypatch):
    """PTB warns about its own older type otherwise, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    """One button per label; the label is the data."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label)] for label in labels])


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


async def test_an_edit_changes_the_post_and_an_equal_one_is_refused():
    village = hamlet()
    sent = await village.bot.send_message(village.group, "午饭 1 份", reply_markup=keyboard("吃"))
    await village.bot.edit_message_text(
        "午饭 2 份", village.group, sent.message_id, reply_markup=keyboard("吃")
    )
    assert village.world.messages(village.group)[-1].text == "午饭 2 份"
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await village.bot.edit_message_text(
            "午饭 2 份", village.group, sent.message_id, reply_markup=keyboard("吃")
        )
    await village.bot.edit_message_reply_markup(village.group, sent.message_id)
    assert village.world.messages(village.group)[-1].buttons == []


async def test_only_the_bots_own_messages_can_be_edited():
    village = hamlet()
    hers = village.world.say(GRANNY, village.group, "两份")
    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await village.bot.edit_message_text("三份", village.group, hers.id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await village.bot.edit_message_text("三份", village.group, 999)


async def test_text_and_caption_are_different_things():
    village = hamlet()
    photo = await village.bot.send_photo(GRANNY, b"\xff\xd8photo", caption="菜")
    with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
        await village.bot.edit_message_text("饭", GRANNY, photo.message_id)
    await village.bot.edit_message_caption(GRANNY, photo.message_id, caption="饭")
    assert village.world.messages(GRANNY)[-1].text == "饭"


async def test_deleting_needs_the_message_and_the_right():
    village = hamlet(bot_is_admin=False)
    hers = village.world.say(GRANNY, village.group, "两份")
    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await village.bot.delete_message(village.group, hers.id)
    mine = await village.bot.send_message(village.group, "好")
    await village.bot.delete_message(village.group, mine.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await village.bot.delete_message(village.group, mine.message_id)


async def test_an_old_message_can_not_be_deleted():
    village = hamlet()
    mine = await village.bot.send_message(village.group, "好")
    village.world.clock.advance(49 * 3600)
    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await village.bot.delete_message(village.group, mine.message_id)


async def test_a_tap_is_answered_once_and_in_time():
    village = hamlet()
    post = await village.bot.send_message(village.group, "午饭", reply_markup=keyboard("吃"))
    query_id = village.world.press(GRANNY, village.group, post.message_id, "吃")
    await village.bot.answer_callback_query(query_id, "记下了")
    assert village.world.callback_answers[query_id].text == "记下了"
    late = village.world.press(GRANNY, village.group, post.message_id, "吃")
    village.world.clock.advance(61)
    for old in (query_id, late, "nonsense"):
        with pytest.raises(
            BadRequest, match=r"(?i)query is too old and response timeout expired or query ID is invalid"
        ):
            await village.bot.answer_callback_query(old)


async def test_a_photo_comes_back_byte_by_byte():
    village = hamlet()
    sent = await village.bot.send_photo(GRANNY, b"\xff\xd8photo")
    file = await village.bot.get_file(sent.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == b"\xff\xd8photo"
    again = await village.bot.send_photo(GRANNY, sent.photo[-1].file_id)
    assert again.photo[-1].file_id == sent.photo[-1].file_id
    with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
        await village.bot.send_document(GRANNY, "no-such-file")
    with pytest.raises(BadRequest, match=r"(?i)invalid file_id"):
        await village.bot.get_file("no-such-file")


async def test_documents_voices_places_contacts_and_polls_are_sent():
    village = hamlet()
    assert (
        await village.bot.send_document(GRANNY, b"%PDF", filename="厨房单.pdf")
    ).document.file_name == "厨房单.pdf"
    assert (await village.bot.send_voice(GRANNY, b"OggS", duration=4)).voice.file_size == 4
    assert (await village.bot.send_location(GRANNY, 26.5, 107.2)).location.latitude == 26.5
    assert (await village.bot.send_contact(GRANNY, "120", "急救")).contact.phone_number == "120"
    assert (await village.bot.send_poll(village.group, "吃什么？", ["面", "饭"])).poll.options[1].text == "饭"


async def test_an_album_is_one_message_each():
    village = hamlet()
    album = await village.bot.send_media_group(
        GRANNY, [InputMediaPhoto(b"\xff\xd81", caption="一"), InputMediaPhoto(b"\xff\xd82")]
    )
    assert len({message.media_group_id for message in album}) == 1
    assert [message.caption for message in album] == ["一", None]


async def test_a_copy_and_a_forward_carry_the_words():
    village = hamlet()
    hers = village.world.say(GRANNY, village.group, "谢谢大家")
    forwarded = await village.bot.forward_message(GRANNY, village.group, hers.id)
    assert forwarded.forward_origin.sender_user.id == GRANNY
    copied = await village.bot.copy_message(GRANNY, village.group, hers.id)
    assert village.world.message(GRANNY, copied.message_id).text == "谢谢大家"


async def test_a_reply_keyboard_shows_and_goes():
    village = hamlet()
    await village.bot.send_message(
        GRANNY, "请选", reply_markup=ReplyKeyboardMarkup([["报饭", "我的"]], one_time_keyboard=True)
    )
    assert village.world.keyboard_of(GRANNY, GRANNY)["keyboard"][0][0]["text"] == "报饭"
    village.world.say(GRANNY, GRANNY, "报饭")
    assert village.world.keyboard_of(GRANNY, GRANNY) is None
    await village.bot.send_message(
        village.group, "@granny_li 几份？", reply_markup=ForceReply(selective=True)
    )
    assert village.world.keyboard_of(GRANNY, village.group)["force_reply"] is True
    assert village.world.keyboard_of(DAUGHTER, village.group) is None
    await village.bot.send_message(village.group, "好", reply_markup=ReplyKeyboardRemove())
    assert village.world.keyboard_of(GRANNY, village.group) is None


async def test_the_bot_is_seen_typing_for_five_seconds():
    village = hamlet()
    await village.bot.send_chat_action(GRANNY, "typing")
    assert village.world.typing_in(GRANNY)
    village.world.clock.advance(6)
    assert not village.world.typing_in(GRANNY)
    with pytest.raises(BadRequest, match=r"(?i)wrong parameter action in request"):
        await village.bot.send_chat_action(GRANNY, "dancing")


async def test_everybody_sees_their_own_command_menu():
    village = hamlet()
    await village.bot.set_my_commands([BotCommand("help", "帮助")])
    await village.bot.set_my_commands([BotCommand("book", "报饭")], scope=BotCommandScopeAllGroupChats())
    await village.bot.set_my_commands(
        [BotCommand("menu", "菜单")], scope=BotCommandScopeChat(GRANNY), language_code="zh"
    )
    shown = village.world.commands_for
    assert [each["command"] for each in shown(GRANNY, GRANNY)] == ["menu"]
    assert [each["command"] for each in shown(GRANNY, village.group)] == ["book"]
    assert [each["command"] for each in shown(DAUGHTER, DAUGHTER)] == ["help"]
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await village.bot.set_my_commands([BotCommand("报饭", "报饭")])
    await village.bot.delete_my_commands()
    assert await village.bot.get_my_commands() == ()


async def test_the_bot_reads_the_group_and_its_members():
    village = hamlet()
    assert (await village.bot.get_chat(village.group)).title == "鼓楼食堂群"
    assert (await village.bot.get_chat_member(village.group, COOK)).status == "creator"
    assert (await village.bot.get_chat_member(village.group, 4242)).status == "administrator"
    assert len(await village.bot.get_chat_administrators(village.group)) == 2
    assert await village.bot.get_chat_member_count(village.group) == 4
    with pytest.raises(BadRequest, match=r"(?i)invalid user_id specified"):
        await village.bot.get_chat_member(village.group, 9)


async def test_pinning_needs_an_administrator():
    village = hamlet()
    post = await village.bot.send_message(village.group, "午饭")
    await village.bot.pin_chat_message(village.group, post.message_id)
    assert village.world.chat(village.group).pinned == [post.message_id]
    await village.bot.unpin_chat_message(village.group)
    assert village.world.chat(village.group).pinned == []
    plain = hamlet(bot_is_admin=False)
    post = await plain.bot.send_message(plain.group, "午饭")
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to manage pinned messages"):
        await plain.bot.pin_chat_message(plain.group, post.message_id)


async def test_a_wrong_token_is_unauthorized_and_an_unknown_method_not_found():
    village = hamlet()
    api = village.bot._request[1]._api
    assert (await api.call("4242:wrong", "getMe", {}, {})).status == 401
    assert (await api.call("nonsense", "getMe", {}, {})).status == 404
    reply = await api.call(village.world.token, "sendGift", {}, {})
    assert json.loads(reply.body)["description"] == "Not Found: method not found"
    village.world.token = "4242:another"
    with pytest.raises(InvalidToken):
        await village.bot.get_me()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            {"chat_id": "101", "text": "好", "colour": "red"},
            'unknown parameter "colour" of method sendMessage',
        ),
        ({"text": "好"}, "chat_id is empty"),
        ({"chat_id": "101"}, "message text is empty"),
        (
            {"chat_id": "101", "text": "好", "disable_notification": "maybe"},
            "can't parse disable_notification JSON object",
        ),
        ({"chat_id": "101", "text": 5}, 'parameter "text" must be String'),
        (
            {
                "chat_id": "101",
                "text": "好",
                "reply_markup": '{"inline_keyboard": [[{"text": "a", "x": 1}]]}',
            },
            'parameter "reply_markup" must be',
        ),
        (
            {"chat_id": "101", "text": "好", "entities": '[{"type": "bold", "offset": 0}]'},
            'field "length" of MessageEntity is missing',
        ),
    ],
)
async def test_parameters_are_checked_against_the_bot_api(given, why):
    village = hamlet()
    reply = await village.bot._request[1]._api.call(village.world.token, "sendMessage", given, {})
    assert reply.status == 400
    assert why in json.loads(reply.body)["description"]


def test_the_table_of_parameters_is_that_of_the_bot_api():
    if not API.exists():
        pytest.skip("the Bot API description is not beside the project")
    assert schema() == make_schema(json.loads(API.read_text("utf-8")), list(METHODS))


async def test_a_chat_takes_one_message_a_second_after_a_burst():
    village = hamlet()
    village.world.limits = Limits(enforce=True)
    for _ in range(3):
        await village.bot.send_message(GRANNY, "好")
    with pytest.raises(RetryAfter) as slower:
        await village.bot.send_message(GRANNY, "好")
    village.world.clock.advance(slower.value.retry_after.total_seconds())
    await village.bot.send_message(GRANNY, "好")
    assert village.world.stats()["too_many"] == 1


async def test_a_group_takes_twenty_messages_a_minute_edits_among_them():
    village = hamlet()
    village.world.limits = Limits(enforce=True)
    sent = await village.bot.send_message(village.group, "0")
    for number in range(19):
        village.world.clock.advance(1)
        await village.bot.edit_message_text(f"午饭 {number}", village.group, sent.message_id)
    village.world.clock.advance(5)
    with pytest.raises(RetryAfter) as slower:
        await village.bot.send_message(village.group, "太多")
    assert slower.value.retry_after.total_seconds() == 60 - 19 - 5
    village.world.clock.advance(36)
    await village.bot.send_message(village.group, "好")


async def test_all_chats_together_take_thirty_a_second():
    village = hamlet()
    village.world.limits = Limits(enforce=True)
    for number in range(31):
        village.world.start(village.world.add_person(f"村民{number}", person_id=2000 + number).id)
    for number in range(30):
        await village.bot.send_message(2000 + number, "开饭")
    with pytest.raises(RetryAfter):
        await village.bot.send_message(2030, "开饭")
    village.world.clock.advance(1)
    await village.bot.send_message(2030, "开饭")
