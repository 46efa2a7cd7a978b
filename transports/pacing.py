"""Who may be written to now: order within a chat, urgency across chats, and the messenger's limits. Pure: time is given."""

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import heappop, heappush
from typing import Generic, TypeVar

T = TypeVar("T")

Seconds = float
ROUNDING: Seconds = 1e-6
"""A wait too short to be told from rounding would be asked for again and again."""
BULK_RESTS: Seconds = 1.0


class Urgency(IntEnum):
    """Who goes first when several chats could."""

    CARE = 0
    ANSWER = 1
    BULK = 2
    EDIT = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """The messenger's limits, kept with a little air; zero means none."""

    overall: int = 30
    overall_within: Seconds = 1.03
    burst: int = 3
    bulk: float = 28.8
    """What nobody waits for leaves evenly, so many a second: the net may hold a few back and let them go at once."""
    per_chat: float = 0.97
    group: int = 20
    group_within: Seconds = 61.0
    group_edits: int = 15
    """Of a group's minute, so much may go to edits: an answer must not wait behind a counter."""
    floods: int = 3
    floods_within: Seconds = 5.0
    unmarked: int = 16
    """On the wire, or out and not yet marked as sent: so many, at most, come twice when the bot is killed."""


UNLIMITED = Limits(overall=0, burst=0, bulk=0, group=0, unmarked=0)


@dataclass(slots=True)
class _Chat(Generic[T]):
    """What waits for one chat and what was sent there."""

    waiting: list[tuple[int, int, T]] = field(default_factory=list)
    busy: bool = False
    rests_until: Seconds = 0.0
    tokens: float = 0.0
    counted_at: Seconds = 0.0
    sent: deque[Seconds] = field(default_factory=deque)


class Lanes(Generic[T]):
    """One lane per chat, one message at a time in each; `take` answers whose turn it is."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._chats: dict[int, _Chat[T]] = {}
        self._ready: list[tuple[int, int, int]] = []
        self._resting: list[tuple[Seconds, int]] = []
        self._sent: deque[Seconds] = deque()
        self._flooded: deque[tuple[Seconds, int]] = deque()
        self._halted_until: Seconds = 0.0
        self._even_at: Seconds = 0.0
        self._count = 0
        self._number = 0

    def __len__(self) -> int:
        return self._count

    def put(self, chat_id: int, urgency: Urgency, item: T, *, first: bool = False) -> None:
        """Let an item wait; `first` puts one that was not sent back in front of its equals."""
        self._number += 1
        chat = self._chats.setdefault(chat_id, _Chat(tokens=float(self._limits.burst)))
        heappush(chat.waiting, (urgency, -self._number if first else self._number, item))
        self._count += 1
        self._stand(chat_id, chat)

    def take(self, now: Seconds, least: Urgency = Urgency.EDIT) -> tuple[int, T] | None:
        """The next item that may leave now, if it is urgent enough; its chat is busy until `done`."""
        while self._resting and self._resting[0][0] <= now:
            _, chat_id = heappop(self._resting)
            if chat_id in self._chats:
                self._stand(chat_id, self._chats[chat_id])
        if self._wait_for_all(now) > 0:
            return None
        while self._ready and self._ready[0][0] <= least and self._wait_for_turn(now) <= 0:
            urgency, number, chat_id = heappop(self._ready)
            chat = self._chats.get(chat_id)
            if chat is None or chat.busy or not chat.waiting or chat.waiting[0][:2] != (urgency, number):
                continue
            wait = self._wait_for(chat_id, chat, now)
            if wait <= 0:
                return self._leave(chat_id, chat, now)
            heappush(self._resting, (now + wait, chat_id))
        return None

    def done(self, chat_id: int, now: Seconds) -> None:
        """The chat's message is out (or was given back): the next may follow."""
        chat = self._chats[chat_id]
        chat.busy = False
        self._stand(chat_id, chat)
        if not chat.waiting and not chat.sent and len(self._chats) > 10_000:
            del self._chats[chat_id]

    def flooded(self, chat_id: int, after: Seconds, now: Seconds) -> None:
        """The messenger said: slower. Only that chat rests, unless several were told so at once."""
        self._chats[chat_id].rests_until = now + after
        # Perhaps only that chat heard too much, perhaps all together did: what nobody waits for rests a moment too.
        self._even_at = max(self._even_at, now + min(after, BULK_RESTS))
        self._flooded.append((now, chat_id))
        while self._flooded[0][0] < now - self._limits.floods_within:
            self._flooded.popleft()
        if len({chat for _, chat in self._flooded}) >= self._limits.floods:
            self._halted_until = max(self._halted_until, now + after)

    def rest(self, chat_id: int, until: Seconds) -> None:
        """Leave a chat alone until then: it could not be reached just now."""
        self._chats[chat_id].rests_until = until

    def next_at(self, now: Seconds, least: Urgency = Urgency.EDIT) -> Seconds | None:
        """When it is worth asking again; None when nothing but a `put` or `done` can change the answer."""
        if self._ready and self._ready[0][0] <= least:
            return now + max(self._wait_for_all(now), self._wait_for_turn(now))
        return max(self._resting[0][0], now + self._wait_for_all(now)) if self._resting else None

    def _stand(self, chat_id: int, chat: _Chat[T]) -> None:
        if chat.waiting and not chat.busy:
            urgency, number, _ = chat.waiting[0]
            heappush(self._ready, (urgency, number, chat_id))

    def _leave(self, chat_id: int, chat: _Chat[T], now: Seconds) -> tuple[int, T]:
        urgency, _, item = heappop(chat.waiting)
        self._count -= 1
        if urgency >= Urgency.BULK and self._limits.bulk:
            # What the clock of the loop lost is caught up, but for one message only.
            self._even_at = max(self._even_at + 1 / self._limits.bulk, now)
        chat.busy = True
        if self._limits.burst:
            chat.tokens, chat.counted_at = self._tokens(chat, now) - 1, now
        if chat_id < 0 and self._limits.group:
            chat.sent.append(now)
        if self._limits.overall:
            self._sent.append(now)
        return chat_id, item

    def _wait_for_all(self, now: Seconds) -> Seconds:
        halt = self._halted_until - now
        return max(halt, _window(self._sent, now, self._limits.overall, self._limits.overall_within))

    def _wait_for_turn(self, now: Seconds) -> Seconds:
        """How long the next in line must wait so that those nobody waits for leave evenly."""
        wait = self._even_at - now if self._ready[0][0] >= Urgency.BULK else 0.0
        return wait if wait > ROUNDING else 0.0

    def _wait_for(self, chat_id: int, chat: _Chat[T], now: Seconds) -> Seconds:
        limits = self._limits
        waits = [chat.rests_until - now]
        if limits.burst:
            waits.append((1 - self._tokens(chat, now)) / limits.per_chat)
        if chat_id < 0:
            room = limits.group_edits if chat.waiting[0][0] == Urgency.EDIT else limits.group
            waits.append(_window(chat.sent, now, room if limits.group else 0, limits.group_within))
        return max(waits) if max(waits) > ROUNDING else 0.0

    def _tokens(self, chat: _Chat[T], now: Seconds) -> float:
        gained = (now - chat.counted_at) * self._limits.per_chat
        return min(float(self._limits.burst), chat.tokens + gained)


def _window(sent: deque[Seconds], now: Seconds, most: int, within: Seconds) -> Seconds:
    """How long until one more fits into the window; forgets what has left it."""
    while sent and sent[0] <= now - within:
        sent.popleft()
    return sent[len(sent) - most] + within - now if most and len(sent) >= most else 0.0
