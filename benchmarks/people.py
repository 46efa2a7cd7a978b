"""Three hundred and six people who write to a bot, and a stop-watch beside each of them."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.messenger import Messenger

PEOPLE = 306
FIRST_PERSON = 20_000
GROUP = -1_002_000_000_001
TEN = 10


def zone_at_ten(now: datetime) -> ZoneInfo:
    """Where on earth it is ten in the morning now: the day's post is out, booking is open, no sheet is due."""
    east = (TEN - now.astimezone(UTC).hour + 12) % 24 - 12
    return ZoneInfo(f"Etc/GMT{-east:+d}")


ZONE = zone_at_ten(datetime.now(UTC))
FIRST_DAY = 2
LAST_DAY = 59
WISHES = ("{}中午一份", "{}中午两份", "{}午饭来一份", "订{}中午一份，送到家", "{}中午要两份，少盐")


def person_ids(count: int = PEOPLE) -> range:
    """Their messenger accounts."""
    return range(FIRST_PERSON, FIRST_PERSON + count)


def sentence(person_id: int, turn: int, today: datetime) -> str:
    """What somebody says at their n-th turn: every time another day, so that every answer is a new booking."""
    days = FIRST_DAY + turn
    if days > LAST_DAY:
        raise ValueError("somebody has booked as far ahead as one may")
    day = today + timedelta(days=days)
    called = "后天" if days == FIRST_DAY else f"{day.month}月{day.day}号"
    return WISHES[(person_id + turn) % len(WISHES)].format(called)


def message(messenger: Messenger, person_id: int, text: str) -> dict[str, Any]:
    """A private message."""
    sender = {"id": person_id, "is_bot": False, "first_name": f"村民{person_id}", "language_code": "zh-hans"}
    chat = {"id": person_id, "type": "private", "first_name": sender["first_name"]}
    return {
        "message_id": messenger.next_message(),
        "date": int(datetime.now(ZONE).timestamp()),
        "chat": chat,
        "from": sender,
        "text": text,
    }


@dataclass(slots=True)
class Village:
    """Everybody with one open question at most; `spans` are (asked, answered) of each turn."""

    messenger: Messenger
    today: datetime = field(default_factory=lambda: datetime.now(ZONE))
    again: bool = False
    """Whether whoever was answered speaks again at once: a closed loop."""
    spans: list[tuple[float, float]] = field(default_factory=list)
    turns: dict[int, int] = field(default_factory=dict)
    _asked: dict[int, float] = field(default_factory=dict)
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self) -> None:
        """Hear what the bot says from now on."""
        self.messenger.heard = self.heard

    def speak(self, person_id: int) -> None:
        """One more sentence of somebody."""
        turn = self.turns.get(person_id, 0)
        self.turns[person_id] = turn + 1
        text = sentence(person_id, turn, self.today)
        self._asked[person_id] = monotonic()
        self._quiet.clear()
        self.messenger.push("message", message(self.messenger, person_id, text))

    def heard(self, method: str, chat_id: int, body: bytes) -> None:
        """The bot wrote to somebody; the first message after a question is its answer."""
        asked = self._asked.pop(chat_id, None) if method == "sendMessage" else None
        if asked is None:
            return
        self.spans.append((asked, monotonic()))
        if self.again:
            self.speak(chat_id)
        elif not self._asked:
            self._quiet.set()

    @property
    def open(self) -> int:
        """How many wait for an answer."""
        return len(self._asked)

    async def awake(self, person_id: int) -> float:
        """Somebody speaks, and the bot is awake when it answers; the moment it does."""
        self.speak(person_id)
        await self.quiet()
        return self.spans[-1][1]

    async def quiet(self, seconds: float = 60.0) -> None:
        """Until everybody is answered; raises TimeoutError when somebody never is."""
        async with asyncio.timeout(seconds):
            while self._asked:
                await self._quiet.wait()

    def answered(self, begins: float, ends: float) -> list[float]:
        """How long each answer of a span of time took, in seconds."""
        return [done - asked for asked, done in self.spans if begins <= done < ends]


def arrivals(seed: int, per_second: float, seconds: float) -> Iterator[float]:
    """Moments at which strangers to each other speak, a Poisson stream that is the same for every bot."""
    chance, at = random.Random(seed), 0.0
    while (at := at + chance.expovariate(per_second)) < seconds:
        yield at
