"""Is everything there that the bot needs? Each finding comes with its cure."""

import asyncio
import shutil
import sqlite3
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands.saying import complain, configured, say
from config import Config

LEAST_BYTES = 200 * 1024 * 1024
SAFE_SQLITE = (3, 51, 3)
"""Older ones can harm a store when two connections write and checkpoint at one instant (very rare)."""


def main(arguments: Namespace) -> int:
    """Look at configuration, store, disk, font, token and groups; 1 when something needs a cure."""
    config = configured(arguments)
    if config is None:
        return 1
    findings = [check(config) for check in CHECKS]
    findings += asyncio.run(_messenger(config))
    if any(findings):
        return 1
    say("cli.healthy")
    return 0


def _finding(key: str, /, **facts: Any) -> bool:
    complain(key, **facts)
    return True


def store(config: Config) -> bool:
    """The store can be opened and is not of a later release."""
    from sqlalchemy.exc import SQLAlchemyError

    from models import migrate

    try:
        found = migrate.current(config.store.url)
    except SQLAlchemyError as wrong:
        return _finding("cli.store_down", why=type(wrong).__name__)
    if found is not None and found not in migrate.revisions():
        return _finding("cli.store_too_new")
    return False


def sqlite(config: Config) -> bool:
    """An old SQLite is worth a word, not a refusal."""
    if config.store.url.startswith("sqlite") and sqlite3.sqlite_version_info < SAFE_SQLITE:
        complain("cli.old_sqlite", version=sqlite3.sqlite_version)
    return False


def disk(config: Config) -> bool:
    """There is room where the store lies."""
    path = (
        Path(config.store.url.removeprefix("sqlite:///")) if config.store.url.startswith("sqlite") else Path()
    )
    folder = path.parent if path.parent.exists() else Path()
    free = shutil.disk_usage(folder).free
    return free < LEAST_BYTES and _finding("cli.disk_low", free=free // 2**20)


def font(config: Config) -> bool:
    """The Chinese font of the sheets is installed."""
    from texts.sheets import fonts

    return not any(fonts().rglob("*.[ot]tf")) and _finding("cli.no_font")


def keys(config: Config) -> bool:
    """What is private can be opened; and its keys do not lie with the copies of the store."""
    from commands.opening import keys_of
    from models.backup import beside_keys
    from models.members.keyring import KeyMissing, Keyring, WrongKey

    place = keys_of(config)
    try:
        Keyring(place).check()
    except WrongKey:
        return _finding("cli.wrong_key", file=str(place.key))
    except KeyMissing:
        return _finding("cli.key_missing", file=str(place.key))
    crowded = [str(folder) for folder in beside_keys(place)]
    return bool(crowded) and _finding("cli.key_with_backups", folder=", ".join(crowded))


CHECKS: tuple[Callable[[Config], bool], ...] = (store, keys, sqlite, disk, font)


async def _messenger(config: Config) -> list[bool]:
    """The token is known to the messenger, and the bot can read what the village says."""
    from transports.telegram import Rejected, Retry, Telegram, TokenRefused, Uncertain, wires

    try:
        token = config.telegram.secret_token()
    except OSError as wrong:
        return [_finding("cli.cannot_read", file=str(config.telegram.token_file), why=type(wrong).__name__)]
    if not token:
        return [_finding("cli.no_token")]
    telegram = Telegram(token, wires(config.telegram.proxy), config.telegram.api_base)
    await telegram.open()
    try:
        me = await telegram.get_me()
        return [await _group(telegram, chat, me) for chat in _groups(config)]
    except (TokenRefused, Rejected):
        return [_finding("cli.token_refused")]
    except (Retry, Uncertain):
        return [_finding("cli.messenger_silent", where=config.telegram.api_base)]
    finally:
        await telegram.close()


async def _group(telegram: Any, chat_id: int, me: Any) -> bool:
    """The bot is in the group and hears more than commands there."""
    from transports.telegram import Rejected, Unreachable

    try:
        standing = await telegram.get_chat_member(chat_id, me.id)
    except (Unreachable, Rejected):
        return _finding("cli.not_in_group", chat=chat_id)
    if standing.get("status") in ("left", "kicked"):
        return _finding("cli.not_in_group", chat=chat_id)
    deaf = standing.get("status") != "administrator" and not me.reads_groups
    return deaf and _finding("cli.privacy_mode", chat=chat_id)


def _groups(config: Config) -> list[int]:
    from sqlmodel import col, select

    from models import migrate
    from models.members.people import Canteen
    from models.store import open_store

    if migrate.current(config.store.url) != migrate.head():
        return []
    opened = open_store(config.store.url)
    try:
        chats = opened.read_now(lambda s: s.exec(select(Canteen.chat_id).order_by(col(Canteen.id))).all())
    finally:
        opened.close_now()
    return [chat for chat in chats if chat is not None]
