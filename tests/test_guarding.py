"""The lock on the store is watched over: a lost one is taken again, one that somebody else has ends the bot."""

import asyncio

import pytest
import structlog

from commands import guarding
from models.store import StoreBusy


class Unsteady:
    """A store whose server fails, comes back, and then belongs to somebody else."""

    def __init__(self, *faults: Exception | None) -> None:
        self.faults, self.asked = list(faults), 0

    def guard(self) -> None:
        self.asked += 1
        fault = self.faults.pop(0)
        if fault is not None:
            raise fault


async def test_a_server_that_is_away_is_waited_for_and_a_stranger_on_the_store_is_not(monkeypatch):
    monkeypatch.setattr(guarding, "EVERY_SECONDS", 0)
    store = Unsteady(None, OSError("李奶奶"), None, StoreBusy("somebody else"))
    with structlog.testing.capture_logs() as logs, pytest.raises(StoreBusy):
        await guarding.guard(store)
    assert store.asked == 4
    assert [entry["fault"].split()[0] for entry in logs] == ["OSError"]
    assert "李奶奶" not in str(logs)


async def test_what_a_task_ended_with_is_raised_and_what_still_runs_is_ended():
    async def fail():
        raise StoreBusy("somebody else")

    waiting, failing = asyncio.create_task(asyncio.sleep(3600)), asyncio.create_task(fail())
    await asyncio.wait([failing])
    with pytest.raises(StoreBusy):
        await guarding.ended(waiting, failing)
    assert waiting.cancelled()
    await guarding.ended(waiting)
