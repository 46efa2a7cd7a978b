"""A medicine errand in a real Chromium with the real bot: the elder asks, a volunteer goes, the daughter counts, the social worker looks."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.async_api import Page as Tab
from playwright.async_api import async_playwright, expect

from tests.processes import HOME, LIMIT, free_port
from tests.sandbox.test_page_browser import CHROMIUM, violations
from tests.whole.test_process_demo import opened

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (apt install chromium)"),
]
PATIENCE = LIMIT * 1000
expect.set_options(timeout=PATIENCE)


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    """The demo's page; its village wakes in the morning."""
    port, words = free_port(), tmp_path / "words.log"
    asked = [
        sys.executable,
        "bot.py",
        "demo",
        "--no-browser",
        "--port",
        str(port),
        "--keep",
        str(tmp_path / "v"),
    ]
    with words.open("wb") as page:
        running = subprocess.Popen(asked, cwd=HOME, stdout=page, stderr=page, start_new_session=True)
    try:
        async with asyncio.timeout(LIMIT):
            while not await asyncio.to_thread(opened, port) or "鼓楼在运行" not in words.read_text("utf-8"):
                assert running.poll() is None, words.read_text("utf-8")
                await asyncio.sleep(0.1)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = await browser.new_context(
                locale="zh-CN", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
            )
            opened_tab = await context.new_page()
            opened_tab.set_default_timeout(PATIENCE)
            await opened_tab.goto(f"http://127.0.0.1:{port}/")
            await opened_tab.wait_for_selector("body[data-ready]")
            yield opened_tab
            await browser.close()
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


async def be(tab: Tab, name: str) -> None:
    """Hold another villager's phone."""
    await tab.get_by_role("radio", name=re.compile(name)).click()
    await expect(tab.get_by_role("radio", name=re.compile(name))).to_have_attribute("aria-checked", "true")


async def say(tab: Tab, words: str) -> None:
    await tab.fill("#private-input", words)
    await tab.press("#private-input", "Enter")


async def tap(tab: Tab, label: str, side: str = "private") -> None:
    await (
        tab.locator(f"#{side}-log").get_by_role("button", name=re.compile(label)).last.click(timeout=PATIENCE)
    )


async def looks_right(tab: Tab, folder: Path, name: str) -> None:
    """On a desk and on a phone: nothing sticks out, axe finds nothing; the pictures lie in the test's folder."""
    for width, height in ((390, 844), (1280, 800)):
        await tab.set_viewport_size({"width": width, "height": height})
        assert await tab.evaluate("document.documentElement.scrollWidth") <= width
        assert await violations(tab) == [], (name, width)
        await tab.screenshot(path=folder / f"{name}-{width}.png")


async def reads(tab: Tab, words: str, side: str = "private") -> None:
    await expect(tab.locator(f"#{side}-log")).to_contain_text(words, timeout=PATIENCE)


async def test_a_medicine_errand_from_elder_to_receipt_with_four_personas(tab: Tab, tmp_path: Path) -> None:
    await tab.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    await be(tab, "李奶奶")
    await say(tab, "我的降压药快没了，帮我买药")
    await reads(tab, "要的东西：降压药")
    await tap(tab, "对，找人")
    await reads(tab, "李奶奶（上寨）需要送药", "group")
    await be(tab, "阿军")
    await tap(tab, "我去", "group")
    await tab.get_by_role("dialog").get_by_role("button").first.click(timeout=PATIENCE)
    await reads(tab, "地址：上寨 12 号")
    await looks_right(tab, tmp_path, "taken")
    await tap(tab, "医保卡")
    await tap(tab, "现金")
    await tap(tab, "点好了")
    await reads(tab, "收了多少钱")
    await say(tab, "100")
    await reads(tab, "对方点头就算数")
    await be(tab, "李奶奶")
    await reads(tab, "阿军从李奶奶这里收了：医保卡、现金100元")
    await tap(tab, "都对")
    await be(tab, "阿军")
    await tap(tab, "^办好了$")
    await reads(tab, "小票上一共多少钱")
    await say(tab, "68")
    await reads(tab, "找回的钱32元")
    await reads(tab, "地址、电话已经收起来了")
    await expect(tab.locator("#private-log")).not_to_contain_text("上寨 12 号", timeout=PATIENCE)
    await be(tab, "李小红")
    await reads(tab, "小票一共68元")
    await tap(tab, "都对")
    await looks_right(tab, tmp_path, "receipt")
    await tap(tab, "^满意$")
    await reads(tab, "谢谢您告诉我")
    await tap(tab, "30 天")
    await be(tab, "陈社工")
    await say(tab, "/requests")
    await reads(tab, "覃奶奶（上寨）需要人修东西")
    await reads(tab, "办好了，谢谢阿军", "group")
    await expect(tab.locator("#group-log")).not_to_contain_text("降压")
    await expect(tab.locator("#group-log")).not_to_contain_text("13800001001")
