"""Who always eats on such a weekday, and this time has neither booked nor said no."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from models.lunch.meals import Booking, BookingState, Meal, StandingBooking
from models.members.people import Member, Status
from rules.members.people import status_on

WEEKS, OFTEN = 4, 3
EATEN = (BookingState.SERVED, BookingState.PICKED_UP, BookingState.DELIVERED)


def missing(session: Session, meal: Meal) -> list[Member]:
    """Who ate on at least 3 of the last 4 such weekdays, and is here, and has said nothing about this meal."""
    days = [meal.day - timedelta(weeks=back) for back in range(1, WEEKS + 1)]
    before = select(Meal.id).where(
        Meal.canteen_id == meal.canteen_id, Meal.sitting == meal.sitting, col(Meal.day).in_(days)
    )
    ate = select(Booking.eater_id).where(col(Booking.meal_id).in_(before), col(Booking.state).in_(EATEN))
    often = [eater_id for eater_id, times in Counter(session.exec(ate)).items() if times >= OFTEN]
    if not often:
        return []
    has_spoken = select(Booking.eater_id).where(Booking.meal_id == meal.id)
    asked = select(Member).where(col(Member.id).in_(often), col(Member.id).not_in(has_spoken))
    found = session.exec(asked.order_by(col(Member.id))).all()
    resting = _resting(session, meal, [member.id for member in found])
    return [
        member
        for member in found
        if member.id not in resting and status_on(session, member, meal.day) == Status.ACTIVE
    ]


def _resting(session: Session, meal: Meal, eaters: Sequence[int]) -> set[int]:
    """Whose standing booking rests over this day: they have said that they do not come."""
    own = select(StandingBooking).where(
        col(StandingBooking.eater_id).in_(eaters), StandingBooking.sitting == meal.sitting
    )
    patterns = session.exec(own.where(col(StandingBooking.ended_at).is_(None)))
    return {one.eater_id for one in patterns if _rests(one, meal)}


def _rests(pattern: StandingBooking, meal: Meal) -> bool:
    if pattern.paused_from is None or meal.day < pattern.paused_from:
        return False
    return pattern.paused_until is None or meal.day <= pattern.paused_until
