"""The messenger's Bot API: few calls, four ways to fail, and never the token in any of them."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from transports.failures import (
    Migrated,
    Rejected,
    Retry,
    SecondPoller,
    TokenRefused,
    Uncertain,
    Unreachable,
    result,
)
from transports.replies import Reply
from transports.wire import NotSent, Unanswered, Upload, Wire, Wires

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
    "wires",
]

CONNECTIONS = 64
POLL_SECONDS = 50
SLACK = 10.0
SEND_TIMEOUT = 30.0
"""Generous: a read that times out leaves open whether the message arrived."""
PICTURE = ".png"
DEFAULT_BASE = "https://api.telegram.org"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")


UNCHANGED = "message is not modified"
DELETED = "message to delete not found"


def wires(proxy: str = "") -> tuple[Wire, Wire]:
    """Two ways to the messenger, one for polling and one for all else."""
    polling, other = (4, POLL_SECONDS + SLACK), (CONNECTIONS, SEND_TIMEOUT)
    if not proxy:
        return Wires(*polling), Wires(*other)
    from transports.proxied import through

    return through(proxy, *polling), through(proxy, *other)


@dataclass(frozen=True, slots=True)
class Me:
    """Who the bot is."""

    id: int
    username: str
    reads_groups: bool


class Telegram:
    """The Bot API as the house uses it; raw objects in and out, no copies of them."""

    def __init__(self, token: str, wires: tuple[Wire, Wire], base: str = DEFAULT_BASE) -> None:
        self._polling, self._wire = wires
        base, token = quote(base, safe=":/%"), quote(token, safe=":")
        self._url, self._files = f"{base}/bot{token}", f"{base}/file/bot{token}"

    def __repr__(self) -> str:
        return "Telegram()"

    async def open(self) -> None:
        """Make ready."""
        await self._polling.open()
        await self._wire.open()

    async def close(self) -> None:
        """Close all connections."""
        await self._polling.close()
        await self._wire.close()

    async def call(self, method: str, **parameters: Any) -> Any:
        """Any method; None is left out."""
        return await self._post(self._wire, method, parameters)

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
            # A picture is seen at once; as a document it would have to be opened first.
            kind = "photo" if name.endswith(PICTURE) else "document"
            given = {"chat_id": chat_id, **caption}
            sent = await self._post(self._wire, f"send{kind.title()}", given, (kind, name, content))
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
        reply = await _carried(self._wire.get(f"{self._files}/{quote(found['file_path'])}"))
        if reply.status != 200:
            raise Rejected(f"the file could not be fetched, status {reply.status}")
        return reply.body

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to an address."""
        allowed = list(ALLOWED_UPDATES)
        await self.call(
            "setWebhook", url=url, secret_token=secret, allowed_updates=allowed, max_connections=40
        )

    async def delete_webhook(self) -> None:
        """Have updates kept for polling."""
        await self.call("deleteWebhook")

    async def _post(
        self, wire: Wire, method: str, parameters: dict[str, Any], upload: Upload | None = None
    ) -> Any:
        given = {name: value for name, value in parameters.items() if value is not None}
        return result(await _carried(wire.post(f"{self._url}/{method}", given, upload)))


async def _carried(reply: Awaitable[Reply]) -> Reply:
    """The wire's own faults in the house's words; none of them carries the address, which carries the token."""
    try:
        return await reply
    except NotSent:
        raise Retry(1.0) from None
    except Unanswered as unknown:
        raise Uncertain(str(unknown)) from None
