"""The few ways to fail that the messenger has for us, and what a library's error means."""

import aiohttp
import httpx
from telegram import error as faults


class Retry(Exception):
    """Surely not sent; try again after so many seconds. `flood`: the messenger itself asked for the pause."""

    def __init__(self, after: float, *, flood: bool = False) -> None:
        super().__init__(f"not sent, again after {after:g} s")
        self.after, self.flood = after, flood


class Unreachable(Exception):
    """This chat cannot be written to: blocked, kicked, gone, or never begun."""


class Uncertain(Exception):
    """Nobody knows whether it was done."""


class Migrated(Exception):
    """The group has another id now; not sent."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__("the group has another id now")
        self.new_chat_id = new_chat_id


class Rejected(Exception):
    """The messenger refuses this request, and would again."""


class TokenRefused(Exception):
    """The messenger does not know this bot."""


class SecondPoller(Exception):
    """Somebody else receives the updates of this bot."""


GONE = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "user not found",
    "group chat was deleted",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
)
NOT_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


def failure(error: faults.TelegramError) -> Exception:
    """What a library's error means for the one who sends."""
    match error:
        case faults.RetryAfter():
            after = error.retry_after
            return Retry(float(after if isinstance(after, int) else after.total_seconds()), flood=True)
        case faults.ChatMigrated():
            return Migrated(error.new_chat_id)
        case faults.InvalidToken():
            return TokenRefused("the messenger does not know this bot")
        case faults.Conflict():
            return SecondPoller("another program receives the updates of this bot")
        case faults.Forbidden():
            return Unreachable(error.message)
        case faults.BadRequest():
            gone = any(words in error.message.lower() for words in GONE)
            return Unreachable(error.message) if gone else Rejected(error.message)
        case _:
            return Retry(1.0) if _surely_not_sent(error.__cause__) else Uncertain(type(error).__name__)


def _surely_not_sent(cause: BaseException | None) -> bool:
    """The aiohttp transport calls a connection lost in mid-request a connect timeout: look at what lies under it."""
    under = cause.__cause__ if cause is not None else None
    if isinstance(under, aiohttp.ClientError | TimeoutError):
        return isinstance(under, NOT_CONNECTED)
    return isinstance(cause, NOT_SENT)
