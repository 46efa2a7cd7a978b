"""What a raw update says: read strictly, and nonsense never raises anything but Malformed."""

import contextlib
import copy
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transports.hearing import hear
from transports.updates import Heard, Kind, Malformed

BOT, NAME = 7000, "gulou_bot"
GRANNY = {"id": 1001, "is_bot": False, "first_name": "李", "last_name": "奶奶", "language_code": "zh-hans"}
ROBOT = {"id": BOT, "is_bot": True, "first_name": "鼓楼"}
GROUP = {"id": -1001, "type": "supergroup", "title": "上寨"}
PRIVATE = {"id": 1001, "type": "private", "first_name": "李奶奶"}
PHOTO = [{"file_id": "small"}, {"file_id": "large"}]


def message(text="明天中午两份", chat=GROUP, **more):
    body = {"message_id": 5, "date": 1_764_036_000, "chat": chat, "from": GRANNY} | more
    return {"update_id": 9, "message": body | ({"text": text} if text is not None else {})}


def tap(**more):
    asked = {"message_id": 8, "date": 0, "chat": GROUP}
    body = {"id": "77", "from": GRANNY, "message": asked, "data": "eat:3", "chat_instance": "1"}
    return {"update_id": 9, "callback_query": body | more}


def told(raw: object) -> Heard:
    return hear(raw, BOT, NAME)


