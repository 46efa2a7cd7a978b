"""Standing bookings, and what the clock does about meals."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from jobs.duties import Due, Look
from jobs.lunch import meals as clock
from models.lunch.meals import BookingState, MealState, Mode, SeatOffer, Sitting, Source
from models.members.people import Status, StatusChange
from models.outbox import MessageClass, OutboxMessage, Post
from rules.lunch import bookings, meals, rolls, standing
from rules.lunch.bookings import Order
from rules.values import Refused

TOMORROW = date(2026, 11, 26)


@pytest.fixture
def daily(session, canteen, act):
    def make(eater, recur="daily", by=None):
        pattern = standing.drafted(canteen, eater, recur, Sitting.LUNCH, act(by or eater))
        pattern.mode = Mode.DELIVERY
        return standing.make(session, canteen, eater, pattern, act(by or eater))

    return make


def generate(session, canteen, now, day=TOMORROW):
    return standing.generate(session, canteen, day, Sitting.LUNCH, now)


def booked(session, canteen, eater, day=TOMORROW):
    meal = meals.find(session, canteen, day, Sitting.LUNCH)
    return rolls.booking_of(session, meal.id, eater.id) if meal else None


@pytest.mark.parametrize(
    ("recur", "days"),
    [("daily", (1, 2, 3, 4, 5, 6, 7)), ("weekdays", (1, 2, 3, 4, 5)), ("weekly:4,2", (2, 4))],
)
def test_a_rhythm_names_its_weekdays(recur, days):
    assert standing.weekdays_of(recur) == days


def test_a_rhythm_by_the_moon_cannot_stand_yet():
    with pytest.raises(Refused, match="unknown_rhythm"):
        standing.weekdays_of("lunar:1,15")


def test_a_pattern_books_once_and_granny_is_told_before_it_counts(session, canteen, daily, granny, now):
    daily(granny)
    assert generate(session, canteen, now) == 1
    assert generate(session, canteen, now) == 0
    assert (booked(session, canteen, granny).source, booked(session, canteen, granny).mode) == (
        Source.STANDING,
        Mode.DELIVERY,
    )
    reminder = session.exec(select(OutboxMessage)).one()
    assert reminder.due_at == now + timedelta(hours=6, minutes=30)
    assert reminder.body["buttons"][0][0][1].startswith("unbook:")


def test_a_no_for_that_day_is_not_overruled(session, canteen, daily, granny, act, now):
    daily(granny)
    kept = bookings.book(session, canteen, granny, Order(TOMORROW, Sitting.LUNCH), act(granny))
    bookings.cancel(session, kept.booking.id, act(granny))
    assert generate(session, canteen, now) == 0
    assert booked(session, canteen, granny).state == BookingState.CANCELLED


def test_only_its_weekdays_are_booked(session, canteen, daily, granny, now):
    daily(granny, "weekly:2")
    assert generate(session, canteen, now) == 0


def test_granny_in_hospital_is_not_booked(session, canteen, daily, granny, now):
    daily(granny)
    session.add(StatusChange(member_id=granny.id, starts_on=TOMORROW, status=Status.IN_HOSPITAL, set_at=now))
    session.flush()
    assert generate(session, canteen, now) == 0


def test_a_pause_rests_its_days_and_no_others(session, canteen, daily, granny, act):
    pattern = daily(granny)
    standing.pause(session, canteen, granny, (date(2026, 11, 30), date(2026, 12, 6)), act(granny))
    days = [date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 6), date(2026, 12, 7)]
    assert [standing.holds_on(pattern, day) for day in days] == [True, False, False, True]
    standing.resume(session, canteen, granny, act(granny))
    assert all(standing.holds_on(pattern, day) for day in days)


def test_a_new_pattern_takes_the_place_of_the_old_and_ending_ends_it(
    session, canteen, daily, granny, daughter, act
):
    daily(granny)
    daily(granny, "weekdays", by=daughter)
    assert len(standing.standing_of(session, granny.id)) == 1
    assert standing.end(session, canteen, granny, act(granny)) == 1
    assert standing.standing_of(session, granny.id) == []


def test_a_stranger_sets_nothing_up_for_granny(daily, granny, volunteer):
    with pytest.raises(Refused, match="not_yours"):
        daily(granny, by=volunteer)


def look(session, canteen, now):
    return Look(session, now, [canteen])


def days(dues):
    return [due.day for due in dues]


def test_tomorrows_lunch_is_posted_at_eight_with_its_buttons(session, canteen, now):
    eight = now - timedelta(hours=2)
    assert TOMORROW not in days(clock.post_due(look(session, canteen, eight - timedelta(seconds=1))))
    (due,) = clock.post_due(look(session, canteen, eight))
    clock.post(session, due, eight)
    clock.post(session, due, eight)
    row = session.exec(select(OutboxMessage)).one()
    post = session.exec(select(Post)).one()
    assert (due.day, row.kind, row.chat_id, row.post_id) == (
        TOMORROW,
        MessageClass.POST,
        canteen.chat_id,
        post.id,
    )
    assert len(row.body["buttons"][0]) == 2


def test_standing_bookings_take_effect_with_the_post(session, canteen, daily, granny, now):
    daily(granny)
    (due,) = clock.standing_due(look(session, canteen, now))
    clock.book_standing(session, due, now)
    assert booked(session, canteen, granny).state == BookingState.BOOKED


def test_after_closing_nothing_is_posted_late(session, canteen, now):
    evening = now + timedelta(hours=8)
    assert TOMORROW not in days(clock.post_due(look(session, canteen, evening)))


def test_the_clock_closes_a_meal_and_sends_home_who_waits(session, canteen, granny, cook, act):
    canteen.settings = {"seats": 1}
    order = Order(TOMORROW, Sitting.LUNCH)
    kept = bookings.book(session, canteen, granny, order, act(granny))
    waiting = bookings.book(session, canteen, cook, order, act(cook))
    closing = kept.meal.closes_at
    assert list(clock.closing_due(look(session, canteen, closing - timedelta(seconds=1)))) == []
    (due,) = clock.closing_due(look(session, canteen, closing))
    clock.close(session, due, closing)
    assert (kept.meal.state, waiting.booking.state) == (MealState.CLOSED, BookingState.CANCELLED)
    assert list(clock.closing_due(look(session, canteen, closing))) == []


def test_the_clock_passes_an_unanswered_offer_on(session, canteen, granny, cook, act, now):
    canteen.settings = {"seats": 1}
    order = Order(TOMORROW, Sitting.LUNCH)
    kept = bookings.book(session, canteen, granny, order, act(granny))
    bookings.book(session, canteen, cook, order, act(cook))
    bookings.cancel(session, kept.booking.id, act(granny))
    offer = session.exec(select(SeatOffer)).one()
    assert list(clock.offers_due(look(session, canteen, now))) == []
    (due,) = clock.offers_due(look(session, canteen, offer.expires_at))
    clock.pass_on(session, due, offer.expires_at)
    assert offer.state == "expired"


def test_a_closed_day_is_not_posted(session, canteen, now):
    canteen.settings = {"meal_weekdays": [1]}
    clock.post(session, Due("meals.post", TOMORROW, f"{canteen.id}:lunch", canteen.id), now)
    assert session.exec(select(OutboxMessage)).all() == []
