"""What a request is about, how urgent, by when, and who is in danger: read from the words alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import Intent
from nlu.errands import (
    by_time,
    from_time,
    help_kind,
    in_danger,
    is_urgent,
    says_hour,
    sounds_dangerous,
    thing_said,
)

OTHER, COMPANY = Intent.REQUEST_OTHER, Intent.REQUEST_COMPANIONSHIP


@pytest.mark.parametrize(
    ("intent", "words", "kind"),
    [
        (Intent.REQUEST_MEDICINE, "帮我买降压药", "medicine"),
        (Intent.REQUEST_ESCORT, "陪我去医院", "escort"),
        (Intent.REQUEST_REPAIR, "灯坏了", "repair"),
        (Intent.REQUEST_HEALTH_CHECK, "量血压", "health_check"),
        (COMPANY, "找人说说话", "companionship"),
        (COMPANY, "一个人在家闷得慌", "companionship"),
        (COMPANY, "心里难受，想找人聊聊", "counselling"),
        (COMPANY, "跟儿媳妇吵架了想找人说说", "counselling"),
        (COMPANY, "晚上睡不着，想找人聊聊", "counselling"),
        (COMPANY, "I feel sad, someone to talk to", "counselling"),
        (OTHER, "帮我买袋米", "errand"),
        (OTHER, "帮我交一下电费", "errand"),
        (OTHER, "帮我取个快递", "errand"),
        (OTHER, "帮我充话费", "errand"),
        (OTHER, "help me pay the bill", "errand"),
        (OTHER, "帮我打扫卫生", "home_care"),
        (OTHER, "帮我剪指甲", "home_care"),
        (OTHER, "想理发", "home_care"),
        (OTHER, "帮我洗被子", "home_care"),
        (OTHER, "帮我煮点粥", "meal_help"),
        (OTHER, "我妈要人喂饭", "meal_help"),
        (OTHER, "帮我念封信", "other"),
        (OTHER, "帮个忙", "other"),
    ],
)
def test_the_kind_of_help(intent, words, kind):
    assert help_kind(intent, words) == kind


@pytest.mark.parametrize(
    "words",
    [
        "很急",
        "快点来修",
        "马上要用",
        "药断药了",
        "胰岛素一粒都没了",
        "赶紧帮我买",
        "等不了了",
        "urgent please",
        "right now",
    ],
)
def test_what_cannot_wait(words):
    assert is_urgent(words)


@pytest.mark.parametrize("words", ["不着急", "不着急慢慢来", "去看急诊", "我是急性子", "明天也行", ""])
def test_what_can_wait(words):
    assert not is_urgent(words)


@pytest.mark.parametrize(
    ("notes", "thing"),
    [
        (None, ""),
        ("", ""),
        ("药", ""),
        ("降压药；药", "降压药"),
        ("药；降压药；感冒药", "降压药；感冒药"),
        ("水龙头；水", "水龙头"),
        ("灯；灯", "灯；灯"),
        ("medicine", ""),
    ],
)
def test_a_thing_is_named_once_and_the_longer_word_says_more(notes, thing):
    assert thing_said(notes) == thing


@pytest.mark.parametrize(
    ("words", "by", "out", "hour"),
    [
        ("明天上午9点", "09:00", "09:00", True),
        ("下午三点半", "15:30", "15:30", True),
        ("上午", "11:00", "08:30", False),
        ("中午", "12:30", "12:00", False),
        ("下午", "17:00", "14:00", False),
        ("晚上", "19:30", "18:00", False),
        ("tomorrow afternoon", "17:00", "14:00", False),
        ("at 3 pm", "15:00", "15:00", True),
        ("后天", None, None, False),
        ("", None, None, False),
    ],
)
def test_by_what_time_and_when_to_set_out(words, by, out, hour):
    assert (by_time(words), from_time(words), says_hour(words)) == (by, out, hour)


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("覃叔晕倒在田里", "覃叔"),
        ("隔壁李奶奶喘不上气", "李奶奶"),
        ("我妈胸口痛", "我妈"),
        ("我爸摔倒了", "我爸"),
        ("老伴没意识了", "老伴"),
        ("爷爷叫不醒", "爷爷"),
        ("救命", None),
        ("着火了", None),
        ("我摔倒了", None),
    ],
)
def test_who_is_in_danger(words, who):
    assert in_danger(words, frozenset({"覃叔", "李奶奶"})) == who


@pytest.mark.parametrize(
    "words",
    [
        "我摔倒了",
        "胸口痛",
        "喘不上气",
        "晕倒了",
        "着火了",
        "救命",
        "煤气漏了",
        "I fell down",
        "my chest hurts",
        "help, fire in the kitchen",
    ],
)
def test_danger_is_noticed_at_first_sight(words):
    assert sounds_dangerous(words)


@pytest.mark.parametrize(
    "words", ["明天中午两份", "帮我买降压药", "谢谢大家", "book lunch for two", "我家灯坏了"]
)
def test_everyday_words_do_not_jump_the_queue(words):
    assert not sounds_dangerous(words)


@given(st.text(max_size=300))
def test_no_words_break_the_reading(words):
    for read in (by_time, from_time, is_urgent, says_hour, sounds_dangerous, thing_said):
        read(words)
    in_danger(words, frozenset({"李奶奶"}))
    assert help_kind(OTHER, words) in {"counselling", "meal_help", "home_care", "errand", "other"}
