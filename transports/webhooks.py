"""The webhook's door: the secret is compared in constant time, the update stored, and only then answered."""

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from transports.faultlines import where

log = structlog.get_logger()

LARGEST_BODY = 1_000_000
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Webhook:
    """Takes updates that the messenger posts."""

    secret: str
    keep: Callable[[Sequence[Any]], Awaitable[None]]
    path: str = "/telegram"

    def route(self) -> Route:
        """Where it is found."""
        return Route(self.path, self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        """Store one update; anything but 200 makes the messenger send it again."""
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not self.secret or not hmac.compare_digest(given, self.secret.encode()):
            return PlainTextResponse("", status_code=403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("", status_code=413)
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            return PlainTextResponse("", status_code=400)
        return await self._store(raw)

    async def _store(self, raw: Any) -> Response:
        try:
            await self.keep([raw])
        except Exception as fault:
            log.error("an update could not be stored", fault=where(fault))  # noqa: TRY400
            return PlainTextResponse("", status_code=503, headers={"Retry-After": "2"})
        return PlainTextResponse("")

    def __repr__(self) -> str:
        return "Webhook()"


async def _body(request: Request) -> bytes | None:
    """The body, unless it is too large; a stated length is not believed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
