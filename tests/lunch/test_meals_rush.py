"""Everybody at once, and ten years of lunches: seats stay right and the past costs nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.lunch.meals import KEEPS_SEAT, Booking, BookingState, Meal, Sitting
from models.members.people import Canteen, Member
from rules.audit import Act
from rules.lunch import bookings, lists, meals, rolls
from rules.lunch.lists import Line

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TOMORROW = date(2026, 11, 26)
ORDER = bookings.Order(TOMORROW, Sitting.LUNCH)


@pytest.fixture
def crowd(store):
    """A canteen with five seats and forty villagers; answers their ids."""

    def begin(session):
        canteen = Canteen(name="鼓楼食堂", settings={"seats": 5}, created_at=NOW)
        session.add(canteen)
        session.flush()
        people = [
            Member(canteen_id=canteen.id, name=f"村民{n}", joined_at=NOW, approved_at=NOW) for n in range(40)
        ]
        session.add_all(people)
        session.flush()
        return canteen.id, [person.id for person in people]

    return store.write_now(begin)


def together(store, units):
    """All the units at the same time, each in its own transaction."""
    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(store.write_now, units))


def booking(canteen_id, person_id):
    def unit(session):
        canteen, person = session.get_one(Canteen, canteen_id), session.get_one(Member, person_id)
        return bookings.book(session, canteen, person, ORDER, Act(NOW, person_id, canteen_id)).booking.state

    return unit


def test_forty_people_and_five_seats_make_five_bookings_and_one_meal(store, crowd):
    canteen_id, people = crowd
    states = together(store, [booking(canteen_id, person) for person in people])
    assert states.count(BookingState.BOOKED) == 5
    assert states.count(BookingState.WAITLISTED) == 35
    assert store.read_now(lambda session: len(session.exec(select(Meal)).all())) == 1


def test_one_person_tapping_twenty_times_at_once_books_once(store, crowd):
    canteen_id, people = crowd
    together(store, [booking(canteen_id, people[0])] * 20)
    (row,) = store.read_now(lambda session: session.exec(select(Booking)).all())
    assert (row.portions, row.state) == (1, BookingState.BOOKED)


def test_lists_pasted_at_once_lose_nobody(store, crowd):
    canteen_id, people = crowd
    store.write_now(lambda session: _more_seats(session, canteen_id))

    def pasting(poster):
        def unit(session):
            canteen = session.get_one(Canteen, canteen_id)
            meal = meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)
            lines = [Line("村民0"), Line(session.get_one(Member, poster).name)]
            return lists.merge(session, canteen, meal, lines, Act(NOW, poster, canteen_id)).taken

        return unit

    together(store, [pasting(person) for person in people[1:20]])
    seated = store.read_now(lambda session: session.exec(select(Booking.state)).all())
    assert sum(state in KEEPS_SEAT for state in seated) == 20


def _more_seats(session, canteen_id):
    session.get_one(Canteen, canteen_id).settings = {"seats": 60}


def test_what_somebody_has_coming_is_found_by_the_meals_not_by_their_years(session, canteen, granny, now):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("the plan of a nearly empty PostgreSQL says nothing")
    asked = []
    engine = session.get_bind()
    listen = lambda c, cur, statement, parameters, *_: asked.append((statement, parameters))  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", listen)
    rolls.upcoming(session, canteen, granny.id, now)
    sa.event.remove(engine, "before_cursor_execute", listen)
    ((statement, parameters),) = asked
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = " | ".join(row[3] for row in plan)
    assert "SCAN" not in steps.replace("SCAN CONSTANT", "")
    assert "meal_id=? AND eater_id=?" in steps
