"""The sample village in a browser: a real bot process, a local Bot API, no token, no network."""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import webbrowser
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from commands.saying import complain, say

HOME = Path(__file__).parent.parent
HOST = "127.0.0.1"
STOP_SECONDS = 15
TICK_SECONDS = 0.2
DAYLIGHT = range(7, 17)


def main(arguments: Namespace) -> int:
    """Open the village until Ctrl+C."""
    with _folder(arguments.keep) as folder:
        try:
            asyncio.run(_open(folder, arguments.port, browser=not arguments.no_browser))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return 0
        except OSError as wrong:
            complain("cli.port_taken", port=arguments.port)
            return int(bool(wrong))
    return 0


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="gulou-") as made:
        yield Path(made)


async def _open(folder: Path, port: int, *, browser: bool) -> None:
    from sandbox.clock import Clock
    from sandbox.page import make_page, page_routes
    from sandbox.sample import PERSONAE
    from sandbox.server import create_app
    from sandbox.world import World
    from web.server import Web

    _end_politely()
    token = f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(27)}"
    clock = Clock(folder / "offset")
    begin_by_day(clock)
    world = World(clock, token=token)
    populate(world)
    roles = {persona.telegram_id: persona.roles[0].value for persona in PERSONAE}
    page = make_page(world, roles)
    app = create_app(world, routes=page_routes(page))
    web = Web(app.routes, HOST, port)
    await web.start()
    bot = _start_bot(folder, port, token, world.clock.now())
    try:
        _invite(f"http://{HOST}:{port}/", browser=browser)
        await asyncio.to_thread(bot.wait)
        complain("cli.demo_failed", why=f"bot.py run: {bot.returncode}")
    finally:
        await asyncio.to_thread(_stop_bot, bot)
        page.feed.close()
        app.state.api.close()
        # The bot's last long poll is cut off with the server; that is no news for who ends a demo.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await web.stop()


def _end_politely() -> None:
    """A `kill` and a closed window end the demo like Ctrl+C: the bot in it must not go on alone."""
    opening = asyncio.current_task()
    assert opening is not None
    for end in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(end, opening.cancel)


def begin_by_day(clock: Any) -> None:
    """A new demo begins while tomorrow's lunch can be booked: in the evening and at night it is set to ten o'clock."""
    local = clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    if clock.offset or local.hour in DAYLIGHT:
        return
    day = local.date() + timedelta(days=local.hour >= DAYLIGHT.stop)
    clock.set(datetime.combine(day, time(10), tzinfo=local.tzinfo))


def populate(world: Any) -> None:
    """The personae and their group; each has already greeted the bot, so that it can write to them."""
    from sandbox.sample import GROUP, PERSONAE, TITLE

    for persona in PERSONAE:
        world.add_person(persona.name, person_id=persona.telegram_id).started = True
    world.add_group(TITLE, [persona.telegram_id for persona in PERSONAE], chat_id=GROUP)


def _start_bot(folder: Path, port: int, token: str, now: datetime) -> "subprocess.Popen[bytes]":
    database = folder / "canteen.db"
    _fill(f"sqlite:///{database}", now)
    config = folder / "config.toml"
    config.write_text(
        f'[telegram]\ntoken = "{token}"\napi_base = "http://{HOST}:{port}"\n'
        f'[store]\nurl = "sqlite:///{database}"\n[web]\nlisten = ""\n'
        f'[clock]\ntick_seconds = {TICK_SECONDS}\noffset_file = "{folder / "offset"}"\n[log]\nlevel = "WARNING"\n',
        encoding="utf-8",
    )
    config.chmod(0o600)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CANTEEN_")}
    return subprocess.Popen(  # noqa: S603 - our own bot
        [sys.executable, str(HOME / "bot.py"), "run", "--config", str(config)], env=environment
    )


def _fill(url: str, now: datetime) -> None:
    from models import migrate
    from models.store import open_store
    from sandbox.sample import fill

    if migrate.current(url) is not None:
        return
    migrate.upgrade(url)
    store = open_store(url)
    store.write_now(lambda session: fill(session, now).id)
    store.close_now()


def _invite(url: str, *, browser: bool) -> None:
    say("cli.demo_ready", url=url)
    say("cli.demo_tour")
    say("cli.demo_stop")
    sys.stdout.flush()
    if browser:
        webbrowser.open(url)


def _stop_bot(bot: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        bot.terminate()
    try:
        bot.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        bot.kill()
        bot.wait()
