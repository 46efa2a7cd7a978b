"""Lunch by a sentence, from the raw update to the words of the answer."""

from sqlmodel import select

from models.inbox import InboxState, InboxUpdate
from models.lunch.meals import Booking, BookingState, Mode
from models.members.people import Member


def bookings(session) -> list[tuple[int, Mode, BookingState]]:
    return [(row.portions, row.mode, row.state) for row in session.exec(select(Booking))]


def test_granny_books_two_for_tomorrow_delivered(village, session, granny):
    answer = village.says(granny, "明天中午两份，送到家")
    assert bookings(session) == [(2, Mode.DELIVERY, BookingState.BOOKED)]
    assert "11月26日 周四" in answer[0]
    assert "2" in answer[0]


def test_the_update_is_done_in_the_same_unit(village, session, granny):
    village.says(granny, "明天中午一份")
    assert {row.state for row in session.exec(select(InboxUpdate))} == {InboxState.DONE}


def test_granny_changes_her_mind(village, session, granny):
    village.says(granny, "明天中午两份")
    village.says(granny, "明天中午不吃了")
    assert bookings(session)[0][2] == BookingState.CANCELLED


def test_a_daughter_books_for_her_mother_who_is_told(village, session, granny, daughter):
    answer = village.says(daughter, "帮我妈订明天午饭，送到家")
    assert "李奶奶" in answer[0]
    assert session.exec(select(Booking.eater_id)).all() == [granny.id]
    assert any("李小红" in words for words in village.told(granny))


def test_a_neighbours_child_may_not_book_for_granny(village, session, granny, volunteer):
    village.says(volunteer, "帮李奶奶订明天中午一份")
    assert bookings(session) == []


def test_chatter_in_the_group_is_left_alone(village, session, granny):
    for words in ("今天天气真好", "昨天那个戏好看", "橘子接龙\n1. 张三 5斤\n2. 李四 10斤", "哈哈哈"):
        assert village.says(granny, words, group=True) == []
    assert bookings(session) == []


def test_a_sentence_in_the_group_that_is_certain_books(village, session, granny):
    village.says(granny, "明天中午两份", group=True)
    assert bookings(session) == [(2, Mode.DINE_IN, BookingState.BOOKED)]


def test_a_stranger_in_private_learns_how_to_join_and_nothing_else(village, session, granny):
    stranger = Member(name="路人", telegram_id=999, canteen_id=0, joined_at=village.now)
    answer = village.says(stranger, "李奶奶明天订了吗")
    assert "李奶奶" not in answer[0]
    assert bookings(session) == []


def test_somebody_of_the_group_books_at_once(village, session, canteen):
    newcomer = Member(name="蒙嫂", telegram_id=2000, canteen_id=0, joined_at=village.now)
    village.says(newcomer, "明天中午一份", group=True)
    assert session.exec(select(Member.name)).all() == ["蒙嫂"]
    assert len(bookings(session)) == 1


def test_an_emergency_says_120_first_and_tells_family_and_social_worker(
    village, granny, daughter, social_worker
):
    answer = village.says(granny, "我摔倒了起不来")
    assert "120" in answer[0]
    assert village.told(daughter)
    assert village.told(social_worker)


def test_a_button_nobody_made_does_nothing(village, session, granny):
    for data in ("", "eat", "eat:x:y", "domeal:999999:yes", "nonsense:1", "pick:１:book_meal", "mealundo:0"):
        village.taps(granny, data)
    assert bookings(session) == []


def test_after_closing_time_the_answer_is_kind_and_nothing_is_booked(village, session, granny):
    village.now = village.now.replace(hour=10, minute=1)
    answer = village.says(granny, "明天中午两份")
    assert bookings(session) == []
    assert answer


def test_what_was_booked_can_be_asked_for(village, granny):
    village.says(granny, "明天中午两份")
    assert "11月26日" in "\n".join(village.says(granny, "我订了什么"))


def test_the_taps_of_help_are_sentences_the_bot_understands(village, session, granny):
    village.says(granny, "/start")
    village.says(granny, "明天中午一份")
    assert len(bookings(session)) == 1
