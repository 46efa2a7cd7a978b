"""A cry for somebody nobody can find in the book: people are called with the words first, and the name is asked for meanwhile."""

import pytest
from sqlmodel import select

from models.elders.emergencies import Emergency
from models.members.people import Canteen, Member, Role
from models.members.vault import seal, unsealed
from nlu.errands import in_danger, is_name
from rules.elders import on_call
from tests.requesting import last_told


def only(session):
    return session.exec(select(Emergency)).one()


@pytest.fixture
def stranger(village):
    """Somebody who writes in private and was never seen in any group."""
    return Member(name="小刘", telegram_id=999, canteen_id=0, joined_at=village.now)


@pytest.fixture
def on_duty(session, social_worker, cook, act):
    """陈社工 is on call; the cook has a house and a phone."""
    on_call.begin(session, social_worker, act(social_worker))
    seal(session, cook, address="王师傅家 9 号", phone="13900000009")
    session.flush()
    return social_worker


def test_a_stranger_who_cries_in_private_is_helped_by_who_is_on_call(village, session, stranger, on_duty):
    said, asked = village.says(stranger, "救命啊")
    assert said == "先打 120！我已经私下叫人了。"
    assert asked == "是谁、在哪里？写一句就行，我马上转告。"
    told = last_told(village, on_duty)
    assert "小刘可能有危险：“救命啊”" in told
    assert "没有登记" in told
    assert (only(session).person_id, only(session).raised_by_id) == (None, None)


def test_what_the_stranger_answers_reaches_who_was_called_at_once(village, session, stranger, on_duty):
    village.says(stranger, "救命啊")
    (said,) = village.says(stranger, "我是刘家老三，在下寨水井边上")
    assert said == "好，我转告了。先打 120！"
    assert "下寨水井边上" in last_told(village, on_duty)
    assert len(village.told(on_duty)) == 2
    assert "陈社工" not in said, "a stranger learns nothing about anybody"


def test_a_stranger_who_is_nobodys_of_several_villages_hears_120_and_to_shout(
    village, session, stranger, on_duty, now
):
    session.add(Canteen(name="别村", created_at=now, set_up_at=now))
    session.flush()
    (said,) = village.says(stranger, "救命啊")
    assert said.startswith("先打 120！我还不认识您")
    assert session.exec(select(Emergency)).all() == []


def test_nobody_is_told_of_help_when_nobody_could_be_reached(village, session, canteen, stranger):
    assert village.says(stranger, "救命啊")[0] == "先打 120！我还没联系上别人，请马上喊邻居。"


@pytest.mark.parametrize("words", ["黄奶奶晕倒了", "隔壁黄奶奶晕倒了快来人", "韦婶摔倒了起不来"])
def test_for_a_name_nobody_bears_the_helpers_are_not_sent_to_who_told_of_it(
    village, session, cook, on_duty, words
):
    said, asked = village.says(cook, words)
    assert said == "先打 120！我已经通知陈社工。"
    assert asked == "是谁、在哪里？写一句就行，我马上转告。"
    emergency = only(session)
    assert (emergency.person_id, emergency.raised_by_id) == (None, cook.id)
    told = last_told(village, on_duty)
    assert f"{emergency.called}可能有危险" in told
    assert emergency.called in ("黄奶奶", "韦婶")
    assert "王师傅可能有危险" not in told
    assert "9 号" not in told
    assert "报信的人：王师傅　电话：13900000009" in told


def test_the_daughter_of_one_granny_cries_for_another_and_nobody_goes_to_her_mother(
    village, session, daughter, granny, on_duty
):
    village.says(daughter, "黄奶奶晕倒了")
    assert (only(session).person_id, only(session).called) == (None, "黄奶奶")


