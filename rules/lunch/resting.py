"""Standing bookings at rest: over some days with what they booked already, on again, and as they were before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.lunch.meals import Source, StandingBooking
from models.members.people import Canteen, Member
from rules import audit
from rules.audit import Act
from rules.lunch import bookings, rolls, standing
from rules.lunch.rolls import Kept
from rules.values import Refused

Seen = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """An act on an eater's patterns: how they stood before and after, and the bookings given up with it."""

    eater_id: int
    before: Seen
    after: Seen
    given_up: tuple[Kept, ...] = ()


def seen(session: Session, eater_id: int) -> Seen:
    """How the patterns of an eater stand now."""
    return [_seen(pattern) for pattern in standing.standing_of(session, eater_id)]


def _seen(pattern: StandingBooking) -> dict[str, Any]:
    first, last = pattern.paused_from, pattern.paused_until
    return {
        "id": pattern.id,
        "from": first.isoformat() if first else None,
        "until": last.isoformat() if last else None,
    }


def rest(
    session: Session, canteen: Canteen, eater: Member, days: tuple[date, date | None], act: Act
) -> Change:
    """Let the patterns rest; what they booked on those days and can still be given up in time is given up."""
    before = seen(session, eater.id)
    if not standing.pause(session, canteen, eater, days, act):
        raise Refused("meals.no_standing", name=eater.name)
    given_up = tuple(
        bookings.cancel(session, booking.id, act)
        for booking, meal in rolls.upcoming(session, canteen, eater.id, act.now)
        if booking.source == Source.STANDING and _within(meal.day, days) and act.now < meal.closes_at
    )
    return Change(eater.id, before, seen(session, eater.id), given_up)


def _within(day: date, days: tuple[date, date | None]) -> bool:
    first, last = days
    return day >= first and (last is None or day <= last)


def go_on(session: Session, canteen: Canteen, eater: Member, act: Act) -> Change:
    """Let resting patterns book again."""
    before = seen(session, eater.id)
    if not before:
        raise Refused("meals.no_standing", name=eater.name)
    if not any(pattern["from"] for pattern in before):
        raise Refused("meals.nothing_rests", name=eater.name)
    standing.resume(session, canteen, eater, act)
    return Change(eater.id, before, seen(session, eater.id))


def restore(session: Session, eater: Member, before: Seen, after: Seen, act: Act) -> None:
    """As the patterns stood before, if nothing has happened to them since."""
    if seen(session, eater.id) != after:
        raise Refused("meals.changed_since")
    wanted = {pattern["id"]: pattern for pattern in before}
    for pattern in _all(session, eater.id, [one["id"] for one in (*before, *after)]):
        _restore(pattern, wanted.get(pattern.id), act)
        session.add(pattern)
    audit.record(session, act, "standing.undone", f"member:{eater.id}", subject_id=eater.id)


def _all(session: Session, eater_id: int, numbers: list[int]) -> Sequence[StandingBooking]:
    own = select(StandingBooking).where(
        StandingBooking.eater_id == eater_id, col(StandingBooking.id).in_(numbers)
    )
    return session.exec(own).all()


def _restore(pattern: StandingBooking, wanted: Mapping[str, Any] | None, act: Act) -> None:
    """A pattern that was not there before ends; any other is as it was."""
    if wanted is None:
        pattern.ended_at = act.now
        return
    pattern.ended_at = None
    pattern.paused_from = _day(wanted["from"])
    pattern.paused_until = _day(wanted["until"])


def _day(word: str | None) -> date | None:
    return date.fromisoformat(word) if word else None
