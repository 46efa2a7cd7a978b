"""(3) The morning rush: three hundred people tap the day's post within twenty seconds, under Telegram's limits."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks import village
from benchmarks.contestants import PACED, running
from benchmarks.figures import Claim, Section, at_least, at_most, percentile, shown
from benchmarks.messenger import Messenger
from benchmarks.messenger import field as field_of
from benchmarks.people import GROUP, person_ids

TAPPERS = 300
WITHIN = 20.0
EDIT_EVERY = 3.0
PER_MINUTE = 20
PATIENCE = 120.0


@dataclass(slots=True)
class Group:
    """The village group as its members see it: the post, its edits, and the toasts of those who tapped."""

    messenger: Messenger
    button: str = ""
    text: str = ""
    tapped: dict[str, float] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    edits: list[float] = field(default_factory=list)
    posted: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, method: str, chat_id: int, body: bytes) -> None:
        """What the bot did."""
        if method == "answerCallbackQuery":
            tap = field_of(body, "callback_query_id")
            self.waits[tap] = monotonic() - self.tapped[tap]
        elif chat_id == GROUP and method == "editMessageText":
            self.edits.append(monotonic())
            self.text = field_of(body, "text")
        elif chat_id == GROUP and "eat:" in field_of(body, "reply_markup"):
            self.button, self.text = _button(body), field_of(body, "text")
            self.posted.set()

    def tap(self, person_id: int) -> None:
        """Somebody taps 我要吃."""
        name = f"{person_id}"
        self.tapped[name] = monotonic()
        self.messenger.push("callback_query", _tap(name, person_id, self.button))

    def in_a_minute(self) -> int:
        """The most edits within any sixty seconds."""
        return max((sum(at <= other < at + 60 for other in self.edits) for at in self.edits), default=0)

    def gap(self) -> float:
        """The shortest time between two edits."""
        return min((b - a for a, b in zip(self.edits, self.edits[1:], strict=False)), default=PATIENCE)


def _button(body: bytes) -> str:
    given = json.loads(body)["reply_markup"]
    markup = json.loads(given) if isinstance(given, str) else given
    return str(markup["inline_keyboard"][0][0]["callback_data"])


def _tap(name: str, person_id: int, data: str) -> dict[str, Any]:
    chat = {"id": GROUP, "type": "supergroup", "title": "鼓楼食堂"}
    return {
        "id": name,
        "from": {
            "id": person_id,
            "is_bot": False,
            "first_name": f"村民{person_id}",
            "language_code": "zh-hans",
        },
        "message": {"message_id": 1, "date": 1_790_000_000, "chat": chat, "text": "…"},
        "chat_instance": "1",
        "data": data,
    }


def moments(count: int, seconds: float) -> list[float]:
    """When they tap: most of them at once, some later, the same in every run."""
    chance = random.Random(306)
    return sorted(seconds * chance.random() ** 2 for _ in range(count))


async def run(place: Path, *, quick: bool) -> Section:
    """Post, rush, and wait until the group has seen the last of it."""
    tappers, within = (40, 3.0) if quick else (TAPPERS, WITHIN)
    template = village.make(place / "template")
    store = village.copy(template, place / "rush")
    async with Messenger(enforce=True) as messenger:
        group = Group(messenger)
        messenger.heard = group.heard
        async with running(PACED, messenger, place / "rush"):
            await _until(group.posted.is_set)
            begun = monotonic()
            for person_id, moment in zip(person_ids(), moments(tappers, within), strict=False):
                await asyncio.sleep(max(0.0, begun + moment - monotonic()))
                group.tap(person_id)
            await _until(lambda: len(group.waits) == tappers and str(tappers) in group.text)
        booked = village.bookings(store)
        return _section(group, booked, tappers, messenger.refused)


async def _until(true: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.05)


def _section(group: Group, booked: int, tappers: int, refused: int) -> Section:
    waits = list(group.waits.values())
    p99, gap, busiest = percentile(waits, 0.99) * 1000, group.gap(), group.in_a_minute()
    rows = [
        ("people who tapped", str(tappers)),
        ("booked in the store", str(booked)),
        (
            "toasts p50 / p99 / slowest, ms",
            " / ".join(shown(percentile(waits, p) * 1000) for p in (0.5, 0.99, 1)),
        ),
        ("edits of the post, most in a minute", f"{len(group.edits)}, {busiest}"),
        ("shortest time between two edits, s", shown(gap)),
        ("429 answers", str(refused)),
    ]
    how = (
        f"{tappers} people tap the post in the group within {WITHIN:g} s, most of them at once; the messenger enforces "
        "1/s per chat, 20/min per group, 30/s overall. It ends when the post itself shows them all."
    )
    claims = [
        Claim("rush: everybody who tapped is booked", str(tappers), str(booked), booked == tappers),
        at_most("rush: p99 of the answers", p99, 1_000, " ms"),
        at_most("rush: edits of the post in its busiest minute", busiest, PER_MINUTE, ""),
        at_least("rush: time between two edits", gap, EDIT_EVERY, " s"),
        at_most("rush: 429 answers", refused, 0, ""),
    ]
    return Section("(3) The morning rush", how, ("what", "measured"), rows, claims)
