"""What must be taken back one day leaves only into a message whose number is kept: however the bot dies, nothing stays."""

import pytest

from models.outbox import OutboxState
from rules import outbox, settling
from rules.values import Button, Message
from sandbox.faults import Rule
from tests.test_outbox import GRANNY, Village, verbatim

ADDRESS = "上寨42号"


@pytest.fixture
async def village(store):
    """The village with a sender that is not started yet."""
    made = Village(store)
    yield made
    await made.sender.drain(0.2)


def errand(village):
    words = Message(verbatim(ADDRESS), ((Button(verbatim("办好了"), "req:1:done"),),), revocable=True)
    return village.keep("errand", words)


async def taken_back(village):
    def unit(session):
        outbox.retract(session, ["errand"], village.now)
        session.flush()
        return list(session.info.pop("posted", []))

    village.sender.hand_over(village.store.write_now(unit))
    await village.settled()


async def test_the_helper_reads_the_address_in_one_message_with_its_buttons(village):
    await village.send(errand(village))
    (message,) = [m for m in village.world.messages(GRANNY, viewer=GRANNY) if m.by_bot]
    assert message.text == ADDRESS
    assert message.raw["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "req:1:done"
    assert village.state("errand") == OutboxState.SENT


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_when_nobody_knows_whether_it_arrived_no_second_address_stands(village, method):
    village.faults.once(Rule("drop_after", method=method))
    await village.send(errand(village))
    assert village.heard(GRANNY).count(ADDRESS) == 1
    assert all(ADDRESS not in words for words in village.heard(GRANNY)[:-1])


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_taken_back_after_a_lost_answer_no_address_is_left(village, method):
    village.faults.once(Rule("drop_after", method=method))
    await village.send(errand(village))
    await taken_back(village)
    assert not any(ADDRESS in words for words in village.heard(GRANNY))


async def test_taken_back_while_it_waits_in_the_senders_hands_it_is_never_said(village):
    row = errand(village)
    await taken_back(village)
    await village.send(row)
    assert village.heard(GRANNY) == []
    assert village.state("errand") == OutboxState.MISSED


async def test_the_words_of_a_message_that_a_death_left_open_are_put_in_by_the_next_life(village):
    row = errand(village)
    number = await village.telegram.send(GRANNY, {"text": "…"})
    village.store.write_now(lambda session: settling.opened(session, row.id, number))
    await village.send()
    assert village.heard(GRANNY) == [ADDRESS]


async def test_taken_back_by_the_next_life_a_message_left_open_is_deleted(village):
    row = errand(village)
    number = await village.telegram.send(GRANNY, {"text": "…"})
    village.store.write_now(lambda session: settling.opened(session, row.id, number))
    await village.sender.start()
    await taken_back(village)
    assert village.heard(GRANNY) == []
