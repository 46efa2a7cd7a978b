"""The kitchen's own sentences: how many, who is missing, what is soft, no cooking tomorrow, and a menu as it is written."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from models.lunch.meals import Booking, BookingState, Meal
from nlu.phrases import each_of, spoken

VILLAGE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 26, 11, 40, tzinfo=VILLAGE)


@pytest.mark.parametrize("words", ["明天几个人", "明天多少人吃饭", "明天中午有多少份", "多少人"])
def test_the_cook_asks_how_many_in_any_words(village, granny, cook, words):
    village.says(granny, "明天中午两份，送到家")
    assert "11月26日 周四午饭 共 2 份" in village.says(cook, words)[0]


@pytest.mark.parametrize(
    "words", ["多少钱", "几个人去爬山", "今天几号", "几点", "谁来", "我不做饭了", "明天食堂休息吗"]
)
def test_other_questions_are_none_of_these(words):
    assert spoken(words) is None


def test_who_has_not_come_is_named_for_the_kitchen_in_private_only(village, session, granny, volunteer, cook):
    village.says(granny, "明天中午一份")
    village.says(volunteer, "明天中午一份")
    assert village.says(cook, "今天谁没来") == ["今天还没开饭。"]
    village.now = NOON
    village.says(cook, "/serve")
    village.taps(cook, village.data_of("李奶奶"))
    assert village.says(cook, "今天谁没来") == ["午饭还有 1 位没登记吃到：阿军。"]
    assert "厨房" in village.says(volunteer, "今天谁没来")[0]
    assert village.says(cook, "今天谁没来", group=True) == []
    assert "阿军" not in village.says(cook, "/absent", group=True)[0]


def test_when_all_have_eaten_nobody_is_named(village, session, granny, cook):
    village.says(granny, "明天中午一份")
    village.now = NOON
    booking = session.exec(select(Booking)).one()
    booking.state = BookingState.SERVED
    session.add(booking)
    assert village.says(cook, "还有谁没吃") == ["午饭都吃到了。"]


@pytest.mark.parametrize("words", ["谁不吃猪肉", "明天哪些要软的", "厨房单"])
def test_who_eats_what_stands_on_the_sheet(village, granny, cook, words):
    village.says(granny, "明天中午一份，软一点")
    assert "11月26日 周四午饭" in village.says(cook, words)[0]
    assert "厨房" in village.says(granny, words)[0]


def test_a_day_is_closed_in_ones_own_words(village, session, granny, manager, cook):
    village.says(granny, "明天中午一份")
    assert "确定吗" in village.says(manager, "明天停电，不开伙")[0]
    village.says(manager, "确定")
    assert session.exec(select(Booking.state)).one() == BookingState.CANCELLED
    assert any("停电" in words for words in village.told(granny))
    assert "管理员" in village.says(cook, "明天不开伙")[0]
    assert "不开伙" in village.says(manager, "食堂休息")[0], "without a day it says how"


def test_a_menu_needs_no_command(village, session, cook, granny):
    village.says(cook, "明天中午：红烧肉、炒青菜、冬瓜汤\n后天中午：清蒸鱼，豆腐")
    village.says(cook, "对")
    assert sorted(meal.dishes[0] for meal in session.exec(select(Meal)) if meal.dishes) == [
        "清蒸鱼",
        "红烧肉",
    ]


def test_what_is_no_menu_is_none(village, session, cook, granny):
    for words in ("明天：来不了", "通知：明天开会、带凳子", "明天中午：两份"):
        village.says(cook, words)
        village.says(cook, "不对")
    village.says(granny, "明天中午：红烧肉、炒青菜")
    assert not any(meal.dishes for meal in session.exec(select(Meal)))


def test_two_people_in_one_sentence_are_both_booked_and_both_taken_back(
    village, session, granny, neighbour, cook
):
    said = village.says(cook, "李奶奶和覃叔明天中午各一份")[0]
    assert "李奶奶订好了：11月26日 周四午饭 1 份" in said
    assert "覃叔订好了：11月26日 周四午饭 1 份" in said
    village.says(cook, "点错了")
    assert {row.state for row in session.exec(select(Booking))} == {BookingState.CANCELLED}


def test_one_unknown_name_books_nobody(village, session, granny, cook):
    assert "梁奶奶" in village.says(cook, "李奶奶和梁奶奶明天各一份")[0]
    assert session.exec(select(Booking)).all() == []


def test_two_people_without_a_day_are_asked_for_it(village, session, granny, neighbour, cook):
    assert "哪一天" in village.says(cook, "给李奶奶和覃叔订一份")[0]
    assert session.exec(select(Booking)).all() == []


def test_somebody_who_may_not_books_for_nobody(village, session, granny, neighbour, volunteer):
    village.says(volunteer, "李奶奶和覃叔明天中午各一份")
    assert session.exec(select(Booking)).all() == []


@pytest.mark.parametrize(
    "words", ["我和老伴明天两份", "李奶奶明天一份", "明天和后天中午各一份", "爸妈明天各一份"]
)
def test_one_person_or_oneself_is_not_several(words):
    assert each_of(words) == ()


def test_numbers_of_several_days_come_one_by_one(village, granny, cook):
    village.says(granny, "明天中午一份")
    village.says(granny, "后天中午一份")
    assert len(village.says(cook, "/numbers 明天后天")[0].splitlines()) == 2
    village.now += timedelta(days=40)
    assert "共 0 份" in village.says(cook, "/numbers")[0]


def test_two_people_told_apart_by_their_hamlet_are_both_booked(
    village, session, villager, granny, neighbour, cook
):
    villager("李奶奶", hamlet="河边")
    village.says(cook, "上寨李奶奶和覃叔明天中午各一份")
    assert set(session.exec(select(Booking.eater_id))) == {granny.id, neighbour.id}


def test_a_name_that_is_not_understood_never_books_the_speaker_unasked(village, session, granny, cook):
    asked = village.says(cook, "上面那个李奶奶明天中午一份")[0]
    assert session.exec(select(Booking).where(Booking.eater_id == cook.id)).all() == []
    assert asked


def test_when_and_how_much_is_answered_shortly(village, session, canteen, granny, manager):
    assert "11:30 开饭" in village.says(granny, "明天几点吃饭")[0]
    assert village.says(granny, "多少钱一餐") == ["午饭一份 10元。"]
    village.says(manager, "/tier 80 3")
    assert village.says(granny, "一份多少钱") == ["午饭一份 10元，您付 3元。"]
    assert village.says(granny, "一份多少钱", group=True, reply_to_bot=True) == ["午饭一份 10元。"]


@pytest.mark.parametrize("words", ["几点了", "明天几点开会", "苹果多少钱一斤"])
def test_other_hours_and_prices_are_not_the_kitchens(words):
    assert spoken(words) is None


def test_whoever_booked_for_another_hears_that_the_meal_is_on_again(village, granny, daughter, cook, session):
    village.says(daughter, "帮我妈订明天中午一份")
    meal = session.exec(select(Meal)).one()
    village.taps(cook, f"calloff:{meal.id}")
    village.says(cook, "停电")
    village.says(cook, "撤销")
    assert any("不取消了" in words for words in village.told(daughter))


def test_money_ahead_is_no_debt_below_zero(village, granny, manager):
    village.says(manager, "/pay 李奶奶 50")
    village.says(manager, "好")
    assert any("账上还存着 50元" in words for words in village.told(granny))
    assert not any("-" in words for words in village.told(granny))


def test_a_diet_is_shown_in_words(village, session, granny):
    granny.diet = ["soft", "不吃香菜"]
    session.add(granny)
    session.flush()
    said = village.says(granny, "我的资料")[0]
    assert "soft" not in said
    assert "不吃香菜" in said
