"""A cry for help leaves first: past full hands, past a full store of other messages, past everybody else's lane."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import outbox as sender_room
from models.outbox import MessageClass
from rules import outbox, settling
from rules.outbox import Receiver
from rules.values import Text
from sandbox.faults import Rule
from tests.test_outbox import GRANNY, MANAGER, NOW, Village
from transports.pacing import UNLIMITED, Lanes, Urgency


@pytest.fixture
async def crowd(store):
    """A village of sixty more people whose phones answer only after a minute."""
    made = Village(store)
    for number in range(2000, 2060):
        made.world.add_person(f"村民{number}", person_id=number)
        made.world.start(number)
        made.faults.add(Rule("latency", method="sendMessage", chat_id=number, amount=60.0))
    yield made
    await made.sender.drain(0.01)


def slow(village, number):
    """A message to somebody whose phone is slow; nobody the village knows."""
    said = Text("verbatim", text="开饭了")
    receiver = Receiver(number, "zh_CN", 1)

    def unit(session):
        row = outbox.post(session, f"slow{number}", receiver, said, kind=MessageClass.NOTICE, now=village.now)
        session.flush()
        return row

    return village.store.write_now(unit)


async def until_heard(village, chat, words):
    async with asyncio.timeout(30):
        while words not in village.heard(chat):
            await asyncio.sleep(0.01)


async def test_care_leaves_while_every_hand_is_full_of_slow_messages(crowd):
    rows = [slow(crowd, number) for number in range(2000, 2060)]
    await crowd.sender.start()
    crowd.sender.hand_over(rows)
    async with asyncio.timeout(30):
        while len(crowd.sender._tasks) < sender_room.IN_FLIGHT:
            await asyncio.sleep(0.01)
    crowd.sender.hand_over([crowd.keep("help", "快来人", MessageClass.CARE)])
    await until_heard(crowd, GRANNY, "快来人")


async def test_care_is_taken_in_and_found_again_while_the_sender_holds_as_much_as_it_may(crowd, monkeypatch):
    monkeypatch.setattr(sender_room, "MOST_HELD", 4)
    rows = [slow(crowd, number) for number in range(2000, 2010)]
    await crowd.sender.start()
    crowd.sender.hand_over(rows)
    assert len(crowd.sender) == 4
    crowd.sender.hand_over([crowd.keep("help", "快来人", MessageClass.CARE)])
    await until_heard(crowd, GRANNY, "快来人")
    crowd.keep("again", "第二次", MessageClass.CARE, chat=MANAGER)
    crowd.sender.sweep()
    await until_heard(crowd, MANAGER, "第二次")


def test_after_a_crash_care_is_read_before_what_was_due_earlier(store):
    village = Village(store)
    for number in range(5):
        village.keep(f"bulk{number}")
    village.keep("help", "快来人", MessageClass.CARE)
    found = store.read_now(lambda session: [row.key for row in settling.waiting(session, NOW, 3)])
    assert found[0] == "help"
    only = store.read_now(lambda session: [row.key for row in settling.waiting_care(session, NOW)])
    assert only == ["help"]


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(list(Urgency))), max_size=40))
def test_when_only_care_may_leave_nothing_else_does_and_all_care_does(waiting):
    lanes = Lanes(UNLIMITED)
    for number, (chat, urgency) in enumerate(waiting):
        lanes.put(chat, urgency, (number, urgency))
    left = []
    while (taken := lanes.take(0.0, Urgency.CARE)) is not None:
        left.append(taken[1][1])
        lanes.done(taken[0], 0.0)
    assert left == [Urgency.CARE] * sum(urgency == Urgency.CARE for _, urgency in waiting)
    assert lanes.next_at(0.0, Urgency.CARE) is None
