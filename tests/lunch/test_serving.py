"""Serving and money: who came, what it costs, whom nobody saw."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from jobs.duties import Look
from jobs.elders import care as care_duties
from jobs.lunch import serving as serving_duties
from models.elders.care import Concern
from models.lunch.deliveries import Delivery, Outcome
from models.lunch.ledger import LedgerEntry
from models.lunch.meals import BookingState, MealState, Mode, Sitting
from models.lunch.menus import PriceTier
from models.members.people import CareLink, Status, StatusChange
from models.outbox import OutboxMessage
from rules.lunch import bookings, deliveries, ledger, meals, regulars, serving
from rules.lunch.bookings import Order
from rules.values import Refused

THURSDAY = date(2026, 11, 26)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def lunch(session, canteen):
    return meals.meal_on(session, canteen, THURSDAY, Sitting.LUNCH)


@pytest.fixture
def booked(session, canteen, lunch, act):
    def make(eater, portions=1, mode=Mode.DINE_IN):
        order = Order(THURSDAY, Sitting.LUNCH, portions, mode)
        return bookings.book(session, canteen, eater, order, act(eater)).booking

    return make


@pytest.fixture
def ended(session, canteen, lunch):
    """The clock comes by after the meal, and again later."""

    def tick(after=timedelta(hours=1)):
        now = lunch.starts_at + after
        for duty in (*serving_duties.DUTIES, care_duties.DUTIES[0]):
            for due in list(duty.due(Look(session, now, [canteen]))):
                duty.do(session, due, now)
        session.flush()
        return now

    return tick


def told(session, prefix):
    rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    return [(row.member_id, row.body["text"]["key"]) for row in rows if row.key.startswith(prefix)]


def test_granny_is_ticked_off_charged_and_not_asked_after(session, lunch, booked, granny, cook, act, ended):
    booking = booked(granny)
    serving.check_in(session, booking.id, act(cook, now=lunch.starts_at))
    assert booking.state == BookingState.SERVED
    assert ledger.balance(session, granny.id) == 1000
    ended()
    assert lunch.state == MealState.SERVED
    assert session.exec(select(Concern)).all() == []


def test_takeaway_is_picked_up(session, lunch, booked, granny, volunteer, act):
    booking = booked(granny, mode=Mode.TAKEAWAY)
    assert serving.check_in(session, booking.id, act(volunteer, now=lunch.starts_at)).state == "picked_up"


def test_a_second_tap_is_refused_and_charges_nothing_more(session, lunch, booked, granny, cook, act):
    booking = booked(granny)
    serving.check_in(session, booking.id, act(cook, now=lunch.starts_at))
    with pytest.raises(Refused, match=r"serving\.not_expected"):
        serving.check_in(session, booking.id, act(cook, now=lunch.starts_at))
    assert ledger.balance(session, granny.id) == 1000


def test_only_helpers_serve_and_only_around_the_meal(session, lunch, booked, granny, cook, act, now):
    booking = booked(granny)
    with pytest.raises(Refused, match=r"serving\.only_servers"):
        serving.check_in(session, booking.id, act(granny, now=lunch.starts_at))
    with pytest.raises(Refused, match=r"serving\.not_now"):
        serving.check_in(session, booking.id, act(cook, now=now))


def test_a_wrong_tap_is_taken_back_within_ten_minutes(session, lunch, booked, granny, cook, act):
    booking = booked(granny)
    serving.check_in(session, booking.id, act(cook, now=lunch.starts_at))
    serving.take_back(session, booking.id, act(cook, now=lunch.starts_at + timedelta(minutes=10)))
    assert booking.state == BookingState.BOOKED
    assert ledger.balance(session, granny.id) == 0
    assert [row.amount for row in session.exec(select(LedgerEntry).order_by(col(LedgerEntry.id)))] == [
        1000,
        -1000,
    ]


def test_after_ten_minutes_a_tap_stands(session, lunch, booked, granny, cook, act):
    booking = booked(granny)
    serving.check_in(session, booking.id, act(cook, now=lunch.starts_at))
    with pytest.raises(Refused, match=r"serving\.too_late_to_undo"):
        serving.take_back(session, booking.id, act(cook, now=lunch.starts_at + timedelta(minutes=11)))


def test_one_portion_is_subsidised_by_age_on_the_day(
    session, canteen, lunch, booked, granny, neighbour, cook, act
):
    session.add(PriceTier(canteen_id=canteen.id, name="80+", from_age=80, price=300))
    session.flush()
    for eater, owed in ((granny, 1300), (neighbour, 2000)):
        booking = booked(eater, 2)
        serving.check_in(session, booking.id, act(cook, now=lunch.starts_at))
        assert ledger.balance(session, eater.id) == owed


def test_hardship_lowers_the_price_only_of_those_it_is_for(session, canteen, lunch, granny, neighbour):
    session.add(PriceTier(canteen_id=canteen.id, name="低保", hardship=True, price=100))
    neighbour.hardship = True
    session.flush()
    assert ledger.price_for(session, lunch, neighbour).own == 100
    assert ledger.price_for(session, lunch, granny).own == 1000


@pytest.mark.parametrize("status", [Status.LEFT, Status.DECEASED])
def test_who_has_left_or_died_gets_no_subsidy(session, canteen, lunch, granny, now, status):
    session.add(PriceTier(canteen_id=canteen.id, name="80+", from_age=80, price=300))
    session.add(StatusChange(member_id=granny.id, starts_on=THURSDAY, status=status, set_at=now))
    session.flush()
    assert ledger.price_for(session, lunch, granny).own == 1000


def test_a_payment_is_written_by_the_manager_and_taken_back_by_an_entry(session, granny, cook, manager, act):
    with pytest.raises(Refused, match=r"ledger\.only_manager"):
        ledger.pay(session, granny, 5000, act(cook))
    entry = ledger.pay(session, granny, 5000, act(manager))
    assert ledger.balance(session, granny.id) == -5000
    ledger.take_back(session, entry.id, act(manager))
    assert ledger.balance(session, granny.id) == 0


def test_who_went_to_hospital_is_not_asked_after(session, booked, granny, ended, now):
    booked(granny)
    session.add(StatusChange(member_id=granny.id, starts_on=THURSDAY, status=Status.IN_HOSPITAL, set_at=now))
    session.flush()
    ended()
    assert session.exec(select(Concern)).all() == []


def test_nobody_at_the_door_is_asked_after_at_once(session, lunch, booked, granny, volunteer, act):
    booking = booked(granny, mode=Mode.DELIVERY)
    carrier = act(volunteer, now=lunch.starts_at)
    deliveries.carry(session, lunch, "1", carrier)
    deliveries.report(session, booking.id, Outcome.NOT_HOME, carrier)
    assert told(session, "care:") == [(granny.id, "care.ask_elder_not_home")]
    deliveries.report(session, booking.id, Outcome.HANDED_OVER, carrier)
    assert booking.state == BookingState.DELIVERED
    assert session.exec(select(Concern)).one().finding == "seen"


def test_only_the_carrier_reports_a_door_and_only_once(session, lunch, booked, granny, volunteer, cook, act):
    booking = booked(granny, mode=Mode.DELIVERY)
    carrier = act(volunteer, now=lunch.starts_at)
    with pytest.raises(Refused, match=r"deliveries\.not_your_stop"):
        deliveries.report(session, booking.id, Outcome.HANDED_OVER, carrier)
    deliveries.carry(session, lunch, "1", carrier)
    assert deliveries.carry(session, lunch, "1", act(cook, now=lunch.starts_at)) == []
    deliveries.report(session, booking.id, Outcome.HANDED_OVER, carrier)
    with pytest.raises(Refused, match=r"deliveries\.already_reported"):
        deliveries.report(session, booking.id, Outcome.REFUSED, carrier)
    serving.take_back(session, booking.id, carrier)
    assert session.exec(select(Delivery)).one().outcome is None


def test_doors_stand_in_the_fixed_order_but_for_one_day(session, lunch, booked, granny, daughter, cook, act):
    for eater in (granny, daughter):
        booked(eater, mode=Mode.DELIVERY)
    deliveries.arrange(session, "1", [daughter, granny], act(cook))
    assert [stop.eater.name for stop in deliveries.stops(session, lunch)] == ["李小红", "李奶奶"]
    deliveries.arrange_once(session, granny, THURSDAY, ("1", 0), act(cook))
    assert [stop.eater.name for stop in deliveries.stops(session, lunch)] == ["李奶奶", "李小红"]


def test_who_always_comes_on_thursdays_and_says_nothing_is_on_the_list(
    session, canteen, lunch, granny, act, now
):
    for weeks in (1, 2, 3):
        day = THURSDAY - timedelta(weeks=weeks)
        before = now - timedelta(weeks=weeks)
        order = Order(day, Sitting.LUNCH)
        booking = bookings.book(session, canteen, granny, order, act(granny, now=before)).booking
        booking.state = BookingState.SERVED
        session.add(booking)
        session.flush()
        expected = [granny] if weeks == 3 else []
        assert list(regulars.missing(session, lunch)) == expected
    kept = bookings.book(session, canteen, granny, Order(THURSDAY, Sitting.LUNCH), act(granny))
    bookings.cancel(session, kept.booking.id, act(granny))
    assert list(regulars.missing(session, lunch)) == []
    assert session.exec(select(CareLink)).all() == []


def test_a_bot_that_slept_through_the_meal_wakes_nobody_but_tells_the_manager(
    session, booked, granny, manager, ended
):
    booking = booked(granny)
    ended(timedelta(hours=9))
    assert booking.state == BookingState.NO_SHOW
    assert session.exec(select(Concern)).all() == []
    assert told(session, "unseen:") == [(manager.id, "serving.unseen")]


def test_a_meal_ends_once_however_often_the_clock_wakes(session, booked, granny, ended):
    booked(granny)
    ended()
    ended()
    assert len(session.exec(select(Concern)).all()) == 1
