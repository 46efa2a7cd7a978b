"""The HTTP front: Telegram's routes on a Starlette app, and the sandbox as a process of its own."""

import argparse
import asyncio
import contextlib
import json
import signal
from collections.abc import Sequence
from pathlib import Path

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
from sandbox.wire import DROP, listen
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
            await _drop(scope, send)
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


async def serve(app: Starlette, host: str, port: int) -> None:
    """Serve until cancelled, delivering to a webhook when one is set; closes what it opened."""
    server, wires = await listen(app, host, port)
    delivering = asyncio.create_task(app.state.webhook.run())
    try:
        await delivering
    finally:
        delivering.cancel()
        server.close()
        for wire in list(wires):
            wire.close()
        await asyncio.gather(delivering, return_exceptions=True)


async def _until_stopped(app: Starlette, host: str, port: int) -> None:
    serving = asyncio.create_task(serve(app, host, port))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


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
    asyncio.run(_until_stopped(create_app(world, control=wish.control), wish.host, wish.port))


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


async def _drop(scope: Scope, send: Send) -> None:
    """Cut the connection; a server that can't is promised a body that never comes, and cuts it then."""
    if DROP in scope.get("extensions", {}):
        await send({"type": DROP})
        return
    headers = [(b"content-type", JSON_TYPE), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


if __name__ == "__main__":
    main()
