"""Looking at bookings: one eater's, one meal's, and how each is told back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, literal_column
from sqlmodel import Session, col, select

from models.base import table_of
from models.lunch.meals import Booking, BookingState, Meal, Mode, Sitting
from models.members.people import Canteen, Member
from models.prepared import Prepared
from rules.lunch import meals
from rules.settings import local_day, settings_of
from rules.values import Text

BOOKED = table_of(Booking).c
USUAL_MODE = Prepared(
    select(BOOKED.mode)
    .where(BOOKED.eater_id == bindparam("eater"))
    .order_by(BOOKED.id.desc())
    .limit(literal_column("1"))
)
LIVE = (BookingState.BOOKED, BookingState.WAITLISTED)
ENDED = (BookingState.CANCELLED, BookingState.CANCELLED_LATE)


@dataclass(frozen=True, slots=True)
class Kept:
    """An act on a booking: how it was before, and how it is now."""

    booking: Booking
    meal: Meal
    before: dict[str, Any] | None


def booking_of(session: Session, meal_id: int, eater_id: int) -> Booking | None:
    """The booking of one eater at one meal, whatever became of it."""
    return session.exec(
        select(Booking).where(Booking.meal_id == meal_id, Booking.eater_id == eater_id)
    ).first()


def seen(booking: Booking | None) -> dict[str, Any] | None:
    """What an undo brings back."""
    if booking is None:
        return None
    return {
        "state": booking.state.value,
        "portions": booking.portions,
        "mode": booking.mode.value,
        "note": booking.note,
        "guests": list(booking.guests),
    }


def plainly(state: dict[str, Any] | None) -> dict[str, Any] | None:
    """For the audit: no notes and no names, which may speak of illness."""
    return {k: state[k] for k in ("state", "portions", "mode")} if state else None


def usual_mode(session: Session, eater_id: int) -> Mode:
    """How an eater had their last meal; the first is eaten at the table."""
    last = USUAL_MODE.run(session, {"eater": eater_id}).fetchone()
    return Mode(last[0]) if last else Mode.DINE_IN


def echo(eater: Member, kept: Kept) -> Text:
    """A booking as it is told back: name, day with weekday, meal, portions, mode."""
    key = {
        BookingState.WAITLISTED: "meals.waiting_line",
        BookingState.CANCELLED: "meals.cancelled_line",
        BookingState.CANCELLED_LATE: "meals.cancelled_late_line",
    }.get(kept.booking.state, "meals.booked_line")
    meal, booking = kept.meal, kept.booking
    return Text(
        key, name=eater.name, day=meal.day, sitting=meal.sitting, portions=booking.portions, mode=booking.mode
    )


def upcoming(
    session: Session, canteen: Canteen, eater_id: int, now: datetime
) -> Sequence[tuple[Booking, Meal]]:
    """What an eater has booked from today on; its cost does not grow with their history."""
    today = local_day(canteen, now)
    coming = select(Meal.id).where(Meal.canteen_id == canteen.id, Meal.day >= today)
    mine = select(Booking, Meal).join(Meal, col(Meal.id) == col(Booking.meal_id))
    mine = mine.where(col(Booking.meal_id).in_(coming), Booking.eater_id == eater_id)
    return session.exec(mine.where(col(Booking.state).in_(LIVE)).order_by(col(Meal.starts_at))).all()


def of_day(session: Session, canteen: Canteen, eater_id: int, day: date) -> Sequence[tuple[Booking, Meal]]:
    """All bookings of an eater on a day, whatever became of them."""
    mine = select(Booking, Meal).join(Meal, col(Meal.id) == col(Booking.meal_id))
    mine = mine.where(Meal.canteen_id == canteen.id, Meal.day == day, Booking.eater_id == eater_id)
    return session.exec(mine.order_by(col(Meal.starts_at))).all()


def usual(session: Session, eater_id: int) -> Booking | None:
    """The last booking of an eater: what they mean when they name neither count nor mode."""
    last = select(Booking).where(Booking.eater_id == eater_id).order_by(col(Booking.id).desc()).limit(1)
    return session.exec(last).first()


def roll(session: Session, meal_id: int) -> Sequence[tuple[Booking, Member]]:
    """Who is booked or waits at a meal, in the order of booking."""
    booked = select(Booking, Member).join(Member, col(Member.id) == col(Booking.eater_id))
    booked = booked.where(Booking.meal_id == meal_id, col(Booking.state).not_in(ENDED))
    return session.exec(booked.order_by(col(Booking.booked_at), col(Booking.id))).all()


def sitting_of(canteen: Canteen, named: str | None) -> Sitting:
    """The sitting that is named, or the canteen's main one."""
    return Sitting(named) if named else meals.main_sitting(settings_of(canteen))


def echo_short(eater: Member, booking: Booking) -> Text:
    """One line of a meal's list."""
    key = "meals.roll_waiting" if booking.state == BookingState.WAITLISTED else "meals.roll_line"
    return Text(key, name=eater.name, portions=booking.portions, mode=booking.mode)
