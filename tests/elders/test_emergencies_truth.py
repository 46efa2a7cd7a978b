"""Nobody in danger is told of help that is not there: who was reached, and who was only meant to be."""

import pytest

from rules.elders import on_call


@pytest.mark.parametrize("words", ["我摔倒了起不来", "快来人，李奶奶晕倒了"])
def test_the_group_is_not_told_that_somebody_was_called_when_nobody_was(village, granny, words):
    (said,) = village.says(granny, words, group=True)
    assert "已经" not in said
    assert "喊邻居" in said


def test_the_group_hears_that_people_were_called_and_not_which(village, granny, manager):
    assert village.says(granny, "我摔倒了起不来", group=True) == ["先打 120！我已经私下叫人了。"]
    assert village.told(manager)


def test_a_second_cry_does_not_name_a_daughter_without_a_phone(village, session, granny, daughter):
    daughter.telegram_id = None
    session.add(daughter)
    session.flush()
    for _ in range(3):
        (said,) = village.says(granny, "我摔倒了，好痛")
        assert "李小红" not in said
        assert "喊邻居" in said


def test_a_second_cry_names_only_those_who_were_reached(
    village, session, granny, daughter, social_worker, act
):
    on_call.begin(session, social_worker, act(social_worker))
    daughter.telegram_id = None
    session.add(daughter)
    session.flush()
    for _ in range(3):
        (said,) = village.says(granny, "我摔倒了，好痛")
        assert "陈社工" in said
        assert "李小红" not in said
