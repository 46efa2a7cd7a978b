"""A lean HTTP/1.1 server for an ASGI app on loopback: a few times faster than a general one, and it can drop a call.

Not for the open network: no TLS, no flow control, no limits on slow clients.
"""

import asyncio
import logging
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

DROP = "sandbox.drop"
_LOGGER = logging.getLogger(__name__)
_CHUNK = re.compile(rb"([0-9a-fA-F]+)[^\r\n]*\r\n")
_PHRASES = {200: b"OK", 400: b"Bad Request", 404: b"Not Found", 429: b"Too Many Requests"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    method: str
    target: str
    headers: list[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)


class Wire(asyncio.Protocol):
    """One connection: requests one after the other, answered in order."""

    def __init__(self, app: ASGIApp, open_wires: set["Wire"]) -> None:
        self._app = app
        self._open_wires = open_wires
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._gone = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open_wires.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """A client went."""
        self._gone.set()
        self._open_wires.discard(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came; answer when they make a request."""
        self._buffer += data
        self._next()

    def close(self) -> None:
        """End the connection and what it does."""
        if self._task and self._task is not asyncio.current_task():
            self._task.cancel()
        if self._transport:
            self._transport.abort()

    def _next(self) -> None:
        if self._task is not None:
            return
        request = take_request(self._buffer)
        if request is not None:
            self._task = asyncio.create_task(self._answer(request))

    async def _answer(self, request: Request) -> None:
        exchange = _Exchange(self._transport, self._gone, request)
        try:
            await self._app(exchange.scope(), exchange.receive, exchange.send)
        except Exception:
            _LOGGER.exception("answering %s failed", request.method)
            self.close()
        self._task = None
        if not self._gone.is_set():
            self._next()


class _Exchange:
    """One request and its answer in ASGI's terms."""

    def __init__(self, transport: asyncio.Transport | None, gone: asyncio.Event, request: Request) -> None:
        self._transport = transport
        self._gone = gone
        self._request = request
        self._read = False
        self._head = b""
        self._chunked = False

    def scope(self) -> Scope:
        path, _, query = self._request.target.partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": self._request.headers,
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 0),
            "extensions": {DROP: {}},
        }

    async def receive(self) -> Message:
        if self._read:
            await self._gone.wait()
            return {"type": "http.disconnect"}
        self._read = True
        return {"type": "http.request", "body": self._request.body, "more_body": False}

    async def send(self, message: Message) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if message["type"] == DROP:
            self._transport.abort()
        elif message["type"] == "http.response.start":
            self._start(message)
        else:
            self._write(message.get("body", b""), more=message.get("more_body", False))

    def _start(self, message: Message) -> None:
        headers = list(message.get("headers", []))
        self._chunked = not any(name.lower() == b"content-length" for name, _ in headers)
        if self._chunked:
            headers.append((b"transfer-encoding", b"chunked"))
        status = message["status"]
        lines = [b"HTTP/1.1 %d %s" % (status, _PHRASES.get(status, b"-"))]
        self._head = b"\r\n".join([*lines, *(name + b": " + value for name, value in headers), b"", b""])

    def _write(self, body: bytes, *, more: bool) -> None:
        assert self._transport is not None
        if self._chunked:
            body = (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + (b"" if more else b"0\r\n\r\n")
        self._transport.write(self._head + body)
        self._head = b""


def take_request(buffer: bytearray) -> Request | None:
    """Cut the first whole request off the buffer; nothing while it is incomplete."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *rest = bytes(buffer[:end]).split(b"\r\n")
    pairs = [line.partition(b":") for line in rest]
    headers = [(name.lower(), value.strip()) for name, _, value in pairs]
    found = _body(buffer, end + 4, dict(headers))
    if found is None:
        return None
    body, used = found
    del buffer[:used]
    method, target, _ = first.decode("latin-1").split(" ", 2)
    return Request(method, target, headers, body)


def _body(buffer: bytearray, start: int, headers: dict[bytes, bytes]) -> tuple[bytes, int] | None:
    """The body and where it ends; nothing while it is incomplete."""
    if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        return _chunks(bytes(buffer), start)
    end = start + int(headers.get(b"content-length", b"0"))
    return (bytes(buffer[start:end]), end) if len(buffer) >= end else None


def _chunks(data: bytes, place: int) -> tuple[bytes, int] | None:
    parts: list[bytes] = []
    while (head := _CHUNK.match(data, place)) is not None:
        size = int(head[1], 16)
        end = head.end() + size
        if len(data) < end + 2:
            return None
        if size == 0:
            return b"".join(parts), end + 2
        parts.append(data[head.end() : end])
        place = end + 2
    return None


async def listen(app: ASGIApp, host: str, port: int) -> tuple[asyncio.Server, set[Wire]]:
    """Open the port; close the server, then the wires, to end."""
    wires: set[Wire] = set()
    loop = asyncio.get_running_loop()
    server: Any = await loop.create_server(lambda: Wire(app, wires), host, port)
    return server, wires
