"""Bot, timed duties and web in one process, until told to stop."""

import asyncio
from argparse import Namespace

from commands.saying import complain, configured, say
from config import Config


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
    from sqlalchemy.exc import OperationalError

    from commands.house import House, PortTaken
    from models import migrate
    from models.store import StoreBusy, open_store
    from transports.telegram import SecondPoller, TokenRefused

    try:
        migrate.upgrade(config.store.url)
        store = open_store(config.store.url, exclusive=True)
    except migrate.StoreTooNew:
        complain("cli.store_too_new")
    except StoreBusy:
        complain("cli.store_busy")
    except OperationalError as wrong:
        complain("cli.store_down", why=type(wrong.orig).__name__)
    else:
        try:
            asyncio.run(House(config, token, store).live())
        except TokenRefused:
            complain("cli.token_refused")
            return 1
        except SecondPoller:
            complain("cli.second_poller")
            return 1
        except PortTaken as taken:
            complain("cli.port_taken", port=str(taken))
            return 1
        say("cli.stopped")
        return 0
    return 1
