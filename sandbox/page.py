"""The chat page: the sandbox's world in a browser. Routes to mount beside the Bot API front."""

import asyncio
import base64
import binascii
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.page_clock import PAUSE, Tick, destination, walk
from sandbox.page_feed import Feed
from sandbox.page_views import older, state
from sandbox.records import Json
from sandbox.refusals import ApiError, NotAllowed
from sandbox.world import World

FOLDER = Path(__file__).parent / "page"
MAX_PHOTO = 10 * 1024 * 1024
MAX_TEXT = 4096
SHOWN_INLINE = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "audio/ogg"}
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data: blob:; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Act = Callable[["Page", Json], Awaitable[Json]]


@dataclass(slots=True)
class Page:
    """One world on show: who is in the cast, the news feed, and what to do after each step of time."""

    world: World
    roles: Mapping[int, str]
    feed: Feed
    tick: Tick | None = None
    pause: float = PAUSE
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)


def make_page(
    world: World, roles: Mapping[int, str], *, tick: Tick | None = None, pause: float = PAUSE
) -> Page:
    """A page on a world; roles name the cast (person id to elder, family, cook …) in the order shown."""
    return Page(world, roles, Feed(world), tick, pause)


def page_routes(page: Page) -> list[Route | Mount]:
    """The routes to give to the sandbox's app."""
    return [
        Route("/", _index),
        Route("/page/state", _reader(page, _state)),
        Route("/page/messages", _reader(page, _messages)),
        Route("/page/events", _news(page)),
        Route("/page/file/{file_id}", _files(page)),
        *(Route(f"/page/{name}", _door(page, act), methods=["POST"]) for name, act in ACTS.items()),
        Mount("/page/static", _Static(directory=FOLDER)),
    ]


class _Static(StaticFiles):
    """The page's own files, with its headers."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(HEADERS)
        return response


async def _index(_: Request) -> Response:
    return FileResponse(FOLDER / "index.html", headers=HEADERS)


Endpoint = Callable[[Request], Awaitable[Response]]


def _reader(page: Page, read: Callable[[Page, Request], Json]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if not is_same_origin(request):
            return _no("refused", 403)
        try:
            return JSONResponse(read(page, request), headers=HEADERS)
        except NotAllowed:
            return _no("refused", 409)
        except (KeyError, ValueError):
            return _no("bad_request", 400)

    return endpoint


def _door(page: Page, act: Act) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if not is_same_origin(request) or not _is_json(request):
            return _no("refused", 403)
        try:
            return JSONResponse(await act(page, await request.json()), headers=HEADERS)
        except _TooLarge as error:
            return _no(str(error), 413)
        except (NotAllowed, ApiError):
            return _no("refused", 409)
        except (KeyError, TypeError, ValueError, binascii.Error):
            return _no("bad_request", 400)

    return endpoint


class _TooLarge(Exception):
    """More than the village's phones would send."""


def _no(code: str, status: int) -> Response:
    return JSONResponse({"error": code}, status_code=status, headers=HEADERS)


def is_same_origin(request: Request) -> bool:
    """Whether the page itself asks, or a program that is no browser."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").split(";")[0] == "application/json"


def _state(page: Page, request: Request) -> Json:
    wanted = request.query_params.get("as") or next(iter([*page.roles, *page.world.people]))
    known = int(wanted) if int(wanted) in page.world.people else next(iter(page.roles))
    return {"boot": page.feed.boot, "seq": page.feed.seq, **state(page.world, page.roles, known)}


def _messages(page: Page, request: Request) -> Json:
    asked = {name: int(request.query_params[name]) for name in ("chat", "as", "before")}
    return older(page.world, asked["chat"], asked["as"], asked["before"])


def _news(page: Page) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if not is_same_origin(request):
            return _no("refused", 403)
        mark = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return StreamingResponse(page.feed.stream(mark), media_type="text/event-stream", headers=HEADERS)

    return endpoint


def _files(page: Page) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        file = page.world.files.get(request.path_params["file_id"])
        if file is None or not is_same_origin(request):
            return _no("refused", 404)
        kind = mimetypes.guess_type(file.name)[0] or file.mime_type
        place = "inline" if kind in SHOWN_INLINE else "attachment"
        disposition = f"{place}; filename*=UTF-8''{quote(file.name)}"
        headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": disposition}
        return Response(file.content, media_type=kind, headers=headers)

    return endpoint


async def _say(page: Page, body: Json) -> Json:
    text = _text(body["text"])
    reply_to = body.get("reply_to")
    message = page.world.say(int(body["as"]), int(body["chat"]), text, reply_to=reply_to)
    return {"message": message.id}


def _text(words: object) -> str:
    text = str(words)
    if len(text.encode("utf-16-le")) > 2 * MAX_TEXT:
        raise _TooLarge("too_long")
    return text


async def _edit(page: Page, body: Json) -> Json:
    page.world.edit(int(body["as"]), int(body["chat"]), int(body["message"]), _text(body["text"]))
    return {}


async def _press(page: Page, body: Json) -> Json:
    query = page.world.press(int(body["as"]), int(body["chat"]), int(body["message"]), str(body["data"]))
    return {"query": query}


async def _photo(page: Page, body: Json) -> Json:
    if len(body["content"]) > MAX_PHOTO * 4 // 3 + 4:
        raise _TooLarge("too_large")
    content = base64.b64decode(body["content"], validate=True)
    caption = _text(body.get("caption") or "")
    return {"message": page.world.send_photo(int(body["as"]), int(body["chat"]), content, caption).id}


async def _start(page: Page, body: Json) -> Json:
    return {"message": page.world.start(int(body["as"]), str(body.get("payload") or "")).id}


async def _contact(page: Page, body: Json) -> Json:
    return {"message": page.world.share_contact(int(body["as"]), int(body["chat"])).id}


async def _clock(page: Page, body: Json) -> Json:
    async with page.moving:
        await walk(
            page.world.clock,
            destination(page.world.clock.now(), str(body["to"])),
            page.tick,
            pause=page.pause,
        )
    return {"now": page.world.clock.now().isoformat()}


ACTS: dict[str, Act] = {
    "say": _say,
    "edit": _edit,
    "press": _press,
    "photo": _photo,
    "start": _start,
    "contact": _contact,
    "clock": _clock,
}
