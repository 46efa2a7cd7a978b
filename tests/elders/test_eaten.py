"""Has mother eaten today? Proof for a daughter far away, and for nobody else."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from models.lunch.meals import Booking, BookingState, Sitting
from nlu.phrases import spoken
from rules.lunch import meals

VILLAGE = ZoneInfo("Asia/Shanghai")
TOMORROW = date(2026, 11, 26)


@pytest.fixture
def booked(village, session, granny):
    """Granny has lunch tomorrow, brought home; it is the morning of that day."""
    village.says(granny, "明天中午一份，送到家")
    village.now = datetime(2026, 11, 26, 9, 0, tzinfo=VILLAGE)
    return session.exec(select(Booking)).one()


ENDS = datetime(2026, 11, 26, 11, 42, tzinfo=VILLAGE)


def test_before_the_meal_the_daughter_hears_what_is_booked(village, daughter, booked):
    said = village.says(daughter, "我妈今天吃了没")[0]
    assert said == "李奶奶今天午饭订了 1 份，送到家，11:30 开饭。"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BookingState.DELIVERED, "李奶奶今天午饭 11:42 送到家了。"),
        (BookingState.SERVED, "李奶奶今天午饭吃了，11:42 登记的。"),
        (BookingState.PICKED_UP, "李奶奶今天午饭 11:42 取走了。"),
        (BookingState.NO_SHOW, "李奶奶今天订的午饭没吃到。"),
        (BookingState.CANCELLED, "李奶奶今天午饭没有吃，订了又取消了。"),
        (BookingState.WAITLISTED, "李奶奶今天午饭还在候补。"),
        (BookingState.BOOKED, "李奶奶今天午饭订了，还没登记吃到。没吃到的我们会去问。"),
    ],
)
def test_after_it_she_hears_what_became_of_it(village, session, daughter, booked, state, words):
    booked.state, booked.ended_at = state, ENDS
    session.add(booked)
    village.now = ENDS + timedelta(minutes=30)
    assert village.says(daughter, "我妈吃了吗") == [words]


def test_a_day_without_a_meal_is_said(village, granny, daughter):
    assert village.says(daughter, "妈妈今天吃饭没") == ["李奶奶今天没有订饭。"]
    village.says(granny, "后天中午两份")
    assert "下一餐是 11月27日 周五午饭 2 份" in village.says(daughter, "我妈吃了没")[0]


def test_nobody_else_learns_it(village, granny, volunteer, booked):
    assert "不能替" in village.says(volunteer, "李奶奶吃了没有")[0]
    assert village.says(granny, "我妈吃了没", group=True) == []


def test_granny_asks_for_herself(village, granny, booked):
    assert "李奶奶今天午饭" in village.says(granny, "饭送到了没")[0]


def test_in_the_group_it_is_said_in_private(village, daughter, granny):
    assert "私下" in village.says(daughter, "我妈今天吃了没", group=True, reply_to_bot=True)[0]


@pytest.mark.parametrize("words", ["药吃了没", "你吃了没", "大家吃了没", "下午吃药了没有"])
def test_other_questions_are_others(words):
    assert spoken(words) is None


def test_several_meals_of_a_day_are_told_in_order(village, session, canteen, granny, booked):
    canteen.settings = {"sittings": ["lunch", "dinner"]}
    meals.meal_on(session, canteen, TOMORROW, Sitting.DINNER)
    village.says(granny, "今天晚饭一份")
    first, second = village.says(granny, "今天吃了没")[0].splitlines()
    assert "午饭" in first
    assert "晚饭" in second
