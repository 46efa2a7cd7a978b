"""What the clock of the meals could not do in time is recorded, and told to the manager when it matters."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from jobs import scheduler
from jobs.lunch import meals as clock
from jobs.lunch import sheets
from models.lunch.meals import BookingState, Sitting, StandingBooking
from models.outbox import Occurrence, OutboxMessage
from rules.lunch import bookings, meals
from rules.lunch.bookings import Order

FRIDAY = date(2026, 11, 27)
DUTIES = (*clock.DUTIES, *sheets.DUTIES)


def village_time(hour: int, day: int) -> datetime:
    return datetime(2026, 11, day, hour, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def wakes(session, canteen, manager):
    """The clock looks once; answers what it recorded as missed."""

    def look(now):
        for duty, due in scheduler.due_items(session, DUTIES, now):
            scheduler.perform(session, duty, due, now)
        session.flush()
        missed = session.exec(select(Occurrence).where(Occurrence.state == "missed")).all()
        return sorted((row.kind, row.day) for row in missed)

    return look


@pytest.fixture
def told(session, manager):
    def find():
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == manager.telegram_id)).all()
        return [row.body["text"]["facts"]["what"]["key"] for row in rows if "missed" in row.key]

    return find


def test_a_bot_that_slept_through_thursday_tells_that_friday_was_not_posted(session, granny, wakes, told):
    missed = wakes(village_time(9, 27))
    assert missed == [("meals.post", FRIDAY), ("meals.standing", FRIDAY)]
    assert told() == ["duty.meals.post"], "nobody has a standing order, so nobody is missing from the list"
    assert wakes(village_time(10, 27)) == missed
    assert len(told()) == 1


def test_who_always_comes_and_was_not_booked_is_told_to_the_manager(session, granny, now, wakes, told):
    pattern = {
        "eater_id": granny.id,
        "sitting": Sitting.LUNCH,
        "weekdays": [5],
        "starts_on": date(2026, 1, 1),
    }
    session.add(StandingBooking(**pattern, made_at=now))
    wakes(village_time(19, 26))
    assert sorted(told()) == ["duty.meals.post", "duty.meals.standing"]


def test_a_day_of_rest_is_not_told_as_missed(session, canteen, wakes, told):
    canteen.settings = {"meal_weekdays": [1, 2, 3, 4]}
    session.add(canteen)
    assert ("meals.post", FRIDAY) in wakes(village_time(19, 26))
    assert told() == []


def test_a_meal_called_off_is_not_told_as_missed(session, canteen, act, wakes, told):
    meal = meals.meal_on(session, canteen, FRIDAY, Sitting.LUNCH)
    meals.call_off(session, meal.id, "停电", act())
    wakes(village_time(19, 26))
    assert told() == []


def test_a_village_did_not_miss_what_was_before_it(session, canteen, wakes, told):
    canteen.created_at = village_time(20, 26)
    session.add(canteen)
    assert wakes(village_time(21, 26)) == []
    assert told() == []


def test_what_is_more_than_a_day_ago_is_left_alone(session, wakes, told):
    assert FRIDAY not in [day for _, day in wakes(village_time(19, 27) + timedelta(days=3))]


def test_a_kitchen_without_its_sheet_is_told_when_somebody_was_to_eat(
    session, canteen, granny, act, now, wakes, told
):
    kept = bookings.book(session, canteen, granny, Order(FRIDAY, Sitting.LUNCH), act(granny))
    assert kept.booking.state == BookingState.BOOKED
    wakes(village_time(13, 27))
    assert "duty.sheets.kitchen" in told()
