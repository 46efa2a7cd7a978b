"""What stays true whatever villagers write."""

import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import Context, Entry, Intent, as_labels, understand
from nlu.lists import difference

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=CHINA)
ORDERS = [
    "明天中午两份",
    "后天晚饭3份打包",
    "取消明天午饭",
    "周六中午一家四口过来吃",
    "明天午饭两份改成四份",
    "明天吃什么",
]
moments = st.datetimes(datetime(2025, 1, 1), datetime(2058, 1, 1), timezones=st.just(CHINA))
phrases = st.sampled_from(
    ["明天", "下周三", "25号", "腊月二十三", "初一", "周末", "除了周三", "2月29号", "31号", "每周二四", "冬至", "到", "中午",
     "两份", "送", "不吃", "改成", "接龙\n1. ", "+1", "1.", "next friday", "for mum", "药", "摔倒", "，", "哦不", "@", "\n"]
)  # fmt: skip


@given(st.text(max_size=300), st.sampled_from(["private", "group"]))
def test_no_text_makes_it_fall_over(text, chat):
    as_labels(understand(text, NOW, Context(chat=chat)))


@given(st.lists(phrases, max_size=30), moments)
def test_no_mixture_of_known_words_makes_it_fall_over(words, now):
    as_labels(understand("".join(words), now, Context()))


@given(moments)
def test_tomorrow_moves_with_the_clock(now):
    assert understand("明天中午两份", now).slots.dates == (now.date() + timedelta(1),)


@given(
    st.sampled_from(
        [
            "周一",
            "下周五",
            "25号",
            "12月1号",
            "初一",
            "腊月二十三",
            "中秋",
            "冬至",
            "明天",
            "大后天",
            "月底",
            "2月29号",
        ]
    ),
    moments,
)
def test_every_day_named_is_today_or_later(day, now):
    dates = understand(f"{day}中午两份", now).slots.dates
    assert len(dates) == 1
    assert dates[0] >= now.date()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("tail", ["🙏", "。", "，谢谢", "😊😊", "！", " "])
def test_politeness_changes_nothing(order, tail):
    plain, polite = understand(order, NOW), understand(order + tail, NOW)
    assert (plain.intent, plain.slots) == (polite.intent, polite.slots)


@pytest.mark.parametrize("count", ["两份", "2份", "贰份", "２份", "俩人", "2️⃣份", "二份", "两分"])
def test_two_is_two_however_granny_writes_it(count):
    read = understand(f"明天中午{count}", NOW)
    assert (read.intent, read.slots.count, read.slots.dates) == (Intent.BOOK_MEAL, 2, (date(2026, 11, 26),))


@given(st.lists(st.text("张王李赵陈", min_size=2, max_size=3), min_size=1, max_size=12, unique=True))
def test_a_list_posted_twice_brings_nothing_new(names):
    text = "#接龙\n明天午饭\n" + "\n".join(f"{n}. {name}" for n, name in enumerate(names, 1))
    first, again = understand(text, NOW).slots.entries, understand(text + "\n", NOW).slots.entries
    assert [entry.name for entry in first] == names
    assert difference(first, again) == ((), (), ())


def test_a_list_grown_by_one_brings_one():
    old = (Entry("李奶奶", number=1), Entry("王大爷", 2, number=2))
    new = (Entry("李奶奶", number=1), Entry("王大爷", 1, number=2), Entry("阿秀", number=3))
    assert difference(old, new) == ((Entry("阿秀", number=3),), (Entry("王大爷", 1, number=2),), ())
    assert difference(new, old[:1])[2] == (new[1], new[2])


def test_a_cancel_names_the_same_meal_as_the_booking():
    booked, cancelled = understand("后天晚饭两份", NOW), understand("后天晚饭不吃了", NOW)
    assert cancelled.intent is Intent.CANCEL_MEAL
    assert (booked.slots.dates, booked.slots.meal) == (cancelled.slots.dates, cancelled.slots.meal)


def steps(text: str) -> int:
    """How many functions reading the text calls: the same on a busy machine as on an idle one."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        understand(text, NOW)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(
    ("piece", "times"),
    [
        ("1", 4096),
        ("明天", 2048),
        ("1. a\n", 800),
        ("周一到", 1300),
        ("((((", 1024),
        ("明天中午两份,", 500),
        ("胸", 4096),
        ("for my mum ", 370),
    ],
)
def test_twice_the_words_are_not_four_times_the_work(piece, times):
    understand("明天", NOW)
    understand(piece, NOW)  # what is compiled when it is first met is no work of these words
    assert steps(piece * times) < 3 * steps(piece * (times // 2)) + 1000


def test_the_clock_given_is_the_only_clock():
    assert understand("今天中午一份", datetime(2030, 5, 1, 3, tzinfo=UTC)).slots.dates == (date(2030, 5, 1),)
