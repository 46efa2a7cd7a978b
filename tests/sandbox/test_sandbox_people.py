"""What people do in the sandbox, and what the bot hears of it."""

import pytest

from sandbox.records import Json
from sandbox.refusals import NotAllowed
from tests.sandboxes import COOK, DAUGHTER, GRANNY, Hamlet, hamlet

BUTTONS = {"inline_keyboard": [[{"text": "吃", "callback_data": "v1:eat:1"}]]}


def heard(village: Hamlet) -> list[Json]:
    """The updates waiting for the bot."""
    return [each.raw for each in village.world.updates.waiting()]


def post(village: Hamlet, text: str = "今天午饭") -> int:
    """The bot's post in the group, with a button."""
    chat = village.world.chat(village.group)
    return village.world.keep(chat, village.world.bot, {"text": text, "reply_markup": BUTTONS}).id


def test_granny_writes_and_the_bot_hears_her_with_her_name():
    village = hamlet()
    village.world.say(GRANNY, GRANNY, "明天中午两份")
    [update] = heard(village)
    assert update["message"]["text"] == "明天中午两份"
    assert update["message"]["from"]["first_name"] == "李奶奶"
    assert update["message"]["chat"] == {
        "id": GRANNY,
        "first_name": "李奶奶",
        "username": "granny_li",
        "type": "private",
    }


def test_a_deep_link_arrives_as_a_start_command_with_its_payload():
    village = hamlet(start=False)
    village.world.start(GRANNY, "care-7f")
    [update] = heard(village)
    assert update["message"]["text"] == "/start care-7f"
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]


def test_an_edit_arrives_as_an_edited_message():
    village = hamlet()
    message = village.world.say(GRANNY, GRANNY, "两份")
    village.world.edit(GRANNY, GRANNY, message.id, "三份")
    assert heard(village)[1]["edited_message"]["text"] == "三份"
    assert heard(village)[0]["message"]["text"] == "两份", "what was queued stays as it was said"


def test_nobody_edits_the_words_of_somebody_else():
    village = hamlet()
    message = village.world.say(GRANNY, village.group, "两份")
    with pytest.raises(NotAllowed):
        village.world.edit(DAUGHTER, village.group, message.id, "三份")


@pytest.mark.parametrize(
    ("words", "is_heard"),
    [
        ("今天天气真好", False),
        ("/book 2", True),
        ("/book@gulou_bot 2", True),
        ("/book@other_bot 2", False),
        ("@gulou_bot 两份", True),
    ],
)
def test_with_privacy_the_bot_hears_only_what_is_said_to_it(words, is_heard):
    village = hamlet(privacy=True, bot_is_admin=False)
    village.world.say(GRANNY, village.group, words)
    assert bool(heard(village)) is is_heard


def test_with_privacy_a_reply_to_the_bot_is_heard():
    village = hamlet(privacy=True, bot_is_admin=False)
    village.world.say(GRANNY, village.group, "两份", reply_to=post(village))
    assert len(heard(village)) == 1


def test_an_administrator_bot_hears_everything_despite_privacy():
    village = hamlet(privacy=True, bot_is_admin=True)
    village.world.say(GRANNY, village.group, "今天天气真好")
    assert len(heard(village)) == 1


def test_a_button_can_be_pressed_only_if_it_is_there():
    village = hamlet()
    number = post(village)
    with pytest.raises(NotAllowed):
        village.world.press(GRANNY, village.group, number, "v1:eat:2")
    query_id = village.world.press(GRANNY, village.group, number, "v1:eat:1")
    assert heard(village)[0]["callback_query"]["id"] == query_id


def test_a_hostile_app_can_press_what_is_on_no_button():
    village = hamlet()
    village.world.press(GRANNY, village.group, post(village), "v1:erase:all", forge=True)
    assert heard(village)[0]["callback_query"]["data"] == "v1:erase:all"


def test_the_bot_is_told_when_it_is_added_and_kicked():
    village = hamlet()
    chat = village.world.add_group("新村", [COOK], with_bot=False)
    village.world.add_bot(chat.id, COOK)
    village.world.kick_bot(chat.id, COOK)
    changes = [update["my_chat_member"] for update in heard(village) if "my_chat_member" in update]
    assert [(each["old_chat_member"]["status"], each["new_chat_member"]["status"]) for each in changes] == [
        ("left", "member"),
        ("member", "kicked"),
    ]


def test_a_stranger_can_not_speak_in_the_group_until_they_join():
    village = hamlet()
    stranger = village.world.add_person("路人")
    with pytest.raises(NotAllowed):
        village.world.say(stranger.id, village.group, "有饭吗")
    village.world.join(stranger.id, village.group)
    village.world.say(stranger.id, village.group, "有饭吗")
    assert heard(village)[-1]["message"]["text"] == "有饭吗"
    village.world.leave(stranger.id, village.group)
    assert village.world.messages(village.group, viewer=stranger.id) == []


def test_a_migration_leaves_both_service_messages():
    village = hamlet()
    new_id = village.world.migrate(village.group)
    moved = [update["message"] for update in heard(village)]
    assert [each.get("migrate_to_chat_id", each.get("migrate_from_chat_id")) for each in moved] == [
        new_id,
        village.group,
    ]
    with pytest.raises(NotAllowed):
        village.world.say(GRANNY, village.group, "还在吗")
    assert new_id in [chat.id for chat in village.world.chats_of(GRANNY)]


def test_an_anonymous_admin_and_a_channel_have_no_person_behind_them():
    village = hamlet()
    village.world.say_as_anonymous_admin(village.group, "/settings")
    village.world.say_as_channel(village.group, "通知")
    senders = [update["message"]["from"]["id"] for update in heard(village)]
    assert senders == [1087968824, 136817688]
    assert heard(village)[0]["message"]["sender_chat"]["id"] == village.group


def test_who_blocked_the_bot_must_unblock_it_before_writing():
    village = hamlet()
    village.world.block(GRANNY)
    with pytest.raises(NotAllowed):
        village.world.say(GRANNY, GRANNY, "喂")
    village.world.start(GRANNY)
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in heard(village)[:2]]
    assert statuses == ["kicked", "member"]


def test_photos_voices_contacts_and_files_arrive():
    village = hamlet()
    village.world.send_photo(GRANNY, GRANNY, b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\x07\0\0\0\x05", "菜")
    village.world.send_voice(GRANNY, GRANNY, b"OggS")
    village.world.share_contact(GRANNY)
    village.world.send_document(GRANNY, GRANNY, b"a,b", "people.csv")
    messages = [update["message"] for update in heard(village)]
    assert (messages[0]["photo"][0]["width"], messages[0]["photo"][0]["height"], messages[0]["caption"]) == (
        7,
        5,
        "菜",
    )
    assert [key for each in messages[1:] for key in ("voice", "contact", "document") if key in each] == [
        "voice",
        "contact",
        "document",
    ]


def test_every_change_is_told_to_those_who_watch():
    village = hamlet()
    kinds: list[str] = []
    leave = village.world.subscribe(lambda event: kinds.append(event.kind))
    village.world.say(GRANNY, GRANNY, "两份")
    village.world.clock.advance(60)
    leave()
    village.world.say(GRANNY, GRANNY, "三份")
    assert kinds == ["message", "clock"]
