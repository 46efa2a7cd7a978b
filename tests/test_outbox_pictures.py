"""A picture the messenger has is shown by its name, and taken back without a trace."""

import pytest
from sqlmodel import select

from models.outbox import OutboxMessage, OutboxState
from rules import outbox
from rules.values import Button, Message
from tests.test_outbox import GRANNY, MANAGER, Village, verbatim


@pytest.fixture
async def village(store):
    """The village with a sender that is not started yet."""
    made = Village(store)
    yield made
    await made.sender.drain(0.2)


@pytest.fixture
def picture(village):
    """What the messenger calls a picture that granny sent."""
    return village.world.send_photo(GRANNY, GRANNY, PIXEL).raw["photo"][-1]["file_id"]


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def shown(picture):
    return Message(verbatim("请看"), ((Button(verbatim("写日期"), "proof:1:write"),),), photo=picture)


def pictures(village, chat):
    return [m for m in village.world.messages(chat, viewer=chat) if m.by_bot and "photo" in m.raw]


async def retracted(village, *keys):
    def unit(session):
        outbox.retract(session, keys, village.now)
        session.flush()
        return list(session.info.pop("posted", []))

    village.sender.hand_over(village.store.write_now(unit))
    await village.settled()


async def test_it_comes_with_its_words_and_buttons(village, picture):
    await village.send(village.keep("proof:1:1005", shown(picture), chat=MANAGER))
    (message,) = pictures(village, MANAGER)
    assert message.text == "请看"
    assert message.raw["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "proof:1:write"
    assert village.state("proof:1:1005") == OutboxState.SENT


async def test_taken_back_it_is_gone_from_the_chat_and_from_the_store(village, picture):
    await village.send(village.keep("proof:1:1005", shown(picture), chat=MANAGER))
    await retracted(village, "proof:1:1005", "proof:1:9999")
    assert pictures(village, MANAGER) == []
    rows = village.store.read_now(lambda session: session.exec(select(OutboxMessage)).all())
    assert picture not in str([row.body for row in rows])
    assert {row.status for row in rows} == {OutboxState.SENT}


async def test_what_had_not_left_never_leaves(village, picture):
    village.keep("proof:1:1005", shown(picture), chat=MANAGER)
    await retracted(village, "proof:1:1005")
    await village.send()
    assert pictures(village, MANAGER) == []
    assert village.state("proof:1:1005") == OutboxState.MISSED


async def test_one_that_is_gone_already_is_no_fault(village, picture):
    await village.send(village.keep("proof:1:1005", shown(picture), chat=MANAGER))
    (message,) = pictures(village, MANAGER)
    await village.telegram.delete(MANAGER, message.id)
    await retracted(village, "proof:1:1005")
    rows = village.store.read_now(lambda session: session.exec(select(OutboxMessage)).all())
    assert {row.status for row in rows} == {OutboxState.SENT}
