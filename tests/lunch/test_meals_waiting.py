"""A full meal: who waits, who is offered a freed seat, and that nobody is passed."""

import random
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from models.lunch.meals import BookingState, MealState, OfferState, SeatOffer, Sitting
from models.members.people import Member
from models.outbox import OutboxMessage
from rules.lunch import bookings, meals, posts, rolls, waitlist
from rules.lunch.bookings import Order
from rules.lunch.counts import count
from rules.values import Refused
from texts.rendering import Words

TOMORROW = date(2026, 11, 26)


@pytest.fixture
def full(canteen):
    """Two seats only."""
    canteen.settings = {"seats": 2}


@pytest.fixture
def book(session, canteen, act, now):
    def keep(eater, portions=1, minutes=0, by=None):
        doing = act(by or eater, now=now + timedelta(minutes=minutes))
        return bookings.book(session, canteen, eater, Order(TOMORROW, Sitting.LUNCH, portions), doing)

    return keep


def offers(session, state=OfferState.OFFERED):
    return session.exec(select(SeatOffer).where(SeatOffer.state == state).order_by(col(SeatOffer.id))).all()


def test_who_comes_to_a_full_meal_waits_in_order(session, full, book, granny, cook, volunteer):
    book(granny, 2)
    first, second = book(cook, minutes=1), book(volunteer, minutes=2)
    assert first.booking.state == second.booking.state == BookingState.WAITLISTED
    assert [b.eater_id for b in waitlist.waiting(session, first.meal.id)] == [cook.id, volunteer.id]


def test_the_post_speaks_of_those_who_wait_only_when_somebody_does(session, full, book, granny, cook, now):
    def post():
        return Words("zh_CN", "Asia/Shanghai").say(posts.daily_post(session, meal.id, now).text)

    meal = book(granny, 2).meal
    assert "已订 2/2 份，送餐 0。" in post()
    book(cook, minutes=1)
    assert "已订 2/2 份，送餐 0，候补 1。" in post()


def test_a_freed_seat_is_offered_to_the_first_for_a_quarter_of_an_hour(
    session, full, book, granny, cook, volunteer, act, now
):
    kept = book(granny, 2)
    waiting = book(cook, minutes=1)
    book(volunteer, 2, minutes=2)
    bookings.cancel(session, kept.booking.id, act(granny, now=now))
    offer = offers(session)[0]
    assert offer.booking_id == waiting.booking.id
    assert offer.expires_at == now + timedelta(minutes=15)
    asked = session.exec(select(OutboxMessage).where(OutboxMessage.key == f"offer:{offer.id}")).one()
    assert asked.chat_id == cook.telegram_id


def test_a_newcomer_does_not_take_a_seat_that_is_offered(session, full, book, granny, cook, volunteer, act):
    kept = book(granny, 2)
    book(cook, 2, minutes=1)
    bookings.cancel(session, kept.booking.id, act(granny))
    assert book(volunteer, minutes=3).booking.state == BookingState.WAITLISTED


def test_taking_the_offer_gives_the_seat(session, full, book, granny, cook, act):
    kept = book(granny, 2)
    waiting = book(cook, minutes=1)
    bookings.cancel(session, kept.booking.id, act(granny))
    waitlist.answer(session, offers(session)[0].id, act(cook), take=True)
    assert waiting.booking.state == BookingState.BOOKED


def test_a_declined_or_unanswered_offer_goes_to_the_next(
    session, full, book, granny, cook, volunteer, manager, act, now
):
    kept = book(granny, 2)
    for minutes, eater in enumerate((cook, volunteer, manager), 1):
        book(eater, 2, minutes=minutes)
    bookings.cancel(session, kept.booking.id, act(granny))
    waitlist.answer(session, offers(session)[0].id, act(cook), take=False)
    (second,) = offers(session)
    assert not waitlist.expire(session, second.id, second.expires_at - timedelta(seconds=1))
    assert waitlist.expire(session, second.id, second.expires_at)
    (third,) = offers(session)
    assert rolls.booking_of(session, kept.meal.id, manager.id).id == third.booking_id


def test_an_offer_is_not_taken_late_or_by_somebody_else(
    session, full, book, granny, cook, volunteer, act, now
):
    kept = book(granny, 2)
    book(cook, minutes=1)
    bookings.cancel(session, kept.booking.id, act(granny))
    (offer,) = offers(session)
    with pytest.raises(Refused, match="not_your_offer"):
        waitlist.answer(session, offer.id, act(volunteer), take=True)
    with pytest.raises(Refused, match="offer_over"):
        waitlist.answer(session, offer.id, act(cook, now=offer.expires_at), take=True)


def test_an_offer_ends_when_the_kitchen_has_its_numbers(session, full, book, granny, cook, act):
    kept = book(granny, 2)
    closing = kept.meal.closes_at
    waiting = book(cook, minutes=1)
    bookings.cancel(session, kept.booking.id, act(granny, now=closing - timedelta(minutes=5)))
    (offer,) = offers(session)
    assert offer.expires_at == closing
    meals.close(session, kept.meal.id, closing)
    assert waitlist.dismiss(session, kept.meal.id, closing) == 1
    assert (offer.state, waiting.booking.state) == (OfferState.EXPIRED, BookingState.CANCELLED)
    with pytest.raises(Refused, match="offer_over"):
        waitlist.answer(session, offer.id, act(cook, now=closing), take=True)
    told = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == cook.telegram_id)).all()
    assert "meals.waited_in_vain" in [row.body["text"]["key"] for row in told]


