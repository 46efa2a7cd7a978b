"""Keeping, changing, cancelling and undoing the place of one eater at one meal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from models import store
from models.lunch.meals import Booking, BookingState, Meal, MealState, Mode, Sitting, Source
from models.members.people import Canteen, Member, Status
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.lunch import meals, waitlist
from rules.lunch.counts import Seats, seats_beside
from rules.lunch.echoes import tell_eater
from rules.lunch.rolls import ENDED, LIVE, Kept, booking_of, plainly, seen, usual_mode
from rules.members.people import check_may_act, status_on
from rules.settings import local_day
from rules.values import Refused

MOST = 20


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants at one meal; what is None stays as it was, or as it usually is."""

    day: date
    sitting: Sitting
    portions: int | None = None
    mode: Mode | None = None
    note: str | None = None
    guests: tuple[str, ...] | None = None
    source: Source = Source.MESSAGE


def book(session: Session, canteen: Canteen, eater: Member, order: Order, act: Act) -> Kept:
    """Keep places for the eater, or a place in the waiting list; booking again changes it."""
    meals.check_day(canteen, order.day, act.now)
    _check_entitled(session, eater, act, order.day, local_day(canteen, act.now))
    meal = meals.meal_on(session, canteen, order.day, order.sitting)
    meals.check_open(meal, act.now)
    return keep(session, meal, eater, order, act)


def _check_entitled(session: Session, eater: Member, act: Act, day: date, today: date) -> None:
    if act.actor_id is not None and act.actor_id != eater.id:
        check_may_act(session, session.get_one(Member, act.actor_id), eater, "meals", today)
    status = status_on(session, eater, day)
    if status != Status.ACTIVE:
        raise Refused("meals.not_active", name=eater.name, status=status)


def keep(session: Session, meal: Meal, eater: Member, order: Order, act: Act, *, grace: bool = False) -> Kept:
    """Keep an order at a held meal; in grace the cook's own seats are used up."""
    counted, number = seats_beside(session, meal.id, eater.id)
    mine = session.get_one(Booking, number) if number else None
    before = seen(mine)
    wanted = _portions(order, mine)
    state = _place(session, (meal, counted), mine, wanted, grace=grace)
    mine = mine or _new(session, meal, eater, order, act)
    _write(mine, order, wanted, state, act)
    mine.grace = grace
    return _kept(session, eater, Kept(mine, meal, before), act)


def _new(session: Session, meal: Meal, eater: Member, order: Order, act: Act) -> Booking:
    mode = order.mode or usual_mode(session, eater.id)
    return Booking(meal_id=meal.id, eater_id=eater.id, mode=mode, booked_at=act.now, source=order.source)


def _portions(order: Order, mine: Booking | None) -> int:
    wanted = order.portions or (mine.portions if mine and mine.state in LIVE else 1)
    if not 1 <= wanted <= MOST:
        raise Refused("meals.too_many", most=MOST)
    return wanted


def _place(
    session: Session, at: tuple[Meal, Seats], mine: Booking | None, wanted: int, *, grace: bool
) -> BookingState:
    meal, counted = at
    if grace:
        _check_grace(meal, counted, wanted)
        return BookingState.BOOKED
    left = meal.seats - counted.taken - counted.offered
    seated = mine is not None and mine.state == BookingState.BOOKED
    if wanted <= left and (
        seated or not counted.waiting or not waitlist.somebody_fits(session, meal.id, left, mine)
    ):
        return BookingState.BOOKED
    if seated and mine is not None:
        if wanted <= mine.portions:
            return BookingState.BOOKED
        raise Refused("meals.full", left=max(left, 0), name=session.get_one(Member, mine.eater_id).name)
    if wanted > meal.seats:
        raise Refused("meals.too_many", most=meal.seats)
    return BookingState.WAITLISTED


def _check_grace(meal: Meal, counted: Seats, wanted: int) -> None:
    if counted.taken + wanted > meal.seats + meal.grace_seats or meal.grace_used + wanted > meal.grace_seats:
        raise Refused("meals.no_grace", left=max(meal.grace_seats - meal.grace_used, 0))


def _write(mine: Booking, order: Order, portions: int, state: BookingState, act: Act) -> None:
    if mine.state in ENDED:
        mine.note, mine.guests = "", []
    waits = state == BookingState.WAITLISTED
    mine.waiting_since = (mine.waiting_since if mine.state == state else None) or act.now if waits else None
    mine.portions, mine.state, mine.ended_at = portions, state, None
    mine.mode = order.mode or mine.mode
    mine.note = order.note[:200] if order.note is not None else mine.note
    mine.guests = list(order.guests) if order.guests is not None else mine.guests[: portions - 1]
    mine.booked_by_id = act.actor_id


