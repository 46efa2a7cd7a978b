"""A meal that was called off by mistake is on again: whoever had a place has it back and is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.lunch.meals import Booking, BookingState, Meal, MealState
from models.members.people import Member
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.values import Refused, Text


def recall(session: Session, meal_id: int, called_off_at: datetime, act: Act) -> int:
    """Bring back a meal with the places it had at that moment; answers how many were told."""
    meal = hold(session, Meal, meal_id)
    if meal is None or meal.canteen_id != act.canteen_id or meal.state != MealState.CANCELLED:
        raise Refused("common.old_button")
    if act.now >= meal.starts_at:
        raise Refused("meals.already_served", day=meal.day, sitting=meal.sitting)
    meal.state, meal.reason = MealState.OPEN if act.now < meal.closes_at else MealState.CLOSED, ""
    session.add(meal)
    told = [
        _seat(session, meal, booking, eater, act) for booking, eater in _lost(session, meal, called_off_at)
    ]
    audit.record(session, act, "meals.recalled", f"meal:{meal.id}", after={"state": meal.state})
    outbox.touch(session, "meal", meal.id, act.now)
    return sum(told)


def _lost(session: Session, meal: Meal, at: datetime) -> Sequence[tuple[Booking, Member]]:
    """Those who lost their place when the meal was called off, and not by their own word before."""
    lost = select(Booking, Member).join(Member, col(Member.id) == col(Booking.eater_id))
    lost = lost.where(Booking.meal_id == meal.id, Booking.state == BookingState.CANCELLED)
    return session.exec(lost.where(Booking.ended_at == at).order_by(col(Booking.id))).all()


def _seat(session: Session, meal: Meal, booking: Booking, eater: Member, act: Act) -> bool:
    waited = booking.waiting_since is not None
    booking.state = BookingState.WAITLISTED if waited else BookingState.BOOKED
    booking.ended_at = None
    session.add(booking)
    said = Text("meals.on_again", name=eater.name, day=meal.day, sitting=meal.sitting)
    key = f"onagain:{meal.id}:{act.now.timestamp():.0f}"
    told = outbox.tell(session, key, eater, said, now=act.now)
    if booking.booked_by_id and booking.booked_by_id not in (eater.id, act.actor_id):
        carer = session.get_one(Member, booking.booked_by_id)
        told = outbox.tell(session, f"{key}:{eater.id}", carer, said, now=act.now) or told
    return told is not None
