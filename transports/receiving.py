"""Receiving: every raw update is stored before the messenger may forget it."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session

from models import inbox
from models.inbox import InboxState, InboxUpdate
from models.store import Store
from models.unit import Unit
from rules import outbox
from rules.inbox import malformed
from transports.faultlines import where
from transports.telegram import SLACK, Retry, SecondPoller, TokenRefused, Uncertain
from transports.updates import Heard, Malformed
from transports.vitals import Vitals

log = structlog.get_logger()

Read = Callable[[Any], Heard]

LONGEST_PAUSE = 5.0
FIRST_PAUSE = 0.2
HUNG_AFTER = 60.0 + SLACK
CONFLICTS = 3
"""A bot that was just restarted may meet its own old poll; a third refusal in a row is somebody else."""
CONFLICTS_OF_THE_FIRST = 40
CONFLICT_PAUSE = 0.5
"""Of two bots with one token the newcomer gives way: who has been receiving comes back sooner and stays longer."""
LARGEST_ID = 2**63 - 1
LEAST = timedelta(microseconds=1)


@dataclass(slots=True)
class Arrivals:
    """The moments things arrive at never go back: a clock that is set back must not turn their order round."""

    last: datetime | None = None
    looked: bool = False

    def at(self, session: Session, now: datetime) -> datetime:
        """The moment of an arrival: now, or when what waits before it came, if the clock says that is to be."""
        if not self.looked:
            self.last, self.looked = inbox.latest_open(session), True
        self.last = max(now, self.last + LEAST) if self.last is not None else now
        return self.last


@dataclass(frozen=True, slots=True)
class Intake:
    """Stores what came in one unit, then lets it be taken up; what cannot be read is set aside at once.

    Where units keep their order, what came is taken up at once: storing it and the first of what is done about it share
    a commit, and whoever asked waits for one less.
    """

    store: Store
    read: Read
    clock: Callable[[], datetime]
    offer: Callable[[Sequence[Heard]], None]
    operators: tuple[int, ...] = ()
    vitals: Vitals | None = None
    begin: Callable[[Sequence[Heard]], bool] = lambda heards: False
    """Takes them up although they are not stored yet, or does not."""
    arrivals: Arrivals = field(default_factory=Arrivals)

    async def keep(self, raws: Sequence[Any]) -> None:
        """Keep all of them; returns after the durable commit."""
        now = self.clock()
        letters = [self._open(raw, now) for raw in raws]
        rows = [row for row, _ in letters]
        heards = [heard for _, heard in letters if heard is not None]
        begun = self.begin(heards)  # nobody runs before the next line has asked: what is begun asks behind it
        fresh = await self._write(lambda session: self._kept(session, rows, now), followed=begun)
        if not begun:
            self.offer([heard for heard in heards if heard.update_id in fresh])

    def _kept(self, session: Session, rows: Sequence[InboxUpdate], now: datetime) -> set[int]:
        arrived = self.arrivals.at(session, now)
        for row in rows:
            row.received_at = arrived
        return keep(session, rows, now, self.operators)

    async def _write(self, unit: Unit[set[int]], *, followed: bool) -> set[int]:
        """Health tells of a store that takes nothing: a full disk, a server that is gone."""
        kept = False
        try:
            fresh = await self.store.ask(unit, followed=followed)
            kept = True
        finally:
            if self.vitals is not None:
                self.vitals.keeps = kept
        return fresh

    def _open(self, raw: Any, now: datetime) -> tuple[InboxUpdate, Heard | None]:
        text = json.dumps(raw)
        try:
            heard = self.read(raw)
        except Malformed as fault:
            log.warning("malformed update set aside", reason=str(fault))
            dead = InboxState.DEAD
            row = InboxUpdate(
                update_id=number(raw),
                raw=text,
                state=dead,
                error=str(fault)[:300],
                received_at=now,
                done_at=now,
            )
            return row, None
        return InboxUpdate(update_id=heard.update_id, chat_id=heard.chat_id, raw=text, received_at=now), heard


def keep(session: Session, rows: Sequence[InboxUpdate], now: datetime, operators: Iterable[int]) -> set[int]:
    """The unit of a batch: all rows, and once a day a word to the operator about unreadable ones."""
    fresh = inbox.keep(session, rows)
    if any(row.state == InboxState.DEAD and row.update_id in fresh for row in rows):
        day = now.date().isoformat()
        outbox.report(session, f"malformed:{day}", None, malformed(day), now=now, operators=operators)
    return fresh


def number(raw: Any) -> int:
    """The id of an update; one without gets a negative number of its own."""
    given = raw.get("update_id") if isinstance(raw, dict) else None
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) <= LARGEST_ID:
        return given
    digest = hashlib.sha256(json.dumps(raw).encode()).digest()
    return -(int.from_bytes(digest[:7], "big") + 1)


Poll = Callable[[int | None], Awaitable[list[Any]]]
Pause = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Receiver:
    """The long poll: starts without an offset, moves it only past what is stored."""

    poll: Poll
    keep: Callable[[Sequence[Any]], Awaitable[None]]
    vitals: Vitals
    clock: Callable[[], datetime]
    pause: Pause = asyncio.sleep
    _offset: int | None = None
    _faults: int = field(default=0)
    _conflicts: int = field(default=0)
    _receives: bool = field(default=False)

    async def run(self) -> None:
        """Receive until cancelled; raises TokenRefused or SecondPoller, everything else is waited out."""
        while True:
            try:
                await self.once()
            except TokenRefused:
                raise
            except SecondPoller:
                await self._conflict()
            except Exception as fault:
                await self._fault(fault)

    async def once(self) -> None:
        """One poll, stored before the next one confirms it."""
        async with asyncio.timeout(HUNG_AFTER):
            raws = await self.poll(self._offset)
        self.vitals.last_poll_at = self.clock()
        if raws:
            await self.keep(raws)
            self.vitals.count("updates", len(raws))
            self._offset = max(number(raw) for raw in raws) + 1
        self._faults = self._conflicts = 0
        self._receives = True

    async def _conflict(self) -> None:
        self._conflicts += 1
        if self._conflicts >= (CONFLICTS_OF_THE_FIRST if self._receives else CONFLICTS):
            raise SecondPoller("another program receives the updates of this bot")
        if self._conflicts == 1:
            log.warning("another program receives the updates of this bot")
        await self.pause(CONFLICT_PAUSE if self._receives else LONGEST_PAUSE)

    async def _fault(self, fault: Exception) -> None:
        self._faults += 1
        expected = isinstance(fault, Retry | Uncertain | TimeoutError)
        if self._faults == 1 or not expected:
            log.warning("receiving is interrupted", fault=type(fault).__name__ if expected else where(fault))
        self.vitals.count("poll_faults")
        asked = fault.after if isinstance(fault, Retry) and fault.flood else 0.0
        await self.pause(max(asked, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._faults, 10))))
