"""The way through a proxy, or through any request class of python-telegram-bot, such as the sandbox's own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from transports.replies import Reply
from transports.wire import NotSent, Unanswered, Upload

if TYPE_CHECKING:
    from telegram.request import BaseRequest, RequestData


class Proxied:
    """A request class as a wire: it carries, and what the answer means is read by us."""

    def __init__(self, request: "BaseRequest") -> None:
        self._request = request

    async def open(self) -> None:
        """Make ready."""
        await self._request.initialize()

    async def close(self) -> None:
        """Close its connections."""
        await self._request.shutdown()

    async def post(self, url: str, parameters: Mapping[str, Any], upload: Upload | None = None) -> Reply:
        """Ask."""
        return await self._do(url, "POST", _data(parameters, upload))

    async def get(self, url: str) -> Reply:
        """Fetch."""
        return await self._do(url, "GET", None)

    async def _do(self, url: str, method: str, data: "RequestData | None") -> Reply:
        from telegram.error import TelegramError

        try:
            return Reply(*await self._request.do_request(url, method, data))
        except TelegramError as error:
            # The library's own error may carry the address, and the address carries the token.
            fault = NotSent if surely_not_sent(error.__cause__) else Unanswered
            raise fault(type(error).__name__) from None


def through(proxy: str, size: int, within: float) -> Proxied:
    """A way through a proxy by plain httpx."""
    from telegram.request import HTTPXRequest

    request = HTTPXRequest(
        connection_pool_size=size,
        read_timeout=within,
        write_timeout=20.0,
        connect_timeout=10.0,
        pool_timeout=20.0,
        proxy=proxy,
    )
    return Proxied(request)


def surely_not_sent(cause: BaseException | None) -> bool:
    """Whether the connection failed before anything was written."""
    import httpx

    early = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.UnsupportedProtocol,
        httpx.ProxyError,
    )
    return isinstance(cause, early)


def _data(parameters: Mapping[str, Any], upload: Upload | None) -> "RequestData | None":
    from telegram import InputFile
    from telegram.request import RequestData
    from telegram.request._requestparameter import RequestParameter

    files = {upload[0]: InputFile(upload[2], filename=upload[1])} if upload else {}
    given = [RequestParameter.from_input(name, value) for name, value in {**parameters, **files}.items()]
    return RequestData(given) if given else None
