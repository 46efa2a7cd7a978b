"""HTTP/1.1 straight over asyncio: kept lines, TLS, and a clear word on whether a request may have arrived.

Why not a library: docs/decisions/0005-own-wire.md. Whoever needs a proxy goes through `transports/proxied.py`.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

from transports.replies import Garbled, Reading, Reply

CONNECT_SECONDS = 10.0
HAPPY_SECONDS = 0.25
"""How long an address may take to answer before the next of the same name is tried beside it."""
PORTS = {"http": 80, "https": 443}
ASCII = json.JSONEncoder(separators=(",", ":"))
KEPT_SECONDS = 15.0
"""A line that rested longer is not trusted: the other side may just be closing it."""

Upload = tuple[str, str, bytes]
"""The name of the field, the name of the file, its content."""


class NotSent(Exception):
    """Surely nothing arrived."""


class Unanswered(Exception):
    """The request went out, and nobody knows what became of it."""


class Wire(Protocol):
    """A way to the messenger."""

    async def open(self) -> None:
        """Make ready."""

    async def close(self) -> None:
        """Let go of everything."""

    async def post(self, url: str, parameters: Mapping[str, Any], upload: Upload | None = None) -> Reply:
        """Ask; raises NotSent or Unanswered."""

    async def get(self, url: str) -> Reply:
        """Fetch; raises NotSent or Unanswered."""


class Line(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Reply] | None = None
        self._reading = Reading()
        self.rested_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @property
    def closed(self) -> bool:
        """Whether nothing can be asked here any more."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Hang up."""
        self._transport.abort()

    async def ask(self, request: bytes, within: float) -> Reply:
        """Send a request and wait for its reply; a line that failed or was left is hung up."""
        if self.closed:
            raise NotSent("the line was closed")
        self._reading, self._answer = Reading(), self._loop.create_future()
        late = self._loop.call_later(within, self._fail, "no answer in time")
        self._transport.write(request)
        try:
            reply = await self._answer
        except BaseException:
            self.close()
            raise
        finally:
            late.cancel()
            self._answer = None
        if not reply.keeps:
            self.close()
        self.rested_at = self._loop.time()
        return reply

    def data_received(self, data: bytes) -> None:
        """A piece of the reply; words nobody asked for end the line."""
        if self._answer is None or self._answer.done():
            return self.close()
        try:
            self._tell(self._reading.feed(data))
        except Garbled as garbled:
            self._fail(f"garbled: {garbled}")

    def connection_lost(self, error: Exception | None) -> None:
        """The other side hung up."""
        self._tell(self._reading.end())
        self._fail("the line was closed")

    def _tell(self, reply: Reply | None) -> None:
        if reply is not None and self._answer is not None and not self._answer.done():
            self._answer.set_result(reply)

    def _fail(self, why: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Unanswered(why))


class Wires:
    """Kept lines to one messenger, so many at most; the one that rested shortest is taken first."""

    def __init__(self, most: int, within: float, trust: ssl.SSLContext | None = None) -> None:
        self._room, self._within, self._trust = asyncio.Semaphore(most), within, trust
        self._resting: dict[tuple[str, str], list[Line]] = {}
        self._lines: set[Line] = set()

    async def open(self) -> None:
        """Nothing to do before the first request."""

    async def close(self) -> None:
        """Hang up everywhere."""
        for line in self._lines:
            line.close()
        self._lines.clear()
        self._resting.clear()

    async def post(self, url: str, parameters: Mapping[str, Any], upload: Upload | None = None) -> Reply:
        """Parameters as JSON, or as a form when a file goes with them."""
        kind, body = _form(parameters, upload) if upload else ("application/json", encoded(parameters))
        at = urlsplit(url)
        head = f"POST {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        return await self._ask(at, head.encode("ascii") + body)

    async def get(self, url: str) -> Reply:
        """Fetch a file."""
        at = urlsplit(url)
        return await self._ask(at, f"GET {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode("ascii"))

    async def _ask(self, at: SplitResult, request: bytes) -> Reply:
        async with self._room:
            line = self._rested(at) or await self._connect(at)
            try:
                reply = await line.ask(request, self._within)
            finally:
                self._put_back(at, line)
            return reply

    def _rested(self, at: SplitResult) -> Line | None:
        resting, now = self._resting.get((at.scheme, at.netloc), []), asyncio.get_running_loop().time()
        while resting:
            line = resting.pop()
            if not line.closed and now - line.rested_at < KEPT_SECONDS:
                return line
            self._put_away(line)
        return None

    def _put_back(self, at: SplitResult, line: Line) -> None:
        if line.closed:
            self._lines.discard(line)
        else:
            self._resting.setdefault((at.scheme, at.netloc), []).append(line)

    def _put_away(self, line: Line) -> None:
        line.close()
        self._lines.discard(line)

    async def _connect(self, at: SplitResult) -> Line:
        loop, port, trust = asyncio.get_running_loop(), at.port or PORTS[at.scheme], None
        if at.scheme == "https":
            trust = self._trust = self._trust or await asyncio.to_thread(trusted)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, line = await loop.create_connection(
                    Line, at.hostname or "", port, ssl=trust, happy_eyeballs_delay=HAPPY_SECONDS
                )
        except (OSError, ValueError) as failed:  # a name that is none, a certificate that does not fit
            raise NotSent(type(failed).__name__) from None
        self._lines.add(line)
        return line


def trusted() -> ssl.SSLContext:
    """The system's certificates and certifi's: small systems have none of their own."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def encoded(parameters: Mapping[str, Any]) -> bytes:
    """JSON in ASCII, so that even half a character cannot break it."""
    return ASCII.encode(parameters).encode("ascii")


def _form(parameters: Mapping[str, Any], upload: Upload) -> tuple[str, bytes]:
    """A form of fields and one file; what is no text goes in as JSON."""
    seam = uuid4().hex
    fields = [
        (name, value if isinstance(value, str) else json.dumps(value)) for name, value in parameters.items()
    ]
    parts = [_part(seam, f'name="{name}"', value.encode("utf-8", "replace")) for name, value in fields]
    field, name, content = upload
    named = name.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
    parts.append(_part(seam, f'name="{field}"; filename="{named}"', content))
    return f"multipart/form-data; boundary={seam}", b"".join([*parts, f"--{seam}--\r\n".encode()])


def _part(seam: str, called: str, content: bytes) -> bytes:
    kind = "\r\nContent-Type: application/octet-stream" if "filename=" in called else ""
    return f"--{seam}\r\nContent-Disposition: form-data; {called}{kind}\r\n\r\n".encode() + content + b"\r\n"
