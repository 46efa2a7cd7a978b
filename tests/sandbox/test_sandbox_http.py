"""The sandbox over HTTP: a real server, a real telegram.Bot, steering from outside, webhook, faults on the wire."""

import asyncio
import contextlib

import httpx
import pytest
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import HTTPXRequest

from sandbox.control import Control
from sandbox.faults import Rule
from sandbox.inprocess import InProcessRequest
from sandbox.server import create_app, serve
from tests.processes import LIMIT, free_port
from tests.sandboxes import GRANNY, TOKEN, Hamlet, hamlet


@contextlib.asynccontextmanager
async def served(village: Hamlet):
    """The village behind a real port: the base url."""
    port = free_port()
    app = create_app(village.world, village.faults, control=True)
    serving = asyncio.create_task(serve(app, "127.0.0.1", port))
    base = f"http://127.0.0.1:{port}"
    async with asyncio.timeout(LIMIT), httpx.AsyncClient(base_url=base, timeout=LIMIT) as client:
        while not await _answers(client):
            await asyncio.sleep(0.02)
    try:
        yield base
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        await client.get("/")
    except httpx.ConnectError:
        return False
    return True


def bot_at(base: str) -> Bot:
    """A real bot that speaks HTTP to the sandbox."""
    return Bot(
        TOKEN,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=HTTPXRequest(read_timeout=LIMIT, connect_timeout=LIMIT),
        get_updates_request=HTTPXRequest(read_timeout=LIMIT, connect_timeout=LIMIT),
    )


async def test_a_real_bot_speaks_to_the_sandbox_over_http():
    village = hamlet()
    async with served(village) as base, bot_at(base) as bot:
        assert bot.username == "gulou_bot"
        sent = await bot.send_document(GRANNY, b"\x00\r\n--bytes\xff", filename="厨房单.pdf", caption="单子")
        file = await bot.get_file(sent.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"\x00\r\n--bytes\xff"
        village.world.say(GRANNY, GRANNY, "两份")
        [update] = await bot.get_updates(timeout=50)
        assert update.message.text == "两份"


async def test_json_and_query_are_taken_as_well_as_forms():
    village = hamlet()
    async with (
        served(village) as base,
        httpx.AsyncClient(base_url=f"{base}/bot{TOKEN}/", timeout=LIMIT) as client,
    ):
        assert (await client.post("sendMessage", json={"chat_id": GRANNY, "text": "好"})).json()["result"][
            "text"
        ] == "好"
        assert (await client.get("sendMessage", params={"chat_id": GRANNY, "text": "好"})).json()[
            "ok"
        ] is True
        broken = await client.post("sendMessage", content=b"{", headers={"Content-Type": "application/json"})
        assert (broken.status_code, broken.json()["description"]) == (
            400,
            "Bad Request: can't parse JSON in request body",
        )
        assert (await client.get("/bot1:x/getMe".replace("/bot", f"{base}/bot"))).status_code == 401


async def test_a_dropped_answer_breaks_the_connection_but_the_message_is_there():
    village = hamlet()
    async with served(village) as base, bot_at(base) as bot:
        village.faults.once(Rule("drop_after", "sendMessage"))
        with pytest.raises(NetworkError) as broken:
            await bot.send_message(GRANNY, "一")
        assert isinstance(broken.value.__cause__, httpx.RemoteProtocolError | httpx.ReadError)
        assert village.world.messages(GRANNY)[-1].text == "一"


async def test_another_process_steers_people_clock_and_faults():
    village = hamlet()
    async with served(village) as base, bot_at(base) as bot, Control(base) as control:
        person = await control.add_person("张爷爷")
        group = await control.add_group("新群", [person])
        await control.say(person, group, "一份")
        waiting = asyncio.create_task(control.wait_for("记下了", chat_id=group, timeout=LIMIT))
        post = await bot.send_message(group, "记下了：一份")
        found = await waiting
        assert found.id == post.message_id
        photo = await control.send_photo(person, group, b"\xff\xd8x", "菜")
        assert photo.text == "菜"
        before = village.world.clock.now()
        await control.advance(3600)
        assert (village.world.clock.now() - before).total_seconds() == 3600
        await control.faults({"kind": "too_many", "method": "getMe", "times": 1, "amount": 7})
        async with httpx.AsyncClient(timeout=LIMIT) as client:
            assert (await client.get(f"{base}/bot{TOKEN}/getMe")).json()["parameters"] == {"retry_after": 7}
        state = await control.wait_until(lambda state: state["too_many"] == 1, timeout=LIMIT)
        assert state["counts"]["sendMessage"] == 1
        with pytest.raises(ValueError, match="people can't"):
            await control.act("keep_file", "a", "b", "c")


async def test_two_faults_of_the_way_in_process_look_like_httpx():
    village = hamlet()
    village.faults.once(Rule("drop_before", "sendMessage"), Rule("drop_after", "sendMessage"))
    causes = []
    for _ in range(2):
        with pytest.raises(NetworkError) as broken:
            await village.bot.send_message(GRANNY, "一")
        causes.append(type(broken.value.__cause__))
    assert causes == [httpx.ConnectError, httpx.RemoteProtocolError]
    assert len([message for message in village.world.messages(GRANNY) if message.by_bot]) == 1


async def test_an_answer_later_than_the_read_timeout_is_a_timeout_though_the_message_is_there():
    village = hamlet()
    village.faults.once(Rule("latency", "sendMessage", amount=30))
    with pytest.raises(TimedOut) as late:
        await village.bot.send_message(GRANNY, "一", read_timeout=0.01)
    assert isinstance(late.value.__cause__, httpx.ReadTimeout)
    assert village.world.messages(GRANNY)[-1].text == "一"


async def test_latency_uses_the_given_pause():
    village = hamlet()
    paused = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    village.faults.add(Rule("latency", amount=3))
    bot = Bot(TOKEN, request=InProcessRequest(village.world, village.faults, pause=pause))
    await bot.send_message(GRANNY, "一")
    assert paused == [3]


async def test_server_errors_and_cut_answers():
    village = hamlet()
    village.faults.once(Rule("status", amount=502), Rule("status", amount=500), Rule("truncate"))
    for words in ("Bad Gateway", "Internal Server Error"):
        with pytest.raises(NetworkError, match=words):
            await village.bot.send_message(GRANNY, "一")
    with pytest.raises(Exception, match="Invalid server response"):
        await village.bot.send_message(GRANNY, "一")
    assert village.faults.counts == {"status": 2, "truncate": 1}
    assert village.world.messages(GRANNY)[-1].text == "一"


async def test_faults_by_chance_are_the_same_with_the_same_seed():
    def run() -> list[bool]:
        from sandbox.faults import Faults

        faults = Faults(Rule("status", probability=0.3, amount=500), seed=5)
        return [faults.pick("sendMessage", GRANNY) is not None for _ in range(50)]

    assert run() == run()
    assert 5 < sum(run()) < 25


async def test_a_fault_meets_only_its_chat_and_method():
    village = hamlet()
    village.faults.add(Rule("status", "sendMessage", chat_id=village.group, amount=500))
    await village.bot.send_message(GRANNY, "一")
    await village.bot.get_me()
    with pytest.raises(NetworkError):
        await village.bot.send_message(village.group, "一")
    village.faults.clear()
    await village.bot.send_message(village.group, "一")
