"""The clock: wakes, reads what is due, does each item once in a unit of its own. It keeps nothing itself."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from jobs.duties import Due, Duty, Look
from models.members.people import Canteen, Role
from models.outbox import Occurrence, OccurrenceState
from models.store import Store, StoreFull
from rules import outbox
from rules.values import Text
from transports.faultlines import where

log = structlog.get_logger()

ATTEMPTS = 3
LOOKS_BACK = timedelta(days=2)
"""Occurrences of earlier days are not read: no duty's catch-up window is longer."""

Item = tuple[Duty, Due]


class Scheduler:
    """Looks at all duties at each tick; what fails is tried again at the next one, three times in all."""

    def __init__(self, store: Store, duties: Sequence[Duty], clock: Callable[[], datetime]) -> None:
        self._store, self._duties, self._clock = store, duties, clock
        self._failures: Counter[tuple[str, str, str]] = Counter()
        self._ticking = asyncio.Lock()

    async def tick(self) -> int:
        """Do what is due now; answers how many items were done or recorded as missed."""
        async with self._ticking:
            now = self._clock()
            items = await self._store.read(lambda session: due_items(session, self._duties, now))
            return sum([await self._do(duty, due, now) for duty, due in items])

    async def rest(self) -> None:
        """Until no look is under way."""
        async with self._ticking:
            return

    async def _do(self, duty: Duty, due: Due, now: datetime) -> bool:
        name = (due.kind, due.day.isoformat(), due.target)
        if self._failures[name] >= ATTEMPTS:
            return False
        try:
            return await self._store.write(lambda session: perform(session, duty, due, now))
        except StoreFull as full:
            log.error("the store is full", kind=due.kind, fault=where(full))  # noqa: TRY400 - counts for no try
            return False
        except Exception as fault:
            self._failures[name] += 1
            tries, place = self._failures[name], where(fault)
            log.error("duty failed", kind=due.kind, day=due.day.isoformat(), tries=tries, fault=place)  # noqa: TRY400
            if self._failures[name] == ATTEMPTS:
                await self._store.write(lambda session: report(session, due, "clock.failed", now))
            return False


def due_items(session: Session, duties: Sequence[Duty], now: datetime) -> list[Item]:
    """Everything that is due and has not been done: one look over all villages."""
    canteens = session.exec(select(Canteen).order_by(col(Canteen.id))).all()
    look = Look(session, now, canteens)
    found = [(duty, due) for duty in duties for due in _look_at(duty, look)]
    done = _done(session, now) if any(duty.once for duty, _ in found) else set()
    return [
        (duty, due) for duty, due in found if not duty.once or (due.kind, due.day, due.target) not in done
    ]


def _look_at(duty: Duty, look: Look) -> list[Due]:
    """What is due of one duty; one that cannot even look keeps nobody else from being looked at."""
    try:
        with look.session.begin_nested():
            return list(duty.due(look))
    except Exception as fault:
        log.error("a duty could not look", kind=duty.kind, fault=where(fault))  # noqa: TRY400
        return []


def _done(session: Session, now: datetime) -> set[tuple[str, object, str]]:
    since = (now - LOOKS_BACK).date()
    kept = select(col(Occurrence.kind), col(Occurrence.day), col(Occurrence.target)).where(
        col(Occurrence.day) >= since
    )
    return set(session.exec(kept).all())


def perform(session: Session, duty: Duty, due: Due, now: datetime) -> bool:
    """The unit of one item: the occurrence and the act together; past its time it is missed and reported."""
    if not duty.once:
        duty.do(session, due, now)
        return True
    own = select(Occurrence.id).where(
        Occurrence.kind == due.kind, Occurrence.day == due.day, Occurrence.target == due.target
    )
    if session.exec(own).first() is not None:
        return False
    missed = due.until is not None and now > due.until
    state = OccurrenceState.MISSED if missed else OccurrenceState.DONE
    session.add(Occurrence(kind=due.kind, day=due.day, target=due.target, state=state, at=now))
    session.flush()
    if missed:
        if duty.matters is None or duty.matters(session, due):
            report(session, due, "clock.missed", now)
        return True
    duty.do(session, due, now)
    return True


def report(session: Session, due: Due, key: str, now: datetime) -> None:
    """Tell the village's managers, once, that a timed duty was missed or keeps failing."""
    said = Text(key, what=Text(f"duty.{due.kind}"), day=due.day)
    name = f"{key}:{due.kind}:{due.day}:{due.target}"
    outbox.tell_role(session, name[:100], due.canteen_id, [Role.MANAGER], said, now=now)


class Clock:
    """Wakes the scheduler: APScheduler in memory, in UTC, never twice at once, never too late to run."""

    def __init__(self, scheduler: Scheduler, *, every: float, after: Callable[[], None]) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a look longer than a tick is no news
        self._scheduler, self._after = scheduler, after
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._waking = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
        self._waking.add_job(self.wake, "interval", seconds=every)

    def start(self) -> None:
        """Begin to wake; the first look is the caller's, at once."""
        self._waking.start()

    async def wake(self) -> None:
        """Look once; a fault of the look itself is logged and the next one comes all the same."""
        try:
            await self._scheduler.tick()
        except Exception as fault:
            log.error("the clock could not look", fault=where(fault))  # noqa: TRY400 - may quote what people wrote
        self._after()

    async def stop(self) -> None:
        """Wake no more; a look that is under way is finished first."""
        if self._waking.running:
            self._waking.pause()
            await self._scheduler.rest()
            self._waking.shutdown(wait=False)
