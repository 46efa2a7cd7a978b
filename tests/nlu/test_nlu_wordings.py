"""Families of wording beyond the labelled sets: what each sentence is for, and the misreads that were once known."""

from datetime import datetime, timedelta, timezone

import pytest

from nlu import Action, Context, Intent, understand
from tests.scoring import DATA

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
AT_LEAST = 0.97


def wordings():
    lines = (DATA / "wordings.txt").read_text(encoding="utf-8").split("\n")[:-1]
    return [tuple(line.split(" ", 2)) for line in lines]


def read(text, chat="private"):
    return understand(text, NOW, Context(chat=chat))


def test_nearly_all_wordings_are_read_for_what_they_are():
    wrong = [(text, intent) for chat, intent, text in wordings() if read(text, chat).intent != intent]
    assert 1 - len(wrong) / len(wordings()) >= AT_LEAST, wrong


def test_nothing_is_done_in_the_group_that_was_not_for_the_bot():
    quiet = [text for chat, intent, text in wordings() if (chat, intent) == ("group", "chatter")]
    assert quiet
    assert [text for text in quiet if read(text, "group").action is Action.ACT] == []


def test_nothing_wrong_is_done_without_asking():
    acted = [(read(text, chat), intent) for chat, intent, text in wordings()]
    assert [got.why for got, intent in acted if got.action is Action.ACT and got.intent != intent] == []


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("25号到28号中午两份，27号不要", (25, 26, 28)),
        ("25号到28号中午每天两份，27号那天除外", (25, 26, 28)),
        ("25号到28号中午两份，26号就不吃了", (25, 27, 28)),
    ],
)
def test_a_day_taken_out_of_a_run_is_an_exception(text, dates):
    got = read(text)
    assert got.intent is Intent.BOOK_MEAL
    assert tuple(day.day for day in got.slots.dates) == dates


def test_a_day_refused_beside_another_is_still_a_refusal():
    assert read("明天中午两份，后天不要").action is Action.ASK


@pytest.mark.parametrize(
    ("text", "own", "wanted"),
    [
        ("我周五的班换你周六的行不行", 27, 28),
        ("哪个愿意拿周六的班换我周五的", 27, 28),
        ("@陈嫂 你周六值班跟我周五的对换可以不", 27, 28),
    ],
)
def test_ones_own_shift_stands_first_however_it_is_said(text, own, wanted):
    got = read(text)
    assert got.intent is Intent.SWAP_SHIFT
    assert (got.slots.dates[0].day, got.slots.to_dates[0].day) == (own, wanted)


@pytest.mark.parametrize("text", ["午饭改成8块", "会议改成明天"])
def test_a_price_or_a_meeting_is_no_change_of_a_meal_that_is_done(text):
    assert read(text).action is not Action.ACT


@pytest.mark.parametrize("text", ["granddad's words come out like mush", "the meeting is in the hall"])
def test_english_that_nobody_taught_is_no_clear_wish(text):
    assert "classifier is clear" not in read(text).why


def test_not_brought_but_fetched_is_an_order_and_no_refusal():
    got = read("明早帮我留份早餐，不用送，我自己来拿")
    assert (got.intent, got.slots.mode) == (Intent.BOOK_MEAL, "takeaway")


def test_portions_typed_as_分_beside_打包_are_portions():
    assert read("明天午饭两分，打包").slots.count == 2


def test_an_old_injury_is_a_reason_and_no_refusal():
    got = read("前天摔过一跤走路慢，明天中午送一份到家吧")
    assert (got.intent, got.slots.mode, got.slots.count) == (Intent.BOOK_MEAL, "delivery", 1)


def test_granny_and_two_grandchildren_are_four_with_her_husband():
    assert read("我和老伴还有两个孙子，后天中午过来吃").slots.count == 4


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("帮我看看我妈这周哪几天有饭", "我妈"),
        ("今天走访五组黄伯，精神不错", "黄伯"),
        ("张三丰明天订一份", "张三丰"),
        ("帮订张三的饭", "张三"),
        ("我妈住院了，下周的饭全部先停掉", "我妈"),
    ],
)
def test_whose_matter_it_is(text, who):
    assert read(text).slots.beneficiary == who


@pytest.mark.parametrize("text", ["我和张三丰各一份，明天中午", "我和张三丰明天午饭各一份"])
def test_one_each_for_two_are_two(text):
    got = read(text)
    assert (got.intent, got.slots.count, got.slots.beneficiary) == (Intent.BOOK_MEAL, 2, None)


def test_tomorrow_in_dialect_is_a_day_and_the_meal_is_what_is_said():
    got = read("明朝中午两份")
    assert (got.slots.meal, got.slots.parts, got.slots.dates[0].day) == ("lunch", (), 26)
