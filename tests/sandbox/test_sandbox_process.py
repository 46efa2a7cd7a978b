"""The sandbox as a process of its own, steered over HTTP, and the script that makes its table."""

import asyncio
import json
import subprocess
import sys

import httpx
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from sandbox import make_schema
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.refusals import NotAllowed
from tests.processes import LIMIT, free_port
from tests.sandboxes import TOKEN


@pytest.fixture
async def process(tmp_path):
    """`python -m sandbox.server` on a free port: base url and offset file."""
    port = free_port()
    offset = tmp_path / "offset"
    wish = ["--port", str(port), "--token", TOKEN, "--control", "--privacy", "--offset-file", str(offset)]
    running = subprocess.Popen([sys.executable, "-m", "sandbox.server", *wish])
    base = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(LIMIT), httpx.AsyncClient(base_url=base, timeout=LIMIT) as client:
            while not await _answers(client):
                await asyncio.sleep(0.02)
        yield base, offset
    finally:
        running.terminate()
        code = running.wait(LIMIT)
    assert code == 0, "SIGTERM ends it cleanly"


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        await client.get("/control/state")
    except httpx.TransportError:
        return False
    return True


@pytest.mark.process
async def test_a_bot_and_a_test_meet_in_a_third_process(process):
    base, offset = process
    first, second = (HTTPXRequest(read_timeout=LIMIT, connect_timeout=LIMIT) for _ in range(2))
    async with (
        Control(base) as control,
        Bot(TOKEN, base_url=f"{base}/bot", request=first, get_updates_request=second) as bot,
    ):
        granny = await control.add_person("李奶奶")
        group = await control.add_group("村群", [granny], bot_is_admin=False)
        await control.act_all(
            [
                {"name": "say", "args": [granny, group, "聊天"]},
                {"name": "say", "args": [granny, granny, "两份"]},
            ]
        )
        waiting = bot.get_updates(timeout=50)
        [update] = await waiting
        assert update.message.text == "两份", "privacy keeps the chatter of the group away"
        answer = await bot.send_message(granny, "记下了", reply_markup=None)
        assert (
            await control.wait_for(lambda message: message.id == answer.message_id, chat_id=granny)
        ).text == "记下了"
        pressed = await control.press(granny, granny, answer.message_id, "v1:any", forge=True)
        [tap] = await bot.get_updates(offset=update.update_id + 1, timeout=50)
        assert tap.callback_query.id == pressed
        await control.faults(limits={"enforce": True}, updates={"duplicate": 1.0}, restart_ids=True)
        first = await control.start(granny, "x")
        edited = await control.edit(granny, granny, first.id, "三份")
        assert edited.edited
        assert len(await bot.get_updates(offset=tap.update_id + 1)) == 4
        await control.advance(7200)
        assert abs(Clock(offset).offset - 7200) < 5
        with pytest.raises(NotAllowed):
            await control.say(granny, 999, "谁？")
        assert (await control.stats())["too_many"] == 0


@pytest.mark.process
async def test_waiting_for_what_never_comes_ends(process):
    base, _ = process
    async with Control(base) as control:
        granny = await control.add_person("李奶奶")
        with pytest.raises(TimeoutError):
            await control.wait_for("从来没有", chat_id=granny, timeout=0.2)


def test_the_table_is_made_from_a_description():
    api = {
        "version": "Bot API 1",
        "methods": {
            "getMe": {"fields": []},
            "sendMessage": {
                "fields": [
                    {"name": "chat_id", "types": ["Integer", "String"], "required": True},
                    {"name": "scope", "types": ["Scope"], "required": False},
                    {"name": "rich_message", "types": ["InputRichMessage"], "required": False},
                ]
            },
        },
        "types": {
            "Scope": {"subtypes": ["ScopeChat"]},
            "ScopeChat": {"fields": [{"name": "ids", "types": ["Array of Integer"], "required": True}]},
        },
    }
    made = make_schema.make_schema(api, ["sendMessage", "getMe"])
    assert made["methods"] == {"getMe": {}, "sendMessage": {"chat_id": "Integer|String!", "scope": "Scope"}}
    assert made["types"] == {"ScopeChat": {"ids": "Array of Integer!"}}
    assert made["unions"] == {"Scope": ["ScopeChat"]}
    assert json.loads(make_schema.as_text(made)) == made
