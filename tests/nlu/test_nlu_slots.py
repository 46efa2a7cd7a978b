"""What a sentence states: days, meals, counts, people and needs, as villagers say them."""

from datetime import date, datetime, timedelta, timezone

import pytest
from lunar_python import Lunar, Solar

from nlu import Action, Context, Intent, Part, understand
from nlu.dates import find_dates, gathered
from nlu.lunar import TERMS, festival, months, next_lunar

SATURDAY = date(2026, 11, 28)
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def days(words: str, today: date = SATURDAY) -> list[str]:
    return [day.strftime("%m-%d") for day in gathered(find_dates(words, today))]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("下周一到周五除了周三", ["11-30", "12-01", "12-03", "12-04"]),
        ("下周一到下周五", ["11-30", "12-01", "12-02", "12-03", "12-04"]),
        ("这周五到下周一", ["11-27", "11-28", "11-29", "11-30"]),
        ("周二四", ["12-01", "12-03"]),
        ("明后两天", ["11-29", "11-30"]),
        ("周一到周五", ["11-30", "12-01", "12-02", "12-03", "12-04"]),
        ("这周剩下几天", ["11-29"]),
        ("从明天到月底", ["11-29", "11-30"]),
        ("25号到27号", ["12-25", "12-26", "12-27"]),
        ("三月三", ["04-09"]),
        ("正月十五", ["02-20"]),
        ("下周末", ["12-05", "12-06"]),
        ("接下来三天", ["11-29", "11-30", "12-01"]),
        ("12月1号至3号", ["12-01", "12-02", "12-03"]),
        ("下个月5号", ["12-05"]),
        ("大年三十", ["02-05"]),
        ("10.25", ["10-25"]),
        ("2027年2月29日", []),
        ("13月5号", []),
        ("三块五", []),
        ("next friday", ["12-04"]),
        ("the day after tomorrow", ["11-30"]),
        ("5th of december", ["12-05"]),
        ("in two days", ["11-30"]),
        ("三天后", ["12-01"]),
        ("the 3rd", ["12-03"]),
        ("2026年12月8号", ["12-08"]),
    ],
)
def test_days_are_read_as_the_village_counts_them(words, expected):
    assert days(words) == expected


@pytest.mark.parametrize(
    ("words", "rule"),
    [("每天", "daily"), ("每周二四", "weekly:2,4"), ("工作日", "weekdays"), ("每月初一十五", "lunar:1,15"),
     ("every tuesday and thursday", "weekly:2,4")],
)  # fmt: skip
def test_what_comes_again_is_a_rule_and_not_a_day(words, rule):
    assert [span.recur for span in find_dates(words, SATURDAY)] == [rule]


def test_next_monday_said_on_a_sunday_is_tomorrow():
    assert days("下周一", date(2026, 11, 29)) == ["11-30"]


def test_the_lunar_table_agrees_with_the_library():
    for first, month, length in months():
        lunar = Solar.fromYmd(first.year, first.month, first.day).getLunar()
        assert lunar.getDay() == 1
        assert max(lunar.getMonth(), 0) == month
        assert length in (29, 30)


@pytest.mark.parametrize("year", range(2026, 2060, 3))
def test_festivals_agree_with_the_library(year):
    today = date(year, 3, 1)
    solar = Lunar.fromYmd(year, 8, 15).getSolar()
    assert festival("中秋", today) == date(solar.getYear(), solar.getMonth(), solar.getDay())
    for name in set(TERMS) - {"清明节", "立春"}:
        table_of = (
            year + 1 if name == "冬至" else year
        )  # the library's lunar year begins with the winter solstice
        term = Solar.fromYmd(table_of, 6, 1).getLunar().getJieQiTable()[name]
        assert festival(name, date(year, 1, 1)) == date(term.getYear(), term.getMonth(), term.getDay()), name


def test_a_day_past_the_table_is_not_guessed():
    assert next_lunar(date(2062, 1, 1), 1) is None


def test_several_meals_are_several_orders_and_a_refused_one_is_none():
    read = understand("明天早饭一份午饭两份晚饭不用", NOW)
    tomorrow = (date(2026, 11, 26),)
    assert read.slots.parts == (Part(tomorrow, "breakfast", 1), Part(tomorrow, "lunch", 2))


def test_each_day_has_its_own_count():
    read = understand("周四中午两份周五中午三份", NOW)
    assert [(part.dates[0].day, part.meal, part.count) for part in read.slots.parts] == [
        (26, "lunch", 2),
        (27, "lunch", 3),
    ]


def test_the_daughter_orders_for_her_mother_with_her_needs():
    slots = understand("帮我妈订后天午饭，软一点，送到家", NOW).slots
    assert (slots.beneficiary, slots.dates, slots.meal) == ("我妈", (date(2026, 11, 27),), "lunch")
    assert (slots.mode, slots.notes) == ("delivery", "软一点")


