"""Bringing meals home: the fixed order of stops, the carrier, and what happened at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from models.elders.care import ConcernCause
from models.lunch.deliveries import Delivery, DeliveryStop, Outcome, StopException
from models.lunch.meals import Booking, BookingState, Meal, MealState, Mode
from models.members.people import Member, Role
from rules import audit
from rules.audit import Act
from rules.elders import care
from rules.lunch import serving
from rules.lunch.serving import EATEN, EXPECTED, UNDO, check_serves, check_time, held, settle
from rules.members import consents, readings
from rules.members.people import holds
from rules.values import Refused

UNPLACED = 100_000
BROUGHT = (Outcome.HANDED_OVER, Outcome.LEFT_AS_AGREED)


@dataclass(frozen=True, slots=True)
class Stop:
    """One door on a route."""

    route: str
    position: int
    booking: Booking
    eater: Member
    delivery: Delivery | None


def stops(session: Session, meal: Meal) -> list[Stop]:
    """The doors of a meal in the order of the routes; an exception of the day comes before the fixed place."""
    booked = (
        select(Booking, Member, Delivery)
        .join(Member, col(Member.id) == col(Booking.eater_id))
        .outerjoin(Delivery, col(Delivery.booking_id) == col(Booking.id))
        .where(Booking.meal_id == meal.id, Booking.mode == Mode.DELIVERY)
        .where(col(Booking.state).in_((*EXPECTED, *EATEN)))
    )
    places = _places(session, meal.canteen_id, meal.day)
    found = [
        Stop(*places.get(eater.id, ("1", UNPLACED + eater.id)), booking, eater, delivery)
        for booking, eater, delivery in session.exec(booked)
    ]
    return sorted(found, key=lambda stop: (stop.route, stop.position, stop.eater.id))


def _places(session: Session, canteen_id: int, day: date) -> dict[int, tuple[str, int]]:
    fixed = session.exec(select(DeliveryStop).where(DeliveryStop.canteen_id == canteen_id))
    places = {stop.member_id: (stop.route, stop.position) for stop in fixed}
    for other in session.exec(select(StopException).where(StopException.day == day)):
        places[other.member_id] = (other.route, other.position)
    return places


def arrange(session: Session, route: str, eaters: Sequence[Member], act: Act) -> None:
    """Fix the order of doors on a route; those named stand first, in this order."""
    _check_arranges(session, act)
    for position, eater in enumerate(eaters, 1):
        _check_village(eater, act)
        kept = session.exec(select(DeliveryStop).where(DeliveryStop.member_id == eater.id)).first()
        kept = kept or DeliveryStop(canteen_id=eater.canteen_id, member_id=eater.id, position=position)
        kept.route, kept.position = route[:32], position
        session.add(kept)
    audit.record(session, act, "deliveries.arranged", f"route:{route[:32]}", after={"stops": len(eaters)})


def arrange_once(session: Session, eater: Member, day: date, place: tuple[str, int], act: Act) -> None:
    """Another route or place for one eater on one day."""
    _check_arranges(session, act)
    _check_village(eater, act)
    own = select(StopException).where(StopException.member_id == eater.id, StopException.day == day)
    kept = session.exec(own).first() or StopException(member_id=eater.id, day=day, route="1", position=1)
    kept.route, kept.position = place[0][:32], place[1]
    session.add(kept)
    audit.record(session, act, "deliveries.arranged_once", f"member:{eater.id}", subject_id=eater.id)


def _check_arranges(session: Session, act: Act) -> None:
    if act.actor_id is None or not holds(session, act.actor_id, Role.COOK):
        raise Refused("deliveries.only_kitchen")


def _check_village(eater: Member, act: Act) -> None:
    if eater.canteen_id != act.canteen_id:
        raise Refused("common.old_button")


def carry(session: Session, meal: Meal, route: str, act: Act) -> list[Stop]:
    """Take over a route: what nobody else carries yet is the actor's; only they see the doors."""
    check_serves(session, act)
    check_time(meal, act.now)
    mine: list[Stop] = []
    for stop in stops(session, meal):
        if stop.route != route:
            continue
        held(session, stop.booking.id, act)
        kept = delivery_of(session, stop.booking.id) or Delivery(booking_id=stop.booking.id)
        if kept.carrier_id in (None, act.actor_id):
            kept.carrier_id = act.actor_id
            session.add(kept)
            if consents.by_messenger(session, stop.eater):
                readings.shown(session, act, stop.eater.id, ("address", "phone"), (act.actor_id or 0,))
            mine.append(Stop(stop.route, stop.position, stop.booking, stop.eater, kept))
    session.flush()
    audit.record(session, act, "deliveries.carried", f"meal:{meal.id}", after={"stops": len(mine)})
    return mine


def delivery_of(session: Session, booking_id: int) -> Delivery | None:
    """What is known of the way of one booking."""
    return session.exec(select(Delivery).where(Delivery.booking_id == booking_id)).first()


def take_back(session: Session, booking_id: int, act: Act) -> Booking:
    """Undo a wrong tap at the door within ten minutes: the door is open again, nobody is asked after."""
    booking, meal = held(session, booking_id, act)
    delivery = delivery_of(session, booking.id)
    if delivery is None or delivery.outcome_at is None or act.now > delivery.outcome_at + UNDO:
        raise Refused("serving.too_late_to_undo")
    if delivery.carrier_id != act.actor_id:
        raise Refused("deliveries.not_your_stop")
    if delivery.outcome in BROUGHT:
        return serving.take_back(session, booking.id, act)
    delivery.outcome, delivery.outcome_at = None, None
    session.add(delivery)
    audit.record(session, act, "deliveries.taken_back", f"booking:{booking.id}", subject_id=booking.eater_id)
    if meal.state != MealState.SERVED:
        care.withdraw(session, booking.meal_id, booking.eater_id, act)
        settle(session, booking, BookingState.BOOKED, act)
        booking.ended_at = None
    return booking


def report(session: Session, booking_id: int, outcome: Outcome, act: Act) -> Booking:
    """What happened at the door, by the carrier's tap; nobody at home is asked after at once."""
    check_serves(session, act)
    booking, meal = held(session, booking_id, act)
    check_time(meal, act.now)
    delivery = delivery_of(session, booking.id)
    if delivery is None or delivery.carrier_id != act.actor_id:
        raise Refused("deliveries.not_your_stop")
    if booking.state not in EXPECTED or booking.mode != Mode.DELIVERY:
        raise Refused("deliveries.already_reported")
    delivery.outcome, delivery.outcome_at = outcome, act.now
    session.add(delivery)
    after = {"outcome": outcome.value}
    obj = f"booking:{booking.id}"
    audit.record(session, act, "deliveries.reported", obj, subject_id=booking.eater_id, after=after)
    if outcome in BROUGHT:
        return settle(session, booking, BookingState.DELIVERED, act)
    if outcome == Outcome.NOT_HOME:
        settle(session, booking, BookingState.NO_SHOW, act)
        eater = session.get_one(Member, booking.eater_id)
        care.missed(session, meal, eater, ConcernCause.NOT_HOME, act)
    if outcome == Outcome.REFUSED:
        settle(session, booking, BookingState.CANCELLED_LATE, act)
    return booking
