"""The HTTP front: Telegram's routes on a Starlette app, and the sandbox as a process of its own."""

import argparse
import asyncio
import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from sandbox.api import BotApi, Dropped
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.forms import parameters
from sandbox.refusals import ApiError
from sandbox.steering import control_routes
from sandbox.webhook import Webhook
from sandbox.world import World

JSON_TYPE = b"application/json"


class TelegramRoute(BaseRoute):
    """`/bot<token>/<method>` and `/file/bot<token>/<path>`, as short a way as possible."""

    def __init__(self, api: BotApi) -> None:
        self.api = api

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Starlette asks each route; these two prefixes are ours."""
        ours = scope["type"] == "http" and scope["path"].startswith(("/bot", "/file/bot"))
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path: str = scope["path"]
        if path.startswith("/file/bot"):
            token, _, name = path.removeprefix("/file/bot").partition("/")
            content = self.api.download(token, name)
            await _respond(send, 404 if content is None else 200, content or b"", b"application/octet-stream")
            return
        token, _, method = path.removeprefix("/bot").rpartition("/")
        body = await _body(receive)
        try:
            given, files = parameters(scope["query_string"].decode(), _content_type(scope), body)
            reply = await self.api.call(token, method, given, files)
        except ApiError as error:
            await _respond(send, error.code, json.dumps(error.raw).encode(), JSON_TYPE)
        except Dropped:
            await _drop(send)
        else:
            await _respond(send, reply.status, reply.body, JSON_TYPE)


def create_app(
    world: World, faults: Faults | None = None, *, routes: Sequence[BaseRoute] = (), control: bool = False
) -> Starlette:
    """Telegram's routes, then the given ones (the chat page); with control routes for tests when asked."""
    api = BotApi(world, faults)
    webhook = Webhook(world)
    steering = control_routes(world, api.faults) if control else []
    app = Starlette(routes=[TelegramRoute(api), *steering, *routes])
    app.state.world, app.state.api, app.state.webhook = world, api, webhook
    return app


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the process around it decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: Starlette, host: str, port: int) -> None:
    """Serve until cancelled, delivering to a webhook when one is set; closes what it opened."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    delivering = asyncio.create_task(app.state.webhook.run())
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        delivering.cancel()
        await asyncio.gather(serving, delivering, return_exceptions=True)


def main() -> None:
    """`python -m sandbox.server --port N --token T [--control] [--offset-file F] [--privacy]`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--privacy", action="store_true")
    parser.add_argument("--offset-file", type=Path)
    wish = parser.parse_args()
    world = World(Clock(wish.offset_file), token=wish.token, privacy=wish.privacy)
    asyncio.run(serve(create_app(world, control=wish.control), wish.host, wish.port))


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


def _content_type(scope: Scope) -> str:
    return next((value.decode() for name, value in scope["headers"] if name == b"content-type"), "")


async def _respond(send: Send, status: int, body: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _drop(send: Send) -> None:
    """Promise a body and never send it: the server cuts the connection, the client sees a broken answer."""
    headers = [(b"content-type", JSON_TYPE), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


if __name__ == "__main__":
    main()
