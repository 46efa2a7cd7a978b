"""The demo as somebody tries it: it opens, answers, and Ctrl+C ends all of it."""

import asyncio
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest

from models.store import open_store
from tests.processes import HOME, LIMIT, free_port

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]


def opened(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
            return "鼓楼" in answer.read().decode()
    except (URLError, OSError):
        return False


@pytest.fixture
def demo(tmp_path: Path):
    """A demo in a session of its own, as in a terminal; its port and where it writes."""
    port, words = free_port(), tmp_path / "words.log"
    asked = [
        sys.executable,
        "bot.py",
        "demo",
        "--no-browser",
        "--port",
        str(port),
        "--keep",
        str(tmp_path / "village"),
    ]
    with words.open("wb") as page:
        running = subprocess.Popen(asked, cwd=HOME, stdout=page, stderr=page, start_new_session=True)
    yield running, port, words
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@pytest.mark.parametrize("end", ["ctrl_c", "kill"])
async def test_ctrl_c_and_kill_end_the_demo_and_the_bot_in_it(demo, tmp_path, end):
    running, port, words = demo
    async with asyncio.timeout(LIMIT):
        while not await asyncio.to_thread(opened, port):
            assert running.poll() is None, words.read_text(encoding="utf-8")
            await asyncio.sleep(0.1)
        while "鼓楼在运行" not in words.read_text(encoding="utf-8"):
            await asyncio.sleep(0.1)
    if end == "ctrl_c":
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.terminate()
    code = await asyncio.to_thread(running.wait, LIMIT)
    said = words.read_text(encoding="utf-8")
    assert (code, "Traceback" in said, "ERROR" in said) == (0, False, False), said
    open_store(f"sqlite:///{tmp_path / 'village' / 'canteen.db'}", exclusive=True).close_now()
