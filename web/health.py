"""Is it alive, is it ready, what has it done: three pages for machines."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from transports.vitals import Vitals

POLL_SILENCE = timedelta(seconds=120)
"""A long poll answers within 50 s; twice that without one means nobody is heard."""
TICK_SILENCE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Pages:
    """The three pages, over the vitals of the running bot and one question to its store."""

    vitals: Vitals
    clock: Callable[[], datetime]
    store_answers: Callable[[], Awaitable[bool]]
    polls: bool = True

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
            Route("/metrics", self.metrics),
        ]

    async def healthz(self, request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n")

    async def readyz(self, request: Request) -> Response:
        """Everything that must be alive is; else 503 with what is not."""
        findings = self.findings()
        findings["store"] = await self.store_answers()
        ready = all(findings.values())
        return JSONResponse({"ready": ready, **findings}, status_code=200 if ready else 503)

    def findings(self) -> dict[str, bool]:
        """What the vitals say, part by part."""
        now = self.clock()
        return {
            "receiving": not self.polls or _recent(self.vitals.last_poll_at, now, POLL_SILENCE),
            "duties": _recent(self.vitals.last_tick_at, now, TICK_SILENCE),
            "keeping": self.vitals.keeps,
        }

    async def metrics(self, request: Request) -> Response:
        """Counters in the Prometheus text format."""
        return PlainTextResponse(exposition(self.vitals), media_type="text/plain; version=0.0.4")


def _recent(at: datetime | None, now: datetime, within: timedelta) -> bool:
    return at is not None and now - at <= within


def exposition(vitals: Vitals) -> str:
    """The counters as Prometheus reads them."""
    from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

    registry = CollectorRegistry()
    events = Counter("canteen_events", "What happened since the start", ["what"], registry=registry)
    for what, number in vitals.counts.items():
        events.labels(what).inc(number)
    waiting = Gauge("canteen_waiting", "What waits to be done", ["what"], registry=registry)
    waiting.labels("updates").set(vitals.waiting_updates)
    waiting.labels("messages").set(vitals.waiting_messages)
    started = Gauge("canteen_start_time_seconds", "When the bot started, Unix time", registry=registry)
    started.set(vitals.started_at.timestamp())
    return generate_latest(registry).decode()
