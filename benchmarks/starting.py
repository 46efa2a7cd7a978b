"""(6) From the start of the process to its first question for updates, and what it then weighs."""

from pathlib import Path

from benchmarks import village
from benchmarks.contestants import AIOGRAM, OURS, PTB, Contestant, running
from benchmarks.figures import Section, at_most, middle, ratio, shown
from benchmarks.messenger import Messenger

CONTESTANTS = (PTB, AIOGRAM, OURS)


async def run(place: Path, *, quick: bool) -> Section:
    """Interleaved starts; the first of each only fills the caches of the machine and is not counted."""
    template = village.make(place / "template")
    rounds = 1 if quick else 7
    found: dict[str, list[tuple[float, float]]] = {who.name: [] for who in CONTESTANTS}
    for number in range(rounds + 1):
        for who in CONTESTANTS:
            measured = await one(who, template, place / f"{number}-{CONTESTANTS.index(who)}")
            found[who.name] += [measured] if number else []
    return _section(found, rounds)


async def one(who: Contestant, template: Path, folder: Path) -> tuple[float, float]:
    """Seconds to the first poll, and MiB at that moment's end."""
    village.copy(template, folder)
    async with Messenger() as messenger, running(who, messenger, folder) as bot:
        await messenger.settled()
        return messenger.first_poll_at - bot.started_at, bot.rss()


def _section(found: dict[str, list[tuple[float, float]]], rounds: int) -> Section:
    start = {name: [seconds for seconds, _ in each] for name, each in found.items()}
    weight = {name: [mib for _, mib in each] for name, each in found.items()}
    ptb, ours = PTB.name, OURS.name
    rows = [
        (
            name,
            *map(
                shown,
                (
                    middle(start[name]),
                    ratio(start[name], start[ptb]),
                    middle(weight[name]),
                    ratio(weight[name], weight[ptb]),
                ),
            ),
        )
        for name in found
    ]
    how = f"{rounds} starts each, interleaved; a village of 306 people with two months of menus in the store."
    header = ("bot", "start s", "× PTB", "RSS MiB", "× PTB")
    claims = [
        at_most("start to first getUpdates ÷ bare python-telegram-bot", ratio(start[ours], start[ptb]), 1.5),
        at_most("memory after start ÷ bare python-telegram-bot", ratio(weight[ours], weight[ptb]), 2.0),
    ]
    return Section("(6) Start and memory", how, header, rows, claims)
