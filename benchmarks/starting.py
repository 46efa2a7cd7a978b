"""(6) From the start of the process to its first question for updates, and what it then weighs."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from benchmarks import village
from benchmarks.contestants import AIOGRAM, OURS, PTB, Contestant, running
from benchmarks.figures import Section, at_most, middle, ratio, shown
from benchmarks.messenger import Messenger
from benchmarks.people import Village, person_ids

CONTESTANTS = (PTB, AIOGRAM, OURS)
REST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds to the first getUpdates and to the first answer, and MiB afterwards."""

    poll: float
    answer: float
    rss: float


async def run(place: Path, *, quick: bool) -> Section:
    """Interleaved starts; the first of each only fills the caches of the machine and is not counted."""
    template = village.make(place / "template")
    rounds = 1 if quick else 7
    found: dict[str, list[Start]] = {who.name: [] for who in CONTESTANTS}
    for number in range(rounds + 1):
        for who in CONTESTANTS:
            measured = await one(who, template, place / f"{number}-{CONTESTANTS.index(who)}")
            found[who.name] += [measured] if number else []
    return _section(found, rounds)


async def one(who: Contestant, template: Path, folder: Path) -> Start:
    """Somebody has spoken before the bot starts; what it weighs is read when it has answered and come to rest."""
    village.copy(template, folder)
    async with Messenger() as messenger:
        people = Village(messenger)
        people.listen()
        people.speak(person_ids()[0])
        async with running(who, messenger, folder) as bot:
            await people.quiet()
            await asyncio.sleep(REST_SECONDS)
            answered = people.spans[-1][1] - bot.started_at
            return Start(messenger.first_poll_at - bot.started_at, answered, bot.rss())


def _section(found: dict[str, list[Start]], rounds: int) -> Section:
    poll = {name: [each.poll for each in starts] for name, starts in found.items()}
    answer = {name: [each.answer for each in starts] for name, starts in found.items()}
    rss = {name: [each.rss for each in starts] for name, starts in found.items()}
    ptb, ours = PTB.name, OURS.name
    rows = [
        (name, *(column for of in (poll, answer, rss) for column in _against(of[name], of[ptb])))
        for name in found
    ]
    how = (
        f"{rounds} starts each, interleaved; a village of 306 people with two months of menus in the store, one of whom "
        "spoke before the start. Ours asks for updates first and loads the rest meanwhile, so the first answer is told too."
    )
    header = ("bot", "first getUpdates s", "× PTB", "first answer s", "× PTB", "RSS MiB", "× PTB")
    claims = [
        at_most("start to first getUpdates ÷ bare python-telegram-bot", ratio(poll[ours], poll[ptb]), 1.5),
        at_most(
            "memory after start and an answer ÷ bare python-telegram-bot", ratio(rss[ours], rss[ptb]), 2.0
        ),
    ]
    return Section("(6) Start and memory", how, header, rows, claims)


def _against(own: list[float], other: list[float]) -> tuple[str, str]:
    return shown(middle(own)), shown(ratio(own, other))
