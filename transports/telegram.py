"""The messenger's Bot API: few calls, four ways to fail, and never the token in any of them."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from httpx_aiohttp import AiohttpTransport
from telegram import InputFile
from telegram import error as faults
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter
from telegram.warnings import PTBDeprecationWarning

from transports.failures import (
    Migrated,
    Rejected,
    Retry,
    SecondPoller,
    TokenRefused,
    Uncertain,
    Unreachable,
    failure,
)

__all__ = [
    "Me",
    "Migrated",
    "Rejected",
    "Retry",
    "SecondPoller",
    "Telegram",
    "TokenRefused",
    "Uncertain",
    "Unreachable",
    "failure",
    "requests",
]

CONNECTIONS = 64
POLL_SECONDS = 50
SLACK = 10.0
SEND_TIMEOUT = 30.0
"""Generous: a read that times out leaves open whether the message arrived."""
DEFAULT_BASE = "https://api.telegram.org"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")


UNCHANGED = "message is not modified"
DELETED = "message to delete not found"


def requests(proxy: str = "") -> tuple[BaseRequest, BaseRequest]:
    """Two pools of connections, one for polling and one for all else; a proxy is spoken to by plain httpx."""
    # Each 429 would print that this attribute is a number today and a duration one day; we read both.
    warnings.filterwarnings("ignore", ".*attribute `retry_after`", PTBDeprecationWarning)
    return _request(4, POLL_SECONDS + SLACK, proxy), _request(CONNECTIONS, SEND_TIMEOUT, proxy)


def _request(size: int, read_timeout: float, proxy: str) -> BaseRequest:
    limits = httpx.Limits(max_connections=size, keepalive_expiry=15.0)
    lean: dict[str, Any] = {} if proxy else {"transport": AiohttpTransport(limits=limits)}
    return HTTPXRequest(
        connection_pool_size=size,
        read_timeout=read_timeout,
        write_timeout=20.0,
        connect_timeout=10.0,
        pool_timeout=20.0,
        proxy=proxy or None,
        httpx_kwargs=lean,
    )


@dataclass(frozen=True, slots=True)
class Me:
    """Who the bot is."""

    id: int
    username: str
    reads_groups: bool


class Telegram:
    """The Bot API as the house uses it; raw objects in and out, no copies of them."""

    def __init__(
        self, token: str, requests: tuple[BaseRequest, BaseRequest], base: str = DEFAULT_BASE
    ) -> None:
        self._polling, self._request = requests
        self._url, self._files = f"{base}/bot{token}", f"{base}/file/bot{token}"

    def __repr__(self) -> str:
        return "Telegram()"

    async def open(self) -> None:
        """Make ready."""
        await self._polling.initialize()
        await self._request.initialize()

    async def close(self) -> None:
        """Close all connections."""
        await self._polling.shutdown()
        await self._request.shutdown()

    async def call(self, method: str, **parameters: Any) -> Any:
        """Any method; None is left out."""
        return await self._post(self._request, method, parameters)

    async def poll(self, offset: int | None, seconds: int = POLL_SECONDS) -> list[Any]:
        """The next raw updates, on connections of their own; waits for some."""
        asked = {"offset": offset, "timeout": seconds, "allowed_updates": list(ALLOWED_UPDATES)}
        found = await self._post(self._polling, "getUpdates", asked)
        return found if isinstance(found, list) else []

    async def send(
        self, chat_id: int, said: dict[str, Any], document: tuple[str, bytes] | None = None
    ) -> int:
        """Send text, or a file with the text as its caption; answers the number of the message."""
        if document is None:
            sent = await self.call("sendMessage", chat_id=chat_id, **said)
        else:
            name, content = document
            caption = {("caption" if key == "text" else key): value for key, value in said.items()}
            file = InputFile(content, filename=name)
            sent = await self.call("sendDocument", chat_id=chat_id, document=file, **caption)
        return int(sent["message_id"])

    async def show(self, chat_id: int, said: dict[str, Any], photo: str) -> int:
        """Show a picture that the messenger already has, with the text as its caption."""
        caption = {("caption" if key == "text" else key): value for key, value in said.items()}
        sent = await self.call("sendPhoto", chat_id=chat_id, photo=photo, **caption)
        return int(sent["message_id"])

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Take an own message back; one that is gone already is no fault."""
        try:
            await self.call("deleteMessage", chat_id=chat_id, message_id=message_id)
        except Rejected as refused:
            if DELETED not in str(refused).lower():
                raise

    async def edit(self, chat_id: int, message_id: int, said: dict[str, Any]) -> None:
        """Change an own message; it is no fault when it already says so."""
        try:
            await self.call("editMessageText", chat_id=chat_id, message_id=message_id, **said)
        except Rejected as refused:
            if UNCHANGED not in str(refused).lower():
                raise

    async def answer_tap(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        """End the little clock on a tapped button, perhaps with a word."""
        await self.call(
            "answerCallbackQuery", callback_query_id=callback_id, text=text or None, show_alert=alert
        )

    async def get_me(self) -> Me:
        """Who the bot is."""
        me = await self.call("getMe")
        return Me(me["id"], me["username"], bool(me.get("can_read_all_group_messages")))

    async def get_commands(self, scope: str, language: str) -> list[Any]:
        """The commands shown in a kind of chat to those who speak a language."""
        return list(await self.call("getMyCommands", scope={"type": scope}, language_code=language or None))

    async def set_commands(self, scope: str, language: str, commands: Sequence[Mapping[str, str]]) -> None:
        """Show commands in a kind of chat to those who speak a language; "" is everybody else."""
        listed = [dict(command) for command in commands]
        await self.call(
            "setMyCommands", commands=listed, scope={"type": scope}, language_code=language or None
        )

    async def get_chat_member(self, chat_id: int, person_id: int) -> dict[str, Any]:
        """What somebody is in a chat, as the messenger says it."""
        return dict(await self.call("getChatMember", chat_id=chat_id, user_id=person_id))

    async def file(self, file_id: str) -> bytes:
        """The content of a file somebody sent."""
        found = await self.call("getFile", file_id=file_id)
        try:
            return await self._request.retrieve(f"{self._files}/{found['file_path']}")
        except faults.TelegramError as error:
            raise failure(error) from None

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to an address."""
        allowed = list(ALLOWED_UPDATES)
        await self.call(
            "setWebhook", url=url, secret_token=secret, allowed_updates=allowed, max_connections=40
        )

    async def delete_webhook(self) -> None:
        """Have updates kept for polling."""
        await self.call("deleteWebhook")

    async def _post(self, request: BaseRequest, method: str, parameters: dict[str, Any]) -> Any:
        given = [RequestParameter.from_input(name, v) for name, v in parameters.items() if v is not None]
        data = RequestData(given) if given else None
        try:
            return await request.post(f"{self._url}/{method}", data)
        except faults.TelegramError as error:
            # The library's own error may carry the address, and the address carries the token.
            raise failure(error) from None
