"""A question that waits for words takes the answer, and leaves alone what is clearly something else."""

import pytest
from sqlmodel import col, select

from models.cards import Card
from models.lunch.meals import StandingBooking


@pytest.fixture
def asked(village, session, granny):
    """Granny was asked what she needs, and her next words are the answer."""
    village.says(granny, "/ask")
    village.taps(granny, "ask:repair")
    waits = select(Card).where(col(Card.awaits_text).is_(True), col(Card.answered_at).is_(None))
    assert session.exec(waits).all()


def test_a_rhythm_of_meals_is_no_answer_to_what_else_is_needed(village, session, granny, asked):
    said = village.says(granny, "以后周一到周五都给我订午饭，送到家")[0]
    assert said.startswith("李奶奶：每周一")
    village.taps(granny, next(data for _, data in village.buttons if data.endswith(":yes")))
    assert session.exec(select(StandingBooking)).one().weekdays == [1, 2, 3, 4, 5]
    assert village.told_in_group() == []


def test_what_was_asked_for_is_still_the_answer(village, session, granny, asked):
    assert "灯" in village.says(granny, "厨房的灯坏了，天天晚上看不见")[0]
    assert session.exec(select(StandingBooking)).all() == []
