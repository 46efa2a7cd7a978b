"""Standing bookings at rest by a sentence: over some days, until woken, and everything taken back."""

from datetime import date

import pytest
from sqlmodel import select

from models.lunch.meals import Booking, BookingState, Mode, Sitting, Source, StandingBooking
from rules.lunch import resting, standing
from rules.values import Refused


@pytest.fixture
def every_day(village, session, granny):
    """Granny has lunch brought every day."""
    village.says(granny, "以后每天中午一份，送到家")
    village.taps(granny, village.data_of("对"))
    return session.exec(select(StandingBooking)).one()


def holds(pattern, *days):
    return [standing.holds_on(pattern, date(2026, 12, day)) for day in days]


def test_next_week_is_left_out_and_the_days_are_said_back(village, session, granny, every_day):
    said = village.says(granny, "下周先停")[0]
    assert "11月30日 周一" in said
    assert "12月6日 周日" in said
    assert holds(every_day, 1, 6, 7) == [False, False, True]


def test_without_days_it_rests_until_it_is_woken(village, session, granny, every_day):
    assert "恢复" in village.says(granny, "长期的先停一停")[0]
    assert holds(every_day, 1, 30) == [False, False]
    village.says(granny, "恢复")
    assert holds(every_day, 1, 30) == [True, True]


def test_from_monday_on_has_no_end(village, granny, every_day):
    village.says(granny, "从下周一起停")
    assert standing.holds_on(every_day, date(2026, 11, 29))
    assert holds(every_day, 1, 31) == [False, False]


def test_what_the_pattern_booked_already_is_given_up_with_it_and_comes_back(
    village, session, canteen, granny, every_day, now
):
    standing.generate(session, canteen, date(2026, 11, 27), Sitting.LUNCH, now)
    said = village.says(granny, "先停一停")[0]
    assert "取消了" in said
    booking = session.exec(select(Booking).where(Booking.source == Source.STANDING)).one()
    assert booking.state == BookingState.CANCELLED
    village.says(granny, "点错了")
    session.refresh(booking)
    assert booking.state == BookingState.BOOKED
    assert holds(every_day, 1) == [True]


def test_a_daughter_rests_mothers_meals(village, granny, daughter, every_day):
    assert "李奶奶" in village.says(daughter, "我妈下周先停")[0]
    assert holds(every_day, 1) == [False]


def test_a_neighbour_rests_nobodys_meals(village, granny, volunteer, every_day):
    assert "不能替" in village.says(volunteer, "李奶奶下周先停")[0]
    assert holds(every_day, 1) == [True]


def test_without_a_pattern_the_bookings_of_those_days_are_meant(village, session, granny):
    village.says(granny, "下周二中午一份")
    village.says(granny, "下周先停")
    assert session.exec(select(Booking.state)).all() == [BookingState.CANCELLED]


def test_without_anything_to_rest_it_is_said(village, granny):
    assert "没有长期报餐" in village.says(granny, "先停一停")[0]
    assert "没有长期报餐" in village.says(granny, "恢复")[0]


def test_what_does_not_rest_need_not_be_woken(village, granny, every_day):
    assert "没有停" in village.says(granny, "恢复")[0]


def test_making_is_taken_back_and_the_old_pattern_stands_again(village, session, granny, every_day):
    village.says(granny, "以后每天中午两份，送到家")
    village.taps(granny, village.data_of("对"))
    village.says(granny, "撤销")
    standing_now = standing.standing_of(session, granny.id)
    assert [pattern.portions for pattern in standing_now] == [1]


def test_ending_is_taken_back(village, session, granny, every_day):
    village.says(granny, "/standing")
    village.taps(granny, village.data_of("以后不要了"))
    village.taps(granny, village.data_of("对"))
    assert standing.standing_of(session, granny.id) == []
    village.taps(granny, village.data_of("撤销"))
    assert len(standing.standing_of(session, granny.id)) == 1


def test_what_changed_since_cannot_be_taken_back(village, session, canteen, granny, act, every_day):
    change = resting.rest(session, canteen, granny, (date(2026, 12, 1), None), act(granny))
    resting.go_on(session, canteen, granny, act(granny))
    with pytest.raises(Refused, match="meals.changed_since"):
        resting.restore(session, granny, change.before, change.after, act(granny))


def test_what_stands_is_shown_with_its_rest(village, granny, every_day):
    assert "每天午饭 1 份，送到家" in village.says(granny, "长期报餐")[0]
    village.says(granny, "下周先停")
    assert "12月6日 周日停" in village.says(granny, "长期报餐")[0]
    village.taps(granny, village.data_of("恢复"))
    village.says(granny, "先停一停")
    assert "起停着" in village.says(granny, "长期报餐")[0]


def test_who_has_none_learns_how_to_have_one(village, granny):
    assert "以后每天" in village.says(granny, "/standing")[0]


def test_forged_buttons_rest_and_end_nothing(village, session, granny, volunteer, every_day):
    for data in (
        "restmeal:x:",
        "restmeal:999:",
        "wakemeal:：",
        f"restmeal:{every_day.id}:",
        "endask:x",
        f"endask:{granny.id}",
    ):
        village.taps(volunteer, data)
    assert every_day.paused_from is None
    assert every_day.ended_at is None


def test_soft_food_stands_with_the_pattern(village, session, granny):
    village.says(granny, "以后每天中午一份，软一点")
    village.says(granny, "对")
    assert session.exec(select(StandingBooking)).one().note == "软一点"


def test_a_typed_no_makes_nothing_stand(village, session, granny):
    village.says(granny, "以后每天中午一份")
    village.says(granny, "不对")
    assert session.exec(select(StandingBooking)).all() == []


def test_weekdays_are_said_one_by_one(village, granny):
    assert "每周一、周三午饭" in village.says(granny, "每周一和周三中午一份")[0]


def test_a_pattern_of_two_keeps_its_mode(village, session, granny):
    village.says(granny, "以后每天中午两份，打包")
    village.says(granny, "好的")
    pattern = session.exec(select(StandingBooking)).one()
    assert (pattern.portions, pattern.mode) == (2, Mode.TAKEAWAY)
