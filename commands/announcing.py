"""Telling the messenger at start which commands there are; what it knows already is not told again."""

import structlog

from handlers import routes, slash
from texts import Words
from transports.telegram import Rejected, Retry, Telegram, Uncertain, Unreachable

log = structlog.get_logger()

LANGUAGES = {"": "en", "zh": "zh_CN"}
"""The messenger's language codes; the empty one is for whoever has none of the others."""

Listed = list[dict[str, str]]


def described(scope: str, language: str) -> Listed:
    """The commands of a kind of chat with their descriptions."""
    words = Words(language, "UTC")
    names = slash.shown(scope, routes.COMMANDS)
    return [{"command": name, "description": words.template(f"command.{name}")} for name in names]


async def announce(telegram: Telegram) -> None:
    """Show the commands everywhere; a messenger that is busy is left alone until the next start."""
    try:
        for scope in slash.SHOWN:
            for code, language in LANGUAGES.items():
                await _show(telegram, scope, code, described(scope, language))
    except (Retry, Uncertain, Rejected, Unreachable) as fault:
        log.warning("the commands could not be shown", fault=type(fault).__name__)


async def _show(telegram: Telegram, scope: str, code: str, wanted: Listed) -> None:
    if await telegram.get_commands(scope, code) != wanted:
        await telegram.set_commands(scope, code, wanted)
