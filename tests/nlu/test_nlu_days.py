"""Days as people name them: runs, lists, exceptions, days beside days, and whose week is meant."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import Action, Context, Intent, understand

WEDNESDAY = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def days(*spans):
    """`d(1125)` a day of this or next year; a pair is a run with both ends."""
    found = []
    for span in spans:
        first, last = span if isinstance(span, tuple) else (span, span)
        start, end = day(first), day(last)
        found += [start + timedelta(n) for n in range((end - start).days + 1)]
    return tuple(found)


def day(number):
    month, of = divmod(number, 100)
    return date(2026 if month >= 11 else 2027, month, of)


SAID = {
    "周六周日中午各两份": days((1128, 1129)),
    "周一、三、五中午一份": days(1127, 1130, 1202),
    "15、16号中午一份": days((1215, 1216)),
    "26 27 28号中饭一份": days((1126, 1128)),
    "26、27、28三天中饭一份": days((1126, 1128)),
    "3月5、6日午饭两份": days((305, 306)),
    "大年三十晚上六个人吃饭": days(205),
    "八月十五晚饭十个人": days(915),
    "一周后的中午订两份": days(1202),
    "两个星期后午饭一份": days(1209),
    "再过三天中午两份": days(1128),
    "这周四到下周二晚饭一份": days((1126, 1201)),
    "11.28—12.2午饭各1": days((1128, 1202)),
    "28号到下个月2号中午各一份": days((1128, 1202)),
    "后天起三天中午饭一份": days((1127, 1129)),
    "明天开始连续五天午饭一份": days((1126, 1130)),
    "明天起到周日中饭一份": days((1126, 1129)),
    "从明天开始住到星期天午饭一份": days((1126, 1129)),
    "接下来一周午饭一份": days((1126, 1202)),
    "国庆三天中午一份": days((1001, 1003)),
    "清明前一天午饭一份": days(404),
    "中秋第二天午饭一份": days(916),
    "下周除周四外中饭一份": days((1130, 1202), (1204, 1206)),
    "下周一至五除了周三中饭一份": days((1130, 1201), (1203, 1204)),
    "除了周三这周中午都订一份": days((1126, 1129)),
    "这个月最后一天中午两份": days(1130),
    "下周三和周五午饭一份": days(1202, 1204),
    "11月28号星期六中午两份": days(1128),
}


@pytest.mark.parametrize("text", SAID)
def test_days_are_read_as_said(text):
    read = understand(text, WEDNESDAY, Context())
    assert (read.intent, read.slots.dates) == (Intent.BOOK_MEAL, SAID[text])


@pytest.mark.parametrize(
    ("text", "first", "then"),
    [
        ("下周三的班我想换成周四", 1202, 1203),
        ("把下周一的午饭改到周五", 1130, 1204),
        ("这周五的午饭改成下周五", 1127, 1204),
    ],
)
def test_a_bare_weekday_stays_in_the_week_just_named(text, first, then):
    slots = understand(text, WEDNESDAY, Context()).slots
    assert {*slots.dates, *slots.to_dates, *slots.from_dates} == {day(first), day(then)}


def test_from_next_week_on_is_a_beginning_not_a_week():
    slots = understand("下周开始每天中午一份", WEDNESDAY, Context()).slots
    assert (slots.dates, slots.recur) == (days(1130), "daily")


def test_every_day_but_the_weekend_is_every_working_day():
    assert understand("除了周末，每天中午一份", WEDNESDAY, Context()).slots.recur == "weekdays"


def test_todays_own_weekday_is_asked_about():
    assert understand("周三中午一份", WEDNESDAY, Context()).action is Action.ASK


@given(st.integers(1, 28), st.integers(1, 28))
def test_two_numbered_days_are_both_read(one, other):
    slots = understand(f"{one}、{other}号中午一份", WEDNESDAY, Context()).slots
    assert {found.day for found in slots.dates} == {one, other}
    assert all(found >= WEDNESDAY.date() for found in slots.dates)


@given(st.integers(2, 9))
def test_a_run_has_as_many_days_as_said(count):
    slots = understand(f"后天起{count}天午饭一份", WEDNESDAY, Context()).slots
    assert slots.dates == tuple(date(2026, 11, 27) + timedelta(n) for n in range(count))


WHEN = st.sampled_from(["明天", "后天", "下周五", "12月3号", "腊月二十三", "周六周日", "后天起三天"])
MEAL = st.sampled_from(["早饭", "午饭", "晚饭", "中午", "晚上"])
WHO = st.sampled_from(["", "我妈", "爷爷"])


@given(WHEN, MEAL, WHO)
def test_what_was_booked_can_be_cancelled_in_the_same_words(when, meal, who):
    booked = understand(f"{who}{when}{meal}两份", WEDNESDAY, Context())
    left = understand(f"{who}{when}{meal}不吃了", WEDNESDAY, Context())
    assert (booked.intent, left.intent) == (Intent.BOOK_MEAL, Intent.CANCEL_MEAL)
    same = ("dates", "meal", "beneficiary")
    assert [getattr(booked.slots, name) for name in same] == [getattr(left.slots, name) for name in same]


@given(WHEN, MEAL, st.sampled_from(["两份", "3份", "一个人"]), st.permutations([0, 1, 2]))
def test_the_order_of_the_words_changes_nothing(when, meal, count, order):
    parts = (when, meal, count)
    said = "，".join(parts[n] for n in order)
    assert (
        understand(said, WEDNESDAY, Context()).slots.dates
        == understand("".join(parts), WEDNESDAY).slots.dates
    )
