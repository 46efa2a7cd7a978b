"""Danger in every wording we could think of, by family; and what only sounds like it."""

from datetime import datetime, timedelta, timezone

import pytest

from nlu import Action, Context, Intent, understand
from nlu.danger_words import lexicon, marked, spread
from nlu.dangers import danger_in, hints_at_danger, patterns, sounds_dangerous
from nlu.normalise import lower, normalise
from tests.scoring import DATA

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
GROUP = Context(chat="group")
OF_A_KIND = {
    "breath": "老人没气了", "heart": "胸口发紧", "stroke": "左手抬不起来", "senses": "他叫也没反应", "down": "我妈突然倒了",
    "seizure": "孩子发烧抽筋", "fall": "我妈跌了", "wound": "他被石头砸到了", "blood": "手上一直冒血", "water": "孩子掉到河里",
    "crash": "拖拉机翻了，人压在下面", "bite": "手被猫咬了", "poison": "他把敌敌畏喝了", "gas": "关窗烤火都晕了", "fire": "我家有火",
    "burn": "弟弟烫到了", "lost": "爷爷不见了", "door": "敲门一直没人开，里面有人哼哼", "trapped": "我被反锁在冷库里了，好冷",
    "ill": "血压两百多，头炸了", "pain": "肚子痛，冒冷汗", "violence": "他提着刀要过来", "cry": "奶奶说救我", "despair": "他站在桥栏杆外面哭",
}  # fmt: skip
"""A sentence that only the letters of its family explain."""
HARMLESS = {
    "a dream": "昨晚梦见屋里着火",
    "a lesson": "今天学了噎住怎么急救",
    "a warning": "路滑小心别摔倒",
    "a beast": "我家母猪掉沟里了",
    "a thing": "手机摔了",
    "a thing let fall": "我摔了个碗",
    "a machine": "车子快不行了",
    "a kitchen": "油烧到冒烟再下锅",
    "what is over": "昨天摔了一跤，没事了",
    "an illness long known": "我爸中风后遗症，饭要软的",
    "a bed in the morning": "早上起不来",
}


def said_in(name):
    return (DATA / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1]


def heard(text):
    return danger_in(lower(normalise(text)))


@pytest.mark.parametrize("text", said_in("dangers"))
@pytest.mark.parametrize("chat", ["private", "group"])
def test_danger_is_an_alarm_in_every_chat(text, chat):
    read = understand(text, NOW, Context(chat=chat))
    assert (read.intent, read.action) == (Intent.EMERGENCY, Action.ACT)


@pytest.mark.parametrize("text", said_in("no_dangers"))
@pytest.mark.parametrize("chat", ["private", "group"])
def test_what_only_sounds_like_danger_alarms_nobody(text, chat):
    assert understand(text, NOW, Context(chat=chat)).intent is not Intent.EMERGENCY


def test_every_family_of_letters_is_said_here():
    assert set(OF_A_KIND) == {kind for kind, _ in patterns()}


@pytest.mark.parametrize("kind", OF_A_KIND)
def test_a_family_hears_its_own_sentence(kind):
    marks = marked(lower(normalise(OF_A_KIND[kind])))
    assert dict(patterns())[kind].search(marks.text)
    assert heard(OF_A_KIND[kind]).sure


@pytest.mark.parametrize("reason", HARMLESS)
def test_a_reason_speaks_against_an_alarm(reason):
    assert heard(HARMLESS[reason]) is None


@pytest.mark.parametrize("text", ["昨天摔了一跤", "辣得我喘不过气哈哈", "救命，又涨价了", "好怕"])
def test_a_doubt_is_asked_in_private_and_met_with_silence_in_the_group(text):
    alone = understand(text, NOW, Context())
    assert (alone.action, alone.choices[0]) == (Action.ASK, Intent.EMERGENCY)
    assert understand(text, NOW, GROUP).action is Action.SILENT


def test_danger_at_the_end_of_a_long_message_is_heard():
    assert understand("明天中午两份。" * 60 + "我摔倒了。", NOW, Context()).intent is Intent.EMERGENCY


def test_at_first_sight_rather_once_too_often():
    assert sounds_dangerous("昨晚梦见着火")
    assert not sounds_dangerous("明天中午两份")
    assert hints_at_danger("浑身难受")
    assert not hints_at_danger("明天吃鱼")


def test_a_word_with_choices_stands_for_each_of_them():
    assert list(spread("(喘|透)不(上|过)气")) == ["喘不上气", "喘不过气", "透不上气", "透不过气"]
    assert list(spread("hit_by_a(_car|)")) == ["hit by a car", "hit by a"]


def test_the_longest_word_wins_and_harmless_ones_win_over_danger():
    assert marked("打不着火").text == "."
    assert marked("着火").text == "!"
    assert lexicon().letters["打不着火"] == (".", "")
