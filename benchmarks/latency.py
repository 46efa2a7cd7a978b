"""(2) How long one waits for an answer in an ordinary hour: twenty people a second who know nothing of each other."""

import asyncio
from pathlib import Path
from time import monotonic

from benchmarks import village
from benchmarks.contestants import AIOGRAM, OURS, PTB, Contestant, running
from benchmarks.figures import Section, at_most, middle, percentile, ratio, shown
from benchmarks.messenger import Messenger
from benchmarks.people import Village, arrivals, person_ids

CONTESTANTS = (PTB, AIOGRAM, OURS)
PER_SECOND = 20.0
WARM_SECONDS = 2.0


async def run(place: Path, *, quick: bool) -> Section:
    """The same moments and sentences for each bot, several rounds."""
    template = village.make(place / "template")
    rounds, seconds = (1, 2.0) if quick else (3, 15.0)
    found: dict[str, list[tuple[float, float]]] = {who.name: [] for who in CONTESTANTS}
    for number in range(rounds):
        for who in CONTESTANTS:
            folder = place / f"{number}-{CONTESTANTS.index(who)}"
            found[who.name].append(await one(who, template, folder, seconds))
    return _section(found, rounds, seconds)


async def one(who: Contestant, template: Path, folder: Path, seconds: float) -> tuple[float, float]:
    """p50 and p99 in milliseconds, from the update being available to the answer arriving."""
    store = village.copy(template, folder)
    async with Messenger() as messenger, running(who, messenger, folder):
        people = Village(messenger)
        people.listen()
        await people.awake(person_ids()[-1])
        begun = monotonic()
        for number, moment in enumerate(arrivals(20, PER_SECOND, WARM_SECONDS + seconds)):
            await asyncio.sleep(max(0.0, begun + moment - monotonic()))
            people.speak(person_ids()[number % len(person_ids())])
        await people.quiet()
        waits = people.answered(begun + WARM_SECONDS, monotonic())
    if who is OURS:
        village.check(store, len(people.spans))
    return percentile(waits, 0.5) * 1000, percentile(waits, 0.99) * 1000


def _section(found: dict[str, list[tuple[float, float]]], rounds: int, seconds: float) -> Section:
    p50 = {name: [each for each, _ in measured] for name, measured in found.items()}
    p99 = {name: [each for _, each in measured] for name, measured in found.items()}
    rows = [
        (
            name,
            shown(middle(p50[name])),
            shown(ratio(p50[name], p50[PTB.name])),
            shown(middle(p99[name])),
            shown(ratio(p99[name], p99[PTB.name])),
        )
        for name in found
    ]
    how = (
        f"A Poisson stream of {PER_SECOND:g} a second for {seconds:g} s, {rounds} rounds; from the update being "
        "available to the answer arriving. The waits at saturation are in (1)."
    )
    claims = [
        at_most("p99 of a booking's answer at 20/s", middle(p99[OURS.name]), 100, " ms"),
        at_most("p50 ÷ python-telegram-bot echo, at 20/s", ratio(p50[OURS.name], p50[PTB.name]), 2.0),
    ]
    header = ("bot", "p50 ms", "× PTB", "p99 ms", "× PTB")
    return Section("(2) Waiting for an answer", how, header, rows, claims)
