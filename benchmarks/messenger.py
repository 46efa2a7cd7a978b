"""A lean Bot API on loopback: it checks almost nothing, so that the bot is what is measured and not the server.

The strict one, for tests and the demo, is `sandbox/`. Limits, when enforced, are the sandbox's own.
"""

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from sandbox.clock import Clock
from sandbox.limits import Limits, RateMeter

TOKEN = "1000001:benchmarks-only-no-secret-AAAAAAAAAAAA"
BATCH = 100
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
CHAT = re.compile(rb'(?:^|&|")chat_id(?:=|": ?)(-?\d+)')
OFFSET = re.compile(rb'(?:^|&|")offset(?:=|": ?)(-?\d+)')
WAIT = re.compile(rb'(?:^|&|")timeout(?:=|": ?)(\d+)')
"""A field of a form or of a JSON object."""
ME = {
    "id": 1000001,
    "is_bot": True,
    "first_name": "Bench",
    "username": "bench_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": True,
    "supports_inline_queries": False,
}
COUNTED = {"sendMessage", "editMessageText", "sendDocument"}

Heard = Callable[[str, int, bytes], None]


class Messenger:
    """Hands out updates, takes what the bot sends, and tells `heard` of each call: method, chat, body."""

    def __init__(self, *, enforce: bool = False) -> None:
        self.heard: Heard = lambda method, chat_id, body: None
        self.refused = 0
        self.polled = asyncio.Event()
        self.first_poll_at = 0.0
        self._meter = RateMeter(Clock(None), Limits(enforce=enforce))
        self._enforce = enforce
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._poll: tuple[Wire, asyncio.TimerHandle] | None = None
        self._flushing = False
        self._update_id = 5_000_000
        self._message_id = 0
        self.url = ""

    async def __aenter__(self) -> "Messenger":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Wire(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._poll is not None:
            self._poll[1].cancel()
        self._server.close()

    def push(self, kind: str, body: dict[str, Any]) -> int:
        """Make an update available; those of one moment travel in one batch."""
        self._update_id += 1
        raw = json.dumps({"update_id": self._update_id, kind: body}, ensure_ascii=False).encode()
        self._waiting.append((self._update_id, raw))
        if self._poll is not None and not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)
        return self._update_id

    async def poll_within(self, seconds: float) -> None:
        """Until the bot asked for updates for the first time, or so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.polled.wait()

    def next_message(self) -> int:
        """A fresh message number."""
        self._message_id += 1
        return self._message_id

    def answer(self, wire: "Wire", method: str, body: bytes) -> None:
        """Do one call of the bot."""
        if method == "getUpdates":
            return self._hold(wire, body)
        found = CHAT.search(body)
        chat_id = int(found[1]) if found else 0
        wait = self._meter.take(chat_id) if self._enforce and method in COUNTED else 0
        if wait:
            self.refused += 1
            return wire.reply(_flood(wait), b"429 Too Many Requests")
        wire.reply(b'{"ok":true,"result":' + self._result(method, chat_id) + b"}")
        self.heard(method, chat_id, body)
        return None

    def _result(self, method: str, chat_id: int) -> bytes:
        if method == "getMe":
            return json.dumps(ME).encode()
        if method in ("sendMessage", "sendDocument", "editMessageText"):
            kind = "private" if chat_id > 0 else "supergroup"
            return b'{"message_id":%d,"date":1790000000,"chat":{"id":%d,"type":"%s"},"text":"ok"}' % (
                self.next_message(),
                chat_id,
                kind.encode(),
            )
        return b"[]" if method == "getMyCommands" else b"true"

    def _hold(self, wire: "Wire", body: bytes) -> None:
        if not self.polled.is_set():
            self.first_poll_at = monotonic()
            self.polled.set()
        offset, seconds = OFFSET.search(body), WAIT.search(body)
        while offset and self._waiting and self._waiting[0][0] < int(offset[1]):
            self._waiting.popleft()
        if self._poll is not None:
            self._poll[1].cancel()
        loop = asyncio.get_running_loop()
        self._poll = (wire, loop.call_later(float(seconds[1]) if seconds else 0.0, self._flush))
        if self._waiting:
            self._flush()

    def _flush(self) -> None:
        self._flushing = False
        if self._poll is None:
            return
        (wire, timer), self._poll = self._poll, None
        timer.cancel()
        batch = [self._waiting[number][1] for number in range(min(BATCH, len(self._waiting)))]
        wire.reply(b'{"ok":true,"result":[' + b",".join(batch) + b"]}")


def _flood(wait: int) -> bytes:
    said = f"Too Many Requests: retry after {wait}"
    return json.dumps(
        {"ok": False, "error_code": 429, "description": said, "parameters": {"retry_after": wait}}
    ).encode()


def field(body: bytes, name: str) -> str:
    """One field of a form or of a JSON object as text; empty when it is not there."""
    if body.startswith(b"{"):
        return str(json.loads(body).get(name, ""))
    return parse_qs(body.decode()).get(name, [""])[0]


class Wire(asyncio.Protocol):
    """One kept connection: HTTP/1.1 as three libraries speak it, nothing more."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Answer whatever is complete."""
        self._data += data
        while (head_ends := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:head_ends]
            length = LENGTH.search(head)
            ends = head_ends + 4 + (int(length[1]) if length else 0)
            if len(self._data) < ends:
                return
            body, self._data = self._data[head_ends + 4 : ends], self._data[ends:]
            path = head.split(b" ", 2)[1]
            self._messenger.answer(self, path.rpartition(b"/")[2].decode(), body)

    def reply(self, body: bytes, status: bytes = b"200 OK") -> None:
        """One answer."""
        head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % (status, len(body)) + body)
