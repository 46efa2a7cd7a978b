"""The queue of updates a bot has not confirmed yet, with Telegram's retention times."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Protocol

from sandbox.clock import Clock
from sandbox.records import Json

RETENTION = timedelta(hours=24)
TAP_RETENTION = timedelta(seconds=150)
ID_RESTART_AFTER = timedelta(days=7)
LOOK_AHEAD = 10
NEVER = datetime.max.replace(tzinfo=UTC)
BATCH = 100
OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Pending:
    """An update waiting for the bot; `lane` is the queue it keeps order in."""

    update_id: int
    lane: str
    raw: Json
    expires_at: datetime


class Disturbance(Protocol):
    """What may go wrong between Telegram's queue and the bot (see sandbox/faults.py)."""

    def arriving(self, kind: str, body: Json) -> list[Json]:
        """The bodies to queue for one happening."""

    def leaving(self, batch: list[Json]) -> list[Json]:
        """The batch as the bot gets it."""


class UpdateQueue:
    """First in, first out; confirmed by offset; expired by age."""

    def __init__(self, clock: Clock, seed: int = 1) -> None:
        self.allowed: frozenset[str] | None = None
        self.disturbance: Disturbance | None = None
        self.on_put: Callable[[], None] = _nobody_waits
        self._clock = clock
        self._random = Random(seed)  # noqa: S311
        self._next_id = 100_000_001
        self._pending: deque[Pending] = deque()
        self._last_put = clock.now()
        self._first_expiry = NEVER
        self._restart_asked = False
        self.delivered = 0
        self.expired = 0

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def last_id(self) -> int:
        """The id given last."""
        return self._next_id - 1

    def takes(self, kind: str) -> bool:
        """Whether the bot asked for this kind of update."""
        if self.allowed is None:
            return kind not in OFF_BY_DEFAULT
        return kind in self.allowed

    def put(self, kind: str, body: Json, lane: str) -> None:
        """Queue a happening, as often as the disturbance says."""
        if not self.takes(kind):
            return
        bodies = self.disturbance.arriving(kind, body) if self.disturbance else [body]
        for each in bodies:
            self._append({"update_id": self._new_id(), kind: each}, lane, _lifetime(kind))

    def inject(self, raw: Json) -> int:
        """Queue any object as an update, however malformed; an update_id is given when missing."""
        update = raw if isinstance(raw.get("update_id"), int) else {**raw, "update_id": self._new_id()}
        self._append(update, "injected", RETENTION)
        return int(update["update_id"])

    def fetch(self, offset: int, limit: int = BATCH) -> list[Json]:
        """Confirm what lies below the offset and hand out the next updates in order."""
        self._forget(offset)
        self._drop_expired()
        count = min(max(limit, 1), BATCH)
        batch = [each.raw for each in islice(self._pending, count)]
        self.delivered += len(batch)
        return self.disturbance.leaving(batch) if self.disturbance else batch

    def waiting(self) -> list[Pending]:
        """What is open now, for webhook delivery and for tests."""
        self._drop_expired()
        return list(self._pending)

    def remove(self, update_id: int) -> None:
        """Forget one update: a webhook took it."""
        self._pending = deque(each for each in self._pending if each.update_id != update_id)
        self.delivered += 1

    def clear(self) -> None:
        """Forget everything that waits (drop_pending_updates)."""
        self._pending.clear()

    def restart_ids(self) -> None:
        """Number from a random place as soon as nothing waits, as after a week of silence."""
        self._restart_asked = True

    def _append(self, raw: Json, lane: str, lifetime: timedelta) -> None:
        self._last_put = self._clock.now()
        expires_at = self._last_put + lifetime
        self._first_expiry = min(self._first_expiry, expires_at)
        self._pending.append(Pending(raw["update_id"], lane, raw, expires_at))
        self.on_put()

    def _new_id(self) -> int:
        silent = self._clock.now() - self._last_put > ID_RESTART_AFTER
        if not self._pending and (silent or self._restart_asked):
            self._restart_asked = False
            self._next_id = self._random.randrange(1_000, 900_000_000)
        self._next_id += 1
        return self._next_id - 1

    def _forget(self, offset: int) -> None:
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
            return
        if offset > self.last_id + LOOK_AHEAD:
            return  # Telegram's queue takes such an offset for one of another life and starts at its head
        while self._pending and self._pending[0].update_id < offset:
            self._pending.popleft()

    def _drop_expired(self) -> None:
        now = self._clock.now()
        if now < self._first_expiry:
            return
        before = len(self._pending)
        self._pending = deque(each for each in self._pending if each.expires_at > now)
        self._first_expiry = min((each.expires_at for each in self._pending), default=NEVER)
        self.expired += before - len(self._pending)


def _nobody_waits() -> None:
    """Until a poller or a webhook listens."""


def _lifetime(kind: str) -> timedelta:
    return TAP_RETENTION if kind == "callback_query" else RETENTION
