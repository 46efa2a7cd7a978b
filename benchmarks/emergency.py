"""(8) A cry for help in the middle of a rush: how long until 120 is on the screen and the family has been called."""

import asyncio
import sqlite3
from pathlib import Path
from time import monotonic

from benchmarks import village
from benchmarks.contestants import PACED, running
from benchmarks.figures import Claim, Section, at_most, percentile, shown
from benchmarks.messenger import Messenger
from benchmarks.messenger import field as field_of
from benchmarks.people import Village, message, person_ids

BOOKING = 250
CRYING = 25
"""Somebody in danger, and for each of them somebody of the family: the last fifty of the village."""
WITHIN = 10.0
WARM = 1
PATIENCE = 120.0
WORDS = "我摔倒了起不来"


class Watch:
    """A village that books, and a stop-watch beside everybody who cries and everybody who is called."""

    def __init__(self, messenger: Messenger) -> None:
        self.people = Village(messenger)
        self.messenger = messenger
        self.cried: dict[int, float] = {}
        self.answered: dict[int, float] = {}
        self.called: dict[int, float] = {}

    def heard(self, method: str, chat_id: int, body: bytes) -> None:
        """What the bot did."""
        text = field_of(body, "text") if method == "sendMessage" else ""
        if text.startswith("先打 120"):
            self.answered.setdefault(chat_id, monotonic() - self.cried[chat_id])
        elif "可能有危险" in text and chat_id - CRYING in self.cried:
            self.called.setdefault(chat_id, monotonic() - self.cried[chat_id - CRYING])
        else:
            self.people.heard(method, chat_id, body)

    def cry(self, person_id: int) -> None:
        """Somebody is in danger."""
        self.cried[person_id] = monotonic()
        self.messenger.push("message", message(self.messenger, person_id, WORDS))


def link(store: Path, crying: range) -> None:
    """Each of those who will cry has one of the family in the village."""
    with sqlite3.connect(store) as book:
        ids = dict(book.execute("SELECT telegram_id, id FROM member").fetchall())
        rows = [(ids[number], ids[number + CRYING]) for number in crying]
        book.executemany(
            "INSERT INTO carelink (elder_id, carer_id, relation, called, actions, consent, created_at)"
            " VALUES (?, ?, 'child', '', '[]', 'said', '2026-01-01 00:00:00')",
            rows,
        )


async def run(place: Path, *, quick: bool) -> Section:
    """Everybody books at once; in the middle of it some cry, one after another."""
    booking, crying = (60, 5) if quick else (BOOKING, CRYING)
    template = village.make(place / "template")
    store = village.copy(template, place / "emergency")
    numbers = person_ids()
    cries = range(numbers[BOOKING], numbers[BOOKING] + crying)
    link(store, cries)
    async with Messenger(enforce=True) as messenger:
        watch = Watch(messenger)
        messenger.heard = watch.heard
        async with running(PACED, messenger, place / "emergency"):
            await watch.people.awake(numbers[-1])
            for person_id in numbers[1 : booking + 1]:
                watch.people.speak(person_id)
            for person_id in cries:
                watch.cry(person_id)
                await asyncio.sleep(WITHIN / CRYING)
            await _until(lambda: len(watch.answered) == len(watch.called) == crying)
            await watch.people.quiet(PATIENCE)
        kept = village.count(store, "SELECT count(*) FROM emergency WHERE state = 'open'")
        return _section(watch, crying, kept, village.bookings(store))


async def _until(true: "object") -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.02)


def _section(watch: Watch, crying: int, kept: int, booked: int) -> Section:
    answers, calls = list(watch.answered.values()), list(watch.called.values())
    bookings = [done - asked for asked, done in watch.people.spans[WARM:]]
    rows = [
        ("120 on the screen, p50 / p99, s", _two(answers)),
        ("the family called, p50 / p99, s", _two(calls)),
        ("meanwhile a booking's answer, p50 / p99, s", _two(bookings)),
    ]
    how = (
        f"{len(bookings)} people book in one moment under Telegram's own limits (30/s), which takes about ten seconds; "
        f"meanwhile {crying} others cry for help one after another, each with one of the family in the village."
    )
    claims = [
        at_most(
            "emergency: p99 until 120 is on the screen, amid a rush", percentile(answers, 0.99), 2.0, " s"
        ),
        at_most("emergency: p99 until the family is called, amid a rush", percentile(calls, 0.99), 2.0, " s"),
        Claim("emergency: every cry is kept", str(crying), str(kept), kept == crying),
        Claim(
            "emergency: every booking is kept",
            str(len(bookings) + WARM),
            str(booked),
            booked == len(bookings) + WARM,
        ),
    ]
    return Section("(8) A cry for help in a rush", how, ("what", "measured"), rows, claims)


def _two(values: list[float]) -> str:
    return " / ".join(shown(percentile(values, share)) for share in (0.5, 0.99))
