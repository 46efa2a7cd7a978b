"""What a sentence asks for, as plain facts that can wait on a card: for whom, which meals, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from models.lunch.meals import Booking, Mode, Sitting, Source
from models.members.people import Canteen, Member
from rules.audit import Act
from rules.lunch import bookings, meals, rolls, standing
from rules.lunch.rolls import Kept
from rules.values import Refused, Text


@dataclass(frozen=True, slots=True)
class Plan:
    """One act on several meals for one eater; `do` is book, change or cancel."""

    do: str
    eater_id: int
    orders: tuple[bookings.Order, ...] = ()
    delta: int | None = None
    origin: tuple[date, Sitting] | None = None
    """The meal a booking moves away from."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a plan: acts kept, and what could not be done, day by day."""

    kept: tuple[Kept, ...]
    refused: tuple[Text, ...]


def as_facts(plan: Plan) -> dict[str, Any]:
    """A plan as JSON."""
    origin = [plan.origin[0].isoformat(), plan.origin[1].value] if plan.origin else None
    return {
        "origin": origin,
        "do": plan.do,
        "eater": plan.eater_id,
        "delta": plan.delta,
        "orders": [_facts(o) for o in plan.orders],
    }


def _facts(order: bookings.Order) -> dict[str, Any]:
    return {
        "day": order.day.isoformat(),
        "sitting": order.sitting.value,
        "portions": order.portions,
        "mode": order.mode.value if order.mode else None,
        "note": order.note,
        "source": order.source.value,
    }


def from_facts(facts: Mapping[str, Any], eater_id: int | None = None) -> Plan:
    """A plan from a card, for its eater or for the one that was chosen since."""
    orders = tuple(_order(each) for each in facts["orders"])
    origin = facts["origin"]
    moved = (date.fromisoformat(origin[0]), Sitting(origin[1])) if origin else None
    return Plan(facts["do"], eater_id or facts["eater"], orders, facts["delta"], moved)


def _order(facts: Mapping[str, Any]) -> bookings.Order:
    return bookings.Order(
        date.fromisoformat(facts["day"]),
        Sitting(facts["sitting"]),
        facts["portions"],
        Mode(facts["mode"]) if facts["mode"] else None,
        facts["note"],
        source=Source(facts["source"]),
    )


def carry_out(session: Session, canteen: Canteen, plan: Plan, act: Act) -> Done:
    """Do a plan in one unit; a meal that refuses is told beside those that were done, alone it refuses all."""
    eater = session.get_one(Member, plan.eater_id)
    if plan.origin is not None:
        return _move(session, canteen, eater, plan, act)
    kept: list[Kept] = []
    refused: list[Refused] = []
    # Everybody holds meals in the same order, or two people could wait for each other.
    for order in sorted(plan.orders, key=lambda each: (each.day, each.sitting)):
        try:
            kept.append(_one(session, canteen, eater, (plan, order), act))
        except Refused as no:
            refused.append(no)
    if not kept and refused and (len(refused) == 1 or {no.key for no in refused} == {"meals.nothing_booked"}):
        raise refused[0] if len(refused) == 1 else _nothing(eater, plan)
    # "Nothing next week" is about the days that were booked; the others need no words.
    worth_telling = [no for no in refused if not (kept and no.key == "meals.nothing_booked")]
    return Done(tuple(kept), tuple(no.text for no in worth_telling))


def _nothing(eater: Member, plan: Plan) -> Refused:
    """Said once for all the days, not day by day."""
    days = sorted({order.day for order in plan.orders})
    if len(days) == 1:
        return Refused("meals.nothing_booked_that_day", name=eater.name, day=days[0])
    return Refused("meals.nothing_booked_then", name=eater.name, first=days[0], last=days[-1])


def _move(session: Session, canteen: Canteen, eater: Member, plan: Plan, act: Act) -> Done:
    """Give up one meal and book another, both or neither."""
    assert plan.origin is not None
    old = _live(session, canteen, eater, bookings.Order(*plan.origin))
    portions, mode, note = old.portions, old.mode, old.note
    left = bookings.cancel(session, old.id, act)
    new = [
        replace(_changed(plan, o, portions), mode=o.mode or mode, note=o.note or note) for o in plan.orders
    ]
    booked = [
        bookings.book(session, canteen, eater, replace(o, portions=o.portions or portions), act) for o in new
    ]
    return Done((left, *booked), ())


def portions_after(session: Session, canteen: Canteen, plan: Plan, order: bookings.Order) -> int:
    """How many portions a plan would leave at a meal; for the card that asks before it is done."""
    if plan.do == "book":
        return order.portions or 1
    origin = bookings.Order(*plan.origin) if plan.origin else order
    eater = session.get_one(Member, plan.eater_id)
    had = _live(session, canteen, eater, origin).portions
    return _changed(plan, order, had).portions or had


def _one(
    session: Session, canteen: Canteen, eater: Member, what: tuple[Plan, bookings.Order], act: Act
) -> Kept:
    plan, order = what
    if plan.do == "book":
        return bookings.book(session, canteen, eater, order, act)
    if plan.do == "cancel":
        skipped = standing.skip(session, canteen, eater, (order.day, order.sitting), act)
        if skipped is not None:
            return skipped
    booking = _live(session, canteen, eater, order)
    if plan.do == "cancel" and (order.portions is None or order.portions >= booking.portions):
        return bookings.cancel(session, booking.id, act)
    return bookings.book(session, canteen, eater, _changed(plan, order, booking.portions), act)


def _live(session: Session, canteen: Canteen, eater: Member, order: bookings.Order) -> Booking:
    meal = meals.find(session, canteen, order.day, order.sitting)
    booking = rolls.booking_of(session, meal.id, eater.id) if meal else None
    if booking is None or booking.state not in rolls.LIVE:
        raise Refused("meals.nothing_booked", name=eater.name, day=order.day, sitting=order.sitting)
    return booking


def _changed(plan: Plan, order: bookings.Order, had: int) -> bookings.Order:
    portions = order.portions
    if plan.do == "cancel" and portions is not None:
        portions = had - portions
    if plan.delta is not None:
        portions = max(had + plan.delta, 1)
    return bookings.Order(order.day, order.sitting, portions, order.mode, order.note, source=order.source)
