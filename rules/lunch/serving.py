"""Serving: who came is ticked off by one tap, can be taken back for ten minutes, and the meal ends by the clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.elders.care import ConcernCause
from models.lunch.deliveries import Delivery
from models.lunch.meals import Booking, BookingState, Meal, MealState, Mode
from models.members.people import Member, Role
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.elders import care
from rules.elders.care import Missing
from rules.lunch import ledger
from rules.members.people import holds
from rules.values import Button, Message, Refused, Style, Text

SERVERS = (Role.COOK, Role.VOLUNTEER, Role.SOCIAL_WORKER)
EARLY = timedelta(hours=1)
LATE = timedelta(hours=6)
UNDO = timedelta(minutes=10)
ROLL_CALL = timedelta(minutes=15)
MANY = 3
"""So many and nobody ticked off: it is the list that is missing, not the eaters."""
EXPECTED = (BookingState.BOOKED, BookingState.NO_SHOW)
EATEN = (BookingState.SERVED, BookingState.PICKED_UP, BookingState.DELIVERED)
BECOMES = {Mode.DINE_IN: BookingState.SERVED, Mode.TAKEAWAY: BookingState.PICKED_UP}


def expected(session: Session, meal_id: int) -> Sequence[tuple[Booking, Member]]:
    """Who still has to come to the table or the counter, in the order of names."""
    waiting = select(Booking, Member).join(Member, col(Member.id) == col(Booking.eater_id))
    waiting = waiting.where(Booking.meal_id == meal_id, col(Booking.state).in_(EXPECTED))
    waiting = waiting.where(Booking.mode != Mode.DELIVERY)
    return session.exec(waiting.order_by(col(Member.name), col(Member.id))).all()


def check_in(session: Session, booking_id: int, act: Act) -> Booking:
    """The eater is here, or fetches the meal: one tap by cook or volunteer."""
    check_serves(session, act)
    booking, meal = held(session, booking_id, act)
    check_time(meal, act.now)
    if booking.state not in EXPECTED or booking.mode not in BECOMES:
        raise Refused("serving.not_expected", name=session.get_one(Member, booking.eater_id).name)
    return settle(session, booking, BECOMES[booking.mode], act)


def check_serves(session: Session, act: Act) -> None:
    """Refuse whoever does not serve."""
    if act.actor_id is None or not holds(session, act.actor_id, *SERVERS):
        raise Refused("serving.only_servers")


def check_time(meal: Meal, now: datetime) -> None:
    """A meal is served around its time, and never one that was called off."""
    if meal.state == MealState.CANCELLED or not meal.starts_at - EARLY <= now <= meal.starts_at + LATE:
        raise Refused("serving.not_now", day=meal.day, sitting=meal.sitting)


def held(session: Session, booking_id: int, act: Act) -> tuple[Booking, Meal]:
    """A booking of the actor's own village and its meal, both locked."""
    booking = session.get(Booking, booking_id)
    meal = hold(session, Meal, booking.meal_id) if booking else None
    if booking is None or meal is None or meal.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    session.refresh(booking)
    return booking, meal


def settle(session: Session, booking: Booking, state: BookingState, act: Act) -> Booking:
    """Write what became of a booking, with all that hangs on it: money, concern, audit."""
    before, booking.state, booking.ended_at = booking.state, state, act.now
    session.add(booking)
    session.flush()
    meal = session.get_one(Meal, booking.meal_id)
    if state in EATEN:
        ledger.charge(session, booking, meal, act)
        care.seen(session, booking.meal_id, booking.eater_id, act)
    states = {"before": {"state": before.value}, "after": {"state": state.value}}
    subject = booking.eater_id
    audit.record(session, act, f"serving.{state}", f"booking:{booking.id}", subject_id=subject, **states)
    outbox.touch(session, "meal", meal.id, act.now)
    return booking


def take_back(session: Session, booking_id: int, act: Act) -> Booking:
    """Undo a wrong tap within ten minutes: the eater is expected again, the money corrected."""
    check_serves(session, act)
    booking, meal = held(session, booking_id, act)
    if booking.state not in EATEN or booking.ended_at is None or act.now > booking.ended_at + UNDO:
        raise Refused("serving.too_late_to_undo")
    ledger.correct(session, booking, act)
    delivery = session.exec(select(Delivery).where(Delivery.booking_id == booking.id)).first()
    if delivery is not None:
        delivery.outcome, delivery.outcome_at = None, None
        session.add(delivery)
    if meal.state == MealState.SERVED:
        _miss(session, booking, meal, act)
        return booking
    settle(session, booking, BookingState.BOOKED, act)
    booking.ended_at = None
    return booking