def test_who_eats_too_is_not_only_the_other():
    slots = understand("我和老伴明天中午去食堂吃", NOW).slots
    assert (slots.beneficiary, slots.count, slots.mode) == (None, 2, "dine_in")


def test_wednesday_said_on_a_wednesday_is_asked_about():
    assert understand("周三中午两份", NOW).action is Action.ASK
    assert understand("周三中午报两份饭", NOW, Context(chat="group")).action is Action.SILENT


def test_taking_a_word_back_counts():
    assert understand("明天，哦不，后天中午两份", NOW).slots.dates == (date(2026, 11, 27),)


def test_a_moved_meal_knows_where_from():
    slots = understand("明天的午饭改到周六", NOW).slots
    assert (slots.from_dates, slots.dates) == ((date(2026, 11, 26),), (date(2026, 11, 28),))
    evening = understand("明天中午的换成晚上", NOW).slots
    assert (evening.from_meal, evening.meal) == ("lunch", "dinner")


@pytest.mark.parametrize(
    ("text", "delta"), [("明天少订一份", -1), ("明天再添两份", 2), ("add two to tomorrow, change please", 2)]
)
def test_more_or_less_is_a_difference(text, delta):
    assert understand(text, NOW).slots.count_delta == delta


def test_the_way_to_the_hospital_has_a_time():
    assert understand("明天下午两点半陪我去医院复查", NOW).slots.time == "14:30"


def test_stars_are_counted():
    assert understand("给你们打四颗星，满意", NOW).slots.rating == 4
    assert understand("满分，很满意", NOW).slots.rating == 5


def test_a_visit_looks_back():
    assert understand("11月20日走访李奶奶家，血压偏高", NOW).slots.dates == (date(2026, 11, 20),)
    assert understand("昨天走访李奶奶家，血压偏高", NOW).slots.dates == (date(2026, 11, 24),)
    assert understand("20号走访李奶奶家", NOW).slots.dates == (date(2026, 11, 20),)
    assert understand("周一走访李奶奶家", NOW).slots.dates == (date(2026, 11, 23),)


def test_a_swap_names_both_days_and_the_other():
    slots = understand("想跟李姐换班，我明天她后天", NOW).slots
    assert (slots.dates, slots.to_dates, slots.beneficiary) == (
        (date(2026, 11, 26),),
        (date(2026, 11, 27),),
        "李姐",
    )


def test_a_daily_delivery_is_asked_before_it_is_kept():
    read = understand("每天中午给我爸送一份", NOW)
    assert (read.slots.recur, read.slots.beneficiary, read.action) == ("daily", "我爸", Action.ASK)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("把我妈明天的饭停了", "我妈"),
        ("取消我妈下周一到周三的午饭", "我妈"),
        ("明天我妈不来吃", "我妈"),
        ("给隔壁张奶奶订一份明天中午的", "张奶奶"),
        ("隔壁老李明天午饭帮他订一份", "老李"),
        ("今天中午我吃，我老伴不吃", "我老伴"),
        ("小年那天午饭2份", None),
        ("我和奶奶明天中午两份", None),
    ],
)
def test_whose_meal_it_is_is_never_mistaken_for_ones_own(text, who):
    assert understand(text, NOW, Context()).slots.beneficiary == who


@pytest.mark.parametrize(
    "text",
    [
        "明天帮他订一份午饭",
        "周末晚饭固定一份",
        "明天午餐要三份，其中一份打包",
        "明天午饭堂食一份，外带一份",
        "明天早饭我1份、我妈1份",
        "明天午饭不要了，晚饭两份",
    ],
)
def test_what_can_be_meant_in_two_ways_is_asked(text):
    assert understand(text, NOW, Context()).action is Action.ASK


@pytest.mark.parametrize(
    ("text", "meal"),
    [
        ("中饭我吃，晚饭不吃", "dinner"),
        ("明天不吃早饭，午饭照旧", "breakfast"),
        ("我妈明早不用，中午照常", "breakfast"),
    ],
)
def test_a_refusal_is_of_the_meal_it_stands_with(text, meal):
    read = understand(text, NOW, Context())
    assert (read.intent, read.slots.meal) == (Intent.CANCEL_MEAL, meal)


@pytest.mark.parametrize(
    "text", ["下周二三两天的午饭都不要", "明天午饭不要", "后天晚饭两份都不吃了", "周六的饭不用"]
)
def test_a_refusal_is_never_a_booking(text):
    assert understand(text, NOW, Context()).intent is Intent.CANCEL_MEAL


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("我的甘精胰岛素快没了", "甘精胰岛素"),
        ("帮我拿门冬胰岛素", "门冬胰岛素"),
        ("诺和灵30R没有了帮我买", "诺和灵30R"),
        ("我的胰岛素没了，帮我拿", "胰岛素"),
    ],
)
def test_which_insulin_is_said_in_full_for_whoever_fetches_it_reads_no_other_words(text, drug):
    assert understand(text, NOW, Context()).slots.notes == drug
