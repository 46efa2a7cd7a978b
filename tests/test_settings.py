"""A village's own settings stand above those of the house; times are the village's."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.lunch.meals import Sitting
from models.members.people import Canteen
from rules.settings import after_quiet, at, closes_at, local_day, settings_of, starts_at

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def village(timezone: str = "Asia/Shanghai", **settings: object) -> Canteen:
    return Canteen(name="鼓楼食堂", timezone=timezone, settings=settings, created_at=NOW)


def test_lunch_closes_at_six_the_evening_before_and_dinner_at_ten_the_same_morning():
    closing = closes_at(village(), date(2026, 11, 26), Sitting.LUNCH)
    assert closing == datetime(2026, 11, 25, 18, tzinfo=ZoneInfo("Asia/Shanghai"))
    closing = closes_at(village(), date(2026, 11, 26), Sitting.DINNER)
    assert closing == datetime(2026, 11, 26, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_village_sets_its_own_times_and_keeps_the_others():
    own = village(times={"lunch": {"starts": "12:00", "closes": "09:00", "days_before": 0}}, post_at="07:30")
    assert starts_at(own, date(2026, 11, 26), Sitting.LUNCH).time() == time(12, 0)
    assert settings_of(own).times[Sitting.DINNER].closes == time(10, 0)
    assert settings_of(own).post_at == time(7, 30)


def test_lists_come_back_as_what_they_are():
    own = settings_of(village(sittings=["lunch", "dinner"], meal_weekdays=[1, 3], menu_reminders=["15:00"]))
    assert own.sittings == (Sitting.LUNCH, Sitting.DINNER)
    assert own.meal_weekdays == (1, 3)
    assert own.menu_reminders == (time(15, 0),)


def test_a_setting_of_a_later_release_is_left_alone():
    assert settings_of(village(music="loud", seats=80)).seats == 80


def test_the_day_is_the_villages_not_londons():
    late = datetime(2026, 11, 25, 17, tzinfo=UTC)
    assert local_day(village(), late) == date(2026, 11, 26)
    assert local_day(village("Europe/London"), late) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("hour", "minute", "until"),
    [
        (20, 59, None),
        (21, 0, (26, 6, 30)),
        (23, 30, (26, 6, 30)),
        (0, 10, (25, 6, 30)),
        (6, 29, (25, 6, 30)),
        (6, 30, None),
    ],
)
def test_nobody_is_woken_between_nine_at_night_and_half_past_six(hour, minute, until):
    said = datetime(2026, 11, 25, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
    day, *clock = until or (25, hour, minute)
    assert after_quiet(village(), said) == datetime(2026, 11, day, *clock, tzinfo=ZoneInfo("Asia/Shanghai"))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),
    st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York"]),
)
def test_quiet_hours_only_ever_wait_and_end_outside_themselves(moment, timezone):
    canteen, now = village(timezone), moment.replace(tzinfo=UTC)
    later = after_quiet(canteen, now)
    assert later >= now
    assert after_quiet(canteen, later) == later


@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.times())
def test_a_village_time_is_an_instant_on_that_day(day, clock):
    instant = at(village(), day, clock)
    assert instant.utcoffset() is not None
    assert local_day(village(), instant) == day
