"""Sign-up lists in the shapes villagers paste them."""

from datetime import date, datetime, timedelta, timezone

import pytest

from nlu import Action, Context, Intent, Part, understand
from nlu.lists import entries_of, entry_of, plus_entries

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
GROUP = Context(chat="group")


@pytest.mark.parametrize(
    ("line", "name", "count", "mode"),
    [
        ("张秀英 1份", "张秀英", 1, None),
        ("王婶 不吃了", "王婶", 0, None),
        ("阿军 仨", "阿军", 3, None),
        ("李四 ×3", "李四", 3, None),
        ("五保户黄公 1份送 💊饭后吃药", "黄公", 1, "delivery"),
        ("阿妹 打包", "阿妹", 1, "takeaway"),
        ("Granny Li 2", "Granny Li", 2, None),
        ("张三李四", "张三李四", 1, None),
        ("韦叔2份（软）", "韦叔", 2, None),
    ],
)
def test_a_line_is_a_name_and_what_stands_beside(line, name, count, mode):
    entry = entry_of(line.replace("×", "x"))
    assert entry is not None
    assert (entry.name, entry.count, entry.mode) == (name, count, mode)


@pytest.mark.parametrize("line", ["", "2", "💊", "——"])
def test_a_line_without_a_name_is_no_entry(line):
    assert entry_of(line) is None


def test_heads_and_examples_are_no_entries():
    assert [e.name for e in entries_of("1. 例 张某 1份\n2. 姓名\n3. 韦叔 1\n4.")] == ["韦叔"]


@pytest.mark.parametrize(
    "subject", ["周日摘橘子报名", "广场舞服装尺码", "周六桂林一日游", "团购土鸡蛋", "Saturday trip"]
)
def test_lists_about_other_things_meet_silence(subject):
    read = understand(f"#接龙\n{subject}\n1. 老黄\n2. 阿芳 2人", NOW, GROUP)
    assert (read.intent, read.action) == (Intent.CHATTER, Action.SILENT)


def test_a_list_keeps_its_day_meal_and_numbers():
    read = understand("#接龙\n明天午饭\n1、李奶奶\n２．王大爷 2份", NOW, GROUP)
    assert (read.slots.dates, read.slots.meal, read.action) == ((date(2026, 11, 26),), "lunch", Action.ACT)
    assert [(e.number, e.name, e.count) for e in read.slots.entries] == [(1, "李奶奶", 1), (2, "王大爷", 2)]


@pytest.mark.parametrize("text", ["+1 同意", "+100元", "1+1", "+86 138"])
def test_a_plus_about_something_else_names_nobody(text):
    found = plus_entries(text)
    assert found is None or found[1] == ()


def test_leaving_may_name_somebody():
    read = understand("退出 3 李奶奶", NOW, GROUP)
    assert (read.intent, read.slots.beneficiary) == (Intent.CANCEL_MEAL, "李奶奶")


def test_a_reply_to_the_menu_takes_its_day_and_meal():
    context = Context(chat="group", reply_to="明天午饭：红烧肉、青菜", reply_to_bot=True)
    read = understand("两份", NOW, context)
    assert (read.intent, read.slots.dates, read.slots.meal, read.slots.count) == (
        Intent.BOOK_MEAL, (date(2026, 11, 26),), "lunch", 2,
    )  # fmt: skip


def test_the_usual_is_what_it_always_is():
    usual = Part((date(2026, 11, 26),), "lunch", 2, "delivery")
    read = understand("老样子", NOW, Context(usual=usual))
    assert (read.intent, read.slots.count, read.slots.mode, read.action) == (
        Intent.BOOK_MEAL,
        2,
        "delivery",
        Action.ASK,
    )


def test_nothing_said_is_nothing_heard():
    assert understand(" \n ", NOW).action is Action.SILENT


SHAPES = {
    "one line": "#接龙 明天午饭 1.韦叔 2.黄姨 3.阿兰两份",
    "bullets": "明天午饭\n- 韦叔\n- 黄姨\n- 阿兰 2",
    "keycaps": "明天午饭接龙👇\n1️⃣ 韦叔\n2️⃣ 黄姨\n3️⃣ 阿兰 2",
    "circles": "明天午饭接龙\n① 韦叔\n② 黄姨\n③ 阿兰 两份",
    "numbers alone": "明天午饭报名\n1 韦叔\n2 黄姨\n3 阿兰 2份",
    "no numbers": "明天午饭\n韦叔 1份\n黄姨 1\n阿兰 x2",
    "table": "明天午饭\n姓名 份数\n韦叔 1\n黄姨 1\n阿兰 2\n合计4份",
    "in a row": "明天午饭：韦叔1份，黄姨1份，阿兰2份",
    "examples": "明天午饭接龙\n例 张三 1份\n1. 韦叔\n2. 黄姨\n3. 阿兰 2份",
    "day of the time only": "明天中午：\n1) 韦叔\n2) 黄姨\n3) 阿兰 2",
}


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_the_same_list_in_every_shape(shape):
    read = understand(SHAPES[shape], NOW, GROUP)
    assert (read.intent, read.action) == (Intent.BOOK_MEAL, Action.ACT)
    assert (read.slots.dates, read.slots.meal) == ((date(2026, 11, 26),), "lunch")
    assert [(e.name, e.count) for e in read.slots.entries] == [("韦叔", 1), ("黄姨", 1), ("阿兰", 2)]


def test_a_heading_says_how_all_below_it_eat():
    read = understand("周五午餐\n堂食：\n1. 老莫\n2. 老卢 打包\n送餐：\n1. 吴婆", NOW, GROUP)
    assert [e.mode for e in read.slots.entries] == ["dine_in", "takeaway", "delivery"]


def test_names_alone_are_a_list_below_a_word_for_signing_up():
    read = understand("明天晚餐名单：\n王奶奶、李爷爷、赵婆婆", NOW, GROUP)
    assert [e.name for e in read.slots.entries] == ["王奶奶", "李爷爷", "赵婆婆"]


@pytest.mark.parametrize(
    ("line", "count"),
    [("小覃 退", 0), ("韦奶奶❌", 0), ("农叔✅2份", 2), ("李秀兰 不要辣", 1), ("陈公（送）", 1)],
)
def test_marks_and_words_beside_a_name(line, count):
    entry = entry_of(line.replace("（", "(").replace("）", ")"))
    assert entry is not None
    assert entry.count == count


@pytest.mark.parametrize(
    "text",
    [
        "明天午餐：红烧肉1份，青菜2份",
        "明天早饭，我1份、我妈1份、隔壁阿婆1份",
        "今晚打牌：老韦1，老黄2",
        "春耕借犁登记\n1 老覃 周四\n2 阿勇 周五",
        "周六酒楼吃饭\n1. 老韦 2人\n2. 老黄 3人",
        "明天晚上KTV\n1. 老韦\n2. 老黄",
        "12 月的天气\n真冷啊",
    ],
)
def test_what_only_looks_like_a_list_of_eaters_books_nobody(text):
    assert understand(text, NOW, GROUP).action is not Action.ACT


def test_several_counts_for_one_meal_are_asked_about():
    read = understand("明天早饭我1份、我妈1份", NOW, Context())
    assert (read.intent, read.action) == (Intent.BOOK_MEAL, Action.ASK)
