"""In order per chat, side by side across chats; what fails three times is set aside and somebody is told."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import select

from models import inbox
from models.inbox import InboxState, InboxUpdate
from models.outbox import OutboxMessage
from models.store import StoreFull
from tests.processes import LIMIT
from transports.dispatch import Dispatcher, Handling, lane
from transports.hearing import hear
from transports.receiving import Intake

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
READ = partial(hear, bot_id=7000, bot_username="gulou_bot")
GROUP = {"id": -1001, "type": "supergroup", "title": "上寨"}


def said(number, person=1001, chat=None):
    chat = chat or {"id": person, "type": "private"}
    body = {
        "message_id": number,
        "date": 1,
        "chat": chat,
        "from": {"id": person, "first_name": "x"},
        "text": "好",
    }
    return {"update_id": number, "message": body}


def tapped(number, person):
    post = {"message_id": 1, "date": 1, "chat": GROUP}
    return {
        "update_id": number,
        "callback_query": {
            "id": "1",
            "from": {"id": person, "first_name": "x"},
            "data": "eat:1",
            "message": post,
        },
    }


class Desk:
    """Takes updates the way a turn does: marks them done in a unit; fails where told."""

    def __init__(self, store):
        self.store, self.taken, self.faults = store, [], {}
        self.busy, self.most_busy, self.hold = 0, 0, None

    async def take(self, heard):
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            if self.hold:
                await self.hold.wait()
            await asyncio.sleep(0)
            if self.faults.get(heard.update_id):
                raise self.faults[heard.update_id].pop()
            if await self.store.write(lambda s: inbox.done(s, heard.update_id, NOW)):
                self.taken.append(heard.update_id)
        finally:
            self.busy -= 1


@pytest.fixture
async def house(store):
    """Intake, dispatcher and desk, wired; nobody waits for real."""
    desk = Desk(store)

    async def pause(seconds):
        await asyncio.sleep(0)

    dispatcher = Dispatcher(
        store, Handling(desk.take, READ, lambda: NOW, (42,), pause), concurrency=8, window=20
    )
    intake = Intake(store, READ, lambda: NOW, dispatcher.offer, begin=dispatcher.begin)
    desk.intake, desk.dispatcher = intake, dispatcher
    yield desk
    await dispatcher.drain(0.1)


async def settle(house):
    async with asyncio.timeout(LIMIT):
        await house.dispatcher.settled()


def states(store):
    return {row.update_id: row.state for row in store.read_now(lambda s: s.exec(select(InboxUpdate)).all())}


async def test_every_update_is_done_once_and_in_order_per_chat(house, store):
    house.dispatcher.start()
    await house.intake.keep([said(n, 1001 + n % 3) for n in range(1, 16)])
    await settle(house)
    assert sorted(house.taken) == list(range(1, 16))
    for person in range(3):
        mine = [n for n in house.taken if n % 3 == person]
        assert mine == sorted(mine)
    assert set(states(store).values()) == {InboxState.DONE}


async def test_chats_do_not_wait_for_each_other(house):
    house.hold = asyncio.Event()
    house.dispatcher.start()
    await settle_backlog(house)
    await house.intake.keep([said(n, 2000 + n) for n in range(8)])
    while house.busy < 8:
        await asyncio.sleep(0)
    house.hold.set()
    await settle(house)
    assert house.most_busy == 8


async def settle_backlog(house):
    while house.dispatcher._backlog or house.dispatcher._loading:
        await asyncio.sleep(0)


def test_taps_of_many_people_on_one_post_run_side_by_side_and_the_groups_words_in_order():
    assert len({lane(READ(tapped(n, n))) for n in range(1, 301)}) == 300
    assert len({lane(READ(said(n, n, GROUP))) for n in range(1, 301)}) == 1
    assert lane(READ(tapped(1, 1001))) == lane(READ(said(2, 1001)))


async def test_a_rush_larger_than_the_memory_is_done_from_the_store(house, store):
    house.dispatcher.start()
    most = 0
    for start in range(0, 200, 50):
        await house.intake.keep([said(n, 1000 + n % 7) for n in range(start, start + 50)])
        most = max(most, len(house.dispatcher))
    await settle(house)
    assert sorted(house.taken) == list(range(200))
    assert most <= 40
    for person in range(7):
        mine = [n for n in house.taken if n % 7 == person]
        assert mine == sorted(mine)


async def test_a_restart_takes_up_what_was_open_oldest_first_whatever_its_number(house, store):
    def open_rows(session):
        for age, number in ((3, 900), (2, 5), (1, 7)):
            at = NOW - timedelta(minutes=age)
            session.add(
                InboxUpdate(update_id=number, chat_id=1001, raw=json.dumps(said(number)), received_at=at)
            )

    store.write_now(open_rows)
    house.dispatcher.start()
    await settle(house)
    assert house.taken == [900, 5, 7]


async def test_a_clock_set_back_and_a_restart_turn_no_order_round(house, store):
    clock = iter([NOW, NOW - timedelta(hours=2), NOW - timedelta(hours=1)])
    first = Intake(store, READ, lambda: next(clock), lambda _: None)
    await first.keep([said(900)])
    await first.keep([said(5)])
    again = Intake(store, READ, lambda: next(clock), lambda _: None)
    await again.keep([said(7)])
    house.dispatcher.start()
    await settle(house)
    assert house.taken == [900, 5, 7]


async def test_a_failure_is_tried_again(house, store):
    house.faults[1] = [ValueError("a"), ValueError("b")]
    house.dispatcher.start()
    await house.intake.keep([said(1)])
    await settle(house)
    assert house.taken == [1]


async def test_the_third_failure_sets_it_aside_and_the_others_go_on(house, store):
    house.faults[1] = [ValueError("李奶奶 139") for _ in range(9)]
    house.dispatcher.start()
    await house.intake.keep([said(1), said(2)])
    await settle(house)
    assert house.taken == [2]
    assert states(store) == {1: InboxState.DEAD, 2: InboxState.DONE}
    assert len(house.faults[1]) == 6
    row = store.read_now(lambda s: s.get(InboxUpdate, 1))
    assert row.error.startswith("ValueError test_dispatch.py")
    assert "139" not in row.error
    told = store.read_now(lambda s: s.exec(select(OutboxMessage)).all())
    assert sorted((m.chat_id, m.body["text"]["key"]) for m in told) == [
        (42, "outbox.gave_up"),
        (1001, "common.apology"),
    ]


async def test_a_full_disk_counts_for_no_try(house, store, monkeypatch):
    write, refusals = store.write, [StoreFull("no space")] * 5

    async def sometimes(unit):
        if refusals:
            raise refusals.pop()
        return await write(unit)

    house.dispatcher.start()
    await settle_backlog(house)
    monkeypatch.setattr(store, "write", sometimes)
    await house.intake.keep([said(1)])
    await settle(house)
    assert house.taken == [1]
    assert store.read_now(lambda s: s.get(InboxUpdate, 1)).state == InboxState.DONE
    assert refusals == []


async def test_a_disk_with_room_for_a_note_but_not_for_a_booking_counts_for_no_try_either(house, store):
    house.faults[1] = [StoreFull("no space") for _ in range(5)]
    house.dispatcher.start()
    await house.intake.keep([said(1)])
    await settle(house)
    assert (house.taken, house.faults[1]) == ([1], [])
    row = store.read_now(lambda s: s.get(InboxUpdate, 1))
    assert (row.state, row.tries) == (InboxState.DONE, 0)


async def test_what_is_left_at_a_stop_stays_in_the_store(house, store):
    house.hold = asyncio.Event()
    house.dispatcher.start()
    await house.intake.keep([said(1), said(2)])
    await house.dispatcher.drain(0.05)
    assert set(states(store).values()) == {InboxState.NEW}


async def test_what_comes_after_the_stop_is_only_stored(house, store):
    house.dispatcher.start()
    await house.dispatcher.drain(1)
    await house.intake.keep([said(1)])
    assert states(store) == {1: InboxState.NEW}
    assert house.taken == []
