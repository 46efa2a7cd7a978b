"""Who waits for a seat: a freed one is offered for some minutes to the first whom it fits, then to the next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.lunch.meals import Booking, BookingState, Meal, MealState, OfferState, SeatOffer
from models.members.people import Canteen, Member
from models.outbox import MessageClass
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.lunch.counts import count
from rules.outbox import Receiver
from rules.settings import after_quiet, settings_of
from rules.values import Button, Message, Refused, Style, Text


def waiting(session: Session, meal_id: int) -> Sequence[Booking]:
    """Those who wait and have no open offer, first come first."""
    offered = select(SeatOffer.booking_id).where(SeatOffer.state == OfferState.OFFERED)
    line = select(Booking).where(Booking.meal_id == meal_id, Booking.state == BookingState.WAITLISTED)
    line = line.where(col(Booking.id).not_in(offered))
    return session.exec(line.order_by(col(Booking.waiting_since), col(Booking.id))).all()


def somebody_fits(session: Session, meal_id: int, left: int, mine: Booking | None = None) -> bool:
    """Whether one who waits, and waits longer than this booking, would fit: then nobody may pass them."""
    since = mine.waiting_since if mine and mine.state == BookingState.WAITLISTED else None
    line = [b for b in waiting(session, meal_id) if mine is None or b.id != mine.id]
    if since is not None:
        line = [b for b in line if b.waiting_since is not None and b.waiting_since < since]
    return any(booking.portions <= left for booking in line)


def offer_freed(session: Session, meal: Meal, now: datetime) -> int:
    """Offer what is free to those who wait, in order; a meal that is closed offers nothing more."""
    session.flush()
    counted = count(session, meal.id)
    left = meal.seats - counted.taken - counted.offered
    if not counted.waiting or left <= 0 or now >= meal.closes_at:
        return 0
    offered = 0
    for booking in waiting(session, meal.id):
        if booking.portions <= left:
            left -= booking.portions
            offered += 1
            _offer(session, meal, booking, now)
    return offered


def _offer(session: Session, meal: Meal, booking: Booking, now: datetime) -> None:
    eater = session.get_one(Member, booking.eater_id)
    receiver = _receiver(session, booking, eater)
    if receiver is None:
        # Nobody could answer for them; they asked for the meal, so the seat is theirs.
        _seat(session, meal, booking, Act(now, None, meal.canteen_id))
        return
    canteen = session.get_one(Canteen, meal.canteen_id)
    begins = after_quiet(canteen, now)
    lasts = min(timedelta(minutes=settings_of(canteen).offer_minutes), meal.closes_at - begins)
    if lasts <= timedelta(0):
        # It could only be read when the kitchen has counted; who asks before that has the seat.
        return
    offer = SeatOffer(booking_id=booking.id, offered_at=now, expires_at=begins + lasts)
    session.add(offer)
    session.flush()
    said = _question(meal, booking, eater, offer)
    outbox.post(
        session,
        f"offer:{offer.id}",
        receiver,
        said,
        kind=MessageClass.NOTICE,
        now=now,
        due_at=begins,
        lasts=lasts,
    )


def _receiver(session: Session, booking: Booking, eater: Member) -> Receiver | None:
    own = outbox.reach(session, eater)
    if own is not None or booking.booked_by_id in (None, eater.id):
        return own
    return outbox.reach(session, session.get_one(Member, booking.booked_by_id))


def _question(meal: Meal, booking: Booking, eater: Member, offer: SeatOffer) -> Message:
    said = Text(
        "meals.seat_free",
        name=eater.name,
        day=meal.day,
        sitting=meal.sitting,
        portions=booking.portions,
        until=offer.expires_at,
    )
    take = Button(Text("meals.button_take"), f"seat:{offer.id}:yes", Style.SUCCESS)
    return Message(said, ((take, Button(Text("meals.button_leave"), f"seat:{offer.id}:no")),))


def _seat(session: Session, meal: Meal, booking: Booking, act: Act) -> None:
    booking.state, booking.waiting_since = BookingState.BOOKED, None
    session.add(booking)
    session.flush()
    audit.record(session, act, "meals.seated", f"booking:{booking.id}", subject_id=booking.eater_id)
    outbox.touch(session, "meal", meal.id, act.now)


def _open_offer(session: Session, offer_id: int) -> tuple[SeatOffer, Booking, Meal]:
    offer = session.get(SeatOffer, offer_id)
    if offer is None:
        raise Refused("meals.offer_over")
    booking = session.get_one(Booking, offer.booking_id)
    meal = hold(session, Meal, booking.meal_id)
    assert meal is not None
    session.refresh(offer)
    session.refresh(booking)
    return offer, booking, meal


def answer(session: Session, offer_id: int, act: Act, *, take: bool) -> tuple[Booking, Meal]:
    """Take the offered seat, or leave it to the next; an offer that is over is refused kindly."""
    offer, booking, meal = _open_offer(session, offer_id)
    if act.actor_id not in (booking.eater_id, booking.booked_by_id):
        raise Refused("meals.not_your_offer")
    if (
        offer.state != OfferState.OFFERED
        or act.now >= offer.expires_at
        or not _still_on(booking, meal, act.now)
    ):
        raise Refused("meals.offer_over")
    offer.state = OfferState.TAKEN if take else OfferState.DECLINED
    session.add(offer)
    if take:
        _seat(session, meal, booking, act)
    else:
        _leave(session, meal, booking, act)
    return booking, meal


def _still_on(booking: Booking, meal: Meal, now: datetime) -> bool:
    """Once the kitchen has its numbers nobody is added by a tap on an old message."""
    open_still = meal.state in (MealState.PLANNED, MealState.OPEN) and now < meal.closes_at
    return booking.state == BookingState.WAITLISTED and open_still


def _leave(session: Session, meal: Meal, booking: Booking, act: Act) -> None:
    booking.state, booking.ended_at = BookingState.CANCELLED, act.now
    session.add(booking)
    audit.record(session, act, "meals.seat_left", f"booking:{booking.id}", subject_id=booking.eater_id)
    offer_freed(session, meal, act.now)


def withdraw(session: Session, booking_id: int) -> None:
    """End the open offer of a booking that is given up."""
    _end_offers(session, booking_id, OfferState.DECLINED)


def _end_offers(session: Session, booking_id: int, state: OfferState) -> None:
    open_ones = select(SeatOffer).where(
        SeatOffer.booking_id == booking_id, SeatOffer.state == OfferState.OFFERED
    )
    for offer in session.exec(open_ones):
        offer.state = state
        session.add(offer)
    session.flush()


def expire(session: Session, offer_id: int, now: datetime) -> bool:
    """Pass an unanswered offer on; its receiver is told and may ask again."""
    offer, booking, meal = _open_offer(session, offer_id)
    if offer.state != OfferState.OFFERED or now < offer.expires_at:
        return False
    offer.state = OfferState.EXPIRED
    session.add(offer)
    if booking.state == BookingState.WAITLISTED:
        _tell(session, meal, booking, "meals.offer_passed", now)
        _leave(session, meal, booking, Act(now, None, meal.canteen_id))
    return True


def dismiss(session: Session, meal_id: int, now: datetime) -> int:
    """At closing, tell those who still wait in vain, also those who left an offer unanswered."""
    meal = session.get_one(Meal, meal_id)
    still = select(Booking).where(Booking.meal_id == meal_id, Booking.state == BookingState.WAITLISTED)
    line = session.exec(still.order_by(col(Booking.waiting_since), col(Booking.id))).all()
    for booking in line:
        booking.state, booking.ended_at = BookingState.CANCELLED, now
        session.add(booking)
        _end_offers(session, booking.id, OfferState.EXPIRED)
        _tell(session, meal, booking, "meals.waited_in_vain", now)
    return len(line)


def _tell(session: Session, meal: Meal, booking: Booking, key: str, now: datetime) -> None:
    eater = session.get_one(Member, booking.eater_id)
    receiver = _receiver(session, booking, eater)
    if receiver is None:
        return
    said = Text(key, name=eater.name, day=meal.day, sitting=meal.sitting)
    outbox.post(
        session,
        f"{key}:{booking.id}:{now.timestamp():.0f}",
        receiver,
        said,
        kind=MessageClass.NOTICE,
        now=now,
        due_at=after_quiet(session.get_one(Canteen, meal.canteen_id), now),
    )
