"""A cry for help leaves first: past full hands, past a full store of other messages, past everybody else's lane."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.elders.emergencies import urgent
from jobs import outbox as sender_room
from models.outbox import MessageClass
from nlu.errands import sounds_dangerous
from rules import outbox, settling
from rules.outbox import Receiver
from rules.values import Text
from sandbox.faults import Rule
from tests.processes import LIMIT
from tests.test_outbox import GRANNY, MANAGER, NOW, Village
from transports.dispatch import Dispatcher, Handling
from transports.pacing import UNLIMITED, Lanes, Urgency
from transports.updates import Heard, Kind


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
    async with asyncio.timeout(LIMIT):
        while words not in village.heard(chat):
            await asyncio.sleep(0.01)


async def test_care_leaves_while_every_hand_is_full_of_slow_messages(crowd):
    rows = [slow(crowd, number) for number in range(2000, 2060)]
    await crowd.sender.start()
    crowd.sender.hand_over(rows)
    async with asyncio.timeout(LIMIT):
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


async def test_somebody_in_danger_is_heard_before_all_who_only_book(store):
    taken = []
    gate = asyncio.Event()

    async def take(heard):
        await gate.wait()
        taken.append(heard.text)

    def read(raw):
        number, text = raw
        return Heard(number, Kind.MESSAGE, chat_id=number, private=True, person_id=number, text=text)

    handling = Handling(take, read, lambda: NOW, urgent=urgent)
    dispatcher = Dispatcher(store, handling, concurrency=1)
    dispatcher.start()
    async with asyncio.timeout(LIMIT):
        while dispatcher._backlog or dispatcher._loading:
            await asyncio.sleep(0.01)
        words = ["明天中午一份"] * 6 + ["我摔倒了起不来"]
        dispatcher.offer([read(update) for update in enumerate(words, 1)])
        gate.set()
        await dispatcher.settled()
    await dispatcher.drain(1)
    assert taken.index("我摔倒了起不来") <= 1, "one was in hand already, the others waited"


@pytest.mark.parametrize(
    ("words", "dangerous"), [("我摔倒了起不来", True), ("救命", True), ("明天中午两份", False), ("", False)]
)
def test_words_of_danger_are_noticed_before_they_are_understood(words, dangerous):
    assert sounds_dangerous(words) == dangerous
