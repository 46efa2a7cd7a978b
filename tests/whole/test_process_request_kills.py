"""kill -9 anywhere while the village asks, goes, hands over, thanks and cries for help: nobody is forgotten, nobody asked for twice."""

import asyncio
import json
from random import Random

import pytest
from sqlmodel import Session, select

from models.members.people import CareLink, Consent, Member, MemberRole, Role
from models.store import open_store
from sandbox.records import Json
from tests.processes import GROUP, MANAGER, MORNING, Bot, name_of, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

DEATHS = {"sqlite": 4, "postgresql": 1}
ELDERS, HELPERS = 14, 4
WAVES, ACTS = 2, 10
"""So often it is let answer in a life, so many act at once; in the last wave it dies."""
SENTENCES = ("帮我买降压药", "我家的灯坏了，找人修一下", "明天上午9点陪我去医院")
CRY = "我摔倒了起不来"
RASH = ("不用了", "撤销", "误报", "不对", "按错", "去不了")
"""Labels that end or turn back what was begun: pressed rarely, so that most things go on."""


class Monkey:
    """Everybody of the village says and taps whatever is there to be said and tapped, by a seed."""

    def __init__(self, bot: Bot, seed: int) -> None:
        self.bot, self.random = bot, Random(seed)
        people = villagers(bot, ELDERS + HELPERS + 1)
        self.elders, self.helpers, self.daughter = people[:ELDERS], people[ELDERS:-1], people[-1]
        self.asks = [*self.elders]
        self.cries = [*self.elders[: DEATHS["sqlite"]]]
        self.asked: list[int] = []
        self.cried: list[int] = []
        store = open_store(bot.store_url)
        store.write_now(self._settle)
        store.close_now()

    def _settle(self, session: Session) -> None:
        """Some are volunteers; one daughter may act for every elder."""
        people = {one.telegram_id: one for one in session.exec(select(Member))}
        roles = {row.member_id: row for row in session.exec(select(MemberRole))}
        for helper in self.helpers:
            roles[people[helper].id].role = Role.VOLUNTEER
        for elder in self.elders:
            link = CareLink(
                elder_id=people[elder].id,
                carer_id=people[self.daughter].id,
                relation="child",
                called="",
                actions=["meals", "requests"],
                consent=Consent.SAID,
                created_at=MORNING,
            )
            session.add(link)

    def act(self) -> None:
        """One of them does something."""
        chance = self.random.random()
        if self.asks and chance < 0.25:
            self._says(self.asks, self.asked, self.random.choice(SENTENCES))
        elif chance < 0.5:
            self._taps(self.random.choice(self.helpers), GROUP)
        else:
            who = self.random.choice([*self.asked, *self.helpers, self.daughter, MANAGER])
            self._answers(who)

    def cry(self) -> None:
        """Somebody is in danger."""
        self._says(self.cries, self.cried, CRY)

    def _says(self, waiting: list[int], said: list[int], words: str) -> None:
        who = waiting.pop()
        said.append(who)
        self.bot.world.say(who, who, words)

    def _answers(self, who: int) -> None:
        """A sum where one was asked for, else a tap."""
        last = self.bot.said(who)[-1:]
        if last and "多少钱" in last[0].text:
            self.bot.world.say(who, who, "50")
        else:
            self._taps(who, who)

    def _taps(self, who: int, chat: int) -> None:
        shown = [
            (message.id, button)
            for message in self.bot.said(chat)
            for button in self._buttons(message.buttons)
        ]
        if shown:
            number, data = self.random.choice(shown[-6:])
            self.bot.world.press(who, chat, number, data)

    def _buttons(self, buttons: list[Json]) -> list[str]:
        rashly = self.random.random() < 0.15
        kept = [one for one in buttons if rashly or not any(word in one["text"] for word in RASH)]
        return [one["callback_data"] for one in kept if "callback_data" in one]


def first_calls(bot: Bot) -> str:
    """Everything that was ever sent in private."""
    return "\n".join(
        f"{given['chat_id']} {given['text']}" for method, given, _ in bot.asked if method == "sendMessage"
    )


def still_open(bot: Bot) -> list[tuple[int, str]]:
    """Requests that nobody has finished, with the time of the next step."""
    unfinished = "FROM request WHERE state NOT IN ('accepted', 'cancelled') ORDER BY id"
    return [(number, str(when)) for number, when in bot.rows(f"SELECT id, next_at {unfinished}")]


async def test_no_request_and_no_cry_for_help_is_lost_or_doubled_however_often_the_bot_dies(
    bot: Bot, dialect: str
):
    monkey = Monkey(bot, seed=4)
    bot.pace = "local"
    await bot.start()
    await bot.until(bot.all_done)
    for _ in range(DEATHS[dialect]):
        for _ in range(WAVES):
            await bot.until(bot.all_done)
            for _ in range(ACTS):
                monkey.act()
        monkey.cry()
        await asyncio.sleep(monkey.random.uniform(0, 0.25))
        bot.kill()
        monkey.act()
        await bot.start()
    await bot.until(bot.all_done)
    check_effects(bot, monkey)
    check_cries(bot, monkey)
    await check_next_steps(bot)
    assert await bot.stop() == 0


def check_effects(bot: Bot, monkey: Monkey) -> None:
    """Each sentence became one request, each request at most one post; no update counted twice."""
    asked = bot.rows("SELECT telegram_id FROM request JOIN member ON member.id = elder_id")
    assert sorted(row[0] for row in asked) == sorted(monkey.asked)
    posts = [
        given["text"]
        for method, given, _ in bot.asked
        if method == "sendMessage" and given["chat_id"] == GROUP
    ]
    for elder in monkey.asked:
        assert len([words for words in posts if f"{name_of(elder)}需要" in words]) <= 1
    twice = "SELECT update_id, action, object FROM audit_entry WHERE update_id IS NOT NULL"
    assert (
        bot.rows(
            f"{twice} AND action LIKE 'requests.%' GROUP BY update_id, action, object HAVING count(*) > 1"
        )
        == []
    )


def check_cries(bot: Bot, monkey: Monkey) -> None:
    """Each cry became one emergency, and family and manager were called at least once."""
    cried = bot.rows("SELECT telegram_id FROM emergency JOIN member ON member.id = person_id")
    assert sorted(row[0] for row in cried) == sorted(monkey.cried)
    calls = first_calls(bot)
    for elder in monkey.cried:
        for called in (monkey.daughter, MANAGER):
            assert any(
                line.startswith(f"{called} ") and f"{name_of(elder)}可能有危险" in line
                for line in calls.split("\n")
            ), json.dumps([elder, called])
    waits = "SELECT count(*) FROM emergency WHERE next_at IS NULL AND state NOT IN ('closed', 'false_alarm')"
    assert bot.one(waits) == 0


async def check_next_steps(bot: Bot) -> None:
    """Whatever is unfinished has a next step with its time; a day later each that was due was taken, and has another."""
    before = still_open(bot)
    assert before, "something was left open"
    assert [number for number, when in before if when == "None"] == []
    bot.world.clock.advance(24 * 3600)
    now = str(bot.world.clock.now().replace(tzinfo=None))
    assert [number for number, when in before if when <= now], "somebody was to be called within the day"
    await bot.until(lambda: all(when > now for _, when in still_open(bot)))
    assert [number for number, _ in still_open(bot)] == [number for number, _ in before]
