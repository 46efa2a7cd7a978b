"""What a timed duty is: which of it is due, and what to do about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from models.members.people import Canteen

CATCH_UP = timedelta(days=1)
"""So long after its last moment a duty that was not done is still found, recorded as missed and reported."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a duty may look at when the clock wakes it: one read of the store, all villages."""

    session: Session
    now: datetime
    canteens: Sequence[Canteen]

    @property
    def moment(self) -> str:
        """These ten minutes. The clock gives an item up after three faults; whoever needs help is a new item soon."""
        return self.now.strftime("%H%M")[:3]


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence: `(kind, day, target)` is done once; after `until` it is recorded as missed, not done late."""

    kind: str
    day: date
    target: str
    canteen_id: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A timed duty: `due` reads rows (cheap, indexed), `do` runs in the unit that also keeps the occurrence.

    `once` is off for duties whose own rows say that they are done (a meal that closes is closed).
    `matters` is asked when one was missed: nobody is told that a day of rest was not posted.
    """

    kind: str
    due: Callable[[Look], Iterable[Due]]
    do: Callable[[Session, Due, datetime], None]
    once: bool = True
    matters: Callable[[Session, Due], bool] | None = None
