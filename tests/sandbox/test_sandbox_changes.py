"""Editing, deleting, answering taps, files, menus and members in the sandbox, with a real telegram.Bot."""

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MenuButtonCommands,
    MenuButtonDefault,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden

from tests.sandboxes import COOK, DAUGHTER, GRANNY, hamlet, keyboard


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


async def test_the_bots_name_and_descriptions_are_kept_by_language():
    village = hamlet()
    await village.bot.set_my_name("食堂", language_code="zh")
    await village.bot.set_my_description("报饭")
    await village.bot.set_my_short_description("饭")
    assert (await village.bot.get_my_name("zh")).name == "食堂"
    assert (await village.bot.get_my_name()).name == "鼓楼食堂"
    assert (await village.bot.get_my_description()).description == "报饭"
    assert (await village.bot.get_my_short_description("en")).short_description == "饭"
    with pytest.raises(BadRequest, match=r"(?i)bot name is too long"):
        await village.bot.set_my_name("长" * 65)


async def test_the_menu_button_is_kept_per_chat_and_in_common():
    village = hamlet()
    assert (await village.bot.get_chat_menu_button()).type == "commands"
    await village.bot.set_chat_menu_button(GRANNY, MenuButtonCommands())
    await village.bot.set_chat_menu_button(menu_button=MenuButtonDefault())
    assert (await village.bot.get_chat_menu_button(GRANNY)).type == "commands"
    assert (await village.bot.get_chat_menu_button()).type == "default"


async def test_links_bans_and_leaving():
    village = hamlet()
    assert (await village.bot.export_chat_invite_link(village.group)).startswith("https://t.me/+")
    link = await village.bot.create_chat_invite_link(village.group, name="新人")
    assert (link.name, link.creator.id) == ("新人", 4242)
    await village.bot.ban_chat_member(village.group, DAUGHTER)
    assert (await village.bot.get_chat_member(village.group, DAUGHTER)).status == "kicked"
    with pytest.raises(BadRequest, match=r"(?i)can't remove chat owner"):
        await village.bot.ban_chat_member(village.group, COOK)
    await village.bot.leave_chat(village.group)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await village.bot.send_message(village.group, "还在吗")


async def test_several_messages_are_deleted_at_once_and_missing_ones_skipped():
    village = hamlet()
    sent = [await village.bot.send_message(GRANNY, str(number)) for number in range(3)]
    assert await village.bot.delete_messages(GRANNY, [message.message_id for message in sent] + [999])
    assert [message.text for message in village.world.messages(GRANNY)] == ["/start"]


async def test_a_photo_is_exchanged_in_place():
    village = hamlet()
    sent = await village.bot.send_photo(GRANNY, b"\xff\xd8one", caption="一")
    edited = await village.bot.edit_message_media(
        InputMediaPhoto(b"\xff\xd8two", caption="二"), GRANNY, sent.message_id
    )
    assert edited.caption == "二"
    assert edited.photo[0].file_id != sent.photo[0].file_id


async def test_a_reaction_is_told_to_those_who_watch():
    village = hamlet()
    hers = village.world.say(GRANNY, village.group, "谢谢")
    events = []
    village.world.subscribe(events.append)
    await village.bot.set_message_reaction(village.group, hers.id, "👍")
    assert events[0].payload["reaction"] == [{"type": "emoji", "emoji": "👍"}]


async def test_unpinning_what_is_not_pinned_is_refused():
    village = hamlet()
    with pytest.raises(BadRequest, match=r"(?i)message to unpin not found"):
        await village.bot.unpin_chat_message(village.group, 999)
    await village.bot.unpin_all_chat_messages(village.group)


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ([[InlineKeyboardButton("好")]], "text buttons are unallowed"),
        ([[InlineKeyboardButton("好", callback_data="1", url="https://a.cn")]], "exactly one action"),
        ([[InlineKeyboardButton(str(n), callback_data="1")] for n in range(101)], "reply markup is too long"),
    ],
)
async def test_a_wrong_inline_keyboard_is_refused(markup, why):
    with pytest.raises(BadRequest, match=f"(?i){why}"):
        await hamlet().bot.send_message(GRANNY, "好", reply_markup=InlineKeyboardMarkup(markup))
