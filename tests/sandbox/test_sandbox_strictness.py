"""Tokens, parameters and rate limits: the sandbox takes only what the Bot API takes."""

import json
from pathlib import Path

import pytest
from telegram.error import BadRequest, InvalidToken, RetryAfter

from sandbox.checking import schema
from sandbox.limits import Limits
from sandbox.make_schema import make_schema
from sandbox.methods import METHODS
from tests.sandboxes import GRANNY, hamlet

API = Path(__file__).parents[3] / "shared" / "botapi" / "api.json"


@pytest.fixture(autouse=True)
def waiting_times_as_timedelta(monkeypatch):
    """PTB warns about its own older type otherwise, and warnings are errors here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


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


async def test_what_was_meant_for_one_person_is_never_posted_to_all():
    village = hamlet()
    before = len(village.world.messages(village.group))
    with pytest.raises(
        BadRequest, match=r"(?i)the sandbox does not offer parameter .ephemeral_message_parameters"
    ):
        await village.bot.send_message(
            village.group,
            "只给您看",
            api_kwargs={"ephemeral_message_parameters": {"receiver_user_id": GRANNY}},
        )
    assert len(village.world.messages(village.group)) == before
