"""What everybody who books asks first: how many seats the others have, who waits, and whether one is booked already."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from models.lunch.meals import Booking, BookingState, Meal, Mode, Sitting, Source
from models.members.people import Canteen, Member
from rules.lunch.counts import count, seats_beside

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


@pytest.fixture
def meals(store):
    """A village where at lunch somebody is in every state in every mode, and at dinner nobody at all."""

    def begin(session):
        canteen = Canteen(name="鼓楼食堂", chat_id=-1, created_at=NOW)
        session.add(canteen)
        session.flush()
        at = {"canteen_id": canteen.id, "day": date(2026, 11, 26), "closes_at": NOW, "starts_at": NOW}
        meals = [Meal(sitting=sitting, seats=60, **at) for sitting in (Sitting.LUNCH, Sitting.DINNER)]
        session.add_all(meals)
        session.flush()
        for number, (state, mode) in enumerate(product(BookingState, Mode), start=1):
            eater = Member(canteen_id=canteen.id, name=f"村民{number}", joined_at=NOW)
            session.add(eater)
            session.flush()
            what = {"state": state, "mode": mode, "booked_at": NOW, "source": Source.MESSAGE}
            session.add(Booking(meal_id=meals[0].id, eater_id=eater.id, portions=number, **what))
        session.flush()
        return [meal.id for meal in meals]

    return store.write_now(begin)


def test_seats_of_the_others_are_those_the_whole_count_tells_whoever_asks(store, meals):
    def look(session, eater):
        seats, own = seats_beside(session, meals[0], eater)
        whole = count(session, meals[0], besides=eater)
        return (seats.taken, seats.offered, seats.waiting), own, (whole.taken, whole.offered, whole.waiting)

    eaters = range(1, len(BookingState) * len(Mode) + 1)
    for eater in eaters:
        found, own, whole = store.write_now(lambda session, eater=eater: look(session, eater))
        assert (found, own) == (whole, eater)
    stranger, none, everybody = store.write_now(lambda session: look(session, 9_999))
    assert (stranger, none) == (everybody, None)
    assert everybody[0] > 0
    assert everybody[2] > 0


def test_a_meal_nobody_has_booked_has_all_its_seats(store, meals):
    seats, own = store.write_now(lambda session: seats_beside(session, meals[1], 1))
    assert (seats.taken, seats.offered, seats.waiting, own) == (0, 0, 0, None)
