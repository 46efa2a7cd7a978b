"""One process, several villages: each with its own clock, settings, people and words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from jobs.lunch import meals as clock
from jobs.scheduler import due_items, perform
from models.lunch.meals import Booking, Meal
from models.members.people import Canteen, Member
from models.outbox import OutboxMessage
from rules.lunch import bookings, meals
from rules.lunch.bookings import Order
from rules.settings import settings_of
from rules.values import Refused
from texts import Words

FAR = -1002000000002


@pytest.fixture
def far(session, canteen, now) -> Canteen:
    """A village two hours further west, that cooks for five and speaks English."""
    village = Canteen(
        name="Westward",
        chat_id=FAR,
        timezone="Asia/Urumqi",
        language="en",
        settings={"seats": 5},
        set_up_at=now,
        created_at=now,
    )
    session.add(village)
    session.flush()
    return village


def posts(session, now: datetime) -> list[tuple[int, str]]:
    """What the clock has to post now, and what it says."""
    for duty, due in due_items(session, clock.DUTIES, now):
        if duty.kind == "meals.post":
            perform(session, duty, due, now)
    rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
    return [(row.chat_id, Words(row.language, row.timezone).say(row.body["text"])) for row in rows]


def test_eight_o_clock_comes_to_each_village_in_its_own_time(session, canteen, far):
    session.add(canteen)
    canteen.created_at = far.created_at = datetime(2026, 11, 20, tzinfo=UTC)
    session.flush()
    assert {chat for chat, _ in posts(session, datetime(2026, 11, 25, 0, 0, 30, tzinfo=UTC))} == {
        canteen.chat_id
    }
    both = posts(session, datetime(2026, 11, 25, 2, 0, 30, tzinfo=UTC))
    assert {chat for chat, _ in both} == {canteen.chat_id, FAR}
    (words,) = (said for chat, said in both if chat == FAR)
    assert "0/5" in words
    assert words.isascii()


def test_lunch_closes_at_six_on_each_villages_clock(session, canteen, far):
    day = date(2026, 11, 26)
    ends = [
        meals.meal_on(session, each, day, meals.main_sitting(settings_of(each))).closes_at
        for each in (canteen, far)
    ]
    assert ends[1] - ends[0] == timedelta(hours=2)


def test_nobody_books_a_seat_of_the_other_village(session, canteen, far, granny, act):
    day, sitting = date(2026, 11, 26), meals.main_sitting(settings_of(canteen))
    bookings.book(session, canteen, granny, Order(day, sitting), act(granny))
    booked = session.exec(select(Meal.canteen_id).join(Booking, col(Booking.meal_id) == Meal.id)).all()
    assert booked == [canteen.id]


def test_a_cook_of_one_village_is_nobody_in_the_other(session, far, granny, cook, now, act):
    stranger = Member(canteen_id=far.id, name="Aygul", joined_at=now, approved_at=now)
    session.add(stranger)
    session.flush()
    order = Order(date(2026, 11, 26), meals.main_sitting(settings_of(far)))
    with pytest.raises(Refused, match="not_yours|nobody|stranger"):
        bookings.book(session, far, stranger, order, act(cook))
