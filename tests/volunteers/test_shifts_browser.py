"""A swap between two people, each before a browser of their own, with the real bot in a process of its own."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Locator, async_playwright, expect
from playwright.async_api import Page as Tab

from commands import demo
from models.store import open_store
from rules.volunteers import rosters
from sandbox.clock import Clock
from sandbox.page import make_page, page_routes
from sandbox.sample import PERSONAE
from sandbox.server import create_app
from sandbox.world import World

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (apt install chromium)"),
]
TOKEN = "7000000001:AAswap_swap_swap_swap_swap_swap_swap"
MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
"""Wednesday, ten in the morning: 阿军 carries meals on Friday."""
PATIENCE = 90_000
"""Milliseconds a sight is waited for: far longer than a busy machine needs."""


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """The sample village with its bot; the address of the chat page."""
    world = World(Clock(tmp_path / "offset"), token=TOKEN)
    world.clock.set(MORNING)
    demo.populate(world)
    page = make_page(world, {persona.telegram_id: persona.roles[0].value for persona in PERSONAE})
    app = create_app(world, routes=page_routes(page))
    config = uvicorn.Config(app, port=0, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    bot = await asyncio.to_thread(demo._start_bot, tmp_path, port, TOKEN, world.clock.now())
    yield f"http://127.0.0.1:{port}/"
    await asyncio.to_thread(_stop, bot)
    page.feed.close()
    server.should_exit = True
    await serving


def _stop(bot: "subprocess.Popen[bytes]") -> None:
    bot.terminate()
    assert bot.wait(60) == 0


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def _as(chromium: Browser, address: str, name: str) -> Tab:
    """Somebody opens the page in a browser of their own."""
    context = await chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    tab = await context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.on("pageerror", lambda error: pytest.fail(f"the page threw {error}"))
    await tab.goto(address)
    await tab.wait_for_selector("body[data-ready]")
    await tab.get_by_role("radio", name=name).click()
    return tab


def _log(tab: Tab, side: str) -> Locator:
    return tab.locator(f"#{side}-log")


@pytest.mark.timeout(400)
async def test_a_volunteer_asks_and_the_social_worker_steps_in(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    volunteer, worker = await _as(chromium, address, "阿军"), await _as(chromium, address, "陈社工")
    await volunteer.fill("#group-input", "我周五的送餐来不了，谁能替")
    await volunteer.press("#group-input", "Enter")

    wanted = "阿军来不了：11月27日 周五 11:00–12:30 送餐。谁能替一下？"
    post = _log(worker, "group").locator("article", has_text=wanted)
    await expect(post).to_be_visible(timeout=PATIENCE)
    await post.get_by_role("button", name="我可以").click()

    taken = "11月27日 周五 11:00–12:30 送餐：陈社工来，谢谢！"
    for tab in (volunteer, worker):
        await expect(_log(tab, "group")).to_contain_text(taken, timeout=PATIENCE)
        await expect(_log(tab, "group")).not_to_contain_text(wanted, timeout=PATIENCE)
    await expect(_log(volunteer, "private")).to_contain_text("陈社工接了您的班", timeout=PATIENCE)
    await expect(_log(worker, "private")).to_contain_text("说定了，阿军的班归您", timeout=PATIENCE)
    assert _carriers(tmp_path) == ["陈社工"]

    await worker.get_by_role("dialog").get_by_role("button").first.click()
    await _log(worker, "private").get_by_role("button", name="撤销").click()
    await expect(_log(volunteer, "private")).to_contain_text("陈社工又来不了了", timeout=PATIENCE)
    await expect(_log(volunteer, "group")).to_contain_text(wanted, timeout=PATIENCE)
    assert _carriers(tmp_path) == ["阿军"]


def _carriers(folder: Path) -> list[str]:
    """Who carries meals on Friday, as the store has it."""
    friday = datetime(2026, 11, 27, tzinfo=UTC).date()
    store = open_store(f"sqlite:///{folder / 'canteen.db'}")
    try:
        found = store.read_now(lambda session: rosters.roster(session, 1, friday, friday))
        return [member.name for line in found if line.shift.duty == "delivery" for _, member in line.people]
    finally:
        store.close_now()
