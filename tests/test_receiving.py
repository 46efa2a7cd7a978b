"""Nothing is acknowledged before it is stored, and nothing unreadable stops the rest."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from models.inbox import InboxState, InboxUpdate
from models.outbox import OutboxMessage
from models.store import Store, StoreFull
from transports.hearing import hear
from transports.receiving import Intake, Receiver
from transports.telegram import Retry, SecondPoller, TokenRefused
from transports.vitals import Vitals
from transports.webhooks import LARGEST_BODY, SECRET_HEADER, Webhook

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
READ = partial(hear, bot_id=7000, bot_username="gulou_bot")


def update(number, text="明天中午两份"):
    chat = {"id": 1001, "type": "private"}
    person = {"id": 1001, "is_bot": False, "first_name": "李奶奶"}
    body = {"message_id": number, "date": 1_764_036_000, "chat": chat, "from": person, "text": text}
    return {"update_id": number, "message": body}


def broken(number):
    return {"update_id": number, "message": {"date": 10**15}}


@pytest.fixture
def offered():
    return []


@pytest.fixture
def intake(store, offered):
    return Intake(store, READ, lambda: NOW, offered.extend, operators=(42,))


def kept(store: Store) -> dict[int, InboxState]:
    return {row.update_id: row.state for row in store.read_now(lambda s: s.exec(select(InboxUpdate)).all())}


async def test_what_came_is_stored_and_taken_up(store, intake, offered):
    await intake.keep([update(1), update(2)])
    assert kept(store) == {1: InboxState.NEW, 2: InboxState.NEW}
    assert [heard.update_id for heard in offered] == [1, 2]


async def test_a_repetition_has_no_effect(store, intake, offered):
    await intake.keep([update(1), update(1)])
    await intake.keep([update(1)])
    assert len(kept(store)) == 1
    assert {heard.update_id for heard in offered} == {1}


async def test_one_unreadable_update_is_set_aside_and_the_operator_told_once(store, intake, offered):
    await intake.keep([update(1), broken(2), update(3)])
    await intake.keep([broken(4), {"no": "id"}, None, "x"])
    states = kept(store)
    assert (states[2], states[3]) == (InboxState.DEAD, InboxState.NEW)
    assert sum(number < 0 for number in states) == 3
    assert [heard.update_id for heard in offered] == [1, 3]
    told = store.read_now(lambda s: s.exec(select(OutboxMessage)).all())
    assert [(row.chat_id, row.body["text"]["key"]) for row in told] == [(42, "outbox.malformed")]


class Line:
    """A messenger that answers each poll with the next thing: a batch, or a fault."""

    def __init__(self, *answers):
        self.answers, self.offsets = list(answers), []

    async def poll(self, offset):
        self.offsets.append(offset)
        if not self.answers:
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def received(line, keep):
    """Run the receiver until the line is silent; answers the pauses it made."""
    pauses = []

    async def pause(seconds):
        pauses.append(seconds)

    receiver = Receiver(line.poll, keep, Vitals(NOW), lambda: NOW, pause)
    task = asyncio.create_task(receiver.run())
    while line.answers and not task.done():
        await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
    if task.done():
        task.result()
    task.cancel()
    return pauses


async def nothing(raws):
    return None


async def test_polling_begins_without_an_offset_and_moves_only_past_what_is_stored():
    line, log = Line([update(5), update(7)], []), []

    async def keep(raws):
        log.append((len(raws), list(line.offsets)))

    await received(line, keep)
    assert log == [(2, [None])]
    assert line.offsets == [None, 8, 8]


async def test_ids_that_restart_lower_are_followed():
    line = Line([update(900_000)], [update(12)])
    await received(line, nothing)
    assert line.offsets == [None, 900_001, 13]


async def test_what_could_not_be_stored_is_asked_for_again():
    line, faults = Line([update(5)], [update(5)]), [StoreFull("no space")]

    async def keep(raws):
        if faults:
            raise faults.pop()

    await received(line, keep)
    assert line.offsets == [None, None, 6]


async def test_a_network_that_is_down_is_waited_for_at_most_five_seconds_at_a_time():
    line = Line(*[Retry(1.0)] * 12, [update(1)])
    pauses = await received(line, nothing)
    assert len(pauses) == 12
    assert pauses[0] < 1
    assert max(pauses) == 5.0
    assert line.offsets[-1] == 2


async def test_a_second_poller_is_tolerated_after_a_restart_but_not_for_long():
    assert await received(Line(SecondPoller("x"), [update(1)]), nothing)
    with pytest.raises(SecondPoller):
        await received(Line(*[SecondPoller("x")] * 3), nothing)


async def test_of_two_bots_with_one_token_the_newcomer_gives_way():
    conflict = SecondPoller("x")
    pauses = await received(Line([update(1)], *[conflict] * 39, [update(2)], *[conflict] * 39), nothing)
    assert (len(pauses), max(pauses)) == (78, 0.5), "who received before comes back soon, and often"
    with pytest.raises(SecondPoller):
        await received(Line([update(1)], *[conflict] * 40), nothing)


async def test_a_refused_token_ends_it_at_once():
    with pytest.raises(TokenRefused):
        await received(Line(TokenRefused("x")), nothing)


@pytest.fixture
async def door():
    stored: list = []

    async def keep(raws):
        if raws == [{"full": True}]:
            raise StoreFull("no space")
        stored.extend(raws)

    app = Starlette(routes=[Webhook("right", keep).route()])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as client:
        client.stored = stored
        yield client


async def knock(door, secret="right", **body):
    headers = {SECRET_HEADER: secret} if secret else {}
    answer = await door.post("/telegram", headers=headers, **body)
    return answer.status_code


async def test_the_webhook_stores_before_it_answers(door):
    assert await knock(door, json=update(1)) == 200
    assert door.stored == [update(1)]


@pytest.mark.parametrize("secret", ["", "wrong", "right "])
async def test_the_webhook_opens_only_for_the_secret(door, secret):
    assert await knock(door, secret, json=update(1)) == 403
    assert door.stored == []


async def test_the_webhook_takes_no_more_than_a_megabyte(door):
    assert await knock(door, content=b"x" * (LARGEST_BODY + 1)) == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_the_webhook_refuses_what_is_no_json(door, body):
    assert await knock(door, content=body) == 400


async def test_the_webhook_asks_to_come_again_when_the_store_takes_nothing(door):
    assert await knock(door, json={"full": True}) == 503
