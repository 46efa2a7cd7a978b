"""The chat page in a real Chromium: booking, personae, the clock, keyboard, and 0 axe violations."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Locator, async_playwright, expect
from playwright.async_api import Page as Tab

from sandbox.clock import Clock
from sandbox.methods_edits import answer_callback
from sandbox.page import make_page, page_routes
from sandbox.records import Event, Json
from sandbox.server import create_app
from sandbox.world import World
from tests.processes import LIMIT

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (apt install chromium)"),
]
GRANNY, DAUGHTER, COOK, WORKER, MANAGER, NEIGHBOUR = range(1001, 1007)
VILLAGE = -1001
expect.set_options(timeout=LIMIT * 1000)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = ["李奶奶", "李芳", "陈师傅", "小周", "王主任", "赵爷爷"]
ROLES = {GRANNY: "elder", DAUGHTER: "family", COOK: "cook", WORKER: "social_worker", MANAGER: "manager"}


class Canteen:
    """A small bot inside the world: a menu post with a counter, an answer to a sentence, a morning post."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.eaters = 12
        self.posted = False
        group = world.chat(VILLAGE)
        self.post = world.keep(group, world.bot, {"text": self.menu(), "reply_markup": _keys("吃", "问")})
        world.subscribe(self.hear)

    def menu(self) -> str:
        """The words of the daily post."""
        return f"明天午饭：红烧豆腐\n已报 {self.eaters} 份"

    def hear(self, event: Event) -> None:
        """Answer what people do."""
        if event.kind == "callback":
            asyncio.get_running_loop().call_soon(self.tapped, event.payload)
        if event.kind == "clock" and not self.posted and self.world.clock.now() >= _at(26, 22, 30):
            self.posted = True
            self.world.keep(self.world.chat(VILLAGE), self.world.bot, {"text": "早上好，今天有豆浆"})
        if event.kind == "message" and event.chat_id > 0 and not event.payload["from"]["is_bot"]:
            words = f"记下了：{event.payload['from']['first_name']}，2 份，送到家"
            self.world.keep(self.world.chat(event.chat_id), self.world.bot, {"text": words})

    def tapped(self, tap: Json) -> None:
        """Count one more, or explain."""
        if tap["data"] == "问":
            answer_callback(
                self.world, {"callback_query_id": tap["query_id"], "text": "请先吃饭", "show_alert": True}
            )
            return
        self.eaters += 1
        self.world.change(self.post, {"text": self.menu()})
        answer_callback(self.world, {"callback_query_id": tap["query_id"], "text": "记下了"})


