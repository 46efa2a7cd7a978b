"""Long rosters: what does not fit into a message is counted, never silently left out."""

from datetime import date, time

import pytest

from models.volunteers.shifts import DutyKind
from rules.volunteers import shifts
from rules.volunteers.shifts import Plan

MONDAY = date(2026, 11, 30)


@pytest.fixture
def full_week(session, canteen, act, manager):
    """Forty-two shifts in one week."""
    for day in range(7):
        for hour in range(6):
            plan = Plan(
                date.fromordinal(MONDAY.toordinal() + day), time(8 + hour), time(9 + hour), DutyKind.CLEANING
            )
            shifts.make(session, canteen, plan, act(manager))


def test_a_week_longer_than_a_message_says_how_much_is_left(village, full_week, volunteer):
    village.now = village.now.replace(day=30)
    (said,) = village.says(volunteer, "/roster")
    assert said.count("打扫") == 40
    assert said.endswith("还有 2 个班，看打印的那张。")


def test_a_pasted_roster_says_what_it_did_not_show_and_what_it_could_not_read(
    village, social_worker, volunteer
):
    shifts_of_it = [
        f"2026-12-{day:02d} {hour}:00-{hour + 1}:00 打扫：阿军" for day in range(1, 15) for hour in (8, 9, 10)
    ]
    unread = ["胡写一行", "又是一行", "还有一行", "最后一行"]
    words = "\n".join([*unread, *shifts_of_it])
    (said,) = village.says(social_worker, f"/roster {words}")
    assert "后面还有 2 个班，也读到了。" in said
    assert said.count("没看到是哪天") == 3
    assert said.endswith("还有 1 行没看懂。")


def test_a_roster_pasted_once_more_finds_nothing_wrong_and_names_who_stays(
    session, canteen, village, act, social_worker, manager, cook, villager
):
    line = "2026-11-30 8:00-11:00 做饭：王师傅"
    village.says(social_worker, f"/roster {line}")
    village.taps(social_worker, village.data_of("对，就这样排"))
    (again,) = village.says(social_worker, f"/roster {line}")
    assert "⚠" not in again
    villager("莫嫂", telegram_id=1011)
    (changed,) = village.says(social_worker, "/roster 2026-11-30 8:00-11:00 做饭：莫嫂")
    assert "原来的 王师傅也还在" in changed
