"""Somebody's own shifts for their calendar, behind an address only they know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.store import Store
from rules.volunteers import feeds
from texts import Words
from texts.calendars import ics

LONGEST_SECRET = 64
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of everybody who asked for one."""

    store: Store
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [Route("/calendar/{secret}.ics", self.show)]

    async def show(self, request: Request) -> Response:
        """The calendar behind a secret; a wrong one and one taken back look the same."""
        secret = request.path_params["secret"]
        if len(secret) > LONGEST_SECRET:
            return PlainTextResponse("", status_code=404, headers=HEADERS)
        found = await self.store.read(partial(_found, secret=secret, now=self.clock()))
        if found is None:
            return PlainTextResponse("", status_code=404, headers=HEADERS)
        content = ics(found, Words(found["language"], found["timezone"]))
        return Response(content, media_type="text/calendar", headers=HEADERS)


def _found(session: Session, *, secret: str, now: datetime) -> dict[str, Any] | None:
    return feeds.by_secret(session, secret, now)
