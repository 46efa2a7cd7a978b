"""The lock on the store is watched over: a lost one is taken again, one that somebody else has ends the bot."""

import asyncio
from datetime import UTC, datetime

import pytest
import structlog
from sqlmodel import select

from commands import guarding
from models import backup
from models.outbox import OutboxMessage
from models.store import StoreBusy

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


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
        await guarding.guard(store, lambda: NOW, ())
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


async def test_whoever_keeps_the_machine_hears_once_that_keys_and_copies_lie_together(
    store, store_url, store_keys, tmp_path
):
    def told(session):
        return [(row.chat_id, row.body["text"]["key"]) for row in session.exec(select(OutboxMessage)).all()]

    async def look(*operators):
        await guarding.warn_of_keys(store, lambda: NOW, operators)
        return await store.read(told)

    (tmp_path / "apart").mkdir()
    store.vault.ring.make()
    backup.write(store_url, tmp_path / "apart" / "copy.gz", store_keys)
    assert await look(7001) == []
    backup.write(store_url, store_keys.ring.parent / "copy.gz", store_keys)
    assert await look() == []
    for _ in range(2):
        assert await look(7001) == [(7001, "outbox.keys_with_copies")]


async def test_a_folder_that_cannot_be_read_ends_no_bot(monkeypatch, store):
    def fail(place):
        raise OSError("李奶奶")

    monkeypatch.setattr(guarding, "beside_keys", fail)
    with structlog.testing.capture_logs() as logs:
        await guarding.warn_of_keys(store, lambda: NOW, (7001,))
    assert "李奶奶" not in str(logs)
    assert len(logs) == 1
