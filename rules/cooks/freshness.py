"""Warm food does not wait: cooked for two hours, packed for one, and somebody is told a little before."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.cooks.kitchen import MealClock
from models.lunch.deliveries import Delivery
from models.lunch.meals import Booking, Meal, MealState, Mode
from models.members.people import Canteen, Member, Role
from rules import outbox
from rules.cooks.kitchen_card import clock_time
from rules.lunch.serving import EXPECTED
from rules.settings import settings_of
from rules.values import Text

WARNED = timedelta(minutes=15)
"""How long before the time is over."""
LOOKED_AT = timedelta(hours=4)
OVER = (MealState.SERVED, MealState.CANCELLED)

Running = Sequence[tuple[MealClock, Meal]]


def cooling(session: Session, now: datetime) -> Running:
    """Meals off the fire of late that are not over."""
    return _running(session, col(MealClock.cooked_at), now)


def on_the_way(session: Session, now: datetime) -> Running:
    """Meals packed of late and not said to have arrived."""
    found = _running(session, col(MealClock.packed_at), now)
    return [(clock, meal) for clock, meal in found if clock.handed_over_at is None]


def _running(session: Session, since: object, now: datetime) -> Running:
    rows = select(MealClock, Meal).join(Meal, col(Meal.id) == col(MealClock.meal_id))
    rows = rows.where(since > now - LOOKED_AT, since <= now)  # type: ignore[operator]
    rows = rows.where(col(Meal.state).not_in(OVER))
    return session.exec(rows.order_by(col(MealClock.id))).all()


def eat_by(canteen: Canteen, cooked_at: datetime) -> datetime:
    """Until when food off the fire is to be eaten."""
    return cooked_at + timedelta(minutes=settings_of(canteen).eat_within_minutes)


def arrive_by(canteen: Canteen, packed_at: datetime) -> datetime:
    """Until when packed food is to be at the door."""
    return packed_at + timedelta(minutes=settings_of(canteen).hand_over_within_minutes)


def warn_of_cooling(session: Session, meal_id: int, now: datetime) -> int:
    """Tell the cooks how many have not eaten yet; nobody is told when all have."""
    meal = session.get_one(Meal, meal_id)
    canteen = session.get_one(Canteen, meal.canteen_id)
    clock = session.exec(select(MealClock).where(MealClock.meal_id == meal_id)).one()
    waiting = _portions(session, meal_id)
    if not waiting or clock.cooked_at is None:
        return 0
    until = clock_time(canteen, eat_by(canteen, clock.cooked_at))
    said = Text("kitchen.cooling", until=until, portions=waiting)
    return outbox.tell_role(session, f"cooling:{meal_id}", meal.canteen_id, (Role.COOK,), said, now=now)


def _portions(session: Session, meal_id: int, *modes: Mode) -> int:
    waiting = select(func.sum(Booking.portions)).where(Booking.meal_id == meal_id)
    waiting = waiting.where(col(Booking.state).in_(EXPECTED), col(Booking.mode).in_(modes or list(Mode)))
    return int(session.exec(waiting).one() or 0)


def warn_of_waiting_doors(session: Session, meal_id: int, now: datetime) -> int:
    """Tell each carrier how many of their boxes are still on the way; the cook those nobody carries."""
    meal = session.get_one(Meal, meal_id)
    canteen = session.get_one(Canteen, meal.canteen_id)
    clock = session.exec(select(MealClock).where(MealClock.meal_id == meal_id)).one()
    if clock.packed_at is None:
        return 0
    until = clock_time(canteen, arrive_by(canteen, clock.packed_at))
    told = 0
    for carrier_id, portions in _carried(session, meal_id):
        said = Text("kitchen.still_carried", until=until, portions=portions)
        carrier = session.get(Member, carrier_id) if carrier_id else None
        key = f"doors:{meal_id}"
        if carrier is None:
            told += outbox.tell_role(session, f"{key}:0", canteen.id, (Role.COOK,), said, now=now)
        elif outbox.tell(session, key, carrier, said, now=now) is not None:
            told += 1
    return told


def _carried(session: Session, meal_id: int) -> list[tuple[int | None, int]]:
    rows = select(Delivery.carrier_id, func.sum(Booking.portions)).select_from(Booking)
    rows = rows.outerjoin(Delivery, col(Delivery.booking_id) == col(Booking.id))
    rows = rows.where(Booking.meal_id == meal_id, Booking.mode == Mode.DELIVERY)
    rows = rows.where(col(Booking.state).in_(EXPECTED), col(Delivery.outcome).is_(None))
    return [(carrier, int(n)) for carrier, n in session.exec(rows.group_by(col(Delivery.carrier_id)))]