def test_where_she_is_reaches_the_helpers(village, session, cook, on_duty):
    village.says(cook, "黄奶奶晕倒了")
    (said,) = village.says(cook, "上寨小卖部门口")
    assert said == "好，我转告了。先打 120！"
    told = last_told(village, on_duty)
    assert "小卖部" in told
    assert "黄奶奶" in told


def test_her_real_name_is_enough_to_find_her_house(village, session, cook, villager, on_duty):
    other = villager("黄秀英", Role.ELDER, hamlet="下寨")
    seal(session, other, address="下寨 3 号")
    session.flush()
    village.says(cook, "隔壁韦奶奶晕倒了")
    village.says(cook, "黄秀英")
    assert only(session).person_id == other.id
    assert "下寨 3 号" in last_told(village, on_duty)
    assert "隔壁韦奶奶晕倒了" in unsealed(only(session), "words")


@pytest.fixture
def two(session, granny, villager):
    """李奶奶 of 上寨 and 李奶奶 of 下寨."""
    other = villager("李奶奶", Role.ELDER, hamlet="下寨")
    seal(session, other, address="下寨 7 号")
    session.flush()
    return granny, other


def test_of_two_of_the_same_name_one_tap_says_which(village, session, cook, two, on_duty):
    said, asked = village.says(cook, "李奶奶摔倒了")
    assert said == "先打 120！我已经通知陈社工。"
    assert asked == "是哪一位？点一下，或者写在哪里。"
    assert "下寨 7 号" not in last_told(village, on_duty), "called at once, before anybody answers"
    village.taps(cook, village.data_of("下寨"))
    assert only(session).person_id == two[1].id
    assert "下寨 7 号" in last_told(village, on_duty)


def test_in_the_group_the_name_is_asked_for_in_private(village, session, cook, two, on_duty):
    (said,) = village.says(cook, "快来人，李奶奶摔倒了", group=True)
    assert said == "先打 120！我已经私下叫人了。"
    assert "是哪一位" in last_told(village, cook)
    village.says(cook, "下寨桥头")
    assert "下寨桥头" in last_told(village, on_duty)


def test_somebody_elses_button_and_one_after_the_end_do_nothing(
    village, session, cook, two, on_duty, volunteer
):
    village.says(cook, "李奶奶摔倒了")
    button = village.data_of("下寨")
    village.taps(volunteer, button)
    assert only(session).person_id is None
    village.taps(on_duty, f"sos:{only(session).id}:mistake")
    village.taps(cook, button)
    assert only(session).person_id is None


def test_more_words_without_a_name_belong_to_the_one_just_named(village, session, cook, two, on_duty):
    village.says(cook, "黄奶奶晕倒了")
    village.says(cook, "流了好多血，快来人")
    assert "流了好多血" in unsealed(only(session), "words")


def test_who_cries_again_for_themselves_is_a_case_of_their_own(village, session, cook, on_duty):
    village.says(cook, "黄奶奶晕倒了")
    village.says(cook, "我也摔倒了起不来")
    assert {one.person_id for one in session.exec(select(Emergency))} == {None, cook.id}


def test_who_says_it_of_their_own_kin_is_gone_to_at_home(village, session, cook, on_duty):
    village.says(cook, "老伴晕倒了")
    assert only(session).person_id == cook.id
    assert "王师傅家 9 号" in last_told(village, on_duty)


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("黄奶奶晕倒了", "黄奶奶"),
        ("隔壁黄奶奶晕倒了", "黄奶奶"),
        ("王大爷胸口痛", "王大爷"),
        ("奶奶摔倒了", "奶奶"),
        ("我奶奶摔倒了", "我奶奶"),
        ("我摔倒了", None),
    ],
)
def test_the_whole_name_is_heard(words, who):
    assert in_danger(words, frozenset()) == who


@pytest.mark.parametrize(("words", "name"), [("黄奶奶", True), ("韦婶", True), ("奶奶", False), ("我妈", False), ("老伴", False)])  # fmt: skip
def test_kin_is_no_name(words, name):
    assert is_name(words) == name
