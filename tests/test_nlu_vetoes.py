"""What looks like a wish for the canteen and is none: every kind of veto, one sentence or more for each."""

from datetime import datetime, timedelta, timezone

import pytest

from nlu import Action, Context, Intent, understand

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
GROUP = Context(chat="group")
LEFT_ALONE = {
    "a restaurant": ["明天中午去饭店，订了四个人", "昨晚在大排档吃了三份田螺", "周六酒楼摆酒，两个人去"],
    "tickets": ["明天的高铁票两张", "电影票周六中午两份套票", "订了后天的机票"],
    "shopping": ["淘宝订两份月饼明天到", "明天送牛奶两份", "快递明天到三份"],
    "other canteens": ["我们单位食堂明天中午吃饺子", "幼儿园明天早餐改成豆浆", "学校食堂明天两份"],
    "one's own home": ["明天中午在家吃饭，六个人", "周末家里煮六个人的饭", "明天来我家吃饭"],
    "what is past": ["昨天中午吃了两份", "上次我们订了十份午饭", "前天晚饭三个人是"],
    "what others say": ["阿强说他明天中午不吃", "听说明天午饭两份", "阿芳讲她明天来吃饭"],
    "meetings and feasts": ["明天下午开会，来两个人", "后天结婚，二十桌", "明天广场舞来三个人"],
    "papers and parcels": ["送两份材料去镇上", "明天带两份文件来", "后天交三份包裹"],
    "questions to a neighbour": ["你家明天中午几个人吃饭", "明天谁来吃饭", "你们家周六几个人"],
    "fate": ["他明天走了两个人", "明天小孩出生，一个人", "昨晚死了两个人"],
}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in LEFT_ALONE.items() for text in texts]
)
def test_the_group_is_left_alone_with(kind, text):
    assert understand(text, NOW, GROUP).action is not Action.ACT


@pytest.mark.parametrize(
    "text",
    [
        "明天村委开会，多备八份午饭",
        "元旦中午协会12个老人聚餐，食堂吃",
        "我们老年协会订明晚的饭，两桌共二十人",
        "明天体检完来食堂吃，两个人中午",
    ],
)
def test_a_doubt_gives_way_to_plain_words(text):
    assert understand(text, NOW, Context()).intent is Intent.BOOK_MEAL


@pytest.mark.parametrize(
    ("text", "unlike"),
    [
        ("火车站班车换了", Intent.SWAP_SHIFT),
        ("上次替我值班的那个人真好", Intent.OFFER_SHIFT),
        ("下周我值哪几天", Intent.CLAIM_SHIFT),
        ("打麻将三缺一，今晚谁来", Intent.QUERY_SHIFTS),
        ("孩子学校请假", Intent.LEAVE_SHIFT),
        ("谁家有农药", Intent.REQUEST_MEDICINE),
        ("昨天陪他去医院回来了", Intent.REQUEST_ESCORT),
        ("血压正常了", Intent.REQUEST_HEALTH_CHECK),
        ("我三号出门，饭都停了", Intent.REQUEST_REPAIR),
        ("阿芳讲她明天不来打牌了", Intent.REQUEST_COMPANIONSHIP),
        ("酒店的菜单", Intent.QUERY_MENU),
        ("酒店我订了没", Intent.QUERY_BOOKINGS),
        ("酒店的饭太咸", Intent.FEEDBACK),
        ("会议时间改成三点", Intent.CHANGE_MEAL),
        ("老头子天天钓鱼，饭都不吃", Intent.CANCEL_MEAL),
        ("我妈做了鱼想吃肉", Intent.MENU_WISH),
        ("谢谢，帮我订两份明天的午饭", Intent.THANKS),
        ("卖两袋米的来了", Intent.REQUEST_OTHER),
        ("明天来拿两份材料", Intent.BOOK_MEAL),
    ],
)
def test_each_rule_has_words_that_keep_it_silent(text, unlike):
    read = understand(text, NOW, Context())
    assert read.intent is not unlike or read.why[0] == "no rule"


def test_a_refusal_beside_an_order_is_asked_about():
    read = understand("明天午饭不要了，晚饭两份", NOW, Context())
    assert (read.intent, read.action, read.slots.meal) == (Intent.CANCEL_MEAL, Action.ASK, "lunch")


def test_what_stays_as_it_is_is_not_cancelled():
    read = understand("把周五的退掉，周六保留", NOW, Context())
    assert [day.isoformat() for day in read.slots.dates] == ["2026-11-27"]


def test_what_was_before_is_not_what_it_becomes():
    assert understand("12月2号改送餐，之前是自取", NOW, Context()).slots.mode == "delivery"
