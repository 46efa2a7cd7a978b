"""The chat page's server side: what it shows, what it takes, whom it lets in."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.clock import Clock
from sandbox.page import FOLDER, Page, make_page, page_routes
from sandbox.page_clock import destination, walk
from sandbox.page_feed import Feed
from sandbox.page_views import message_view
from sandbox.records import Json
from sandbox.world import World

GRANNY, DAUGHTER, COOK, STRANGER = 1001, 1002, 1003, 1009
VILLAGE = -1001
MORNING = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def world() -> World:
    world = World(Clock(standing_at=MORNING), token="123:abc")
    for person_id, name in ((GRANNY, "李奶奶"), (DAUGHTER, "李芳"), (COOK, "陈师傅"), (STRANGER, "过路人")):
        world.add_person(name, person_id=person_id)
    world.add_group("鼓楼村食堂群", [COOK, GRANNY, DAUGHTER], chat_id=VILLAGE)
    return world


@pytest.fixture
def page(world: World) -> Page:
    return make_page(world, {GRANNY: "elder", DAUGHTER: "family", COOK: "cook"}, pause=0)


@pytest.fixture
async def browser(page: Page) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Starlette(routes=page_routes(page)))
    async with httpx.AsyncClient(transport=transport, base_url="http://village") as client:
        yield client


async def test_granny_sees_her_chats_and_the_cast_in_order(browser: httpx.AsyncClient, world: World) -> None:
    world.start(GRANNY)
    shown = (await browser.get("/page/state", params={"as": GRANNY})).json()
    assert shown["me"] == GRANNY
    assert [person["role"] for person in shown["people"]] == ["elder", "family", "cook", None]
    assert [(chat["kind"], chat["id"]) for chat in shown["chats"]] == [
        ("private", GRANNY),
        ("group", VILLAGE),
    ]
    assert shown["chats"][0]["messages"][0]["text"] == "/start"
    assert shown["chats"][1]["count"] == 3


async def test_an_unknown_person_becomes_the_first_of_the_cast(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/page/state?as=")).json()["me"] == GRANNY
    assert (await browser.get("/page/state?as=77")).json()["me"] == GRANNY
    assert (await browser.get("/page/state?as=nobody")).status_code == 400


async def test_a_stranger_reads_nothing_of_the_group(browser: httpx.AsyncClient, world: World) -> None:
    world.say(GRANNY, VILLAGE, "我也要")
    asked = {"as": STRANGER, "chat": VILLAGE, "before": 99}
    assert (await browser.get("/page/messages", params=asked)).json() == {"messages": [], "more": False}
    shown = (await browser.get("/page/state", params={"as": STRANGER})).json()
    assert [chat["id"] for chat in shown["chats"]] == [STRANGER]


async def test_granny_says_edits_and_presses(browser: httpx.AsyncClient, world: World) -> None:
    said = await browser.post(
        "/page/say", json={"as": GRANNY, "chat": GRANNY, "text": "明天中午两份，送到家"}
    )
    assert world.messages(GRANNY)[-1].id == said.json()["message"]
    change = {"as": GRANNY, "chat": GRANNY, "message": said.json()["message"], "text": "明天中午一份"}
    assert (await browser.post("/page/edit", json=change)).status_code == 200
    assert message_view(world.messages(GRANNY)[-1])["edited"]
    card = _card(world)
    pressed = await browser.post(
        "/page/press", json={"as": GRANNY, "chat": GRANNY, "message": card, "data": "yes"}
    )
    assert world.taps[pressed.json()["query"]].data == "yes"
    forged = {"as": GRANNY, "chat": GRANNY, "message": card, "data": "forged"}
    assert (await browser.post("/page/press", json=forged)).status_code == 409


def _card(world: World) -> int:
    keys = {"inline_keyboard": [[{"text": "好", "callback_data": "yes"}]]}
    return world.keep(world.chat(GRANNY), world.bot, {"text": "2 份，对吗？", "reply_markup": keys}).id


async def test_a_photo_goes_in_and_comes_out(browser: httpx.AsyncClient) -> None:
    content = base64.b64encode(PNG).decode()
    sent = {"as": GRANNY, "chat": VILLAGE, "caption": "今天的菜", "content": content}
    assert (await browser.post("/page/photo", json=sent)).status_code == 200
    shown = (await browser.get("/page/state", params={"as": COOK})).json()
    photo = shown["chats"][1]["messages"][-1]["photo"]
    assert (photo["width"], photo["height"]) == (1, 1)
    file = await browser.get(photo["url"])
    assert file.content == PNG
    assert file.headers["content-disposition"].startswith("inline")


async def test_a_document_that_is_a_page_is_only_downloaded(browser: httpx.AsyncClient, world: World) -> None:
    world.send_document(COOK, VILLAGE, b"<script>alert(1)</script>", "menu.html")
    url = message_view(world.messages(VILLAGE)[-1])["file"]["url"]
    file = await browser.get(url)
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert (await browser.get("/page/file/nothing")).status_code == 404


async def test_start_and_contact(browser: httpx.AsyncClient, world: World) -> None:
    await browser.post("/page/start", json={"as": GRANNY, "payload": "care_7"})
    assert world.messages(GRANNY)[-1].text == "/start care_7"
    await browser.post("/page/contact", json={"as": GRANNY, "chat": GRANNY})
    assert message_view(world.messages(GRANNY)[-1])["contact"]["name"] == "李奶奶"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"as": GRANNY, "chat": GRANNY}, 400, "bad_request"),
        ({"as": "x", "chat": GRANNY, "text": "a"}, 400, "bad_request"),
        ({"as": GRANNY, "chat": -5, "text": "a"}, 409, "refused"),
        ({"as": STRANGER, "chat": VILLAGE, "text": "a"}, 409, "refused"),
        ({"as": GRANNY, "chat": GRANNY, "text": "饭" * 4097}, 413, "too_long"),
    ],
)
async def test_what_can_not_be_said_is_refused_by_name(
    browser: httpx.AsyncClient, world: World, body: Json, status: int, code: str
) -> None:
    reply = await browser.post("/page/say", json=body)
    assert (reply.status_code, reply.json()) == (status, {"error": code})
    assert world.messages(GRANNY) == []


async def test_too_large_and_broken_photos_are_refused(browser: httpx.AsyncClient) -> None:
    sent = {"as": GRANNY, "chat": GRANNY, "content": "A" * 14_000_000}
    assert (await browser.post("/page/photo", json=sent)).status_code == 413
    assert (await browser.post("/page/photo", json={**sent, "content": "%%%"})).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
async def test_another_site_may_neither_speak_nor_read(
    browser: httpx.AsyncClient, world: World, headers: dict[str, str]
) -> None:
    body = {"as": GRANNY, "chat": GRANNY, "text": "两份"}
    assert (await browser.post("/page/say", json=body, headers=headers)).status_code == 403
    assert (await browser.get("/page/state", headers=headers)).status_code == 403
    assert world.messages(GRANNY) == []


async def test_a_form_of_another_site_is_no_json(browser: httpx.AsyncClient, world: World) -> None:
    body = json.dumps({"as": GRANNY, "chat": GRANNY, "text": "两份"})
    reply = await browser.post("/page/say", content=body, headers={"content-type": "text/plain"})
    assert reply.status_code == 403
    assert world.messages(GRANNY) == []


async def test_the_page_runs_only_its_own_scripts(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/page/static/page.js"):
        policy = (await browser.get(path)).headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe-inline" not in policy
    for script in FOLDER.glob("*.js"):
        assert "innerHTML" not in script.read_text("utf-8"), script.name


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("hour", datetime(2026, 11, 25, 1, 30, tzinfo=UTC)),
        ("evening", datetime(2026, 11, 25, 10, 0, tzinfo=UTC)),
        ("morning", datetime(2026, 11, 25, 23, 0, tzinfo=UTC)),
        ("day", datetime(2026, 11, 26, 0, 30, tzinfo=UTC)),
    ],
)
async def test_the_clock_bar_moves_village_time(
    browser: httpx.AsyncClient, world: World, to: str, expected: datetime
) -> None:
    reply = await browser.post("/page/clock", json={"to": to})
    assert datetime.fromisoformat(reply.json()["now"]) == expected == world.clock.now()


def test_after_the_evening_comes_the_next_evening() -> None:
    late = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    assert destination(late, "evening") == datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


async def test_time_passes_in_steps_so_that_no_duty_is_jumped_over() -> None:
    clock, seen = Clock(standing_at=MORNING), []

    async def tick() -> None:
        seen.append(clock.now())

    await walk(clock, datetime(2026, 11, 25, 1, 20, tzinfo=UTC), tick, pause=0)
    assert [f"{each:%H:%M}" for each in seen] == ["00:45", "01:00", "01:15", "01:20"]


async def test_news_resume_after_the_last_one_heard(world: World) -> None:
    feed = Feed(world)
    mark = feed.mark
    world.say(GRANNY, VILLAGE, "一")
    world.say(GRANNY, VILLAGE, "二")
    first = await _hear(feed, mark, 1)
    assert first[0]["message"]["text"] == "一"
    again = await _hear(feed, f"{feed.boot}.1", 1)
    assert again[0]["message"]["text"] == "二"
    feed.close()


async def test_who_was_away_too_long_is_told_to_begin_anew(world: World) -> None:
    feed = Feed(world, kept=2)
    mark = feed.mark
    for text in "一二三四":
        world.say(GRANNY, VILLAGE, text)
    assert await _hear(feed, mark, 1) == [{"kind": "reset"}]
    assert await _hear(feed, "otherlife.2", 1) == [{"kind": "reset"}]
    feed.close()


async def test_a_closed_feed_ends_its_streams(world: World) -> None:
    feed = Feed(world)
    listening = asyncio.create_task(_hear(feed, feed.mark, 99))
    await asyncio.sleep(0)
    feed.close()
    assert await asyncio.wait_for(listening, 2) == []


async def _hear(feed: Feed, mark: str, count: int) -> list[Json]:
    heard: list[Json] = []
    stream = feed.stream(mark)
    async for words in stream:
        heard.append(json.loads(words.split("data: ", 1)[1]))
        if len(heard) == count:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    return heard


def test_service_lines_polls_and_senders_are_told(world: World) -> None:
    world.join(STRANGER, VILLAGE)
    world.leave(STRANGER, VILLAGE)
    world.say_as_channel(VILLAGE, "停水通知")
    joined, left, channel = [message_view(each) for each in world.messages(VILLAGE)]
    assert joined["service"] == {"kind": "joined", "names": ["过路人"]}
    assert left["service"]["kind"] == "left"
    assert channel["from"] == {"id": -1009000000001, "name": "村广播", "bot": False}


def test_a_reply_carries_its_quotation(world: World) -> None:
    asked = world.say(GRANNY, VILLAGE, "明天吃什么？")
    view = message_view(world.say(COOK, VILLAGE, "豆腐", reply_to=asked.id))
    assert view["reply"] == {"id": asked.id, "name": "李奶奶", "text": "明天吃什么？"}
