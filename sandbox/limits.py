"""Telegram's rate limits: one message a second in a chat, twenty a minute in a group, thirty a second overall."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a bot may send; off unless enforced."""

    enforce: bool = False
    per_chat: float = 1.0
    burst: int = 3
    group_per_minute: int = 20
    overall: int = 30


class RateMeter:
    """Counts what the bot sends and says how long it must wait."""

    def __init__(self, clock: Clock, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._buckets: dict[int, tuple[float, datetime]] = {}
        self._minutes: dict[int, deque[datetime]] = {}
        self._overall: deque[datetime] = deque()

    def take(self, chat_id: int, count: int = 1) -> int:
        """Seconds to wait, 0 when the messages may go (and are counted)."""
        if not self.limits.enforce:
            return 0
        now = self._clock.now()
        wait = max(
            self._chat_wait(chat_id, now, count),
            self._group_wait(chat_id, now, count),
            self._overall_wait(now, count),
        )
        if wait > 0:
            return max(1, math.ceil(wait))
        self._count(chat_id, now, count)
        return 0

    def _tokens(self, chat_id: int, now: datetime) -> float:
        tokens, since = self._buckets.get(chat_id, (float(self.limits.burst), now))
        return min(self.limits.burst, tokens + max(0.0, (now - since).total_seconds()) * self.limits.per_chat)

    def _chat_wait(self, chat_id: int, now: datetime, count: int) -> float:
        missing = min(count, self.limits.burst) - self._tokens(chat_id, now)
        return missing / self.limits.per_chat

    def _group_wait(self, chat_id: int, now: datetime, count: int) -> float:
        if chat_id > 0:
            return 0.0
        return _window_wait(
            self._minutes.setdefault(chat_id, deque()), now, 60.0, self.limits.group_per_minute - count
        )

    def _overall_wait(self, now: datetime, count: int) -> float:
        return _window_wait(self._overall, now, 1.0, self.limits.overall - count)

    def _count(self, chat_id: int, now: datetime, count: int) -> None:
        self._buckets[chat_id] = (self._tokens(chat_id, now) - count, now)
        self._overall.extend([now] * count)
        if chat_id < 0:
            self._minutes[chat_id].extend([now] * count)


def _window_wait(sent: deque[datetime], now: datetime, seconds: float, room: int) -> float:
    """How long until at most `room` sends lie within the window."""
    while sent and abs((now - sent[0]).total_seconds()) >= seconds:
        sent.popleft()
    if len(sent) <= room or not sent:
        return 0.0
    oldest = sent[len(sent) - room - 1] if room >= 0 else sent[-1]
    return seconds - (now - oldest).total_seconds()