def serve_all(session: Session, meal_id: int, act: Act) -> int:
    """Everybody at the table and the counter has eaten; answers how many."""
    check_serves(session, act)
    return len([check_in(session, booking.id, act) for booking, _ in expected(session, meal_id)])


def ending(session: Session, before: datetime) -> Sequence[Meal]:
    """Meals that began before a moment and have not ended."""
    begun = (MealState.PLANNED, MealState.OPEN, MealState.CLOSED)
    due = select(Meal).where(col(Meal.state).in_(begun), Meal.starts_at <= before)
    return session.exec(due.order_by(col(Meal.starts_at))).all()


def finish(session: Session, meal_id: int, act: Act) -> int:
    """The meal is over: who was expected and not seen is asked after; answers how many."""
    meal = hold(session, Meal, meal_id)
    if meal is None or meal.state in (MealState.SERVED, MealState.CANCELLED):
        return 0
    meal.state = MealState.SERVED
    session.add(meal)
    audit.record(session, act, "meals.served", f"meal:{meal.id}")
    booked = select(Booking).where(Booking.meal_id == meal.id).order_by(col(Booking.id))
    left = session.exec(booked).all()
    for booking in left:
        if booking.state == BookingState.WAITLISTED:
            settle(session, booking, BookingState.CANCELLED, act)
    absent = [booking for booking in left if booking.state == BookingState.BOOKED]
    if act.now > meal.starts_at + LATE:
        return _missed_long_ago(session, meal, absent, act)
    for booking in absent:
        settle(session, booking, BookingState.NO_SHOW, act)
    missing = [(session.get_one(Member, booking.eater_id), _why(booking)) for booking in absent]
    if len(absent) >= MANY and not any(booking.state in EATEN for booking in left):
        return _nobody_ticked(session, meal, missing, act)
    return care.missed_together(session, meal, missing, act)


def _why(booking: Booking) -> ConcernCause:
    """A meal that was to be brought and of which nobody said anything is not one that nobody came to."""
    return ConcernCause.NOT_BROUGHT if booking.mode == Mode.DELIVERY else ConcernCause.NO_SHOW


def _nobody_ticked(session: Session, meal: Meal, missing: Sequence[Missing], act: Act) -> int:
    """Nobody was ticked off at all: the kitchen is asked for its list before so many are rung up."""
    raised = [care.raise_for(session, meal, eater, cause, act, later=ROLL_CALL) for eater, cause in missing]
    minutes = int(ROLL_CALL.total_seconds() // 60)
    said = Text(
        "serving.nobody_ticked", day=meal.day, sitting=meal.sitting, count=len(missing), minutes=minutes
    )
    roll = Button(Text("serving.button_roll"), f"servepage:{meal.id}:0", Style.PRIMARY)
    key = f"unticked:{meal.id}"
    outbox.tell_role(session, key, meal.canteen_id, (Role.COOK,), Message(said, ((roll,),)), now=act.now)
    return sum(concern is not None for concern in raised)


def _missed_long_ago(session: Session, meal: Meal, absent: Sequence[Booking], act: Act) -> int:
    """The bot slept through the meal: no elder is woken hours later, those responsible get the names."""
    for booking in absent:
        settle(session, booking, BookingState.NO_SHOW, act)
    names = [session.get_one(Member, booking.eater_id).name for booking in absent]
    said = Text("serving.unseen", day=meal.day, sitting=meal.sitting, names=names)
    if names:
        key = f"unseen:{meal.id}"
        outbox.tell_role(session, key, meal.canteen_id, care.RESPONSIBLE, said, now=act.now)
    return 0


def _miss(session: Session, booking: Booking, meal: Meal, act: Act) -> bool:
    settle(session, booking, BookingState.NO_SHOW, act)
    eater = session.get_one(Member, booking.eater_id)
    return care.missed(session, meal, eater, _why(booking), act) is not None
