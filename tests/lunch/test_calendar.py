"""Special days, closed days, storms."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from models.lunch.meals import BookingState, MealState, Sitting
from models.lunch.menus import DayKind
from models.outbox import OutboxMessage
from rules.lunch import bookings, calendar, meals, posts, storm
from rules.lunch.bookings import Order
from rules.values import Refused, Text
from texts import Words

THURSDAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("day", "festival"),
    [
        (date(2026, 2, 17), "spring"),
        (date(2026, 2, 16), "eve"),
        (date(2026, 4, 5), "qingming"),
        (date(2026, 4, 19), "sanyuesan"),
        (date(2026, 6, 19), "duanwu"),
        (date(2026, 9, 25), "mid_autumn"),
        (date(2026, 10, 1), "national"),
        (date(2026, 10, 18), "chongyang"),
        (date(2025, 8, 6), ""),  # the 13th of the leap sixth month
        (THURSDAY, ""),
    ],
)
def test_festivals_fall_on_their_days(day, festival):
    assert calendar.festival_of(day) == festival


def test_the_village_names_a_day_before_the_almanac_does(session, canteen, manager, act):
    day = date(2026, 10, 18)
    assert calendar.name_of(session, canteen, day) == Text("calendar.festival_chongyang")
    calendar.mark(session, canteen, day, (DayKind.MARKET, "赶圩"), act(manager))
    assert calendar.name_of(session, canteen, day) == Text("verbatim", text="赶圩")


@pytest.fixture
def booking(session, canteen, granny, act):
    return bookings.book(session, canteen, granny, Order(THURSDAY, Sitting.LUNCH), act(granny)).booking


def test_whoever_is_booked_is_told_of_a_closed_day_and_nobody_can_book_it(
    session, canteen, booking, granny, neighbour, manager, act
):
    assert calendar.close(session, canteen, THURSDAY, "停电", act(manager)) == 1
    assert booking.state == BookingState.CANCELLED
    with pytest.raises(Refused):
        bookings.book(session, canteen, granny, Order(THURSDAY, Sitting.LUNCH), act(granny))
    calendar.reopen(session, canteen, THURSDAY, act(manager))
    again = bookings.book(session, canteen, granny, Order(THURSDAY, Sitting.LUNCH), act(granny))
    assert again.booking.state == BookingState.BOOKED


def test_only_those_who_keep_the_calendar_close_a_day_to_come(session, canteen, granny, manager, act):
    with pytest.raises(Refused, match=r"calendar\.only_manager"):
        calendar.close(session, canteen, THURSDAY, "", act(granny))
    with pytest.raises(Refused, match=r"calendar\.wrong_day"):
        calendar.close(session, canteen, date(2026, 11, 24), "", act(manager))
    with pytest.raises(Refused, match=r"calendar\.not_closed"):
        calendar.reopen(session, canteen, THURSDAY, act(manager))


def test_a_storm_calls_meals_off_tells_all_and_lists_the_old(
    session, canteen, booking, granny, neighbour, manager, act
):
    done = storm.begin(session, 2, "台风", act(manager))
    assert (len(done.meals), done.told) == (2, 1)
    assert [elder.name for elder in done.elders] == ["李奶奶"], "覃叔 is 76 and was not to eat"
    group = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all()
    assert [row.body["text"]["key"] for row in group] == ["storm.group"]
    assert "李奶奶" not in str(group[0].body)
    storm.tell_elders(session, manager, done.elders, act(manager))
    private = session.exec(select(OutboxMessage).where(OutboxMessage.member_id == manager.id)).all()
    assert len(private) == 1


def test_nothing_can_be_booked_in_a_storm_and_it_ends_once(session, canteen, granny, manager, act):
    storm.begin(session, 2, "台风", act(manager))
    with pytest.raises(Refused, match=r"meals\.called_off"):
        bookings.book(session, canteen, granny, Order(THURSDAY, Sitting.LUNCH), act(granny))
    with pytest.raises(Refused, match=r"storm\.already"):
        storm.begin(session, 1, "台风", act(manager))
    storm.end(session, act(manager))
    with pytest.raises(Refused, match=r"storm\.none"):
        storm.end(session, act(manager))


def test_a_storm_of_one_day_leaves_tomorrow_alone(session, canteen, booking, cook, manager, act):
    with pytest.raises(Refused, match=r"storm\.only_manager"):
        storm.begin(session, 1, "台风", act(cook))
    assert storm.begin(session, 1, "台风", act(manager)).told == 0
    assert meals.find(session, canteen, THURSDAY, Sitting.LUNCH).state == MealState.OPEN


@pytest.mark.parametrize(
    ("day", "festival", "works"),
    [
        (date(2026, 2, 17), "spring", False),
        (date(2026, 2, 18), "spring", False),
        (date(2026, 2, 14), "spring", True),
        (date(2026, 1, 4), "new_year", True),
    ],
)
def test_public_holidays_and_the_days_that_make_up_for_them_are_known(day, festival, works):
    assert calendar.public_day(day) == calendar.PublicDay(festival, works)
    assert calendar.is_decided(2026)


def test_a_year_that_is_not_decided_says_so(village, manager):
    assert not calendar.is_decided(2101)
    assert calendar.public_day(date(2101, 2, 1)) is None
    village.now = village.now.replace(year=2101)
    assert "2101 年的放假安排还没有公布" in village.says(manager, "/calendar")[0]


def test_days_are_called_as_people_call_them(session, canteen):
    def called(day):
        return Words("zh_CN", "Asia/Shanghai").say(calendar.name_of(session, canteen, day))

    assert called(date(2026, 2, 17)) == "春节"
    assert called(date(2026, 2, 18)) == "春节放假"
    assert called(date(2026, 2, 14)) == "春节调休上班"
    canteen.settings = {"market_days": [3, 8]}
    assert called(date(2026, 11, 26)) == "赶圩", "the 18th of the tenth month"
    assert calendar.name_of(session, canteen, date(2026, 11, 27)) is None


def test_the_post_names_the_festival(session, canteen):
    meal = meals.meal_on(session, canteen, date(2027, 2, 6), Sitting.LUNCH)
    words = Words("zh_CN", "Asia/Shanghai")
    said = words.say(posts.daily_post(session, meal.id, meal.closes_at - timedelta(hours=9)).text)
    assert said.startswith("2月6日 周六（春节） 午饭")


def test_a_manager_says_when_there_is_market(village, session, canteen, manager):
    village.says(manager, "/settings")
    village.taps(manager, "set:market_days")
    assert "赶圩日" in village.says(manager, "3、8")[0]
    assert canteen.settings["market_days"] == [3, 8]
    village.taps(manager, "set:market_days")
    village.taps(manager, village.data_of("5、10"))
    assert canteen.settings["market_days"] == [0, 5]
    village.taps(manager, "set:market_days")
    village.taps(manager, village.data_of("没有"))
    assert canteen.settings["market_days"] == []
    village.taps(manager, "set:market_days")
    village.says(manager, "11")
    assert canteen.settings["market_days"] == []
