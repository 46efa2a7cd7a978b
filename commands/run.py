"""Bot, timed duties and web in one process, until told to stop."""

import asyncio
import fcntl
import gc
import importlib
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from commands.saying import complain, configured, say
from config import Config
from transports.headstart import Headstart
from transports.telegram import SecondPoller, Telegram, TokenRefused, wires

if TYPE_CHECKING:
    from models.store import Store

YOUNG_OBJECTS = 5_000
"""So many new objects before the collector looks for rings among them: a turn makes many and leaves few."""


def main(arguments: Namespace) -> int:
    """Run until SIGTERM or Ctrl+C; 1 when something does not let it start."""
    config = configured(arguments)
    if config is None:
        return 1
    try:
        token = config.telegram.secret_token()
    except OSError as wrong:
        complain("cli.cannot_read", file=str(config.telegram.token_file), why=type(wrong).__name__)
        return 1
    if not token:
        complain("cli.no_token")
        return 1
    return _run(config, token)


def _run(config: Config, token: str) -> int:
    try:
        return asyncio.run(_live(config, token))
    except TokenRefused:
        complain("cli.token_refused")
    except SecondPoller:
        complain("cli.second_poller")
    return 1


async def _live(config: Config, token: str) -> int:
    """Ask for updates first: all that remembers and decides takes a second to load, and is not needed for that."""
    telegram = Telegram(token, wires(config.telegram.proxy), config.telegram.api_base)
    await telegram.open()
    early = Headstart(telegram.poll)
    if not config.telegram.webhook_url and undisturbed(config.store.url):
        early.begin()
    try:
        store = await asyncio.to_thread(_opened, config)
        return 1 if store is None else await _work(config, token, store, (telegram, early))
    finally:
        await early.close()
        await telegram.close()


async def _work(config: Config, token: str, store: "Store", reach: tuple[Telegram, Headstart]) -> int:
    from models.store import StoreBusy, StoreFull

    house = await asyncio.to_thread(importlib.import_module, "commands.house")
    gc.freeze()  # what is loaded lives as long as the bot: the collector need not look through it again and again
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    try:
        await house.House(config, token, store, reach).live()
    except house.PortTaken as taken:
        complain("cli.port_taken", port=str(taken))
    except StoreFull:
        complain("cli.store_full")
    except StoreBusy:
        complain("cli.store_busy")
    else:
        say("cli.stopped")
        return 0
    return 1


def unlocked(store: "Store", *, ready: bool) -> bool:
    """Whether what is private in the store can be read; at the very first start the keys are made."""
    from models.members.keyring import KeyMissing, WrongKey
    from models.members.sealed import anything_sealed

    ring = store.vault.ring
    try:
        if ring.check():
            return True
    except WrongKey:
        complain("cli.wrong_key", file=str(ring.place.key))
        return False
    except KeyMissing:
        complain("cli.key_missing", file=str(ring.place.key))
        return False
    if ready and anything_sealed(store.engine):
        complain("cli.key_missing", file=str(ring.place.ring))
        return False
    ring.make()
    say("cli.key_made", key=str(ring.place.key), ring=str(ring.place.ring))
    return True


def undisturbed(url: str) -> bool:
    """Whether surely no other bot works on this store: its poll would be broken off by ours."""
    if not url.startswith("sqlite:///"):
        return False
    file = Path(f"{url.removeprefix('sqlite:///').partition('?')[0]}.lock")
    try:
        with file.open("r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _opened(config: Config) -> "Store | None":
    """The store, ours alone and of this release; a complaint and nothing when it cannot be had."""
    from sqlalchemy.exc import OperationalError

    from commands.opening import keys_of
    from models import migrate
    from models.store import StoreBusy, open_store

    url, keys = config.store.url, keys_of(config)
    try:
        # Taken before it is changed: a newer release must not rebuild the tables under a bot that runs.
        store = open_store(url, exclusive=True, keys=keys)
    except StoreBusy:
        complain("cli.store_busy")
        return None
    except OperationalError as wrong:
        complain("cli.store_down", why=type(wrong.orig).__name__)
        return None
    try:
        if unlocked(store, ready=migrate.current(url) is not None):
            migrate.upgrade(url, keys=keys)
            return store
    except migrate.StoreTooNew:
        complain("cli.store_too_new")
    except OperationalError as wrong:
        complain("cli.store_down", why=type(wrong.orig).__name__)
    store.close_now()
    return None
