"""One sentence for every named rule, and one that looks like it and is not."""

from datetime import datetime, timedelta, timezone

import pytest

from nlu import Action, Context, Intent, understand
from nlu.intents import RULES

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
SAID = {
    "dream": ("做梦梦到吃席", "明天中午两份"),
    "greeting": ("早上好", "早上一份"),
    "long_ago": ("那年我在柳州当过兵", "去年修的灯又坏了，帮我修一下"),
    "moved": ("后天的讲座改到下周了", "明天的午饭改到后天"),
    "parcel": ("驿站有我一个包裹，哪位顺路帮捎回来", "快递到了两个"),
    "many_at_once": ("给上寨的老人都订明天午饭", "给两个老人订明天午饭"),
    "for_the_office": ("食堂电话多少", "食堂今天有什么菜"),
    "past_and_well": ("昨天摔了一跤，没事了", "昨天的饭没送到"),
    "laughing": ("哈哈哈今天太热闹了", "哈哈帮我取消明天午饭"),
    "check_on": ("我妈电话打不通，麻烦去家里看一眼", "电视打不开帮我看一下"),
    "visit": ("今天走访李奶奶家，血压偏高", "什么时候来走访一下"),
    "swap": ("我下周二的班和你下周四的对调行不行", "换班车在哪"),
    "substitute": ("后天的班谁替我一下", "后天的班我来替"),
    "claim": ("周六的班我来顶", "周六我顶不住"),
    "roster": ("明天谁做饭", "谁家明天杀猪"),
    "leave": ("明天我请假，孩子发烧", "我明天来不了，饭取消"),
    "medicine": ("降压药快吃完了帮我带两盒", "谁家有农药卖"),
    "escort": ("下周一想请人陪我妈去看眼睛", "昨天陪他去了医院"),
    "health_check": ("想叫卫生员来帮量量血压", "量血压要坐着量才准"),
    "repair": ("厨房水龙头漏水关不上", "水龙头修好了"),
    "company": ("想找人说说话", "天气闷热"),
    "book_asked": ("除夕六个人吃年夜饭能订吗", "酒店两个人能订吗"),
    "menu": ("明天食堂有什么菜", "你家晚上吃什么菜"),
    "my_bookings": ("我明天订了没", "火车票我订了没"),
    "complaint": ("今天的菜太咸了", "天太冷了"),
    "change": ("明天午饭两份改成四份", "开会时间改到明天"),
    "not_yet": ("明天先不订，等我妈回话", "明天先不订，退了"),
    "cancel": ("明天午饭不用准备我的了", "明天的会取消了，广场舞也取消"),
    "not_coming": ("后天中午不来了", "后天中午不来开会的有三个"),
    "wish": ("天冷了想喝羊肉汤", "我妈做了粽子想吃鱼"),
    "thanks": ("谢谢师傅们", "想请问一下，谢谢，明天午饭两份"),
    "other_request": ("帮我交一下电费吧", "听说可以帮我交电费"),
    "book_day_meal": ("后天中午5个人吃饭麻烦登记下", "周六老王家摆酒席二十个人"),
    "book_brought": ("明天那个饭可不可以送到我家来", "周六上午才送到家"),
    "book_bare": ("我要订餐", "我要订餐吗"),
    "any_help": ("屋后那堆柴火我搬不动，来个后生帮我码一下", "帮我看看明天午饭订了没"),
    "half_said": ("三份", "三份材料"),
}


def rule_of(text: str) -> str:
    why = understand(text, NOW, Context()).why[0]
    return why.removeprefix("rule ")


def test_every_rule_is_said_here():
    assert set(SAID) == {rule.name for rule in RULES}


@pytest.mark.parametrize("name", SAID)
def test_a_rule_hears_its_own_sentence(name):
    assert rule_of(SAID[name][0]) == name


@pytest.mark.parametrize("name", SAID)
def test_a_rule_stays_out_of_what_only_looks_like_it(name):
    assert rule_of(SAID[name][1]) != name


def test_an_emergency_is_heard_in_the_middle_of_an_order():
    read = understand("明天午饭两份，我刚滑倒了动不了", NOW, Context(chat="private"))
    assert (read.intent, read.action) == (Intent.EMERGENCY, Action.ACT)


@pytest.mark.parametrize("text", ["两份", "3份", "吃", "要"])
def test_a_short_answer_to_the_bots_question_books(text):
    asked = Context(last_question="meals.eat_tomorrow?")
    assert understand(text, NOW, asked).intent is Intent.BOOK_MEAL


def test_no_to_the_bots_question_cancels():
    assert (
        understand("不吃了", NOW, Context(last_question="meals.eat_tomorrow?")).intent is Intent.CANCEL_MEAL
    )


def test_two_portions_without_a_question_are_not_an_order():
    read = understand("两份", NOW, Context())
    assert (read.intent, read.action) == (Intent.UNCLEAR, Action.ASK)


def test_the_group_hears_a_change_only_when_the_bot_is_spoken_to():
    words = "明天午饭两份改成四份"
    assert understand(words, NOW, Context(chat="group")).action is Action.SILENT
    assert understand(words, NOW, Context(chat="group", addressed=True)).action is Action.ASK
    assert understand("@食堂小助手 " + words, NOW, Context(chat="group")).action is Action.ASK


@pytest.mark.parametrize(
    ("text", "names", "count"),
    [
        ("+1", [], 1),
        ("＋2", [], 2),
        ("+1 李奶奶", ["李奶奶"], None),
        ("+2 小明 小华", ["小明", "小华"], None),
    ],
)
def test_plus_forms_book_with_and_without_names(text, names, count):
    read = understand(text, NOW, Context(chat="group"))
    assert (read.intent, read.action, read.slots.count) == (Intent.BOOK_MEAL, Action.ACT, count)
    assert [entry.name for entry in read.slots.entries] == names


def test_a_name_in_the_list_is_changed_and_left():
    assert understand("改 3 老王 小王", NOW, Context(chat="group")).slots.rename == ("3", "老王", "小王")
    assert understand("退出", NOW, Context(chat="group")).intent is Intent.CANCEL_MEAL


def test_a_known_name_is_taken_for_the_eater():
    assert (
        understand("覃凤英明天午饭一份", NOW, Context(names=frozenset({"覃凤英"}))).slots.beneficiary
        == "覃凤英"
    )


def test_an_unsure_private_message_is_offered_meanings():
    read = understand("食堂那个事情帮忙弄弄", NOW, Context())
    assert read.action is Action.ASK
    assert 3 <= len(read.choices) <= 6


@pytest.mark.parametrize(
    "text",
    [
        "谁能替我明天中午那班",
        "有没有人替我星期六洗碗",
        "后天的早班哪位顶我一下",
        "Can someone cover my shift tomorrow?",
    ],
)
def test_who_takes_my_shift_is_heard_in_the_group(text):
    read = understand(text, NOW, Context(chat="group"))
    assert (read.intent, read.action) == (Intent.OFFER_SHIFT, Action.ACT)


@pytest.mark.parametrize(
    "text",
    [
        "上次替我值班的那个人真好",
        "明天谁替我去接孩子",
        "谁能替我明天赶圩卖橘子",
        "有人顶班没有",
        "明天谁顶阿芳的班",
    ],
)
def test_other_talk_of_standing_in_leaves_the_group_alone(text):
    assert understand(text, NOW, Context(chat="group")).action is not Action.ACT
