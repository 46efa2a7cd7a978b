"""Updates that make no sense, or that break what hears them, never stop the others."""

import copy
import sqlite3
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from tests.processes import GROUP, OPERATOR, Bot, on_sqlite, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]

CHAT = {"id": 5274130001, "type": "private", "first_name": "某"}
SOMEBODY = {"id": 5274130001, "is_bot": False, "first_name": "某"}
MESSAGE = {"message_id": 1, "date": 1, "chat": CHAT, "from": SOMEBODY, "text": "明天中午两份"}
TAP = {"id": "1", "from": SOMEBODY, "chat_instance": "1", "message": MESSAGE, "data": "eat:1:in"}
NONSENSE: list[dict[str, Any]] = [
    {"message": None},
    {"message": []},
    {"message": {}},
    {"message": {**MESSAGE, "chat": None}},
    {"message": {**MESSAGE, "chat": {**CHAT, "type": "forum"}}},
    {"message": {**MESSAGE, "chat": {**CHAT, "id": "5274130001"}}},
    {"message": {**MESSAGE, "from": [SOMEBODY]}},
    {"message": {**MESSAGE, "from": {**SOMEBODY, "id": -1}}},
    {"message": {**MESSAGE, "text": 12}},
    {"message": {**MESSAGE, "date": 10**12}},
    {"message": {**MESSAGE, "message_id": 2**70}},
    {"message": {**MESSAGE, "entities": {"type": "bold"}}},
    {"message": {**MESSAGE, "reply_to_message": "?"}},
    {"callback_query": {**TAP, "id": None}},
    {"callback_query": {**TAP, "data": "x" * 65}},
    {"callback_query": {**TAP, "message": [1]}},
    {"my_chat_member": {"chat": CHAT, "from": SOMEBODY, "new_chat_member": {}}},
    {"edited_message": 7},
]
MUTATIONS, BATCH = 10_000, 100
DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**70, -(2**63), 0.5, 1e308),
    *(
        "",
        " ",
        "0",
        "明天中午两份",
        "/start",
        "/book@gulou_bot",
        "😀" * 4096,
        "饭" * 4096,
        "\u202e\u200b\x00\ud800",
        "<b>&amp;",
    ),
    *([], {}, [None], {"id": 1}, [[]], {"": {}}, DEEP, ["x"] * 600),
]


async def test_what_makes_no_sense_is_set_aside_and_the_others_are_served(bot):
    grannies = villagers(bot, len(NONSENSE))
    for granny, nonsense in zip(grannies, NONSENSE, strict=True):
        bot.world.inject(nonsense)
        bot.world.say(granny, granny, "明天中午2份")
    await bot.start()
    await bot.until(lambda: all(bot.heard(granny, "2 份") for granny in grannies) and bot.all_done())
    dead = bot.rows("SELECT tries FROM inbox_update WHERE state = 'dead'")
    assert dead == [(0,)] * len(NONSENSE), "seen at once, tried never"
    assert len(bot.heard(OPERATOR, "看不懂的更新")) == 1, "once a day is enough"
    assert await bot.stop() == 0


async def test_what_fails_three_times_is_set_aside_its_sender_and_the_operator_told(bot):
    unlucky, *others = villagers(bot, 4)
    with sqlite3.connect(str(sa.make_url(bot.store_url).database)) as connection:
        fails = "BEFORE INSERT ON booking WHEN NEW.portions = 13 BEGIN SELECT RAISE(ABORT, 'no'); END"
        connection.execute(f"CREATE TRIGGER fails {fails}")
    connection.close()
    bot.world.say(unlucky, unlucky, "明天中午13份")
    for other in [unlucky, *others]:
        bot.world.say(other, other, "明天中午2份")
    await bot.start()
    await bot.until(lambda: all(bot.heard(other, "2 份") for other in [unlucky, *others]) and bot.all_done())
    [(state, tries, error)] = bot.rows("SELECT state, tries, error FROM inbox_update WHERE tries > 0")
    assert (state, tries) == ("dead", 3)
    assert error.startswith("IntegrityError")
    sorry, booked = bot.said(unlucky)
    assert "2 份" in booked.text, "first the sorry, then the answer to what she said next"
    assert "13" not in sorry.text
    [told] = bot.heard(OPERATOR, "试了 3 次")
    assert "IntegrityError" in told.text
    assert await bot.stop() == 0


def real_updates(bot: Bot, people: list[int]) -> list[dict[str, Any]]:
    """One of each kind that people cause, as the messenger tells it."""
    world, granny = bot.world, people[0]
    said = world.say(granny, granny, "明天中午2份，送到家")
    world.say(granny, GROUP, "/menu@gulou_bot 明天")
    world.say(granny, GROUP, "+1", reply_to=world.say(people[1], GROUP, "1. 甲\n2. 乙").id)
    world.edit(granny, granny, said.id, "明天中午3份")
    world.share_contact(granny)
    world.send_photo(granny, granny, b"\x89PNG\r\n\x1a\n" + bytes(40), caption="菜单")
    world.leave(people[2], GROUP)
    world.join(people[2], GROUP)
    world.block(people[3])
    world.unblock(people[3])
    world.press(granny, granny, said.id, "eat:1:in", forge=True)
    world.say_as_anonymous_admin(GROUP, "/settings")
    found = [copy.deepcopy(each.raw) for each in world.updates.waiting()]
    world.updates.clear()
    return found


def mutated(update: dict[str, Any], random: Random) -> dict[str, Any]:
    """The update with one to three things in it replaced by something odd, taken away, or put elsewhere."""
    made: dict[str, Any] = copy.deepcopy(update)
    del made["update_id"]
    for _ in range(random.randint(1, 3)):
        places = list(_places(made)) or [(made, "message")]
        holder, key = random.choice(places)
        if random.random() < 0.2:
            holder.pop(key, None) if isinstance(holder, dict) else holder.pop(key)
        else:
            other = random.choice(ODD) if random.random() < 0.8 else random.choice(places)[0]
            holder[key] = copy.deepcopy(other)
    return made


def _places(node: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        if depth < 8:
            yield from _places(node[key], depth + 1)


async def test_ten_thousand_mutated_updates_leave_the_bot_alive(bot):
    people = villagers(bot, 12)
    random, kinds = Random(20261125), real_updates(bot, people)
    bot.pace = "local"
    for _ in range(MUTATIONS):
        bot.world.inject(mutated(random.choice(kinds), random))
    await bot.start()
    await bot.until(lambda: not bot.world.updates.waiting() and bot.all_done(), limit=600)
    states = dict(bot.rows("SELECT state, count(*) FROM inbox_update GROUP BY state"))
    assert states["done"] + states["dead"] == MUTATIONS
    assert min(states.values()) > MUTATIONS / 10, "some still made sense, others did not"
    fallen = bot.rows("SELECT raw, error FROM inbox_update WHERE tries > 0")
    assert fallen == [], "nonsense is seen when it is read; no handler fell over it"
    last = people[-1]
    bot.world.say(last, last, "明天中午2份")
    await bot.until(lambda: bot.heard(last, "2 份"))
    assert await bot.stop() == 0
