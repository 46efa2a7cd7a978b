"""Menus: written in chat, read from files, missed in time, wished for."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from jobs.lunch import menus as duties
from jobs.scheduler import due_items, perform
from models.lunch.meals import Sitting
from models.outbox import Occurrence, OccurrenceState, OutboxMessage
from rules.lunch import menus, menus_import
from rules.lunch.menus import MenuLine
from rules.values import Refused

WEDNESDAY = date(2026, 11, 25)
THURSDAY = date(2026, 11, 26)
LUNCH = MenuLine(THURSDAY, Sitting.LUNCH, ("红烧肉", "炒青菜"))


def at(hour, minute=0, day=WEDNESDAY):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("words", "day", "sitting", "dishes"),
    [
        ("明天中午：红烧肉、炒青菜、冬瓜汤", THURSDAY, "lunch", ("红烧肉", "炒青菜", "冬瓜汤")),
        ("后天晚饭: 粥,馒头", date(2026, 11, 27), "dinner", ("粥", "馒头")),
        ("今天：面条", WEDNESDAY, "lunch", ("面条",)),
        ("周五：鱼", date(2026, 11, 27), "lunch", ("鱼",)),
        ("下周一 豆腐；青菜", date(2026, 11, 30), "lunch", ("豆腐", "青菜")),
        ("12月1日午饭：鸡", date(2026, 12, 1), "lunch", ("鸡",)),
        ("2026-12-01: 鸡 汤", date(2026, 12, 1), "lunch", ("鸡 汤",)),
        ("1月2日：饺子", date(2027, 1, 2), "lunch", ("饺子",)),
    ],
)
def test_a_cook_writes_a_day_as_people_say_it(canteen, words, day, sitting, dishes):
    assert menus.read(words, canteen, WEDNESDAY) == [MenuLine(day, Sitting(sitting), dishes)]


def test_a_whole_week_pasted_on_wednesday_means_next_week(canteen):
    found = menus.read("周一：鱼\n周二：鸡\n周五：豆腐", canteen, WEDNESDAY)
    assert [line.day for line in found] == [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 4)]


@pytest.mark.parametrize(
    "words", ["", "红烧肉", "13月40日：鱼", "2月30日：鱼", "2026-11-24：鱼", "周一：、、"]
)
def test_what_names_no_day_to_come_is_not_a_menu(canteen, words):
    assert menus.read(words, canteen, WEDNESDAY) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.text(alphabet="周一二日天下明后中午晚月：:、,0123456789- \n鱼2月9", max_size=40))
def test_no_words_of_a_cook_break_the_reading(canteen, words):
    for line in menus.read(words, canteen, WEDNESDAY):
        assert line.day >= WEDNESDAY
        assert line.dishes


def test_a_written_menu_is_on_the_meal_and_in_the_audit(session, canteen, cook, act):
    meal = menus.write(session, canteen, LUNCH, act(cook))
    assert meal.dishes == ["红烧肉", "炒青菜"]
    assert menus.missing(session, canteen, THURSDAY) == []
    assert menus.missing(session, canteen, THURSDAY + timedelta(days=1)) == [Sitting.LUNCH]


def test_the_menu_of_a_served_meal_stays(session, canteen, cook, act):
    meal = menus.write(session, canteen, LUNCH, act(cook))
    meal.state = "served"
    session.add(meal)
    session.flush()
    with pytest.raises(Refused, match=r"menus\.too_late"):
        menus.write(session, canteen, LUNCH, act(cook))


def look(session, now):
    """One look of the clock: everything due is done or recorded as missed."""
    for duty, item in due_items(session, duties.DUTIES, now):
        perform(session, duty, item, now)
    session.flush()


def told(session):
    """Who was told what, in order."""
    rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    return [(row.member_id, row.body["text"]["key"]) for row in rows]


def states(session):
    return [row.state for row in session.exec(select(Occurrence).order_by(Occurrence.id))]


def test_the_cook_is_reminded_at_16_and_18_and_the_manager_told_at_19(session, canteen, cook, manager):
    for hour, minute in ((15, 59), (16, 0), (16, 30), (18, 0), (18, 1), (19, 0), (19, 40)):
        look(session, at(hour, minute))
    assert told(session) == [
        (cook.id, "menus.missing"),
        (cook.id, "menus.missing"),
        (manager.id, "menus.still_missing"),
    ]
    assert states(session) == [OccurrenceState.DONE] * 3


def test_nobody_is_reminded_of_a_menu_that_is_written(session, canteen, cook, act):
    menus.write(session, canteen, LUNCH, act(cook))
    look(session, at(16))
    assert told(session) == []


def test_a_reminder_nobody_was_awake_for_is_recorded_as_missed_and_not_sent_at_night(
    session, canteen, cook, manager
):
    look(session, at(17, 30))
    look(session, at(17, 31))
    assert states(session) == [OccurrenceState.MISSED]
    assert told(session) == [], "there are two more to come this evening"


def test_a_night_slept_through_is_recorded_in_the_morning(session, canteen, cook, manager):
    look(session, at(7) + timedelta(days=1))
    assert states(session) == [OccurrenceState.MISSED] * 3
    assert told(session) == [(manager.id, "clock.missed")], "once, not three times"


def test_a_village_missed_nothing_before_it_was_there(session, canteen, cook, manager):
    canteen.created_at = at(18, 55)
    session.add(canteen)
    session.flush()
    look(session, at(19, 55))
    assert told(session) == [(manager.id, "clock.missed")], "only what was due after it began"


def test_nobody_is_told_that_a_reminder_of_a_written_menu_was_missed(session, canteen, cook, manager, act):
    menus.write(session, canteen, LUNCH, act(cook))
    look(session, at(17, 30))
    assert told(session) == []


def test_in_a_storm_nobody_is_reminded(session, canteen, cook):
    canteen.storm_since = at(12)
    session.add(canteen)
    session.flush()
    look(session, at(16))
    assert told(session) == []


def test_wishes_are_shown_once_when_the_menu_is_planned(session, canteen, granny, cook, act):
    menus.wish(session, granny, "想吃扣肉", act(granny))
    (row,) = menus.wishes(session, canteen.id)
    menus.mark_seen(session, [row], act(cook))
    session.flush()
    assert row.text == "想吃扣肉"
    assert menus.wishes(session, canteen.id) == []


@pytest.mark.parametrize(
    ("words", "dishes"),
    [
        ("后天菜单：清蒸鲈鱼、蒜蓉菜心、萝卜汤", ("清蒸鲈鱼", "蒜蓉菜心", "萝卜汤")),
        ("后天中午的菜：清蒸鲈鱼、萝卜汤", ("清蒸鲈鱼", "萝卜汤")),
        ("后天的菜换成清蒸鲈鱼", ("清蒸鲈鱼",)),
        ("后天午饭菜单改成清蒸鲈鱼、萝卜汤", ("清蒸鲈鱼", "萝卜汤")),
        ("后天 菜心、豆腐", ("菜心", "豆腐")),
    ],
)
def test_a_cook_calls_a_menu_by_its_name(canteen, words, dishes):
    assert menus.read(words, canteen, date(2026, 11, 25)) == [
        menus.MenuLine(date(2026, 11, 27), Sitting.LUNCH, dishes)
    ]


@pytest.mark.parametrize("words", ["后天改成两份", "后天中午换成送餐", "菜换成鱼"])
def test_what_is_said_of_a_booking_is_no_menu(canteen, words):
    assert menus.read(words, canteen, date(2026, 11, 25)) == []


@pytest.mark.parametrize("words", ["后天的菜换成清蒸鲈鱼", "后天菜单：清蒸鲈鱼"])
def test_one_dish_called_the_menu_is_read_back_to_the_cook_and_counts_after_a_tap(
    session, canteen, village, cook, words
):
    assert village.says(cook, words)[0].startswith("11月27日 周五午饭：清蒸鲈鱼\n")
    (yes,) = (data for _, data in village.buttons if data.startswith("menuyes:"))
    village.taps(cook, yes)
    (meal,) = menus.coming(session, canteen.id, date(2026, 11, 27), date(2026, 11, 27))
    assert meal.dishes == ["清蒸鲈鱼"]


def test_granny_writes_no_menu(village, granny):
    village.says(granny, "后天菜单：清蒸鲈鱼")
    assert not [data for _, data in village.buttons if data.startswith("menuyes:")]


GOOD = "\ufeff日期,餐次,菜品,价格,份数,截止时间\n2026-11-26,午餐,红烧肉;青菜,12.5,40,17:00\n2026-11-27,lunch,鱼,,,\n"


def test_a_file_with_chinese_headers_is_kept_whole(session, canteen, cook, act):
    rows, bad = menus_import.read(GOOD)
    assert bad == []
    assert menus_import.apply(session, canteen, rows, act(cook)) == 2
    first, second = menus.coming(session, canteen.id, THURSDAY, THURSDAY + timedelta(days=1))
    assert (first.price, first.seats, first.dishes) == (1250, 40, ["红烧肉", "青菜"])
    assert first.closes_at == at(17)
    assert (second.price, second.seats) == (1000, 60)


def test_every_bad_cell_is_named_and_nothing_is_kept():
    rows, bad = menus_import.read(
        "day,meal,dishes,price,seats,closes_at\n2026-13-01,brunch,,-1,0,25:00\n2026-11-26,lunch,鱼,1.234,,\n"
    )
    assert rows == []
    assert [(row.line, row.column) for row in bad] == [
        (2, "day"),
        (2, "meal"),
        (2, "dishes"),
        (2, "price"),
        (2, "seats"),
        (2, "closes_at"),
        (3, "price"),
    ]


def test_a_meal_written_twice_and_unknown_columns_are_refused():
    _, bad = menus_import.read("day,meal,dishes\n2026-11-26,lunch,鱼\n2026-11-26,午饭,鸡\n")
    assert [row.line for row in bad] == [3]
    _, bad = menus_import.read("day,meal,colour\n")
    assert {row.column for row in bad} == {"dishes", "colour"}
