"""Words that may come from somebody in danger are asked about at once, and one tap calls for help."""

import pytest
from sqlmodel import select

from models.elders.emergencies import Emergency

PERHAPS = ["昨天摔了一跤", "辣得我喘不过气哈哈", "浑身难受", "我好怕", "心好痛", "痛死我了"]


def emergencies_of(session):
    return session.exec(select(Emergency).order_by(Emergency.id)).all()


@pytest.mark.parametrize("words", PERHAPS)
def test_granny_is_asked_whether_somebody_is_in_danger(village, session, granny, words):
    said = village.says(granny, words)
    assert "是不是有人有危险？" in said[0]
    assert emergencies_of(session) == []


def test_one_tap_calls_for_help_with_her_own_words(village, session, granny, social_worker):
    village.says(granny, "昨天摔了一跤")
    village.taps(granny, village.data_of("有危险，快叫人"))
    assert len(emergencies_of(session)) == 1
    assert any("昨天摔了一跤" in told for told in village.told(social_worker))


def test_nobody_in_danger_calls_nobody(village, session, granny):
    village.says(granny, "辣得我喘不过气哈哈")
    said = village.taps(granny, village.data_of("没有危险"))
    assert "没事就好" in said
    assert emergencies_of(session) == []


def test_nobody_in_danger_may_still_want_something(village, session, granny):
    village.says(granny, "浑身难受想找个地方")
    said = village.taps(granny, village.data_of("没有危险"))
    assert said
    assert emergencies_of(session) == []


@pytest.mark.parametrize("words", PERHAPS)
def test_the_group_is_not_asked(village, session, granny, words):
    assert village.says(granny, words, group=True) == []
    assert emergencies_of(session) == []
