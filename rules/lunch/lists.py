"""接龙: a list pasted in the group is compared with its last version and merged; nothing is lost, nothing doubled.

A name the village knows is booked for that member. A name nobody knows becomes a guest on the poster's own booking, so
that no member is ever made by a slip of the pen. A name two people bear is booked for neither and named in the answer.
A line that is merely missing changes nothing: only a line that says so cancels, and only for oneself or those one may act for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, select

from models.lunch.meals import Booking, BookingState, Meal, Mode, SignupList, Source
from models.members.people import Canteen, Member, Status
from rules.audit import Act
from rules.lunch import bookings, meals
from rules.lunch.counts import count
from rules.lunch.rolls import LIVE, Kept, booking_of
from rules.members.people import check_may_act, named, status_on
from rules.settings import local_day
from rules.values import Refused


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list; no name means the poster, no portions means no longer."""

    name: str
    portions: int = 1
    mode: Mode | None = None
    note: str | None = None


@dataclass(slots=True)
class Merged:
    """What a pasted list changed, by name."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    taken: int = 0
    kept: list[Kept] = field(default_factory=list)
    """Every booking it touched, in order, as it was and as it is."""
    earlier: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    """The lines it changed, as the last version had them."""


@dataclass(frozen=True, slots=True)
class Pasting:
    """Somebody pastes a list for a held meal."""

    session: Session
    canteen: Canteen
    meal: Meal
    poster: Member
    act: Act
    merged: Merged


def merge(session: Session, canteen: Canteen, meal: Meal, lines: Sequence[Line], act: Act) -> Merged:
    """Bring the bookings of a held meal in line with what is new in a pasted list."""
    meals.check_open(meal, act.now)
    poster = session.get_one(Member, act.actor_id)
    pasting = Pasting(session, canteen, meal, poster, act, Merged())
    last = _last(session, canteen, meal, act)
    known: dict[str, dict[str, Any]] = {str(entry["name"]): dict(entry) for entry in last.entries}
    for line in lines:
        _merge_line(pasting, known, line)
    last.entries, last.seen_at = list(known.values()), act.now
    session.add(last)
    session.flush()
    pasting.merged.taken = count(session, meal.id).taken
    return pasting.merged


def unmerge(
    session: Session, canteen: Canteen, meal: Meal, earlier: Mapping[str, dict[str, Any] | None], act: Act
) -> None:
    """Forget what a pasted list said, so that the next one is compared with the version before it."""
    last = _last(session, canteen, meal, act)
    known: dict[str, dict[str, Any] | None] = {str(entry["name"]): dict(entry) for entry in last.entries}
    last.entries = [entry for entry in {**known, **earlier}.values() if entry is not None]
    session.add(last)


def _last(session: Session, canteen: Canteen, meal: Meal, act: Act) -> SignupList:
    mine = select(SignupList).where(SignupList.canteen_id == canteen.id, SignupList.meal_id == meal.id)
    return session.exec(mine).first() or SignupList(canteen_id=canteen.id, meal_id=meal.id, seen_at=act.now)


def _merge_line(pasting: Pasting, known: dict[str, dict[str, Any]], line: Line) -> None:
    name = line.name or pasting.poster.name
    entry = {"name": name, "count": line.portions, "mode": line.mode.value if line.mode else None}
    before = known.get(name)
    if before is not None and all(before.get(key) == value for key, value in entry.items()):
        return
    if before is None and line.portions == 0 and not _is_known(pasting, name):
        return
    try:
        holder = _apply(pasting, name, line, before)
    except Refused:
        pasting.merged.unclear.append(name)
        return
    pasting.merged.earlier.setdefault(name, before)
    known[name] = {**entry, "holder": holder.id}


def _is_known(pasting: Pasting, name: str) -> bool:
    return name == pasting.poster.name or bool(named(pasting.session, pasting.canteen.id, name))


def _apply(pasting: Pasting, name: str, line: Line, before: dict[str, Any] | None) -> Member:
    found = (
        [pasting.poster] if name == pasting.poster.name else named(pasting.session, pasting.canteen.id, name)
    )
    if len(found) > 1:
        raise Refused("meals.which", name=name)
    if not found:
        return _apply_guest(pasting, name, line, before)
    eater = found[0]
    if line.portions == 0:
        _remove(pasting, eater)
        return eater
    _keep(pasting, eater, line, new=before is None or before["count"] == 0, name=name)
    return eater


def _remove(pasting: Pasting, eater: Member) -> None:
    session, act = pasting.session, pasting.act
    if eater.id != pasting.poster.id:
        today = local_day(pasting.canteen, act.now)
        check_may_act(session, pasting.poster, eater, "meals", today)
    booking = booking_of(session, pasting.meal.id, eater.id)
    if booking is None or booking.state not in LIVE:
        return
    pasting.merged.kept.append(bookings.cancel(session, booking.id, act))
    pasting.merged.removed.append(eater.name)


def _keep(
    pasting: Pasting, eater: Member, line: Line, *, new: bool, name: str, guests: Sequence[str] | None = None
) -> None:
    session, meal = pasting.session, pasting.meal
    if status_on(session, eater, meal.day) != Status.ACTIVE:
        raise Refused("meals.not_active", name=eater.name)
    mine = booking_of(session, meal.id, eater.id)
    kept_guests = list(guests) if guests is not None else _guests(mine)
    portions = line.portions if guests is not None else line.portions + len(kept_guests)
    order = bookings.Order(
        meal.day, meal.sitting, portions, line.mode, line.note, tuple(kept_guests), Source.LIST
    )
    kept = bookings.keep(session, meal, eater, order, pasting.act)
    pasting.merged.kept.append(kept)
    _note(pasting, kept, name, new=new)


def _note(pasting: Pasting, kept: Kept, name: str, *, new: bool) -> None:
    merged = pasting.merged
    if kept.booking.state == BookingState.WAITLISTED:
        merged.waiting.append(name)
        return
    (merged.added if new else merged.changed).append(name)


def _guests(mine: Booking | None) -> list[str]:
    return list(mine.guests) if mine is not None and mine.state in LIVE else []


def _apply_guest(pasting: Pasting, name: str, line: Line, before: dict[str, Any] | None) -> Member:
    """A stranger's name eats on the booking of whoever first brought them."""
    session = pasting.session
    holder = session.get_one(Member, before["holder"]) if before else pasting.poster
    mine = booking_of(session, pasting.meal.id, holder.id)
    old = _guests(mine)
    own = mine.portions - len(old) if mine is not None and mine.state in LIVE else 0
    guests = [guest for guest in old if guest != name] + [name] * line.portions
    if line.portions == 0:
        pasting.merged.removed.append(name)
    if own + len(guests) == 0:
        if mine is not None and mine.state in LIVE:
            pasting.merged.kept.append(bookings.cancel(session, mine.id, pasting.act))
        return holder
    whole = Line(holder.name, own + len(guests), None, None)
    if line.portions == 0:
        _shrink(pasting, holder, whole, guests)
        return holder
    _keep(pasting, holder, whole, new=before is None or before["count"] == 0, name=name, guests=guests)
    return holder


def _shrink(pasting: Pasting, holder: Member, whole: Line, guests: Sequence[str]) -> None:
    if holder.id != pasting.poster.id:
        today = local_day(pasting.canteen, pasting.act.now)
        check_may_act(pasting.session, pasting.poster, holder, "meals", today)
    meal = pasting.meal
    order = bookings.Order(meal.day, meal.sitting, whole.portions, None, None, tuple(guests), Source.LIST)
    pasting.merged.kept.append(bookings.keep(pasting.session, meal, holder, order, pasting.act))


def renamed(session: Session, canteen: Canteen, meal: Meal, names: tuple[str, str], act: Act) -> Merged:
    """`改 3 旧名 新名`: the old name gives its portions to the new one."""
    old, new = names
    last = _last(session, canteen, meal, act)
    before = next((entry for entry in last.entries if entry["name"] == old and entry["count"]), None)
    if before is None:
        raise Refused("meals.no_such_line", name=old)
    mode = Mode(str(before["mode"])) if before["mode"] else None
    portions = int(str(before["count"]))
    merged = merge(session, canteen, meal, [Line(old, 0), Line(new, portions, mode)], act)
    if old in merged.unclear:
        raise Refused("meals.not_your_line", name=old)
    return merged
