"""kill -9 at random in the middle of a rush: nothing lost, nothing doubled, the order of every person kept."""

import asyncio
import re
from dataclasses import dataclass, field
from random import Random

import pytest

from tests.processes import GROUP, Bot, on_sqlite, villagers
from tests.whole.test_process_steps import beside, go_on, stall
from transports.pacing import Limits

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

DEATHS = {"sqlite": 8, "postgresql": 2}
PEOPLE = 24
AT_ONCE = 8
"""So many people act at the moment of a death; each may lose the little word of one tap."""
PORTIONS = re.compile(r"(\d+) 份")
MOST = 16
TAPS = ("+1 份", "送餐")


@dataclass
class Granny:
    """One person of the rush, and what the village must know of her in the end."""

    number: int
    portions: int = 0
    mode: str = "dine_in"
    ordered: list[int] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    """The updates that change something, in the order she sent them."""


class Rush:
    """Everybody orders, changes and taps, by a seed."""

    def __init__(self, bot: Bot, seed: int) -> None:
        self.bot, self.random = bot, Random(seed)
        self.grannies = [Granny(number) for number in villagers(bot, PEOPLE, settings={"seats": 1000})]
        self.taps: dict[int, str] = {}
        """The words of which taps are waited for, by the number of the update."""
        self.lost: set[str] = set()
        """Those of which died with the bot: their updates were done, their words on the way."""
        self.acts = 0

    def act(self) -> None:
        """Some of them at once; a sentence says a number she has not said before, a tap adds to it."""
        for granny in self.random.sample(self.grannies, AT_ONCE):
            before = (granny.portions, granny.mode)
            unsaid = [n for n in range(1, MOST) if n not in granny.ordered]
            if granny.portions and (self.random.random() < 0.4 or not unsaid):
                self._tap(granny)
            else:
                self._order(granny, self.random.choice(unsaid))
            if (granny.portions, granny.mode) != before:
                granny.changes.append(self.bot.world.updates.last_id)
            self.acts += 1

    def _order(self, granny: Granny, portions: int) -> None:
        granny.portions = portions
        granny.ordered.append(portions)
        self.bot.world.say(granny.number, granny.number, f"明天中午{portions}份")

    def _tap(self, granny: Granny) -> None:
        post = self.bot.said(GROUP)[0]
        more = granny.portions < MOST and self.random.random() < 0.5
        granny.portions += more
        granny.mode = granny.mode if more else "delivery"
        data = post.button(TAPS[not more])
        tap = self.bot.world.press(granny.number, GROUP, post.id, data)
        self.taps[self.bot.world.updates.last_id] = tap

    def unanswered(self) -> set[str]:
        return {tap for tap in self.taps.values() if tap not in self.bot.world.callback_answers}

    def bury(self) -> None:
        """The bot died: what it had done and not yet told is told by nobody."""
        done = {row[0] for row in self.bot.rows("SELECT update_id FROM inbox_update WHERE state = 'done'")}
        self.lost |= self.unanswered() & {tap for number, tap in self.taps.items() if number in done}


async def test_nobody_loses_a_place_or_gets_two_however_often_the_bot_dies(bot, dialect):
    deaths = DEATHS[dialect]
    rush = Rush(bot, seed=deaths)
    await bot.start()
    await bot.until(lambda: bot.heard(GROUP, "午饭") and bot.all_done())
    for _ in range(deaths):
        for _ in range(4):
            rush.act()
            await asyncio.sleep(rush.random.uniform(0, 0.05))
        await asyncio.sleep(rush.random.uniform(0, 0.1))
        bot.kill()
        rush.bury()
        rush.act()
        await bot.start()
    await bot.until(bot.all_done)
    assert (
        bot.one("SELECT count(*) FROM inbox_update WHERE state = 'done'") == rush.acts == deaths * 5 * AT_ONCE
    )
    _check_effects(bot, rush)
    doubled = _check_answers(bot, rush)
    assert doubled <= deaths * Limits().unmarked
    await bot.until(lambda: rush.unanswered() <= rush.lost)
    assert await bot.stop() == 0


def _check_effects(bot: Bot, rush: Rush) -> None:
    """What is booked is what each of them said last; each update changed it once, in the order they were sent."""
    booked = bot.rows("SELECT telegram_id, portions, mode FROM booking JOIN member ON member.id = eater_id")
    assert sorted(booked) == sorted((g.number, g.portions, g.mode) for g in rush.grannies if g.changes)
    assert bot.one("SELECT count(*) FROM inbox_update WHERE state <> 'done'") == 0
    changed = bot.rows(
        "SELECT telegram_id, update_id FROM audit_entry JOIN member ON member.id = subject_id "
        "WHERE action IN ('meals.booked', 'meals.changed') ORDER BY audit_entry.id"
    )
    for granny in rush.grannies:
        mine = [update_id for person, update_id in changed if person == granny.number]
        assert mine == granny.changes


def _check_answers(bot: Bot, rush: Rush) -> int:
    """Every sentence was answered, in order; how many answers came again."""
    doubled = 0
    for granny in rush.grannies:
        told = [int(PORTIONS.findall(message.text)[0]) for message in bot.said(granny.number)]
        assert list(dict.fromkeys(told)) == granny.ordered
        doubled += len(told) - len(granny.ordered)
    return doubled


@on_sqlite
async def test_of_two_thousand_updates_that_wait_none_is_lost_at_one_death(bot):
    people = villagers(bot, 200, settings={"seats": 10_000})
    for portions in range(1, 11):
        for person in people:
            bot.world.say(person, person, f"明天中午{portions}份")
    done = "SELECT count(*) FROM inbox_update WHERE state = 'done'"
    with beside(bot) as other:
        last = (
            f"NEW.portions = 10 AND NEW.eater_id = (SELECT id FROM member WHERE telegram_id = {people[-1]})"
        )
        await stall(bot, other, f"UPDATE ON booking WHEN {last}")
        await bot.start(ready=False)
        await bot.until(lambda: bot.one(done) > 900)
        bot.kill()
        await go_on(bot, other)
    assert bot.one(done) < 2_000
    await bot.start()
    await bot.until(lambda: bot.one(done) == 2_000 and not bot.world.updates.waiting())
    assert bot.rows("SELECT portions, count(*) FROM booking GROUP BY portions") == [(10, 200)]
    assert bot.one("SELECT count(DISTINCT update_id) FROM audit_entry WHERE update_id IS NOT NULL") == 2_000
    assert bot.one("SELECT count(*) FROM audit_entry WHERE update_id IS NOT NULL") == 2_000
    answers = "SELECT count(*) FROM outbox_message WHERE kind = 'answer' AND status IN ('pending', 'sent')"
    assert bot.one(answers) == 2_000, "each answer waits in the store for its turn"
    assert await bot.stop() == 0
