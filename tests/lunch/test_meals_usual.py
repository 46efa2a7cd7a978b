"""Words that say too little by themselves are read with what the village knows of the asker."""

import pytest
from sqlmodel import select

from handlers import remembering
from models.lunch.meals import Booking, BookingState, Mode
from rules.members import people


def live(session, eater):
    rows = session.exec(
        select(Booking).where(Booking.eater_id == eater.id, Booking.state == BookingState.BOOKED)
    ).all()
    return [(row.portions, row.mode) for row in rows]


@pytest.fixture
def yesterday(village, granny, now):
    """Granny had two portions brought home; now it is the next day."""
    village.says(granny, "明天中午两份，送到家")
    village.now = now.replace(day=26)
    return village


@pytest.mark.parametrize("words", ["老样子", "还是老样子", "照旧", "跟平时一样"])
def test_the_usual_is_what_granny_had_last_and_is_asked_once(yesterday, session, granny, words):
    asked = yesterday.says(granny, words)[0]
    assert "11月27日 周五午饭 2 份，送到家" in asked
    assert asked.endswith("对吗？")
    yesterday.taps(granny, yesterday.data_of("对"))
    assert live(session, granny) == [(2, Mode.DELIVERY)] * 2


def test_a_bare_count_is_brought_home_as_usual(yesterday, granny):
    assert "11月27日 周五午饭 3 份，送到家" in yesterday.says(granny, "三份")[0]


def test_a_bare_count_of_a_newcomer_is_for_the_next_open_meal(village, session, granny):
    village.says(granny, "明天吃什么")
    from rules.lunch import meals

    meals.next_open(session, village.canteen, village.now)
    assert "11月26日 周四午饭 2 份" in village.says(granny, "两份")[0]


def test_the_usual_of_somebody_else_is_theirs(yesterday, session, granny, cook):
    assert "李奶奶：11月27日 周五午饭 2 份" in yesterday.says(cook, "李奶奶老样子")[0]


def test_a_daughter_says_mothers_usual(yesterday, granny, daughter):
    assert "李奶奶：11月27日 周五午饭 2 份" in yesterday.says(daughter, "我妈老样子")[0]


def test_in_the_group_a_bare_count_is_nobodys_business(yesterday, granny):
    for words in ("两份", "老样子", "还是两份"):
        assert yesterday.says(granny, words, group=True) == []


def test_a_clear_sentence_asks_nothing_of_the_store_but_itself(village, granny, monkeypatch):
    def never(turn, context):
        raise AssertionError("a clear sentence needs no memory")

    monkeypatch.setattr(remembering, "remember", never)
    monkeypatch.setattr("handlers.questions.remember", never)
    assert "2 份" in village.says(granny, "明天中午两份，送到家")[0]


def test_who_cares_for_somebody_may_name_them_as_they_do(session, granny, daughter, volunteer):
    assert people.names_cared_for(session, daughter) == {"李奶奶", "我妈"}
    assert people.names_cared_for(session, volunteer) == frozenset()