def _kept(session: Session, eater: Member, kept: Kept, act: Act) -> Kept:
    mine, meal, before = kept.booking, kept.meal, kept.before
    if before is None:
        store.keep(session, mine)
    after = seen(mine)
    if after == before:
        return kept
    name = "meals.changed" if before and before["state"] in LIVE else "meals.booked"
    audit.record(
        session,
        act,
        name,
        f"booking:{mine.id}",
        subject_id=eater.id,
        before=plainly(before),
        after=plainly(after),
    )
    outbox.touch(session, "meal", meal.id, act.now)
    if before and before["state"] == BookingState.WAITLISTED:
        # An offer made for other portions is worth nothing now; what it held goes to whom it fits.
        waitlist.withdraw(session, mine.id)
    if before and before["state"] in LIVE:
        waitlist.offer_freed(session, meal, act.now)
    tell_eater(session, eater, kept, act)
    return kept


def cancel(session: Session, booking_id: int, act: Act) -> Kept:
    """Give up a place: in time, or late when the meal is closed but not yet served."""
    booking, meal, eater = _held(session, booking_id)
    _check_cancel(session, booking, meal, eater, act)
    before = seen(booking)
    late = act.now >= meal.closes_at and booking.state == BookingState.BOOKED
    booking.state = BookingState.CANCELLED_LATE if late else BookingState.CANCELLED
    booking.ended_at = act.now
    if booking.grace:
        meal.grace_used, booking.grace = max(meal.grace_used - booking.portions, 0), False
    _ended(session, meal, eater, Kept(booking, meal, before), act)
    waitlist.withdraw(session, booking.id)
    waitlist.offer_freed(session, meal, act.now)
    return Kept(booking, meal, before)


def _held(session: Session, booking_id: int) -> tuple[Booking, Meal, Member]:
    booking = session.get(Booking, booking_id)
    if booking is None:
        raise Refused("meals.nothing_booked_there")
    meal = hold(session, Meal, booking.meal_id)
    session.refresh(booking)
    assert meal is not None
    return booking, meal, session.get_one(Member, booking.eater_id)


def _check_cancel(session: Session, booking: Booking, meal: Meal, eater: Member, act: Act) -> None:
    # Who booked for a neighbour may also take that back.
    if act.actor_id not in (None, eater.id, booking.booked_by_id):
        canteen = session.get_one(Canteen, meal.canteen_id)
        check_may_act(
            session, session.get_one(Member, act.actor_id), eater, "meals", local_day(canteen, act.now)
        )
    if booking.state not in LIVE:
        raise Refused("meals.nothing_booked", name=eater.name, day=meal.day, sitting=meal.sitting)
    if act.now >= meal.starts_at or meal.state == MealState.SERVED:
        raise Refused("meals.already_served", day=meal.day, sitting=meal.sitting)


def _ended(session: Session, meal: Meal, eater: Member, kept: Kept, act: Act) -> None:
    session.add(kept.booking)
    session.flush()
    audit.record(
        session,
        act,
        "meals.cancelled",
        f"booking:{kept.booking.id}",
        subject_id=eater.id,
        before=plainly(kept.before),
        after=plainly(seen(kept.booking)),
    )
    outbox.touch(session, "meal", meal.id, act.now)
    tell_eater(session, eater, kept, act)


def restore(
    session: Session, booking_id: int, before: Mapping[str, Any] | None, after: Mapping[str, Any], act: Act
) -> Kept:
    """Undo an act, if nothing has happened to the booking since and its seat is still there."""
    booking, meal, eater = _held(session, booking_id)
    if seen(booking) != dict(after):
        raise Refused("meals.changed_since")
    if before is None or before["state"] in ENDED:
        kept = cancel(session, booking_id, act)
        kept.booking.state = BookingState.CANCELLED
        return kept
    if meal.state == MealState.CANCELLED or act.now >= meal.starts_at:
        raise Refused("meals.already_served", day=meal.day, sitting=meal.sitting)
    order = Order(
        meal.day,
        meal.sitting,
        before["portions"],
        Mode(before["mode"]),
        before["note"],
        tuple(before["guests"]),
    )
    kept = keep(session, meal, eater, order, act)
    if kept.booking.state != before["state"]:
        raise Refused("meals.seat_gone", name=eater.name)
    return kept


def grant_grace(session: Session, meal_id: int, eater: Member, order: Order, act: Act) -> Kept:
    """The cook takes in a latecomer: after closing, before the meal, out of the grace seats."""
    meal = hold(session, Meal, meal_id)
    if meal is None or meal.state in (MealState.CANCELLED, MealState.SERVED) or act.now >= meal.starts_at:
        raise Refused("meals.grace_over")
    mine = booking_of(session, meal.id, eater.id)
    if mine is not None and mine.state == BookingState.BOOKED:
        raise Refused("meals.already_booked", name=eater.name)
    kept = keep(session, meal, eater, order, act, grace=True)
    meal.grace_used += kept.booking.portions
    session.add(meal)
    return kept