def marked(text: str, kind: str, part: str, **more):
    start = len(text[: text.index(part)].encode("utf-16-le")) // 2
    return message(
        text, entities=[{"type": kind, "offset": start, "length": len(part.encode("utf-16-le")) // 2} | more]
    )


def test_granny_says_a_sentence_in_the_group():
    heard = told(message())
    assert (heard.kind, heard.chat_id, heard.private, heard.text) == (
        Kind.MESSAGE,
        -1001,
        False,
        "明天中午两份",
    )
    assert (heard.person_id, heard.person_name, heard.person_language) == (1001, "李 奶奶", "zh-hans")
    assert not heard.addressed


def test_granny_writes_in_private_and_so_speaks_to_the_bot():
    heard = told(message(chat=PRIVATE))
    assert heard.private
    assert heard.addressed


def test_a_command_for_this_bot_is_parted_from_what_follows():
    heard = told(marked("/Book@Gulou_Bot 2 份", "bot_command", "/Book@Gulou_Bot"))
    assert (heard.command, heard.argument, heard.addressed) == ("book", "2 份", True)


def test_a_command_for_another_bot_is_not_heard():
    assert told(marked("/book@other_bot 2", "bot_command", "/book@other_bot")).kind == Kind.OTHER


def test_a_slash_in_the_middle_is_no_command():
    assert told(marked("明天 /book", "bot_command", "/book")).command == ""


def test_a_mention_behind_an_emoji_is_found_by_its_utf16_place_and_taken_out():
    heard = told(marked("🍚🍚 @gulou_bot 两份", "mention", "@gulou_bot"))
    assert heard.mentioned
    assert "gulou_bot" not in heard.text
    assert heard.text.endswith("两份")


def test_naming_another_bot_is_no_mention():
    assert not told(marked("@other_bot 两份", "mention", "@other_bot")).mentioned


def test_a_mention_without_a_username_counts_by_its_id():
    assert told(marked("鼓楼 两份", "text_mention", "鼓楼", user=ROBOT)).mentioned


def test_an_answer_to_the_bot_brings_the_words_it_answers():
    heard = told(message(reply_to_message={"message_id": 4, "from": ROBOT, "text": "哪一天？"}))
    assert (heard.reply_to, heard.reply_to_bot, heard.reply_text) == (4, True, "哪一天？")


def test_an_answer_to_a_villager_is_not_for_the_bot():
    assert not told(message(reply_to_message={"message_id": 4, "from": GRANNY, "text": "吃了吗"})).addressed


@pytest.mark.parametrize("number", [1087968824, 136817688, 777000])
def test_an_anonymous_sender_is_nobody(number):
    assert told(message(**{"from": GRANNY | {"id": number, "is_bot": True}})).person_id is None


def test_a_channel_speaking_in_the_group_is_nobody():
    heard = told(message(sender_chat={"id": -5, "type": "channel"}))
    assert (heard.kind, heard.person_id) == (Kind.MESSAGE, None)


def test_another_bot_is_left_alone():
    assert told(message(**{"from": ROBOT | {"id": 8}})).kind == Kind.OTHER


def test_the_caption_of_a_photo_counts_as_words():
    heard = told(message(None, photo=PHOTO, caption="今天的菜"))
    assert (heard.photo, heard.text) == ("large", "今天的菜")


def test_a_phone_number_counts_only_when_it_is_ones_own():
    assert told(message(None, contact={"phone_number": "139", "user_id": 1001})).phone == "139"
    assert told(message(None, contact={"phone_number": "139", "user_id": 1002})).phone == ""


def test_an_edited_message_is_known_as_edited():
    body = message()["message"]
    assert told({"update_id": 9, "edited_message": body}).kind == Kind.EDITED


def test_a_tap_carries_its_button_even_on_a_message_too_old_to_show():
    heard = told(tap())
    assert (heard.kind, heard.data, heard.callback_id, heard.message_id) == (Kind.BUTTON, "eat:3", "77", 8)


def test_a_tap_without_a_message_is_not_for_us():
    assert told(tap(message=None)).kind == Kind.OTHER


def test_the_bot_learns_what_it_is_in_a_group():
    body = {
        "chat": GROUP,
        "from": GRANNY,
        "date": 1,
        "new_chat_member": {"status": "administrator", "user": ROBOT},
    }
    heard = told({"update_id": 9, "my_chat_member": body})
    assert (heard.kind, heard.bot_status, heard.person_id) == (Kind.MEMBERSHIP, "administrator", 1001)


def test_villagers_come_and_go_but_bots_are_not_counted():
    assert told(message(None, new_chat_members=[GRANNY, ROBOT])).joined == ((1001, "李 奶奶"),)
    assert told(message(None, left_chat_member=GRANNY)).kind == Kind.LEFT
    assert told(message(None, new_chat_members=[ROBOT])).kind == Kind.OTHER


def test_both_ends_of_a_migration_say_the_same():
    here = told(message(None, migrate_to_chat_id=-2002))
    there = told(message(None, chat=GROUP | {"id": -2002}, migrate_from_chat_id=-1001))
    assert (here.kind, here.chat_id, here.new_chat_id) == (Kind.MIGRATED, -1001, -2002)
    assert (there.kind, there.chat_id, there.new_chat_id) == (Kind.MIGRATED, -1001, -2002)


def test_what_nobody_asked_for_is_other():
    assert told({"update_id": 9, "poll": {}}).kind == Kind.OTHER
    assert told(message(None, sticker={})).kind == Kind.OTHER


def test_half_a_character_and_a_nul_become_harmless():
    heard = told(message("中午\ud800两\0份", chat=PRIVATE))
    heard.text.encode()
    assert "\0" not in heard.text


@pytest.mark.parametrize(
    "raw",
    [
        None, [], {}, {"update_id": "9"}, {"update_id": True}, {"update_id": 2**70}, message(date=10**15),
        message(chat={"id": 1, "type": "moon"}), message(text=5), tap(id=5), tap(data="长" * 22), message(entities={"a": 1}),
    ],
)  # fmt: skip
def test_nonsense_is_malformed(raw):
    with pytest.raises(Malformed):
        told(raw)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    JUNK,
    st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "chat_member", "x"]),
)
def test_no_json_raises_anything_but_malformed(junk, name):
    for raw in (junk, {"update_id": 1, name: junk}):
        with contextlib.suppress(Malformed):
            assert isinstance(told(raw), Heard)


def places(node: object, path: tuple = ()) -> list[tuple]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(p for key, value in items for p in places(value, (*path, key)))]


def mutated(raw: dict, dice: random.Random) -> object:
    changed = copy.deepcopy(raw)
    *way, last = dice.choice(places(changed)[1:])
    spot = changed
    for step in way:
        spot = spot[step]
    spot[last] = dice.choice(
        [None, -1, 2**80, "", "x" * 5000, [], {}, True, 1.5, [None], {"id": {}}, "\ud800", "\0"]
    )
    return changed


def test_ten_thousand_broken_updates_raise_nothing_but_malformed():
    dice, outcomes = random.Random(20261125), {"read": 0, "refused": 0}
    sources = [
        message(reply_to_message={"message_id": 4, "from": ROBOT, "text": "?"}),
        marked("/book@gulou_bot 2", "bot_command", "/book@gulou_bot"),
        message(None, photo=PHOTO, caption="菜"), message(None, new_chat_members=[GRANNY]), tap(),
        message(None, contact={"phone_number": "1", "user_id": 1001}), message(None, migrate_to_chat_id=-2),
    ]  # fmt: skip
    for _ in range(10_000):
        try:
            heard = told(mutated(dice.choice(sources), dice))
            heard.text.encode()
            outcomes["read"] += 1
        except Malformed:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 1000
