"""What the clock does about meals: posts them, books standing orders, passes offers on, closes on time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from jobs.duties import CATCH_UP, Due, Duty, Look
from models.lunch.meals import Booking, Meal, MealState, OfferState, SeatOffer, Sitting
from models.members.people import Canteen
from models.outbox import MessageClass, Post
from rules import outbox
from rules.lunch import meals, posts, standing, waitlist
from rules.settings import closes_at, local_day, settings_of
from rules.values import Refused

AHEAD = 2


def _coming(look: Look) -> Iterator[tuple[Canteen, Due, datetime]]:
    """Sittings of the next days, and those just closed, without touching the store."""
    for canteen in look.canteens:
        today = local_day(canteen, look.now)
        for sitting in settings_of(canteen).sittings:
            for days in range(-1, AHEAD + 1):
                day = today + timedelta(days=days)
                closing = closes_at(canteen, day, sitting)
                if look.now < closing + CATCH_UP:
                    yield canteen, Due("", day, f"{canteen.id}:{sitting}", canteen.id, closing), closing


def _is_due(look: Look, canteen: Canteen, moment: datetime, closing: datetime) -> bool:
    """Its moment has come; what a village missed before it was there it did not miss."""
    return moment <= look.now and (look.now < closing or canteen.created_at <= moment)


def standing_due(look: Look) -> Iterable[Due]:
    """Sittings whose standing bookings take effect now."""
    for canteen, due, closing in _coming(look):
        if _is_due(look, canteen, standing.takes_effect_at(canteen, closing), closing):
            yield Due("meals.standing", due.day, due.target, due.canteen_id, due.until)


def stands(session: Session, due: Due) -> bool:
    """Whether anybody's pattern would have booked the sitting."""
    return standing.holds_for(session, session.get_one(Canteen, due.canteen_id), due.day, _sitting(due))


def book_standing(session: Session, due: Due, now: datetime) -> None:
    """Book a sitting for those who always come."""
    canteen = session.get_one(Canteen, due.canteen_id)
    standing.generate(session, canteen, due.day, _sitting(due), now)


def _sitting(due: Due) -> Sitting:
    return Sitting(due.target.partition(":")[2])


def post_due(look: Look) -> Iterable[Due]:
    """Meals whose hour to be posted in the group has come."""
    for canteen, due, closing in _coming(look):
        moment = meals.post_at(canteen, closing)
        if canteen.chat_id is not None and _is_due(look, canteen, moment, closing):
            yield Due("meals.post", due.day, due.target, due.canteen_id, due.until)


def served(session: Session, due: Due) -> bool:
    """Whether there was anything to be posted."""
    canteen = session.get_one(Canteen, due.canteen_id)
    try:
        meals.check_served(session, canteen, due.day, _sitting(due))
    except Refused:
        return False
    meal = meals.find(session, canteen, due.day, _sitting(due))
    return meal is None or meal.state != MealState.CANCELLED


def post(session: Session, due: Due, now: datetime) -> None:
    """Post a meal in the group with its buttons; a day of rest is not posted."""
    canteen = session.get_one(Canteen, due.canteen_id)
    group = outbox.group_of(canteen)
    try:
        meal = meals.meal_on(session, canteen, due.day, _sitting(due))
        meals.check_open(meal, now)
    except Refused:
        return
    if group is None:
        return
    if meal.state == MealState.PLANNED:
        meal.state = MealState.OPEN
        session.add(meal)
    row = outbox.post(
        session,
        f"meal:{meal.id}",
        group,
        posts.daily_post(session, meal.id, now),
        kind=MessageClass.POST,
        now=now,
        lasts=meal.closes_at - now,
    )
    if row is not None:
        _follow(session, canteen, meal, row.chat_id)
        row.post_id = session.exec(
            select(Post.id).where(Post.kind == "meal", Post.target_id == meal.id)
        ).one()


def _follow(session: Session, canteen: Canteen, meal: Meal, chat_id: int) -> None:
    session.add(Post(canteen_id=canteen.id, kind="meal", target_id=meal.id, chat_id=chat_id))
    session.flush()


def closing_due(look: Look) -> Iterable[Due]:
    """Meals past their closing time that are not closed yet."""
    past = select(Meal).where(
        col(Meal.state).in_([MealState.PLANNED, MealState.OPEN]), Meal.closes_at <= look.now
    )
    for meal in look.session.exec(past):
        yield Due("meals.close", meal.day, str(meal.id), meal.canteen_id)


def close(session: Session, due: Due, now: datetime) -> None:
    """Close a meal and tell those who waited in vain."""
    if meals.close(session, int(due.target), now):
        waitlist.dismiss(session, int(due.target), now)


def offers_due(look: Look) -> Iterable[Due]:
    """Offers nobody answered in time."""
    over = (
        select(SeatOffer, Meal)
        .join(Booking, col(Booking.id) == col(SeatOffer.booking_id))
        .join(Meal, col(Meal.id) == col(Booking.meal_id))
        .where(SeatOffer.state == OfferState.OFFERED, SeatOffer.expires_at <= look.now)
        .order_by(col(SeatOffer.id))
    )
    for offer, meal in look.session.exec(over):
        yield Due("meals.offer", meal.day, str(offer.id), meal.canteen_id)


def pass_on(session: Session, due: Due, now: datetime) -> None:
    """Pass an unanswered offer to the next."""
    waitlist.expire(session, int(due.target), now)


DUTIES: tuple[Duty, ...] = (
    Duty("meals.close", closing_due, close, once=False),
    Duty("meals.offer", offers_due, pass_on, once=False),
    Duty("meals.standing", standing_due, book_standing, matters=stands),
    Duty("meals.post", post_due, post, matters=served),
)
