"""Booking as the village knows it: places, closing, changing, giving up, calling off."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import col, select

from models.audit import AuditEntry
from models.lunch.meals import Booking, BookingState, Meal, MealState, Mode, Sitting
from models.lunch.menus import DayKind, DayMark
from models.members.people import Status, StatusChange
from models.outbox import OutboxMessage, Post
from rules.lunch import bookings, meals, posts, rolls
from rules.lunch.bookings import Order
from rules.lunch.counts import count
from rules.values import Refused
from texts import Words

TOMORROW = date(2026, 11, 26)


def lunch(day: date = TOMORROW, **wanted) -> Order:
    return Order(day, Sitting.LUNCH, **wanted)


@pytest.fixture
def book(session, canteen, act):
    """`book(granny, portions=2)`; `by` another, `at` another time."""

    def keep(eater, *, by=None, at=None, day=TOMORROW, **wanted):
        doing = act(by or eater, now=at) if at else act(by or eater)
        return bookings.book(session, canteen, eater, lunch(day, **wanted), doing)

    return keep


def said(text) -> str:
    return Words("zh_CN", "Asia/Shanghai").say(text)


def test_granny_books_two_portions_to_her_door_and_hears_it_back_whole(book, granny):
    kept = book(granny, portions=2, mode=Mode.DELIVERY)
    assert kept.booking.state == BookingState.BOOKED
    assert said(rolls.echo(granny, kept)) == "李奶奶订好了：11月26日 周四午饭 2 份，送到家。"


def test_booking_twice_is_booking_once(session, book, granny):
    first, second = book(granny), book(granny)
    assert first.booking.id == second.booking.id
    assert count(session, first.meal.id).taken == 1
    assert len(session.exec(select(AuditEntry).where(AuditEntry.action == "meals.booked")).all()) == 1


def test_booking_again_changes_the_portions_and_leaves_the_rest(book, granny):
    book(granny, portions=2, mode=Mode.DELIVERY, note="软一点")
    again = book(granny, portions=3).booking
    assert (again.portions, again.mode, again.note) == (3, Mode.DELIVERY, "软一点")


def test_granny_who_had_it_brought_last_time_has_it_brought_again(book, granny):
    book(granny, mode=Mode.DELIVERY)
    assert book(granny, day=TOMORROW + timedelta(days=1)).booking.mode == Mode.DELIVERY


def test_lunch_is_refused_at_the_very_moment_it_closes(session, canteen, book, granny):
    meal = meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)
    book(granny, at=meal.closes_at - timedelta(microseconds=1))
    with pytest.raises(Refused, match=r"meals\.closed"):
        book(granny, at=meal.closes_at, portions=2)


@pytest.mark.parametrize(
    ("day", "why"), [(date(2026, 11, 24), "meals.past"), (date(2027, 1, 25), "meals.too_far")]
)
def test_a_day_that_is_over_or_far_away_is_refused(book, granny, day, why):
    with pytest.raises(Refused) as refused:
        book(granny, day=day)
    assert refused.value.key == why


def test_sixty_days_ahead_is_the_last_day(book, granny):
    assert book(granny, day=date(2027, 1, 24)).booking.state == BookingState.BOOKED


def test_nobody_cooks_on_a_day_of_rest(session, canteen, book, granny):
    session.add(DayMark(canteen_id=canteen.id, day=TOMORROW, kind=DayKind.CLOSED))
    session.flush()
    with pytest.raises(Refused, match="rest_day"):
        book(granny)


def test_dinner_is_refused_where_only_lunch_is_cooked(session, canteen, granny, act):
    with pytest.raises(Refused, match="not_served"):
        bookings.book(session, canteen, granny, Order(TOMORROW, Sitting.DINNER), act(granny))


@pytest.mark.parametrize("portions", [0, 21, -1])
def test_nobody_books_no_portion_or_a_whole_bus(book, granny, portions):
    if portions == 0:
        assert book(granny, portions=0).booking.portions == 1
        return
    with pytest.raises(Refused, match="too_many"):
        book(granny, portions=portions)


def test_the_daughter_books_for_granny_and_granny_is_told(session, book, granny, daughter):
    kept = book(granny, by=daughter)
    assert kept.booking.booked_by_id == daughter.id
    told = session.exec(select(OutboxMessage)).one()
    assert told.chat_id == granny.telegram_id
    assert said(told.body["text"]).startswith("李小红替您办了。李奶奶")


def test_a_stranger_to_granny_cannot_book_for_her(book, granny, volunteer):
    with pytest.raises(Refused, match="not_yours"):
        book(granny, by=volunteer)


def test_the_cook_books_for_somebody_without_a_phone(book, neighbour, cook):
    assert book(neighbour, by=cook).booking.eater_id == neighbour.id


def test_no_meal_is_booked_for_granny_while_she_is_in_hospital(session, book, granny, now):
    session.add(StatusChange(member_id=granny.id, starts_on=TOMORROW, status=Status.IN_HOSPITAL, set_at=now))
    session.flush()
    with pytest.raises(Refused, match="not_active"):
        book(granny)


def test_giving_up_in_time_and_giving_up_late(session, book, granny, neighbour, cook, act):
    early, late = book(granny).booking, book(neighbour, by=cook)
    assert bookings.cancel(session, early.id, act(granny)).booking.state == BookingState.CANCELLED
    after = late.meal.closes_at
    assert (
        bookings.cancel(session, late.booking.id, act(cook, now=after)).booking.state
        == BookingState.CANCELLED_LATE
    )
    assert count(session, late.meal.id).taken == 0


def test_nobody_gives_up_a_meal_that_is_on_the_table(session, book, granny, act):
    kept = book(granny)
    with pytest.raises(Refused, match="already_served"):
        bookings.cancel(session, kept.booking.id, act(granny, now=kept.meal.starts_at))


def test_nobody_gives_up_twice_or_for_strangers(session, book, granny, volunteer, act):
    kept = book(granny)
    with pytest.raises(Refused, match="not_yours"):
        bookings.cancel(session, kept.booking.id, act(volunteer))
    bookings.cancel(session, kept.booking.id, act(granny))
    with pytest.raises(Refused, match="nothing_booked"):
        bookings.cancel(session, kept.booking.id, act(granny))


def test_undo_of_a_booking_leaves_nothing(session, book, granny, act):
    kept = book(granny)
    undone = bookings.restore(session, kept.booking.id, kept.before, rolls.seen(kept.booking), act(granny))
    assert undone.booking.state == BookingState.CANCELLED


def test_undo_of_a_change_brings_back_what_was(session, book, granny, act):
    book(granny, portions=2, mode=Mode.DELIVERY)
    kept = book(granny, portions=4, mode=Mode.TAKEAWAY)
    bookings.restore(session, kept.booking.id, kept.before, rolls.seen(kept.booking), act(granny))
    assert (kept.booking.portions, kept.booking.mode) == (2, Mode.DELIVERY)


def test_undo_of_giving_up_brings_the_seat_back_unless_it_is_gone(session, canteen, book, granny, cook, act):
    canteen.settings = {"seats": 1}
    kept = book(granny)
    gone = bookings.cancel(session, kept.booking.id, act(granny))
    after = rolls.seen(gone.booking)
    book(cook)
    with pytest.raises(Refused, match="seat_gone"):
        bookings.restore(session, kept.booking.id, gone.before, after, act(granny))


def test_undo_is_refused_when_the_booking_was_changed_since(session, book, granny, act):
    kept = book(granny)
    after = rolls.seen(kept.booking)
    book(granny, portions=2)
    with pytest.raises(Refused, match="changed_since"):
        bookings.restore(session, kept.booking.id, kept.before, after, act(granny))


def test_a_latecomer_gets_a_seat_of_the_cooks_own_until_they_are_used(
    session, canteen, book, granny, cook, volunteer, act
):
    canteen.settings = {"seats": 1, "grace_seats": 2}
    meal = book(granny).meal
    late = meal.closes_at + timedelta(hours=1)
    bookings.grant_grace(session, meal.id, volunteer, lunch(portions=2), act(cook, now=late))
    assert (meal.grace_used, count(session, meal.id).taken) == (2, 3)
    with pytest.raises(Refused, match="no_grace"):
        bookings.grant_grace(session, meal.id, cook, lunch(), act(cook, now=late))


def test_the_cooks_second_tap_takes_nobody_in_twice(session, book, granny, cook, volunteer, act):
    meal = book(granny).meal
    bookings.grant_grace(session, meal.id, volunteer, lunch(), act(cook, now=meal.closes_at))
    with pytest.raises(Refused, match="already_booked"):
        bookings.grant_grace(session, meal.id, volunteer, lunch(), act(cook, now=meal.closes_at))
    assert meal.grace_used == 1


def test_calling_off_a_meal_tells_everybody_who_booked(session, book, granny, cook, daughter, act):
    meal = book(granny, by=daughter).meal
    assert meals.call_off(session, meal.id, "停电", act(cook)) == 1
    told = session.exec(select(OutboxMessage).where(col(OutboxMessage.key).startswith("calledoff"))).all()
    assert {row.chat_id for row in told} == {granny.telegram_id, daughter.telegram_id}
    assert all("停电" in said(row.body["text"]) for row in told)
    with pytest.raises(Refused, match="called_off"):
        book(cook)


def test_a_meal_closes_by_itself_once_and_not_before(session, book, granny):
    meal = book(granny).meal
    assert not meals.close(session, meal.id, meal.closes_at - timedelta(seconds=1))
    assert meals.close(session, meal.id, meal.closes_at)
    assert not meals.close(session, meal.id, meal.closes_at)
    assert meal.state == MealState.CLOSED


def test_the_post_counts_and_loses_its_buttons_at_closing(session, book, granny, now):
    meal = book(granny, portions=2, mode=Mode.DELIVERY).meal
    meal.dishes = ["红烧肉", "冬瓜汤"]
    shown = posts.daily_post(session, meal.id, now)
    assert "红烧肉、冬瓜汤" in said(shown.text)
    assert "已订 2/60 份，送餐 2" in said(shown.text)
    assert shown.buttons
    assert not posts.daily_post(session, meal.id, meal.closes_at).buttons


def test_every_booking_asks_for_the_post_to_be_brought_up_to_date(session, canteen, book, granny, now):
    meal = meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)
    session.add(Post(canteen_id=canteen.id, kind="meal", target_id=meal.id, chat_id=-1001))
    session.flush()
    book(granny)
    assert session.exec(select(Post)).one().changed_at == now


def test_tomorrows_lunch_is_next_until_it_closes(session, canteen, now):
    assert meals.next_open(session, canteen, now).day == TOMORROW
    evening = now + timedelta(hours=8)
    assert meals.next_open(session, canteen, evening).day == TOMORROW + timedelta(days=1)


def test_what_granny_has_booked_is_found_without_reading_her_past(session, canteen, book, granny, now):
    book(granny)
    old = Meal(
        canteen_id=canteen.id,
        day=date(2026, 1, 5),
        sitting=Sitting.LUNCH,
        seats=60,
        closes_at=now,
        starts_at=now,
    )
    session.add(old)
    session.flush()
    session.add(Booking(meal_id=old.id, eater_id=granny.id, booked_at=now, source="message"))
    session.flush()
    assert [meal.day for _, meal in rolls.upcoming(session, canteen, granny.id, now)] == [TOMORROW]


def test_one_day_is_one_meal_for_everybody(session, canteen):
    first = meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)
    assert meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH).id == first.id


def test_lunch_closes_at_six_the_evening_before_on_the_villages_clock(session, canteen):
    meal = meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)
    assert meal.closes_at == datetime.fromisoformat("2026-11-25T18:00:00+08:00")
