"""(1) Real bookings by sentence in a closed loop, and how long people wait for them, against bots that only echo."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from benchmarks import village
from benchmarks.contestants import AIOGRAM, OURS, PTB, RAW, Contestant, Running, running
from benchmarks.figures import Section, at_least, at_most, middle, percentile, ratio, shown
from benchmarks.messenger import Messenger
from benchmarks.people import FIRST_DAY, LAST_DAY, PEOPLE, Village, person_ids

CONTESTANTS = (PTB, AIOGRAM, OURS, RAW)
PATIENCE = 120.0
WARMING = 2 * PEOPLE
"""Answers before anything is measured: a bot loads the last of itself while it speaks its first words."""


@dataclass(frozen=True, slots=True)
class Round:
    """One bot under load for some seconds."""

    per_second: float
    cpu_per_thousand: float
    p50: float
    p99: float
    rss: float


async def run(place: Path, *, quick: bool) -> Section:
    """Each bot in turn, several rounds, the order turning with each round."""
    template = village.make(place / "template")
    rounds, seconds = (1, 1.0) if quick else (5, 5.0)
    found: dict[str, list[Round]] = {who.name: [] for who in CONTESTANTS}
    for number in range(rounds):
        turned = CONTESTANTS[number % len(CONTESTANTS) :] + CONTESTANTS[: number % len(CONTESTANTS)]
        for who in turned:
            folder = place / f"{number}-{CONTESTANTS.index(who)}"
            found[who.name].append(await one(who, template, folder, seconds))
    return _section(found, rounds, seconds)


async def one(who: Contestant, template: Path, folder: Path, seconds: float) -> Round:
    """One bot, 306 people, each speaking again when answered; afterwards the store is asked what it keeps."""
    store = village.copy(template, folder)
    async with Messenger() as messenger, running(who, messenger, folder) as bot:
        people = Village(messenger)
        people.listen()
        await people.awake(person_ids()[0])
        people.again = True
        for person_id in person_ids():
            people.speak(person_id)
        async with asyncio.timeout(PATIENCE):
            while len(people.spans) < WARMING:
                await asyncio.sleep(0.02)
        measured = await _measure(bot, people, seconds)
        people.again = False
        await people.quiet()
    if who is OURS:
        village.check(store, len(people.spans))
    return measured


async def _measure(bot: Running, people: Village, seconds: float) -> Round:
    begins, before = monotonic(), bot.cpu()
    ends = begins + seconds
    while monotonic() < ends and max(people.turns.values()) < LAST_DAY - FIRST_DAY:
        await asyncio.sleep(0.02)
    ends, cpu = monotonic(), bot.cpu() - before
    waits = people.answered(begins, ends)
    if not waits:
        raise RuntimeError(f"The bot answered nobody:\n{bot.said()}")
    return Round(
        len(waits) / (ends - begins),
        cpu / len(waits) * 1000,
        percentile(waits, 0.5) * 1000,
        percentile(waits, 0.99) * 1000,
        bot.rss(),
    )


def _section(found: dict[str, list[Round]], rounds: int, seconds: float) -> Section:
    speed = {name: [each.per_second for each in each_round] for name, each_round in found.items()}
    cpu = {name: [each.cpu_per_thousand for each in each_round] for name, each_round in found.items()}
    ptb, aiogram, ours = PTB.name, AIOGRAM.name, OURS.name
    rows = [_row(name, found[name], ratio(speed[name], speed[ptb])) for name in found]
    how = (
        f"306 people, each speaks again when answered; {rounds} rounds of {seconds:g} s after {WARMING} answers, "
        "order turning. The others echo; ours reads the sentence, decides, commits with synchronous=FULL, answers. "
        "Every answer was a new booking, and all of them were found in the store."
    )
    header = ("bot", "updates/s", "× PTB", "CPU s / 1,000", "p50 ms", "p99 ms", "RSS MiB")
    claims = [
        at_least("bookings/s ÷ python-telegram-bot echo", ratio(speed[ours], speed[ptb]), 2.0),
        at_least("bookings/s ÷ aiogram echo", ratio(speed[ours], speed[aiogram]), 1.0),
        at_most("CPU per booking ÷ python-telegram-bot echo", ratio(cpu[ours], cpu[ptb]), 0.5),
    ]
    return Section("(1) Bookings by sentence", how, header, rows, claims)


def _row(name: str, rounds: list[Round], against: float) -> tuple[str, ...]:
    columns = [
        middle([each.per_second for each in rounds]),
        against,
        middle([each.cpu_per_thousand for each in rounds]),
        middle([each.p50 for each in rounds]),
        middle([each.p99 for each in rounds]),
        middle([each.rss for each in rounds]),
    ]
    return name, *map(shown, columns)
