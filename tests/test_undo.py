"""Typed words do what buttons do: a yes, a no, a word more, and taking back the last thing for ten minutes."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.lunch.meals import Booking, BookingState, Mode
from models.lunch.menus import MenuWish
from models.members.people import Canteen


def bookings(session):
    return [(row.portions, row.mode, row.state) for row in session.exec(select(Booking))]


BOOKED, CANCELLED = BookingState.BOOKED, BookingState.CANCELLED


@pytest.mark.parametrize("words", ["撤销", "点错了", "我改主意了", "刚才不算", "/undo"])
def test_granny_takes_her_booking_back_in_her_own_words(village, session, granny, words):
    village.says(granny, "明天中午两份，送到家")
    assert "撤销了" in village.says(granny, words)[0]
    assert bookings(session) == [(2, Mode.DELIVERY, CANCELLED)]


def test_after_ten_minutes_it_stays(village, session, granny):
    village.says(granny, "明天中午两份")
    village.now += timedelta(minutes=11)
    assert "没有可以撤销的" in village.says(granny, "撤销")[0]
    assert bookings(session) == [(2, Mode.DINE_IN, BOOKED)]


def test_it_is_taken_back_once(village, session, granny):
    village.says(granny, "明天中午两份")
    village.says(granny, "撤销")
    assert "没有可以撤销的" in village.says(granny, "撤销")[0]


def test_nobody_takes_back_what_somebody_else_did(village, session, granny, daughter):
    village.says(granny, "明天中午两份")
    assert "没有可以撤销的" in village.says(daughter, "撤销")[0]
    assert bookings(session) == [(2, Mode.DINE_IN, BOOKED)]


def test_a_typed_yes_is_a_tap(village, session, granny):
    asked = village.says(granny, "再来一份")[0]
    assert asked.endswith("对吗？")
    village.says(granny, "好的")
    assert len(bookings(session)) == 1


def test_a_typed_no_is_a_tap(village, session, granny):
    village.says(granny, "再来一份")
    assert "再说一遍" in village.says(granny, "不对")[0]
    assert bookings(session) == []


def test_two_said_to_the_question_changes_the_question(village, session, granny):
    village.says(granny, "再来一份")
    asked = village.says(granny, "两份")[0]
    assert "2 份" in asked
    assert asked.endswith("对吗？")
    village.says(granny, "对")
    assert bookings(session) == [(2, Mode.DINE_IN, BOOKED)]


def test_two_said_after_the_booking_changes_that_booking(village, session, granny):
    village.says(granny, "后天中午一份")
    assert "11月27日 周五午饭 2 份" in village.says(granny, "改成两份")[0]
    assert "送到家" in village.says(granny, "送到家")[0]
    assert bookings(session) == [(2, Mode.DELIVERY, BOOKED)]


def test_a_good_after_the_booking_books_nothing_more(village, session, granny):
    village.says(granny, "后天中午一份")
    village.says(granny, "好的")
    assert len(bookings(session)) == 1


def test_a_yes_to_nothing_books_nothing(village, session, granny):
    village.says(granny, "好的")
    assert bookings(session) == []


def test_an_old_question_is_not_answered_by_a_booking(village, session, canteen, manager):
    village.says(manager, "/settings")
    village.taps(manager, "set:name")
    assert "1 份" in village.says(manager, "明天中午一份")[0]
    assert session.get_one(Canteen, canteen.id).name == "鼓楼食堂"


def test_the_cook_confirms_a_menu_by_a_word(village, session, cook, granny):
    village.says(cook, "/menu 明天中午：红烧肉、青菜")
    village.says(cook, "好的")
    assert "红烧肉" in village.says(granny, "明天吃什么")[0]
    village.says(cook, "撤销")
    assert "红烧肉" not in village.says(granny, "明天吃什么")[0]


def test_a_status_is_taken_back_by_a_word(village, session, granny):
    village.says(granny, "/away")
    village.taps(granny, village.data_of("外出"))
    village.says(granny, "下周一到周五")
    assert "现在是" in village.says(granny, "撤销")[0]


def test_in_the_group_a_bare_undo_is_left_alone(village, session, granny):
    village.says(granny, "明天中午两份", group=True)
    assert village.says(granny, "点错了", group=True) == []
    assert bookings(session) == [(2, Mode.DINE_IN, BOOKED)]
    assert "撤销了" in village.says(granny, "点错了", group=True, reply_to_bot=True)[0]


def test_unlikely_meanings_are_not_offered(village, session, granny):
    village.says(granny, "那个什么来着一下")
    labels = [words for words, _ in village.buttons]
    assert len(labels) <= 4
    assert not {"没听懂", "聊天", "走访记录", "换班", "愿意顶班"} & set(labels)


def test_small_talk_in_private_is_answered(village, session, granny):
    assert village.says(granny, "你好")
    assert village.says(granny, "谢谢啊") == ["不客气。"]
    assert session.exec(select(MenuWish)).all() == []


def test_granny_hears_how_her_meal_will_be_cooked_and_the_group_does_not(village, session, granny):
    village.says(granny, "明天中午一份")
    assert "备注：软一点" in village.says(granny, "软一点")[0]
    assert "软" not in village.says(granny, "明天中午两份，软一点", group=True)[0]


def test_step_by_step_back_to_the_beginning(village, session, granny):
    village.says(granny, "明天中午一份")
    village.says(granny, "改成三份")
    village.says(granny, "撤销")
    assert bookings(session) == [(1, Mode.DINE_IN, BOOKED)]
    village.says(granny, "撤销")
    assert bookings(session) == [(1, Mode.DINE_IN, CANCELLED)]


def test_granny_wants_it_after_all(village, session, granny):
    village.says(granny, "明天中午两份，送到家")
    village.says(granny, "明天不吃了")
    village.says(granny, "算了还是要")
    assert bookings(session) == [(2, Mode.DELIVERY, BOOKED)]
    assert "没听懂" in village.says(granny, "还是要")[0]


@pytest.mark.parametrize("words", ["嗯 是的", "要得", "对头", "好的好的", "系"])
def test_a_yes_in_her_own_tongue(village, session, granny, words):
    village.says(granny, "再来一份")
    village.says(granny, words)
    assert len(bookings(session)) == 1


def test_a_yes_after_a_misunderstanding_is_for_the_question_before_it(village, session, granny):
    village.says(granny, "再来一份")
    village.says(granny, "那个什么来着一下")
    village.says(granny, "对")
    assert len(bookings(session)) == 1


def test_a_yes_to_nothing_is_taken_kindly(village, session, granny):
    assert village.says(granny, "要得") == ["好的，有事随时说。"]


def test_nothing_in_a_whole_week_is_said_once(village, session, granny):
    said = village.says(granny, "下周不吃了")[0]
    assert "11月30日 周一到12月6日 周日没有订饭" in said
    assert "\n" not in said


def test_a_yes_is_never_for_a_question_before_something_else_was_done(village, session, granny):
    village.says(granny, "后天中午一份")
    village.says(granny, "我不吃了")
    village.says(granny, "明天中午一份")
    village.says(granny, "对")
    assert {state for _, _, state in bookings(session)} == {BOOKED}


def test_not_brought_but_eaten_there_gives_nothing_up(village, session, granny):
    village.says(granny, "明天中午两份，送到家")
    village.says(granny, "明天的不送了我来吃")
    village.says(granny, "对")
    assert bookings(session) == [(2, Mode.DINE_IN, BOOKED)]
    village.says(granny, "明天不用送了，我自己来拿")
    village.says(granny, "对")
    assert bookings(session) == [(2, Mode.TAKEAWAY, BOOKED)]
