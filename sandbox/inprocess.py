"""The in-process front: a request class for `telegram.Bot` without a socket."""

import asyncio
from urllib.parse import unquote

import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from sandbox.api import BotApi, Dropped, Pause
from sandbox.faults import Faults
from sandbox.methods_media import Upload, Uploads
from sandbox.world import World

DEFAULT_READ_TIMEOUT = 5.0


class InProcessRequest(BaseRequest):
    """Speaks to a world directly and fails as PTB's own HTTPX request would."""

    def __init__(self, world: World, faults: Faults | None = None, *, pause: Pause = asyncio.sleep) -> None:
        self._api = BotApi(world, faults, pause=pause)

    @property
    def read_timeout(self) -> float | None:
        """What PTB adds to the timeout of a long poll."""
        return DEFAULT_READ_TIMEOUT

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(  # type: ignore[override]  # the other timeouts mean nothing without a network
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        **timeouts: object,
    ) -> tuple[int, bytes]:
        """One call, or one download, in this very process."""
        if "/file/bot" in url:
            return self._download(url)
        token, name = url.rsplit("/", 2)[-2:]
        given = request_data.json_parameters if request_data else {}
        wait = read_timeout if isinstance(read_timeout, int | float | None) else DEFAULT_READ_TIMEOUT
        try:
            reply = await asyncio.wait_for(
                self._api.call(token.removeprefix("bot"), name, dict(given), _files(request_data)), wait
            )
        except TimeoutError as error:
            raise TimedOut from _caused(httpx.ReadTimeout("no answer in time"), error)
        except Dropped as error:
            raise _broken(error) from _caused(_as_httpx(error), error)
        return reply.status, reply.body

    def _download(self, url: str) -> tuple[int, bytes]:
        token, path = unquote(url).split("/file/bot", 1)[1].split("/", 1)
        content = self._api.download(token, path)
        return (
            (404, b'{"ok":false,"error_code":404,"description":"Not Found"}')
            if content is None
            else (200, content)
        )


def _files(data: RequestData | None) -> Uploads:
    parts = data.multipart_data if data else {}
    return {name: Upload(file[0], file[2], _content(file[1])) for name, file in (parts or {}).items()}


def _content(content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    return bytes(content.read())  # type: ignore[attr-defined]


def _as_httpx(error: Dropped) -> httpx.HTTPError:
    if error.applied:
        return httpx.RemoteProtocolError("Server disconnected without sending a response.")
    return httpx.ConnectError("All connection attempts failed")


def _broken(error: Dropped) -> NetworkError:
    cause = _as_httpx(error)
    return NetworkError(f"httpx.{type(cause).__name__}: {cause}")


def _caused(error: httpx.HTTPError, by: BaseException) -> httpx.HTTPError:
    error.__cause__ = by
    return error