def test_a_meal_closed_early_takes_nobody_from_an_open_offer(session, full, book, granny, cook, act):
    kept = book(granny, 2)
    book(cook, minutes=1)
    bookings.cancel(session, kept.booking.id, act(granny))
    (offer,) = offers(session)
    kept.meal.state = MealState.CLOSED
    session.flush()
    with pytest.raises(Refused, match="offer_over"):
        waitlist.answer(session, offer.id, act(cook), take=True)


def test_a_seat_freed_at_night_is_not_offered_for_after_closing(
    session, canteen, full, granny, cook, act, now
):
    canteen.settings = {
        "seats": 2,
        "times": {"lunch": {"starts": "11:30", "closes": "06:00", "days_before": 0}},
    }
    order = Order(TOMORROW, Sitting.LUNCH, 2)
    kept = bookings.book(session, canteen, granny, order, act(granny))
    bookings.book(session, canteen, cook, order, act(cook))
    bookings.cancel(session, kept.booking.id, act(granny, now=now + timedelta(hours=13)))
    assert offers(session) == []


def test_an_elder_without_a_phone_is_seated_at_once(session, full, book, granny, neighbour, act):
    kept = book(granny, 2)
    waiting = book(neighbour, minutes=1, by=neighbour)
    bookings.cancel(session, kept.booking.id, act(granny))
    assert waiting.booking.state == BookingState.BOOKED


def test_an_offer_at_night_waits_for_the_morning(session, canteen, full, granny, cook, act, now):
    order = Order(TOMORROW + timedelta(days=3), Sitting.LUNCH, 2)
    kept = bookings.book(session, canteen, granny, order, act(granny))
    bookings.book(session, canteen, cook, order, act(cook))
    night = now + timedelta(hours=13)
    bookings.cancel(session, kept.booking.id, act(granny, now=night))
    (offer,) = offers(session)
    assert offer.expires_at == night + timedelta(hours=7, minutes=45)


def test_changing_ones_mind_while_offered_frees_what_was_held(
    session, full, book, granny, cook, volunteer, act
):
    kept = book(granny, 2)
    book(cook, 2, minutes=1)
    book(volunteer, 1, minutes=2)
    bookings.cancel(session, kept.booking.id, act(granny))
    smaller = book(cook, 1, minutes=3)
    assert smaller.booking.state == BookingState.BOOKED
    (offer,) = offers(session)
    assert rolls.booking_of(session, kept.meal.id, volunteer.id).id == offer.booking_id


def test_a_seated_family_cannot_grow_over_the_seats_and_keeps_what_it_had(full, book, granny):
    book(granny, 1)
    with pytest.raises(Refused, match=r"meals\.full"):
        book(granny, 3)


def test_at_closing_who_still_waits_is_told(session, full, book, granny, cook):
    kept = book(granny, 2)
    waiting = book(cook, minutes=1)
    assert waitlist.dismiss(session, kept.meal.id, kept.meal.closes_at) == 1
    assert waiting.booking.state == BookingState.CANCELLED
    assert session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == cook.telegram_id)).one()


@pytest.mark.parametrize("seed", range(12))
def test_never_more_portions_than_seats_and_nobody_is_passed(session, canteen, villager, act, now, seed):
    """A day of a rush, in many different orders; the invariants hold after every step."""
    chance = random.Random(seed)
    canteen.settings = {"seats": 5}
    people: list[Member] = [villager(f"人{n}", telegram_id=5000 + n) for n in range(8)]
    meal = meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)
    for minute in range(40):
        moment = now + timedelta(minutes=minute)
        _one_step(session, canteen, meal, chance, (people, act, moment))
        counted = count(session, meal.id)
        assert counted.taken + counted.offered <= meal.seats
        left = meal.seats - counted.taken - counted.offered
        assert not waitlist.somebody_fits(session, meal.id, left)


def _one_step(session, canteen, meal, chance, around):
    people, act, moment = around
    eater = chance.choice(people)
    mine = rolls.booking_of(session, meal.id, eater.id)
    what = chance.choice(("book", "book", "cancel", "answer", "expire"))
    try:
        if what == "book":
            order = Order(TOMORROW, Sitting.LUNCH, chance.randint(1, 3))
            bookings.book(session, canteen, eater, order, act(eater, now=moment))
        elif what == "cancel" and mine:
            bookings.cancel(session, mine.id, act(eater, now=moment))
        elif what == "answer" and mine:
            for offer in offers(session):
                if offer.booking_id == mine.id:
                    waitlist.answer(session, offer.id, act(eater, now=moment), take=chance.random() < 0.6)
        elif what == "expire":
            for offer in offers(session):
                waitlist.expire(session, offer.id, moment)
    except Refused:
        return
