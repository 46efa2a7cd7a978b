"""What comes is taken up while it is being stored: one commit for both, and nothing is done that was not kept."""

import asyncio

import pytest

from models import writer
from models.inbox import InboxState
from tests.processes import LIMIT
from tests.test_dispatch import house, said, settle, settle_backlog, states
from transports import receiving

assert house


async def begun(house):
    house.dispatcher.start()
    await settle_backlog(house)


async def test_grannys_words_and_what_they_do_share_one_commit(house, store, monkeypatch):
    if not store.in_order:
        pytest.skip("a server commits each unit by itself")
    for patience in ("FOLLOWED_SECONDS", "GROUP_SECONDS"):  # however busy the machine is
        monkeypatch.setattr(writer, patience, LIMIT)
    await begun(house)
    await store.write(lambda session: None)
    told: list[str] = []
    store._writing._below.set_trace_callback(told.append)
    await house.intake.keep([said(1)])
    await settle(house)
    assert (house.taken, told.count("COMMIT")) == ([1], 1)


async def test_what_could_not_be_stored_is_not_done_either_and_is_done_when_it_comes_again(
    house, store, monkeypatch
):
    await begun(house)
    kept = receiving.keep
    with monkeypatch.context() as broken:
        broken.setattr(receiving, "keep", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await house.intake.keep([said(1), said(2, 1002)])
        await settle(house)
    assert (house.taken, states(store)) == ([], {})
    assert receiving.keep is kept
    await house.intake.keep([said(1), said(2, 1002)])
    await settle(house)
    assert sorted(house.taken) == [1, 2]
    assert set(states(store).values()) == {InboxState.DONE}


async def test_what_comes_again_while_it_is_being_done_is_done_once(house, store):
    await begun(house)
    house.hold = asyncio.Event()
    await house.intake.keep([said(1)])
    await house.intake.keep([said(1), said(2)])
    house.hold.set()
    await settle(house)
    await house.intake.keep([said(2)])
    await settle(house)
    assert house.taken == [1, 2]
