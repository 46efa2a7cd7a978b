"""(4) Three thousand private reminders as fast as Telegram allows, and not one too fast."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from benchmarks import village
from benchmarks.contestants import PACED, running
from benchmarks.figures import Section, at_least, at_most, shown
from benchmarks.messenger import Messenger

if TYPE_CHECKING:
    from sqlmodel import Session

PER_SECOND = 30.0
FIRST_CHAT = 900_000


async def run(place: Path, *, quick: bool) -> Section:
    """All of them wait in the outbox when the bot starts."""
    count = 150 if quick else 3_000
    store = village.copy(village.make(place / "template"), place / "reminders")
    write(store, count)
    sent: dict[int, float] = {}
    async with Messenger(enforce=True) as messenger:
        messenger.heard = lambda method, chat_id, body: sent.__setitem__(chat_id, monotonic())
        async with running(PACED, messenger, place / "reminders"):
            async with asyncio.timeout(count / PER_SECOND * 2 + 60):
                while sum(chat_id >= FIRST_CHAT for chat_id in sent) < count:
                    await asyncio.sleep(0.1)
    moments = sorted(moment for chat_id, moment in sent.items() if chat_id >= FIRST_CHAT)
    return _section(count, (count - 1) / (moments[-1] - moments[0]), messenger.refused, village.undone(store))


def write(file: Path, count: int) -> None:
    """The rows as a rule would keep them."""
    from models.store import open_store

    store = open_store(f"sqlite:///{file}")
    for first in range(0, count, 500):
        store.write_now(partial(_keep, range(FIRST_CHAT + first, FIRST_CHAT + min(first + 500, count))))
    store.close_now()


def _keep(chats: range, session: "Session") -> None:
    from models.outbox import MessageClass
    from rules import outbox
    from rules.outbox import Receiver
    from rules.values import Text

    now, said, kind = datetime.now(UTC), Text("common.apology"), MessageClass.REMINDER
    for chat_id in chats:
        outbox.post(session, f"bench:{chat_id}", Receiver(chat_id, "zh_CN"), said, kind=kind, now=now)


def _section(count: int, rate: float, refused: int, undone: int) -> Section:
    share = rate / PER_SECOND * 100
    rows = [
        ("reminders", str(count)),
        ("per second", shown(rate)),
        ("share of the limit", f"{shown(share)} %"),
        ("429 answers", str(refused)),
        ("rows not marked as sent afterwards", str(undone)),
    ]
    how = "One to each of so many people, all due when the bot starts; the messenger refuses the 31st of a second."
    claims = [
        at_least("reminders: share of Telegram's 30/s", share, 95, " %"),
        at_most("reminders: 429 answers", refused, 0, ""),
    ]
    return Section("(4) Reminders to everybody", how, ("what", "measured"), rows, claims)
