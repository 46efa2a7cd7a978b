"""Whole messages that stand for a command, short answers, and a word more about what was just said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.phrases import detail, endless, reply, spoken

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("words", "command", "about"),
    [
        ("我欠多少", "account", ""),
        ("我现在欠多少钱？", "account", ""),
        ("我妈欠多少钱", "account", "我妈"),
        ("覃叔还欠多少", "account", "覃叔"),
        ("what do I owe", "account", ""),
        ("饭钱怎么交", "account", ""),
        ("伙食费找谁交啊", "account", ""),
        ("账本", "debts", ""),
        ("明天有几个要送的", "numbers", "明天有几个要送的"),
        ("后天中午有多少份要送", "numbers", "后天中午有多少份要送"),
        ("我订的饭怎么还没到", "eaten", ""),
        ("中午的饭还没送来呢", "eaten", ""),
        ("妈妈这两天吃得怎么样", "eaten", "妈妈"),
        ("李奶奶最近吃得好不好", "eaten", "李奶奶"),
        ("我的资料", "privacy", ""),
        ("更多", "more", "first"),
        ("还有", "more", "next"),
        ("返回", "more", "back"),
        ("帮家人订", "family", ""),
        ("请家人替我订饭", "pair", ""),
        ("长期报餐", "standing", ""),
        ("点错了", "undo", ""),
        ("撤销。", "undo", ""),
        ("我改主意了", "undo", ""),
        ("怎么订饭", "help", ""),
        ("恢复", "resume", ""),
        ("恢复送餐吧", "resume", ""),
    ],
)
def test_a_whole_message_stands_for_a_command(words, command, about):
    assert spoken(words) == (command, about)


@pytest.mark.parametrize(
    "words",
    [
        "下周先停",
        "先停一停",
        "我妈下周先停",
        "长期的先停一下",
        "从下周一起停",
        "送餐停几天",
        "下周一到周五暂停",
    ],
)
def test_a_rest_is_heard_with_its_days(words):
    assert spoken(words) == ("rest", words)


@pytest.mark.parametrize(
    "words",
    [
        "明天停电",
        "雨停了吗",
        "车停哪里",
        "停水了",
        "心跳停了",
        "工资欠多少",
        "她欠我十块",
        "更多的菜好不好",
        "恢复得怎么样",
        "明天中午两份",
        "撤销什么",
        "",
        "停" * 41,
    ],
)
def test_other_sentences_stand_for_nothing(words):
    assert spoken(words) is None


@pytest.mark.parametrize("words", ["对", "好的", "嗯", "要", "可以。", "是的！", "OK", "就这样"])
def test_a_yes_is_a_yes(words):
    assert reply(words) is True


@pytest.mark.parametrize("words", ["不", "不对", "不要了", "算了", "错了", "no", "都不是"])
def test_a_no_is_a_no(words):
    assert reply(words) is False


@pytest.mark.parametrize("words", ["不吃辣", "好吃", "对面有人", "要两份", "明天", "谢谢"])
def test_more_than_a_yes_is_none(words):
    assert reply(words) is None


def test_a_word_more_is_read_alone():
    assert detail("改成两份", TODAY).count == 2
    assert detail("送到家里", TODAY).mode == "delivery"
    assert detail("软一点", TODAY).notes == "软一点"
    both = detail("两份，打包", TODAY)
    assert (both.count, both.mode) == (2, "takeaway")


@pytest.mark.parametrize(
    "words", ["明天两份", "再来一份", "覃叔两份", "两份晚饭", "两个人去爬山", "你好", "好" * 50]
)
def test_what_says_anything_else_is_no_detail(words):
    assert detail(words, TODAY) is None


def test_from_monday_on_has_no_end():
    assert endless("从下周一起停")
    assert endless("from monday")
    assert not endless("from monday to friday")
    assert not endless("下周先停")


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(words):
    spoken(words)
    reply(words)
    detail(words, TODAY)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("妈妈下周去我这里住一个星期，先不用送饭", "rest"),
        ("还剩几份", "numbers"),
        ("今天送餐有几家", "deliver"),
        ("送餐路线", "deliver"),
        ("食堂设置", "settings"),
    ],
)
def test_what_was_said_while_playing_is_heard(words, command):
    assert spoken(words)[0] == command


def test_yesterday_is_nobodys_name():
    assert spoken("我妈昨天吃了吗") is None
