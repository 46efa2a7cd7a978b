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


WITH_FOOD = [
    "明天中午我家杀鸡，来两个人帮忙",
    "昨天的两份我没拿到",
    "明天中午吃两份药",
    "后天两份喜糖送到村委",
    "明天的饭局取消了吧",
    "今晚吃两个粽子撑死了",
    "周末我们三个人去吃粉",
    "明天三个人一桌不够坐",
    "我今天中午吃了两碗饭",
    "你明天来吃饭不",
    "明天中午给狗留一份",
    "中午饭吃什么好",
    "后天中午去我姐家吃饭",
    "明天早上五点去抢两份豆腐",
    "这两天中午都热得吃不下饭",
    "周六晚上三个人打牌来不来",
    "明天午餐肉罐头两份打折",
    "下周二食堂要检查卫生，两个人来",
    "他明天不来吃饭了说",
    "晚上给猪留一桶饭",
    "明天中午食堂人多不多",
    "昨晚那餐饭三个人花了两百",
    "明天六一儿童节，小孩有饭吃",
    "一日三餐要规律",
    "早餐店明天开到几点",
    "午饭后去打针",
    "明天两人份的火锅料有优惠",
    "后天晚饭后广场舞，四个人",
    "周五晚上聚餐大家AA，一人五十",
    "要两份明天的报纸",
]
"""Village talk with days, meals and counts in it: nothing for the canteen."""


@pytest.mark.parametrize("text", WITH_FOOD)
def test_talk_with_food_in_it_books_nothing_in_the_group(text):
    assert understand(text, NOW, GROUP).action is not Action.ACT


@pytest.mark.parametrize(
    "text",
    [
        "明天中午两份",
        "后天午餐加我一个，1份",
        "周六中午我们六个人吃饭",
        "重阳节中午我们老年协会一共三十六个人来吃",
        "明天村委开会，多备八份午饭",
        "腊月二十三那天中午报十五位",
        "明晚报两份打包，谢谢",
        "给韦奶奶明天午饭留一份软的",
        "lunch for 3 tomorrow please",
    ],
)
def test_a_plain_order_is_taken_in_the_group_without_being_asked(text):
    read = understand(text, NOW, GROUP)
    assert (read.intent, read.action) == (Intent.BOOK_MEAL, Action.ACT)
