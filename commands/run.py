"""Bot, timed duties and web in one process, until told to stop."""

import asyncio
from argparse import Namespace
from typing import TYPE_CHECKING

from commands.saying import complain, configured, say
from config import Config

if TYPE_CHECKING:
    from models.store import Store


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
    from commands.house import House, PortTaken
    from models.store import StoreFull
    from transports.telegram import SecondPoller, TokenRefused

    store = _opened(config.store.url)
    if store is None:
        return 1
    try:
        asyncio.run(House(config, token, store).live())
    except TokenRefused:
        complain("cli.token_refused")
    except SecondPoller:
        complain("cli.second_poller")
    except PortTaken as taken:
        complain("cli.port_taken", port=str(taken))
    except StoreFull:
        complain("cli.store_full")
    else:
        say("cli.stopped")
        return 0
    return 1


def _opened(url: str) -> "Store | None":
    """The store, ours alone and of this release; a complaint and nothing when it cannot be had."""
    from sqlalchemy.exc import OperationalError

    from models import migrate
    from models.store import StoreBusy, open_store

    try:
        # Taken before it is changed: a newer release must not rebuild the tables under a bot that runs.
        store = open_store(url, exclusive=True)
    except StoreBusy:
        complain("cli.store_busy")
        return None
    except OperationalError as wrong:
        complain("cli.store_down", why=type(wrong.orig).__name__)
        return None
    try:
        migrate.upgrade(url)
    except migrate.StoreTooNew:
        complain("cli.store_too_new")
    except OperationalError as wrong:
        complain("cli.store_down", why=type(wrong.orig).__name__)
    else:
        return store
    store.close_now()
    return None
