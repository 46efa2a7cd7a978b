"""One call of the Bot API from parameters to answer, with faults on the way; every front uses this."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.checking import checked
from sandbox.faults import Faults, Rule
from sandbox.methods import METHODS
from sandbox.methods_media import Uploads
from sandbox.polling import Polling
from sandbox.records import Json
from sandbox.refusals import ApiError, no_method, not_found, too_many, unauthorized
from sandbox.world import World

Pause = Callable[[float], Awaitable[object]]

_TOKEN = re.compile(r"\d+:[\w-]+")
_NAMES = {name.lower(): name for name in METHODS}
_WORDS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on the wire."""

    status: int
    body: bytes


class Dropped(Exception):
    """The connection broke: before the call was applied, or after."""

    def __init__(self, *, applied: bool) -> None:
        super().__init__("the connection was dropped")
        self.applied = applied


class BotApi:
    """The Bot API over one world."""

    def __init__(self, world: World, faults: Faults | None = None, *, pause: Pause = asyncio.sleep) -> None:
        self.world = world
        self.faults = faults or Faults()
        self._polling = Polling(world)
        self._pause = pause

    async def call(self, token: str, method: str, given: Json, files: Uploads) -> Reply:
        """Answer one call; raises Dropped when a fault cuts the line."""
        try:
            name = self._admit(token, method)
            fault = self.faults.pick(name, _number(given.get("chat_id")))
            _refuse_by(fault)
            result = await self._apply(name, given, files)
        except ApiError as error:
            return self._refuse(method, error)
        await self._delay(fault)
        body = _encoded({"ok": True, "result": result})
        return Reply(200, body[: len(body) // 2] if fault and fault.kind == "truncate" else body)

    def close(self) -> None:
        """Keep no poll waiting any more."""
        self._polling.close()

    def download(self, token: str, path: str) -> bytes | None:
        """A file's content by its file_path; nothing when there is none."""
        if token != self.world.token:
            return None
        return next((file.content for file in self.world.files.values() if file.path == path), None)

    def _admit(self, token: str, method: str) -> str:
        if not _TOKEN.fullmatch(token):
            raise not_found()
        if token != self.world.token:
            raise unauthorized()
        name = _NAMES.get(method.lower())
        if name is None:
            raise no_method()
        return name

    async def _delay(self, fault: Rule | None) -> None:
        """What goes wrong on the way back: the call is applied already."""
        if fault and fault.kind == "latency":
            await self._pause(fault.amount)
        if fault and fault.kind == "drop_after":
            raise Dropped(applied=True)

    async def _apply(self, name: str, given: Json, files: Uploads) -> Any:
        p = checked(name, given, frozenset(files))
        self.world.counts[name] += 1
        self.world.calls.append((name, p))
        if name == "getUpdates":
            return await self._polling.poll(p)
        return METHODS[name](self.world, p, files)

    def _refuse(self, method: str, error: ApiError) -> Reply:
        self.world.counts[str(error.code)] += 1
        self.world.counts[f"{method}: {error.description}"] += 1
        return Reply(error.code, json.dumps(error.raw, ensure_ascii=False).encode())


def _refuse_by(fault: Rule | None) -> None:
    """What goes wrong before the call is applied."""
    if fault is None:
        return
    if fault.kind == "drop_before":
        raise Dropped(applied=False)
    if fault.kind == "too_many":
        raise too_many(int(fault.amount or 1))
    if fault.kind == "status":
        raise ApiError(int(fault.amount or 500), _WORDS.get(int(fault.amount or 500), "Error"))


def _encoded(answer: Json) -> bytes:
    """As JSON; half a character, which no encoding knows, stays escaped."""
    try:
        return json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(answer).encode()


def _number(chat_id: Any) -> Any:
    return int(chat_id) if isinstance(chat_id, str) and chat_id.lstrip("-").isdigit() else chat_id
