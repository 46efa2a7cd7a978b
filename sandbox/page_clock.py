"""The clock bar of the chat page: where its buttons lead, and how the time walks there."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.clock import Clock
from sandbox.page_views import ZONE

STEP = timedelta(minutes=15)
PAUSE = 0.1
"""Seconds of the machine per step: time for a bot in another process to look at each hour on the way."""

Tick = Callable[[], Awaitable[None]]


def destination(now: datetime, to: str) -> datetime:
    """Where a button of the clock bar leads, in village time."""
    there = now.astimezone(ZoneInfo(ZONE))
    evening = there.replace(hour=18, minute=0, second=0, microsecond=0)
    morning = (there + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    return {
        "hour": now + timedelta(hours=1),
        "day": now + timedelta(days=1),
        "evening": evening if evening > there else evening + timedelta(days=1),
        "morning": morning,
    }[to]


async def walk(clock: Clock, target: datetime, tick: Tick | None = None, *, pause: float = PAUSE) -> None:
    """Move the time in steps, so that every duty on the way comes due in its own hour."""
    while clock.now() < target:
        clock.set(min(target, clock.now() + STEP))
        await asyncio.sleep(pause)
        if tick is not None:
            await tick()
