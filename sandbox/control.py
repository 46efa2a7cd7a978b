"""A typed client for the control routes: whole-process tests act through it and wait for events."""

import asyncio
import base64
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from sandbox.records import Json, Message
from sandbox.refusals import NotAllowed

Wanted = str | Callable[[Message], bool]


class Control:
    """The people, the clock and the faults of a sandbox in another process."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.AsyncClient(base_url=base_url, timeout=60.0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def act(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Anything people do, by the World's name for it."""
        return await self._post("/control/call", {"name": name, "args": args, "kwargs": kwargs})

    async def act_all(self, wishes: list[Json]) -> Any:
        """Many acts in one request: [{"name", "args", "kwargs"}, ...]."""
        return await self._post("/control/call", wishes)

    async def add_person(self, name: str, **more: Any) -> int:
        """Somebody gets a phone; answers their id."""
        return int((await self.act("add_person", name, **more))["id"])

    async def add_group(self, title: str, members: list[int], **more: Any) -> int:
        """A group; answers its id."""
        return int((await self.act("add_group", title, members, **more))["id"])

    async def say(self, person_id: int, chat_id: int, text: str, **more: Any) -> Message:
        """A person writes."""
        return Message(**await self.act("say", person_id, chat_id, text, **more))

    async def start(self, person_id: int, payload: str = "") -> Message:
        """A person presses START."""
        return Message(**await self.act("start", person_id, payload))

    async def edit(self, person_id: int, chat_id: int, message_id: int, text: str) -> Message:
        """A person changes what they wrote."""
        return Message(**await self.act("edit", person_id, chat_id, message_id, text))

    async def press(
        self, person_id: int, chat_id: int, message_id: int, data: str, *, forge: bool = False
    ) -> str:
        """A person presses an inline button; answers the query id."""
        return str(await self.act("press", person_id, chat_id, message_id, data, forge=forge))

    async def send_photo(self, person_id: int, chat_id: int, content: bytes, caption: str = "") -> Message:
        """A person sends a picture."""
        encoded = base64.b64encode(content).decode()
        return Message(**await self.act("send_photo", person_id, chat_id, content=encoded, caption=caption))

    async def messages(self, chat_id: int) -> list[Message]:
        """All messages of a chat in order."""
        return [Message(**each) for each in await self.act("messages", chat_id)]

    async def wait_for(
        self,
        wanted: Wanted,
        *,
        chat_id: int,
        timeout: float = 10.0,  # noqa: ASYNC109
        after: int = 0,
    ) -> Message:
        """The first message of the bot (numbered above `after`) that contains the text or meets the test."""
        meets = wanted if callable(wanted) else lambda message: wanted in message.text
        last = (await self._get("/control/events", after=-1))["last"]
        async with asyncio.timeout(timeout):
            while True:
                for message in await self.messages(chat_id):
                    if message.by_bot and message.id > after and meets(message):
                        return message
                last = (await self._get("/control/events", after=last, timeout=timeout))["last"]

    async def wait_until(self, meets: Callable[[Json], bool], *, timeout: float = 10.0) -> Json:  # noqa: ASYNC109
        """The state, as soon as it meets the test; looked at after every event."""
        last = (await self._get("/control/events", after=-1))["last"]
        async with asyncio.timeout(timeout):
            while True:
                state = await self.stats()
                if meets(state):
                    return state
                last = (await self._get("/control/events", after=last, timeout=1.0))["last"]

    async def advance(self, seconds: float) -> str:
        """Move the sandbox's clock; answers the present instant."""
        return str((await self._post("/control/clock", {"advance": seconds}))["now"])

    async def faults(self, *rules: Json, **more: Any) -> Json:
        """Put faults in force (fields of Rule); `updates`, `limits`, `clear`, `restart_ids` as in Steering.faults."""
        return dict(await self._post("/control/faults", {"rules": list(rules), **more}))

    async def stats(self) -> Json:
        """Figures, answers to taps and the bot's calls."""
        return dict(await self._get("/control/state"))

    async def _post(self, path: str, body: Any) -> Any:
        return _opened(await self._client.post(path, json=body))

    async def _get(self, path: str, **query: float) -> Any:
        return _opened(await self._client.get(path, params=query))


def _opened(answer: httpx.Response) -> Any:
    if answer.status_code == 400:
        raise NotAllowed(answer.json()["error"])
    answer.raise_for_status()
    return answer.json()
