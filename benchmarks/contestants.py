"""Starting a bot as a process of its own on a core of its own, and reading from Linux what it costs."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from benchmarks import village
from benchmarks.messenger import TOKEN, Messenger

HOME = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """A bot by name, and the command that starts it on a messenger and in a folder."""

    name: str
    command: Callable[[str, Path], list[str]]


def _peer(module: str) -> Callable[[str, Path], list[str]]:
    return lambda url, folder: [
        sys.executable,
        str(HOME / "benchmarks" / "peers" / f"{module}.py"),
        url,
        TOKEN,
    ]


def _ours(url: str, folder: Path) -> list[str]:
    return [sys.executable, str(HOME / "bot.py"), "run", "--config", str(village.configure(folder, url))]


def _at_telegrams_pace(url: str, folder: Path) -> list[str]:
    config = village.configure(folder, url, pace="telegram")
    return [sys.executable, str(HOME / "bot.py"), "run", "--config", str(config)]


OURS = Contestant("gulou", _ours)
PACED = Contestant("gulou", _at_telegrams_pace)
PTB = Contestant("python-telegram-bot echo", _peer("ptb_echo"))
AIOGRAM = Contestant("aiogram echo", _peer("aiogram_echo"))
RAW = Contestant("raw bytes (ceiling)", _peer("raw_echo"))


def sit_apart() -> None:
    """The messenger and its people on the first core, so that the bot has the other for itself."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[0]})


def _other_core() -> None:
    cores = range(os.cpu_count() or 1)
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[-1]})


@dataclass(slots=True)
class Running:
    """A bot at work."""

    process: subprocess.Popen[bytes]
    started_at: float
    log: Path

    def cpu(self) -> float:
        """Seconds of processor time so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss(self) -> float:
        """Resident memory in MiB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def said(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2_000:]

    async def stop(self) -> None:
        """SIGTERM, and patience; a bot that does not end is a fault."""
        self.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.process.wait, 30)


@asynccontextmanager
async def running(who: Contestant, messenger: Messenger, folder: Path) -> AsyncIterator[Running]:
    """A bot from its start to its end; ready when it polls."""
    command, log = who.command(messenger.url, folder), folder / "bot.log"
    with log.open("wb") as out:
        begun = monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=HOME, preexec_fn=_other_core)
    bot = Running(process, begun, log)
    try:
        await _ready(messenger, bot)
        yield bot
        await bot.stop()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


async def _ready(messenger: Messenger, bot: Running) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(START_SECONDS):
            while bot.process.poll() is None and not messenger.polled.is_set():
                await messenger.poll_within(0.2)
    if not messenger.polled.is_set():
        raise RuntimeError(f"The bot never asked for updates:\n{bot.said()}")
