"""Meals of the day: they exist by need, close by the clock, and count their seats."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.lunch.meals import Booking, BookingState, Meal, MealState, Sitting
from models.lunch.menus import DayKind, DayMark
from models.members.people import Canteen, Member
from models.memory import shelf
from models.store import hold as held
from rules import audit, outbox
from rules.audit import Act
from rules.settings import Settings, at, closes_at, local_day, settings_of, starts_at
from rules.values import Refused, Text

FARTHEST = timedelta(days=60)
FRESH = {"populate_existing": True}

MEALS = shelf(Meal)
OWN = select(Meal).where(
    col(Meal.canteen_id) == bindparam("canteen"),
    col(Meal.day) == bindparam("day"),
    col(Meal.sitting) == bindparam("sitting"),
)


def check_day(canteen: Canteen, day: date, now: datetime) -> None:
    """Refuse a day that is over or too far away to mean anything."""
    today = local_day(canteen, now)
    if day < today:
        raise Refused("meals.past", day=day)
    if day > today + FARTHEST:
        raise Refused("meals.too_far", day=day)


def meal_on(session: Session, canteen: Canteen, day: date, sitting: Sitting, *, hold: bool = True) -> Meal:
    """The meal of a sitting, made when it is first asked for; held, nobody else decides on it meanwhile."""
    found = _find(session, canteen, day, sitting, hold=hold)
    if found is not None:
        return found
    check_served(session, canteen, day, sitting)
    # Whoever makes the meal holds the village: two first bookings at once must not make two meals.
    held(session, Canteen, canteen.id)
    return _find(session, canteen, day, sitting, hold=hold) or _make(session, canteen, day, sitting)


def find(session: Session, canteen: Canteen, day: date, sitting: Sitting) -> Meal | None:
    """The meal of a sitting, if it was ever asked for."""
    return _find(session, canteen, day, sitting, hold=False)


def _find(session: Session, canteen: Canteen, day: date, sitting: Sitting, *, hold: bool) -> Meal | None:
    asked = {"canteen": canteen.id, "day": day, "sitting": sitting}
    if hold and session.get_bind().dialect.name != "sqlite":
        return session.exec(OWN.with_for_update(), params=asked, execution_options=FRESH).first()
    key = (canteen.id, day, sitting)
    (meal,) = MEALS.recall(session, key, lambda: (session.exec(OWN, params=asked).first(),))
    return meal  # type: ignore[no-any-return]


def _make(session: Session, canteen: Canteen, day: date, sitting: Sitting) -> Meal:
    settings = settings_of(canteen)
    meal = Meal(
        canteen_id=canteen.id,
        day=day,
        sitting=sitting,
        seats=settings.seats,
        grace_seats=settings.grace_seats,
        price=settings.price,
        closes_at=closes_at(canteen, day, sitting),
        starts_at=starts_at(canteen, day, sitting),
    )
    session.add(meal)
    session.flush()
    return meal


def check_served(session: Session, canteen: Canteen, day: date, sitting: Sitting) -> None:
    """Refuse a sitting the canteen does not cook on that day."""
    settings = settings_of(canteen)
    if sitting not in settings.sittings:
        raise Refused("meals.not_served", sitting=sitting)
    if day.isoweekday() not in settings.meal_weekdays or _closed_on(session, canteen, day):
        raise Refused("meals.rest_day", day=day)


def _closed_on(session: Session, canteen: Canteen, day: date) -> bool:
    mark = select(DayMark.id).where(
        DayMark.canteen_id == canteen.id, DayMark.day == day, DayMark.kind == DayKind.CLOSED
    )
    return session.exec(mark).first() is not None


def check_open(meal: Meal, now: datetime) -> None:
    """Refuse a meal that is cancelled or past its closing time, whatever its state says."""
    if meal.state == MealState.CANCELLED:
        raise Refused("meals.called_off", day=meal.day, sitting=meal.sitting, reason=meal.reason)
    if now >= meal.closes_at or meal.state in (MealState.CLOSED, MealState.SERVED):
        raise Refused("meals.closed", day=meal.day, sitting=meal.sitting, closes_at=meal.closes_at)


def next_open(
    session: Session, canteen: Canteen, now: datetime, sitting: Sitting | None = None
) -> Meal | None:
    """The next meal that can still be booked; None when nothing is served within two weeks."""
    settings = settings_of(canteen)
    sittings = (sitting,) if sitting else settings.sittings
    today = local_day(canteen, now)
    for days in range(15):
        for each in sittings:
            meal = _bookable(session, canteen, today + timedelta(days=days), each, now)
            if meal is not None:
                return meal
    return None


def _bookable(session: Session, canteen: Canteen, day: date, sitting: Sitting, now: datetime) -> Meal | None:
    if now >= closes_at(canteen, day, sitting):
        return None
    try:
        meal = meal_on(session, canteen, day, sitting)
        check_open(meal, now)
    except Refused:
        return None
    return meal


def main_sitting(settings: Settings) -> Sitting:
    """The sitting meant when none is named: lunch where it is served."""
    return Sitting.LUNCH if Sitting.LUNCH in settings.sittings else settings.sittings[0]


def open_meals(session: Session, canteen: Canteen, now: datetime) -> Sequence[Meal]:
    """Meals that are written down and can still be booked, soonest first."""
    today = local_day(canteen, now)
    coming = select(Meal).where(Meal.canteen_id == canteen.id, Meal.day >= today, Meal.closes_at > now)
    coming = coming.where(col(Meal.state).in_([MealState.PLANNED, MealState.OPEN]))
    return session.exec(coming.order_by(col(Meal.day), col(Meal.starts_at))).all()


def close(session: Session, meal_id: int, now: datetime) -> bool:
    """Close a meal whose time has come; a second call changes nothing."""
    meal = held(session, Meal, meal_id)
    if meal is None or meal.state not in (MealState.PLANNED, MealState.OPEN) or now < meal.closes_at:
        return False
    meal.state = MealState.CLOSED
    session.add(meal)
    audit.record(session, Act(now, None, meal.canteen_id), "meals.closed", f"meal:{meal.id}")
    outbox.touch(session, "meal", meal.id, now)
    return True


def call_off(session: Session, meal_id: int, reason: str, act: Act) -> int:
    """Cancel a whole meal and tell everybody booked or waiting; answers how many were told."""
    meal = held(session, Meal, meal_id)
    if meal is None or meal.state in (MealState.SERVED, MealState.CANCELLED):
        raise Refused("meals.cannot_call_off")
    before, meal.state, meal.reason = meal.state, MealState.CANCELLED, reason[:200]
    session.add(meal)
    told = [_call_off_one(session, meal, booking, eater, act) for booking, eater in _eaters(session, meal.id)]
    audit.record(
        session,
        act,
        "meals.called_off",
        f"meal:{meal.id}",
        before={"state": before},
        after={"state": meal.state},
    )
    outbox.touch(session, "meal", meal.id, act.now)
    return sum(told)


def _eaters(session: Session, meal_id: int) -> Sequence[tuple[Booking, Member]]:
    live = [BookingState.BOOKED, BookingState.WAITLISTED]
    booked = select(Booking, Member).join(Member, col(Member.id) == col(Booking.eater_id))
    return session.exec(booked.where(Booking.meal_id == meal_id, col(Booking.state).in_(live))).all()


def _call_off_one(session: Session, meal: Meal, booking: Booking, eater: Member, act: Act) -> bool:
    booking.state, booking.ended_at = BookingState.CANCELLED, act.now
    session.add(booking)
    said = Text(
        "meals.called_off_notice", name=eater.name, day=meal.day, sitting=meal.sitting, reason=meal.reason
    )
    told = outbox.tell(session, f"calledoff:{meal.id}", eater, said, now=act.now)
    if booking.booked_by_id and booking.booked_by_id not in (eater.id, act.actor_id):
        carer = session.get_one(Member, booking.booked_by_id)
        told = outbox.tell(session, f"calledoff:{meal.id}:{eater.id}", carer, said, now=act.now) or told
    return told is not None


def post_at(canteen: Canteen, closing: datetime) -> datetime:
    """When a meal is posted: at the village's hour, on the last day on which it can be booked at that hour."""
    settings = settings_of(canteen)
    closing_day = local_day(canteen, closing)
    early = at(canteen, closing_day, settings.post_at)
    return early if early < closing else at(canteen, closing_day - timedelta(days=1), settings.post_at)
