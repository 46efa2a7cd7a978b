"""Control routes: whole-process tests move the people, the clock and the faults of a sandbox elsewhere."""

import asyncio
import base64
from collections import deque
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from sandbox.faults import Faults, Rule, UpdateFaults
from sandbox.limits import Limits
from sandbox.records import Event, Json
from sandbox.refusals import NotAllowed
from sandbox.world import World

KEPT_EVENTS = 20_000
LONGEST_WAIT = 30.0
PEOPLE_DO = frozenset(
    [
        "add_person",
        "add_group",
        "add_bot",
        "kick_bot",
        "join",
        "leave",
        "promote",
        "block",
        "unblock",
        "deactivate",
        "migrate",
        "say",
        "start",
        "edit",
        "delete",
        "press",
        "send_photo",
        "send_voice",
        "send_document",
        "share_contact",
        "say_as_anonymous_admin",
        "say_as_channel",
        "inject",
        "chats_of",
        "keyboard_of",
        "commands_for",
        "messages",
        "typing_in",
        "stats",
    ]
)


class Steering:
    """The handlers of the control routes over one world."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._events: deque[tuple[int, Event]] = deque(maxlen=KEPT_EVENTS)
        self._seen = 0
        self._news = asyncio.Event()
        world.subscribe(self._note)

    async def call(self, request: Request) -> JSONResponse:
        """POST {"name", "args", "kwargs"} or a list of them: what people do, by the World's own names."""
        body = await request.json()
        try:
            many = isinstance(body, list)
            return JSONResponse([self._do(each) for each in body] if many else self._do(body))
        except (NotAllowed, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    async def clock(self, request: Request) -> JSONResponse:
        """POST {"advance": seconds} or {"set": instant}; answers the present instant."""
        body = await request.json()
        if "advance" in body:
            self._world.clock.advance(body["advance"])
        if "set" in body:
            self._world.clock.set(datetime.fromisoformat(body["set"]))
        return JSONResponse({"now": self._world.clock.now().isoformat()})

    async def faults(self, request: Request) -> JSONResponse:
        """POST {"rules": [...], "updates": {...}, "limits": {...}, "clear", "restart_ids"}."""
        body = await request.json()
        if body.get("clear"):
            self._faults.clear()
            self._world.updates.disturbance = None
        for rule in body.get("rules", []):
            self._faults.add(Rule(**rule))
        if "updates" in body:
            self._world.updates.disturbance = UpdateFaults(**body["updates"])
        if "limits" in body:
            self._world.limits = Limits(**body["limits"])
        if body.get("restart_ids"):
            self._world.updates.restart_ids()
        return JSONResponse(dict(self._faults.counts))

    async def events(self, request: Request) -> JSONResponse:
        """GET ?after=N&timeout=S: events after the N-th, waiting for the first; after=-1 asks for the present place."""
        after = int(request.query_params.get("after", "-1"))
        if after < 0:
            return JSONResponse({"last": self._seen, "events": []})
        await self._wait(after, min(float(request.query_params.get("timeout", "0")), LONGEST_WAIT))
        found = [asdict(event) for number, event in self._events if number > after]
        return JSONResponse({"last": self._seen, "events": found})

    async def state(self, request: Request) -> JSONResponse:
        """GET: figures, answers to taps, calls of the bot (newest last)."""
        answers = [asdict(each) for each in self._world.callback_answers.values()]
        calls = list(self._world.calls)[
            -int(request.query_params.get("calls", "0")) or len(self._world.calls) :
        ]
        extra = {"callback_answers": answers, "calls": calls, "faults": dict(self._faults.counts)}
        return JSONResponse(self._world.stats() | extra)

    def _do(self, wish: Json) -> Any:
        if wish["name"] not in PEOPLE_DO:
            raise NotAllowed(f"people can't {wish['name']}")
        given = dict(wish.get("kwargs", {}))
        if "content" in given:
            given["content"] = base64.b64decode(given["content"])
        return plain(getattr(self._world, wish["name"])(*wish.get("args", []), **given))

    async def _wait(self, after: int, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while self._seen <= after:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return

    def _note(self, event: Event) -> None:
        self._seen += 1
        self._events.append((self._seen, event))
        self._news.set()


def plain(thing: Any) -> Any:
    """A record as JSON."""
    if isinstance(thing, list):
        return [plain(each) for each in thing]
    return asdict(thing) if is_dataclass(thing) and not isinstance(thing, type) else thing


def control_routes(world: World, faults: Faults) -> list[BaseRoute]:
    """The routes under /control."""
    steering = Steering(world, faults)
    return [
        Route("/control/call", steering.call, methods=["POST"]),
        Route("/control/clock", steering.clock, methods=["POST"]),
        Route("/control/faults", steering.faults, methods=["POST"]),
        Route("/control/events", steering.events),
        Route("/control/state", steering.state),
    ]