def _keys(*labels: str) -> Json:
    return {"inline_keyboard": [[{"text": each, "callback_data": each} for each in labels]]}


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day - 1, hour, minute, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    world = World(Clock(standing_at=_at(26, 0, 30)), token="123:abc")
    for person_id, name in enumerate(NAMES, GRANNY):
        world.add_person(name, person_id=person_id)
    world.add_group("鼓楼村食堂群", [MANAGER, WORKER, COOK, DAUGHTER, GRANNY, NEIGHBOUR], chat_id=VILLAGE)
    world.commands['["default", null, null]', ""] = [
        {"command": "menu", "description": "看菜单"},
        {"command": "mine", "description": "我的报餐"},
    ]
    Canteen(world)
    return world


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    page = make_page(world, ROLES, pause=0)
    app = create_app(world, routes=page_routes(page))
    config = uvicorn.Config(app, port=0, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    page.feed.close()
    server.should_exit = True
    await serving


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def _open(chromium: Browser, address: str, **looks: Any) -> Tab:
    looks.setdefault("viewport", {"width": 1280, "height": 800})
    context = await chromium.new_context(locale="zh-CN", **looks)
    tab = await context.new_page()
    tab.set_default_timeout(LIMIT * 1000)
    tab.on("pageerror", lambda error: pytest.fail(f"the page threw {error}"))
    await tab.goto(address)
    await tab.wait_for_selector("body[data-ready]")
    return tab


async def _say(tab: Tab, side: str, words: str) -> None:
    await tab.fill(f"#{side}-input", words)
    await tab.press(f"#{side}-input", "Enter")


def _log(tab: Tab, side: str) -> Locator:
    return tab.locator(f"#{side}-log")


async def test_a_day_in_the_village(chromium: Browser, address: str) -> None:
    tab = await _open(chromium, address)
    await tab.get_by_role("button", name="开始").click()
    await tab.get_by_role("button", name="说：明天中午两份，送到家").click()
    await tab.press("#private-input", "Enter")
    await expect(_log(tab, "private")).to_contain_text("记下了：李奶奶，2 份，送到家")

    await tab.get_by_role("button", name="吃", exact=True).click()
    await expect(_log(tab, "group")).to_contain_text("已报 13 份")
    await expect(tab.locator("#toasts")).to_contain_text("记下了")

    await tab.get_by_role("radio", name="陈师傅").click()
    await expect(tab.locator("#private-title + p")).to_contain_text("陈师傅")
    await expect(_log(tab, "private")).not_to_contain_text("李奶奶")

    await tab.get_by_role("button", name="明天 07:00").click()
    await expect(_log(tab, "group")).to_contain_text("早上好，今天有豆浆")
    await expect(tab.locator("#now")).to_contain_text("11月26日 星期四 07:00")


async def test_an_alert_closes_with_escape(chromium: Browser, address: str) -> None:
    tab = await _open(chromium, address)
    await tab.get_by_role("button", name="问", exact=True).click()
    await expect(tab.get_by_role("dialog")).to_contain_text("请先吃饭")
    await tab.keyboard.press("Escape")
    await expect(tab.get_by_role("dialog")).to_be_hidden()


async def test_news_for_the_cook_are_marked(chromium: Browser, address: str, world: World) -> None:
    tab = await _open(chromium, address)
    world.start(COOK)
    await expect(tab.get_by_role("radio", name="陈师傅，厨师，1 条新私信")).to_be_visible()
    await tab.get_by_role("radio", name="陈师傅").click()
    await expect(_log(tab, "private")).to_contain_text("以下是新消息")
    await expect(tab.get_by_role("radio", name="陈师傅，厨师", exact=True)).to_be_visible()


async def test_everything_by_keyboard(chromium: Browser, address: str, world: World) -> None:
    tab = await _open(chromium, address)
    await tab.keyboard.press("Tab")
    await expect(tab.locator(".skip").first).to_be_focused()
    await tab.locator("[data-person='1001']").focus()
    await tab.keyboard.press("ArrowDown")
    await expect(tab.get_by_role("radio", name="李芳")).to_have_attribute("aria-checked", "true")
    await tab.focus("#group-input")
    await tab.keyboard.type("第一行")
    await tab.keyboard.press("Shift+Enter")
    await tab.keyboard.type("第二行")
    await tab.keyboard.press("Enter")
    await expect(_log(tab, "group")).to_contain_text("第二行")
    assert world.messages(VILLAGE)[-1].text == "第一行\n第二行"
    await expect(tab.locator("#group-input")).to_be_focused()


async def test_a_slip_is_edited_and_a_word_answered(chromium: Browser, address: str, world: World) -> None:
    tab = await _open(chromium, address)
    said = world.say(NEIGHBOUR, VILLAGE, "今天冷")
    await _say(tab, "group", "是呀")
    await expect(_log(tab, "group")).to_contain_text("是呀")
    await tab.keyboard.press("ArrowUp")
    await _say(tab, "group", "是啊")
    await expect(_log(tab, "group")).to_contain_text("已编辑")
    await tab.locator(f"#group article[data-id='{said.id}']").hover()
    await tab.get_by_role("button", name="回复").click()
    await _say(tab, "group", "多穿点")
    await expect(_log(tab, "group").locator(".quote")).to_contain_text("今天冷")
    assert [each.text for each in world.messages(VILLAGE)[-2:]] == ["是啊", "多穿点"]


async def test_commands_open_from_a_slash_and_keyboards_speak(
    chromium: Browser, address: str, world: World
) -> None:
    world.start(GRANNY)
    world.set_keyboard(GRANNY, GRANNY, {"keyboard": [[{"text": "今天吃什么"}]]})
    tab = await _open(chromium, address)
    await tab.fill("#private-input", "/mi")
    await tab.get_by_role("menuitem", name="/mine").click()
    await expect(_log(tab, "private")).to_contain_text("/mine")
    await tab.get_by_role("button", name="今天吃什么", exact=True).click()
    await expect(_log(tab, "private")).to_contain_text("今天吃什么")


async def test_strange_words_stay_words(chromium: Browser, address: str, world: World) -> None:
    tab = await _open(chromium, address)
    world.say(NEIGHBOUR, VILLAGE, "<img src=x onerror=alert(1)><b>粗</b> 🍚 https://example.com")
    bold = {"text": "🍚好吃吗", "entities": [{"type": "bold", "offset": 2, "length": 2}]}
    world.keep(world.chat(VILLAGE), world.bot, bold)
    await expect(_log(tab, "group")).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(_log(tab, "group").locator("img")).to_have_count(0)
    await expect(_log(tab, "group").locator("strong").last).to_have_text("好吃")
    await expect(_log(tab, "group").get_by_role("link")).to_have_attribute("rel", "noopener noreferrer")


async def test_a_phone_shows_one_chat_at_a_time(chromium: Browser, address: str, world: World) -> None:
    tab = await _open(chromium, address, viewport={"width": 390, "height": 844}, has_touch=True)
    await expect(tab.locator("#group")).to_be_hidden()
    world.say(NEIGHBOUR, VILLAGE, "接龙啦")
    await expect(tab.locator("#tab-group .mark")).to_have_text("1")
    await tab.locator("#tab-group").click()
    await expect(_log(tab, "group")).to_contain_text("接龙啦")
    await expect(tab.locator("#tab-group .mark")).to_be_hidden()
    assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_page_speaks_english_too(chromium: Browser, address: str, world: World) -> None:
    world.start(GRANNY)
    tab = await _open(chromium, address)
    world.say(NEIGHBOUR, VILLAGE, "刚说的")
    await expect(_log(tab, "group")).to_contain_text("刚说的")
    await tab.fill("#private-input", "写了一半")
    await tab.click("#language")
    await expect(tab.get_by_role("button", name="Tomorrow 07:00")).to_be_visible()
    await expect(tab.locator("html")).to_have_attribute("lang", "en")
    same = "import('/page/static/words.js').then(({catalogs: {zh, en}}) => [zh, en].map((w) => Object.keys(w).sort()))"
    await expect(tab.locator("#private-input")).to_have_value("写了一半")
    await expect(_log(tab, "group")).to_contain_text("刚说的")
    chinese, english = await tab.evaluate(same)
    assert chinese == english


async def test_two_thousand_messages_keep_two_hundred_rows(
    chromium: Browser, address: str, world: World
) -> None:
    tab = await _open(chromium, address)
    for number in range(2000):
        world.say(NEIGHBOUR, VILLAGE, f"第 {number} 句")
    await expect(_log(tab, "group")).to_contain_text("第 1999 句")
    rows = _log(tab, "group").locator(".row")
    assert await rows.count() == 200
    await _log(tab, "group").evaluate("log => { log.scrollTop = 0 }")
    await expect(_log(tab, "group")).to_contain_text("第 1780 句")
    assert await rows.count() == 200
    await tab.locator("#group .newest").click()
    await expect(_log(tab, "group")).to_contain_text("第 1999 句")


async def test_a_lost_line_is_told_and_mended(chromium: Browser, address: str, world: World) -> None:
    tab = await _open(chromium, address)
    await tab.context.set_offline(True)
    await _say(tab, "group", "听得见吗")
    await expect(tab.locator("#toasts")).to_contain_text("没连上演示服务器")
    await expect(tab.locator("#group-input")).to_have_value("听得见吗")
    await tab.context.set_offline(False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_axe_finds_nothing(
    chromium: Browser, address: str, world: World, scheme: Any, width: int, height: int
) -> None:
    world.start(GRANNY)
    world.set_keyboard(GRANNY, GRANNY, {"keyboard": [[{"text": "今天吃什么"}]]})
    world.say(NEIGHBOUR, VILLAGE, "今天冷", reply_to=world.messages(VILLAGE)[0].id)
    world.send_document(COOK, VILLAGE, b"%PDF-1.4", "厨房单.pdf")
    tab = await _open(chromium, address, color_scheme=scheme, viewport={"width": width, "height": height})
    await tab.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    for step in (None, "#private .slash", "#tab-group" if width < 600 else "#villagers summary"):
        if step:
            await tab.click(step)
        assert await violations(tab) == []


async def violations(tab: Tab) -> list[str]:
    """What axe finds."""
    ask = "tags => axe.run(document, {runOnly: tags}).then(({violations}) => violations)"
    found = await tab.evaluate(ask, TAGS)
    return [f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}" for each in found]
