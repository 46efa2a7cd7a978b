"""For whom a meal is: somebody nobody knows is asked about, and nothing is booked for anybody else meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

import nlu
from models.lunch.meals import Booking, BookingState
from models.members.people import Member
from nlu import Action, Context, Intent
from tests.nlu.test_nlu_slots import NOW

UNKNOWN = {
    "帮金丝雀丙甲甲乙订明天午饭": "金丝雀丙甲甲乙",
    "给张三丰的表弟订明天午饭": "张三丰的表弟",
    "替我们家老头子订明天午饭": "我们家老头子",
    "帮 John 订明天午饭": "John",
    "明天午饭帮王二麻子订一份": "王二麻子",
    "帮王二麻子明天中午订一份": "王二麻子",
    "订一份明天午饭给王二麻子": "王二麻子",
    "明天中午两份，送给张三丰": "张三丰",
    "给我表弟订明天午饭": "我表弟",
    "给李奶奶的孙子订明天午饭": "李奶奶的孙子",
    "帮隔壁小胖的爸爸订明天午饭": "隔壁小胖的爸爸",
    "给对门新搬来的人订明天午饭": "对门新搬来的人",
    "帮来福订明天午饭": "来福",
    "帮王来福也订一份明天午饭": "王来福",
    "帮王二麻子取消明天午饭": "王二麻子",
    "我妈说帮王二麻子订一份明天午饭": "我妈和王二麻子",
    "帮我妈订一份明天午饭，也帮王二麻子订一份": "我妈和王二麻子",
    "明天午饭帮张三订一份，帮李四订一份": "张三和李四",
    "请帮张三丰订明天午饭": "张三丰",
    "帮我给张三丰订明天午饭": "张三丰",
    "帮忙给张三丰订明天午饭": "张三丰",
    "帮我朋友订明天午饭": "我朋友",
    "帮我同事小王订明天午饭": "我同事小王",
    "帮下寨张三丰明天中午订一份": "下寨张三丰",
    "帮来福明天中午订一份": "来福",
    "帮来自贵州的老王订明天午饭": "来自贵州的老王",
    "book lunch tomorrow for Johnathan": "Johnathan",
    "book lunch for my cousin tomorrow": "my cousin",
}
OWN = (
    "帮我订明天午饭",
    "给我来两份明天午饭",
    "帮我再订一份明天午饭",
    "帮忙订一份明天午饭",
    "帮订明天午饭",
    "帮来一份明天午饭",
    "明天午饭一份，饭给热一点",
    "明天午饭一份，给送到家里",
    "明天午饭一份，给留着",
    "帮我亲自订一份明天午饭",
    "给来的客人订明天午饭5份",
    "给大家订明天午饭20份",
    "帮我们小组订明天午饭5份",
    "明天午饭给少放盐一份",
    "book lunch for two tomorrow",
    "book lunch for me tomorrow",
    "book lunch for my family tomorrow",
)
LETTERS = st.sampled_from("金丝雀丙甲韦覃蒙欧阳秀英国梅桂芳福禄")


def read(words, **context):
    return nlu.understand(words, NOW, Context(**context))


@pytest.mark.parametrize(("words", "name"), UNKNOWN.items())
def test_whoever_is_named_is_kept_also_when_nobody_knows_the_name(words, name):
    assert read(words).slots.beneficiary == name


@pytest.mark.parametrize("words", OWN)
def test_what_somebody_orders_for_themselves_and_their_own_stays_theirs(words):
    understood = read(words)
    assert (understood.intent, understood.slots.beneficiary) == (Intent.BOOK_MEAL, None)


def test_the_meal_of_granny_is_hers_and_not_part_of_her_name():
    assert read("帮覃奶奶的饭退了，明天的").slots.beneficiary == "覃奶奶"


@given(st.text(LETTERS, min_size=2, max_size=60))
def test_no_name_is_too_long_or_too_strange_to_be_somebody_else(name):
    assert read(f"帮{name}订明天午饭").slots.beneficiary is not None
    assert read(f"帮{name}订明天午饭", chat="group").action == Action.SILENT


@pytest.mark.parametrize("words", UNKNOWN)
@pytest.mark.parametrize("group", [False, True])
def test_nothing_is_booked_or_cancelled_for_the_daughter_or_anybody(
    village, session, granny, daughter, words, group
):
    for member in (granny, daughter):
        village.says(member, "明天中午三份")
    answers = village.says(daughter, words, group=group)
    kept = session.exec(select(Booking)).all()
    assert [(row.portions, row.state) for row in kept] == [(3, BookingState.BOOKED)] * 2
    assert answers or group


def test_the_daughter_is_asked_who_is_meant(village, session, daughter):
    assert village.says(daughter, "帮金丝雀丙甲甲乙订明天午饭") == [
        "“金丝雀丙甲甲乙”是哪位？请写名字，同名的加上寨名，比如：上寨李奶奶。"
    ]
    assert session.exec(select(Booking)).all() == []


def test_the_group_that_speaks_to_the_bot_is_asked_too(village, session, daughter):
    (answer,) = village.says(daughter, "@gulou_bot 帮金丝雀丙甲甲乙订明天午饭", group=True)
    assert "金丝雀丙甲甲乙" in answer
    assert session.exec(select(Booking)).all() == []


def test_a_name_the_village_knows_books_for_who_bears_it(village, session, canteen, cook):
    bird = Member(
        name="金丝雀丙甲甲乙", canteen_id=canteen.id, joined_at=village.now, approved_at=village.now
    )
    session.add(bird)
    session.flush()
    village.says(cook, "帮金丝雀丙甲甲乙订明天午饭")
    assert session.exec(select(Booking.eater_id)).all() == [bird.id]
