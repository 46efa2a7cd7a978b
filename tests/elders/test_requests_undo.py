"""撤销 typed right after asking for help, or after 我去, takes back just that, and no booking from before."""

import pytest
from sqlmodel import col, select

from models.elders.requests import Request, RequestKind, RequestState
from models.lunch.meals import Booking, BookingState
from rules.elders import requests
from rules.elders.requests import Wish


def newest(session):
    return session.exec(select(Request).order_by(col(Request.id).desc())).first()


def booked(session):
    return [one.state for one in session.exec(select(Booking).order_by(col(Booking.id)))]


@pytest.fixture
def lunch(village, granny):
    """Granny has just booked tomorrow's lunch."""
    village.says(granny, "明天中午一份")


@pytest.mark.parametrize("word", ["撤销", "点错了"])
@pytest.mark.parametrize("words", ["我家灯坏了", "帮我买药", "心里难受，想找人聊聊", "明天陪我去医院"])
def test_a_request_just_asked_is_taken_back_also_while_something_is_asked_about_it(
    village, session, granny, lunch, words, word
):
    village.says(granny, words)
    (said,) = village.says(granny, word)
    assert said == "好的，不找了。"
    assert newest(session).state == RequestState.CANCELLED
    assert booked(session) == [BookingState.BOOKED]


def test_said_again_it_goes_one_step_further_to_the_booking(village, session, granny, lunch):
    village.says(granny, "我家灯坏了")
    village.says(granny, "撤销")
    village.says(granny, "撤销")
    assert newest(session).state == RequestState.CANCELLED
    assert booked(session) == [BookingState.CANCELLED]


def test_a_request_that_was_confirmed_is_called_off(village, session, granny, volunteer, lunch):
    village.says(granny, "我家灯坏了")
    village.says(granny, "对")
    assert newest(session).state == RequestState.CONFIRMED
    assert village.says(granny, "撤销") == ["好的，不找了。"]
    assert newest(session).state == RequestState.CANCELLED
    assert booked(session) == [BookingState.BOOKED]


def test_who_asked_for_somebody_else_takes_that_back(village, session, granny, volunteer):
    village.says(volunteer, "明天中午一份")
    village.says(volunteer, "李奶奶家灯坏了")
    assert village.says(volunteer, "撤销") == ["好的，不找了。"]
    assert newest(session).state == RequestState.CANCELLED
    assert booked(session) == [BookingState.BOOKED]


def test_in_the_group_too(village, session, granny, lunch):
    village.says(granny, "我家灯坏了，帮忙找人修", group=True, reply_to_bot=True)
    village.says(granny, "撤销")
    assert newest(session).state == RequestState.CANCELLED
    assert booked(session) == [BookingState.BOOKED]


@pytest.fixture
def lamp(session, canteen, granny, act):
    """Granny's lamp is to be repaired, and she has said yes."""
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯坏了", "灯"), act(granny))
    return requests.confirm(session, request.id, act(granny))


def test_who_said_i_go_by_mistake_takes_that_back(village, session, lamp, volunteer):
    village.says(volunteer, "明天中午一份")
    village.taps(volunteer, f"reqgo:{lamp.id}")
    assert lamp.taker_id == volunteer.id
    assert "我再找别人" in village.says(volunteer, "点错了")[0]
    assert (lamp.state, lamp.taker_id) == (RequestState.CONFIRMED, None)
    assert booked(session) == [BookingState.BOOKED]


def test_who_is_on_the_way_is_told_so_and_the_booking_stays(village, session, lamp, volunteer):
    village.says(volunteer, "明天中午一份")
    village.taps(volunteer, f"reqgo:{lamp.id}")
    village.taps(volunteer, f"req:{lamp.id}:start")
    assert "有变化" in village.says(volunteer, "撤销")[0]
    assert lamp.state == RequestState.DOING
    assert booked(session) == [BookingState.BOOKED]


def test_a_booking_after_the_request_is_what_is_taken_back(village, session, granny):
    village.says(granny, "心里难受，想找人聊聊")
    village.says(granny, "明天中午一份")
    village.says(granny, "撤销")
    assert newest(session).state == RequestState.ASKED
    assert booked(session) == [BookingState.CANCELLED]


def test_a_question_that_only_waits_for_words_is_dropped_and_nothing_older_undone(
    village, session, granny, lunch
):
    village.says(granny, "/need")
    assert village.says(granny, "撤销") == ["好的，不问了。"]
    assert booked(session) == [BookingState.BOOKED]
    village.says(granny, "撤销")
    assert booked(session) == [BookingState.CANCELLED]
