"""The queue of updates: confirmation by offset, retention by the clock, disturbances."""

import asyncio
import json
from datetime import timedelta

import pytest
from telegram.error import Conflict

from sandbox.api import BotApi
from sandbox.clock import Clock
from sandbox.faults import UpdateFaults
from tests.processes import LIMIT
from tests.sandboxes import GRANNY, NOON, TOKEN, hamlet


def ids(batch):
    return [update["update_id"] for update in batch]


def test_an_update_is_handed_out_until_it_is_confirmed():
    village = hamlet()
    village.world.say(GRANNY, GRANNY, "一")
    village.world.say(GRANNY, GRANNY, "二")
    first = village.world.updates.fetch(0)
    assert village.world.updates.fetch(0) == first
    assert ids(village.world.updates.fetch(first[0]["update_id"] + 1)) == ids(first[1:])


def test_a_negative_offset_forgets_all_but_the_last():
    village = hamlet()
    for word in "一二三":
        village.world.say(GRANNY, GRANNY, word)
    assert [each["message"]["text"] for each in village.world.updates.fetch(-1)] == ["三"]
    assert len(village.world.updates) == 1


def test_an_offset_of_another_life_starts_at_the_head():
    village = hamlet()
    village.world.say(GRANNY, GRANNY, "一")
    assert len(village.world.updates.fetch(999_999_999)) == 1


def test_at_most_a_hundred_at_a_time():
    village = hamlet()
    for number in range(130):
        village.world.say(GRANNY, GRANNY, str(number))
    assert len(village.world.updates.fetch(0, 500)) == 100
    assert len(village.world.updates.fetch(0, 7)) == 7


def test_a_tap_is_gone_after_150_seconds_and_a_message_after_a_day():
    village = hamlet()
    message = village.world.say(GRANNY, GRANNY, "一")
    village.world.press(GRANNY, GRANNY, message.id, "v1:eat", forge=True)
    village.world.clock.advance(149)
    assert len(village.world.updates.fetch(0)) == 2
    village.world.clock.advance(2)
    assert [sorted(each)[0] for each in village.world.updates.fetch(0)] == ["message"]
    village.world.clock.advance(24 * 3600)
    assert village.world.updates.fetch(0) == []
    assert village.world.updates.expired == 2


def test_after_a_week_of_silence_ids_start_somewhere_else():
    village = hamlet()
    village.world.say(GRANNY, GRANNY, "一")
    [before] = ids(village.world.updates.fetch(0))
    village.world.updates.fetch(before + 1)
    village.world.clock.advance(8 * 24 * 3600)
    village.world.say(GRANNY, GRANNY, "二")
    [after] = ids(village.world.updates.fetch(before + 1))
    assert after != before + 1


def test_ids_restart_when_asked_but_never_among_waiting_updates():
    village = hamlet()
    village.world.say(GRANNY, GRANNY, "一")
    village.world.updates.restart_ids()
    village.world.say(GRANNY, GRANNY, "二")
    first, second = ids(village.world.updates.fetch(0))
    assert second == first + 1
    village.world.updates.fetch(second + 1)
    village.world.say(GRANNY, GRANNY, "三")
    assert ids(village.world.updates.fetch(0)) != [second + 1]


def test_what_was_not_asked_for_is_not_queued():
    village = hamlet()
    village.world.updates.allowed = frozenset({"callback_query"})
    village.world.say(GRANNY, GRANNY, "一")
    assert village.world.updates.fetch(0) == []


def test_the_same_update_may_come_twice():
    village = hamlet()
    village.world.updates.disturbance = UpdateFaults(duplicate=1.0)
    village.world.say(GRANNY, GRANNY, "一")
    first, second = ids(village.world.updates.fetch(0))
    assert first == second


def test_the_same_tap_may_come_as_another_update():
    village = hamlet()
    village.world.updates.disturbance = UpdateFaults(retap=1.0)
    message = village.world.say(GRANNY, GRANNY, "一")
    village.world.press(GRANNY, GRANNY, message.id, "v1:eat", forge=True)
    taps = village.world.updates.fetch(0)[1:]
    assert len(set(ids(taps))) == 2
    assert {each["callback_query"]["data"] for each in taps} == {"v1:eat"}


def test_updates_may_come_out_of_order():
    village = hamlet()
    village.world.updates.disturbance = UpdateFaults(reorder=1.0, seed=3)
    for number in range(9):
        village.world.say(GRANNY, GRANNY, str(number))
    batch = ids(village.world.updates.fetch(0))
    assert batch != sorted(batch)


def test_a_malformed_update_is_handed_out_as_it_is():
    village = hamlet()
    number = village.world.inject({"message": {"date": 10**18}})
    assert village.world.updates.fetch(0) == [{"message": {"date": 10**18}, "update_id": number}]


async def test_the_older_of_two_pollers_is_sent_away():
    village = hamlet()
    older = asyncio.create_task(village.bot.get_updates(timeout=20))
    while not village.world.counts["getUpdates"]:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    api = village.bot._request[0]._api
    newer = asyncio.create_task(api.call(TOKEN, "getUpdates", {"timeout": "20"}, {}))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older
    village.world.say(GRANNY, GRANNY, "一")
    assert b"update_id" in (await newer).body


async def test_a_waiting_poller_is_woken_by_the_first_update():
    village = hamlet()
    poll = asyncio.create_task(village.bot.get_updates(timeout=50))
    while not village.world.counts["getUpdates"]:
        await asyncio.sleep(0)
    village.world.say(GRANNY, GRANNY, "一")
    [update] = await asyncio.wait_for(poll, LIMIT)
    assert update.message.text == "一"


async def test_a_server_about_to_end_keeps_no_poller_waiting():
    village = hamlet()
    api = BotApi(village.world)
    waiting = asyncio.create_task(api.call(TOKEN, "getUpdates", {"timeout": "50"}, {}))
    while not village.world.counts["getUpdates"]:
        await asyncio.sleep(0)
    api.close()
    async with asyncio.timeout(LIMIT):
        replies = [await waiting, await api.call(TOKEN, "getUpdates", {"timeout": "50"}, {})]
    assert [json.loads(reply.body)["result"] for reply in replies] == [[], []]


async def test_polling_beside_a_webhook_is_refused():
    village = hamlet()
    await village.bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match="while webhook is active"):
        await village.bot.get_updates()


def test_the_clock_shares_its_offset_through_a_file(tmp_path):
    path = tmp_path / "offset"
    here = Clock(path)
    here.advance(3600)
    there = Clock(path)
    assert abs(there.now() - here.now()) < timedelta(seconds=5)
    assert abs(float(path.read_text()) - 3600) < 5


def test_the_clock_takes_no_naive_time():
    with pytest.raises(ValueError, match="aware"):
        Clock(standing_at=NOON).set(NOON.replace(tzinfo=None))
