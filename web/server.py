"""The small web server beside the bot, in the same loop."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

GRACE_SECONDS = 2
"""For open answers when the bot stops."""


class QuietServer(uvicorn.Server):
    """Uvicorn that leaves the signals to the bot, which stops it in its own order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class Web:
    """Serves routes until told to stop."""

    def __init__(self, routes: Sequence[BaseRoute], host: str, port: int) -> None:
        settings = uvicorn.Config(
            Starlette(routes=list(routes)),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_SECONDS,
            server_header=False,
        )
        self._server = QuietServer(settings)
        self._address = (host, port)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; OSError when the port is taken."""
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listening = socket.create_server(self._address, family=family)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="web")

    async def stop(self) -> None:
        """Finish open answers and stop listening."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
