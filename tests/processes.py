"""A real `bot.py run` in a process of its own, and the sandbox it speaks HTTP to, served by the test.

The sandbox lives in the test's own loop, so a test can strike at the very call it means: kill -9 when the messenger
sees a message, before it is applied or after. Nothing in the bot knows of it.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from models.members.people import Canteen, Member, MemberRole, Role
from models.members.vault import seal
from models.store import open_store
from sandbox.api import Dropped
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.records import Message
from sandbox.server import create_app, serve
from sandbox.webhook import Webhook
from sandbox.world import World

HOME = Path(__file__).parent.parent
TOKEN = "7000000001:AAcanary_canary_canary_canary_canary_c"
SECRET = "webhook-canary-1"
NAME, PHONE, ADDRESS, DIET = "金丝雀", "13900654321", "百灵巷 7 号", "鹧鸪"
CANARIES = (TOKEN, TOKEN.split(":")[1], SECRET, NAME, PHONE, ADDRESS, DIET)
"""What must stand in no log, whatever happens."""

GROUP = -1001000000001
OPERATOR, MANAGER, FIRST = 9001, 1005, 5_274_130_001
"""Whoever is looked for in all tables by number bears one that no clock and no hash writes by chance."""
MORNING = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
"""Wednesday, nine in the morning in the village: today's post is due, tomorrow's lunch is open until 18:00."""
LIMIT = float(os.environ.get("TEST_PATIENCE", "300"))
"""How long a state is waited for: far longer than a busy machine needs."""

on_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

Meets = Callable[[], Any]
Act = Callable[[], None]


def name_of(number: int) -> str:
    """A name nobody else has, without figures that a sentence could take for portions."""
    return NAME + "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in str(number))


def free_port() -> int:
    """A port nobody listens on, and none of those the system gives to whoever calls out: a bot that was killed finds it free again."""
    chance = SystemRandom()
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", chance.randrange(10_000, 32_000)))
            return int(probe.getsockname()[1])


def settle(url: str, people: int, now: datetime, **facts: Any) -> None:
    """A village with its manager and so many elders with phones, each with something that must never be logged."""

    def fill(session: Session) -> None:
        canteen = Canteen(name="鼓楼食堂", chat_id=GROUP, set_up_at=now, created_at=now, **facts)
        session.add(canteen)
        session.flush()
        ids = [(MANAGER, Role.MANAGER)] + [(FIRST + n, Role.ELDER) for n in range(people)]
        members = [
            Member(
                canteen_id=canteen.id,
                name=name_of(number),
                telegram_id=number,
                joined_at=now,
                approved_at=now,
                diet=[DIET],
            )
            for number, _ in ids
        ]
        session.add_all(members)
        session.flush()
        for member in members:
            seal(session, member, phone=PHONE, address=ADDRESS)
        session.add_all(
            MemberRole(member_id=member.id, role=role) for member, (_, role) in zip(members, ids, strict=True)
        )

    store = open_store(url)
    store.write_now(fill)
    store.close_now()


class Strike:
    """What happens once, when the messenger sees a call that meets the test."""

    def __init__(self, method: str, do: Act, *, applied: bool, meets: Callable[[dict], bool]) -> None:
        self.method, self.do, self.applied, self.meets = method, do, applied, meets
        self.happened = False


class Bot:
    """One life of the bot after another, over one store, one sandbox and one clock."""

    def __init__(self, folder: Path, store_url: str, world: World, faults: Faults, port: int) -> None:
        self.folder, self.store_url, self.world, self.faults = folder, store_url, world, faults
        self.log = folder / "bot.log"
        self.port = port
        self.web_port = 0
        self.lives = 0
        self.config = ""
        self.pace, self.tick = "telegram", 0.2
        self.environment = {name: v for name, v in os.environ.items() if not name.startswith("CANTEEN_")}
        self.asked: list[tuple[str, dict, Any]] = []
        """Every call the bot made but its polls: what was once said stays said, also when it is edited later."""
        self._strikes: list[Strike] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._engine = sa.create_engine(store_url, isolation_level="AUTOCOMMIT", pool_size=1)

    # lives

    async def start(self, *, ready: bool = True, before: Act | None = None) -> None:
        """Begin a life; `ready` waits for its first look for updates."""
        polls = self.world.counts["getUpdates"]
        self._process = self.spawn(self.log, before=before)
        self.lives += 1
        if ready:
            await self.until(lambda: self.world.counts["getUpdates"] > polls and self.listens())

    def listens(self) -> bool:
        """Whether its door is open, if it is to have one."""
        if not self.web_port:
            return True
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.web_port)) == 0

    def spawn(
        self, log: Path, *, store_url: str = "", before: Act | None = None
    ) -> "subprocess.Popen[bytes]":
        """A process over this or another store; `before` runs in it first."""
        config = self.folder / f"config-{log.stem}.toml"
        config.write_text(self._config(store_url or self.store_url), encoding="utf-8")
        config.chmod(0o600)
        with log.open("ab") as page:
            return subprocess.Popen(
                [sys.executable, str(HOME / "bot.py"), "run", "--config", str(config)],
                stdout=page,
                stderr=page,
                env=self.environment,
                preexec_fn=before,
            )

    def _config(self, store_url: str) -> str:
        listen = f"127.0.0.1:{self.web_port}" if self.web_port else ""
        hook = f'webhook_url = "http://127.0.0.1:{self.web_port}/telegram"\nwebhook_secret = "{SECRET}"\n'
        return (
            f'[telegram]\ntoken = "{TOKEN}"\napi_base = "http://127.0.0.1:{self.port}"\n'
            f'pace = "{self.pace}"\n'
            f"{hook if 'webhook' in self.config else ''}"
            f'[store]\nurl = "{store_url}"\n[web]\nlisten = "{listen}"\n[operator]\ntelegram_ids = [{OPERATOR}]\n'
            f'[clock]\ntick_seconds = {self.tick}\noffset_file = "{self.folder / "offset"}"\n[log]\nlevel = "DEBUG"\n'
        )

    @property
    def pid(self) -> int:
        """The process of this life."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is closed."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    async def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for this life to end by itself; its exit code."""
        process, self._process = self._process, None
        assert process is not None
        return await asyncio.to_thread(process.wait, LIMIT)

    # strikes

    def strike(
        self,
        method: str,
        do: Act | None = None,
        *,
        applied: bool = False,
        meets: Callable[[dict], bool] = lambda given: True,
    ) -> Strike:
        """Kill the bot (or do something else) at the next such call, before it is applied or after."""
        made = Strike(method, do or self.kill, applied=applied, meets=meets)
        self._strikes.append(made)
        return made

    async def struck(self, strike: Strike) -> None:
        """Until it has happened."""
        await self.until(lambda: strike.happened, alive=False)

    def listen(self, api: Any) -> None:
        """Stand between the wire and the Bot API."""
        apply = api.call

        async def call(token: str, method: str, given: dict, files: Any) -> Any:
            if method != "getUpdates":
                self.asked.append((method, given, files))
            self._hit(method, given, applied=False)
            reply = await apply(token, method, given, files)
            self._hit(method, given, applied=True)
            return reply

        api.call = call

    def _hit(self, method: str, given: dict, *, applied: bool) -> None:
        for strike in self._strikes:
            if (strike.method, strike.applied) == (method, applied) and strike.meets(given):
                self._strikes.remove(strike)
                strike.do()
                strike.happened = True
                raise Dropped(applied=applied)

    # looking

    async def until(self, meets: Meets, *, alive: bool = True, limit: float = LIMIT) -> Any:
        """What the test finds, as soon as it finds something."""
        try:
            async with asyncio.timeout(limit):
                while not (found := meets()):
                    if alive and self._process is not None and self._process.poll() is not None:
                        raise AssertionError(f"the bot ended by itself:\n{self.tail()}")
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise AssertionError(f"it never came to that:\n{self.tail()}") from None
        return found

    def rows(self, statement: str, **given: Any) -> list[Any]:
        """What the store says, read from outside."""
        with self._engine.connect() as connection:
            return list(connection.execute(sa.text(statement), given))

    def change(self, statement: str, **given: Any) -> None:
        """Change the store from outside, before the bot lives."""
        with self._engine.connect() as connection:
            connection.execute(sa.text(statement), given)

    def one(self, statement: str, **given: Any) -> Any:
        """One figure of the store."""
        return self.rows(statement, **given)[0][0]

    def all_done(self) -> bool:
        """Whether nothing waits: at the messenger, in the inbox, in the outbox."""
        return (
            not self.world.updates.waiting()
            and not self.one("SELECT count(*) FROM inbox_update WHERE state = 'new'")
            and not self.one("SELECT count(*) FROM outbox_message WHERE status IN ('pending', 'sending')")
        )

    def said(self, chat_id: int) -> list[Message]:
        """What the bot wrote into a chat, in order."""
        return [message for message in self.world.messages(chat_id) if message.by_bot]

    def heard(self, chat_id: int, words: str) -> list[Message]:
        """Those of them that contain the words."""
        return [message for message in self.said(chat_id) if words in message.text]

    def tail(self) -> str:
        """The end of the log, for who reads a failed test."""
        return self.log.read_text(encoding="utf-8")[-4000:] if self.log.exists() else ""

    def close(self) -> None:
        """End what still lives."""
        if self._process is not None:
            self.kill()
        self._engine.dispose()


@pytest.fixture
async def bot(tmp_path: Path, store_url: str) -> AsyncIterator[Bot]:
    """A bot not yet started, a sandbox that listens, ten people in the village; afterwards the logs are searched."""
    world = World(Clock(tmp_path / "offset"), token=TOKEN)
    world.clock.set(MORNING)
    world.add_person("运维", person_id=OPERATOR).started = True
    faults = Faults()
    app = create_app(world, faults)
    app.state.webhook = Webhook(world, pause=lambda seconds: asyncio.sleep(min(seconds, 1.0)))
    made = Bot(tmp_path, store_url, world, faults, free_port())
    made.listen(app.state.api)
    serving = asyncio.create_task(serve(app, "127.0.0.1", made.port))
    await asyncio.sleep(0)
    yield made
    made.close()
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    for log in tmp_path.glob("*.log"):
        words = log.read_text(encoding="utf-8")
        assert [canary for canary in CANARIES if canary in words] == [], log.name


def villagers(bot: Bot, people: int, **facts: Any) -> list[int]:
    """People who have greeted the bot, in one group with it; the same in the store."""
    settle(bot.store_url, people, bot.world.clock.now(), **facts)
    numbers = [MANAGER, *range(FIRST, FIRST + people)]
    for number in numbers:
        bot.world.add_person(name_of(number), person_id=number).started = True
    bot.world.add_group("鼓楼村食堂", numbers, chat_id=GROUP)
    return numbers[1:]
