"""The kitchen book as it is tapped and said, through the whole path of an update."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from models.cooks.kitchen import MealClock, MorningCheck, Sample
from models.lunch.meals import Booking, BookingState, Sitting
from models.members.people import Role
from models.outbox import OutboxMessage
from rules.audit import Act
from rules.lunch import menus
from rules.lunch.menus import MenuLine

THURSDAY = date(2026, 11, 26)


def at(hour, minute=0, day=26):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def last(village, who):
    return village.told(who)[-1]


@pytest.fixture
def lunch(village, session, canteen, cook):
    """Thursday's lunch of three dishes; it is nine in the morning."""
    line = MenuLine(THURSDAY, Sitting.LUNCH, ("红烧肉", "炒青菜", "冬瓜汤"))
    meal = menus.write(session, canteen, line, Act(village.now, cook.id, canteen.id))
    village.now = at(9)
    return meal


def test_the_cook_alone_does_the_check_in_a_number_and_two_taps(village, session, cook, lunch):
    assert "晨检：还没做" in village.says(cook, "/kitchen")[0]
    village.taps(cook, village.data_of("晨检"))
    assert "王师傅体温多少" in last(village, cook)
    assert "洗干净" in village.says(cook, "36.5")[0]
    village.taps(cook, village.data_of("都好"))
    assert "王师傅 36.5℃，可以进厨房" in last(village, cook)
    assert session.exec(select(MorningCheck)).one().fit is True
    village.taps(cook, village.data_of("撤销"))
    assert session.exec(select(MorningCheck)).all() == []


def test_a_word_does_what_the_buttons_do(village, session, cook, lunch):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("晨检"))
    village.says(cook, "36度6")
    village.says(cook, "好的")
    assert session.exec(select(MorningCheck)).one().temperature == 366
    village.says(cook, "撤销")
    assert session.exec(select(MorningCheck)).all() == []


def test_a_number_nobody_can_have_is_asked_again(village, session, cook, lunch):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("晨检"))
    assert "没看懂" in village.says(cook, "很好")[0]
    assert "洗干净" in village.says(cook, "36.4")[0]


def test_with_a_fever_nobody_is_asked_further_and_the_manager_arranges(
    village, session, cook, manager, lunch
):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("晨检"))
    assert "不要碰饭菜" in village.says(cook, "38.1")[0]
    assert session.exec(select(MorningCheck)).one().fit is False
    assert "另外安排人" in last(village, manager)
    assert "38" not in last(village, manager)


def test_who_feels_unwell_stays_out_too(village, session, cook, manager, lunch):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("晨检"))
    village.says(cook, "36.8")
    village.taps(cook, village.data_of("有不舒服"))
    assert session.exec(select(MorningCheck)).one().fit is False
    assert "王师傅" in last(village, manager)


def test_of_several_the_name_is_tapped_or_written(village, session, cook, villager, granny, lunch):
    villager("莫嫂", Role.COOK)
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("晨检"))
    village.taps(cook, village.data_of("莫嫂"))
    village.says(cook, "36.5")
    village.taps(cook, village.data_of("都好"))
    assert "还差王师傅" in last(village, cook)
    village.taps(cook, "kwhose")
    assert "谁也不是" not in village.says(cook, "谁也不是")[0]
    assert "李奶奶体温多少" in village.says(cook, "李奶奶")[0]


def test_two_of_the_same_name_are_told_apart(village, session, cook, villager, lunch):
    villager("莫嫂", Role.COOK, hamlet="上寨")
    villager("莫嫂", Role.COOK, hamlet="下寨")
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("晨检"))
    assert "哪位" in village.says(cook, "莫嫂")[0]
    village.taps(cook, village.data_of("下寨"))
    assert "莫嫂体温多少" in last(village, cook)


def test_a_number_before_the_name_is_asked_for_the_name_and_other_words_are_heard_again(
    village, session, cook, villager, lunch
):
    villager("莫嫂", Role.COOK, telegram_id=1012)
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("晨检"))
    assert village.says(cook, "36.5") == ["先点名字，或者写全名，再写体温。"]
    village.says(cook, "王师傅")
    assert "体温" not in village.says(cook, "36.5")[0]
    village.taps(cook, village.data_of("都好"))
    assert session.exec(select(MorningCheck)).one().member_id == cook.id
    village.taps(cook, "kwhose")
    assert village.says(cook, "今天谁吃了红烧肉") == ["先点名字，或者写全名，再写体温。"]
    assert village.says(cook, "今天谁吃了红烧肉")[0] != "先点名字，或者写全名，再写体温。"


def test_samples_of_all_dishes_are_one_tap_then_the_fridge_and_a_picture(village, session, cook, lunch):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("留样"))
    assert "每样 125 克" in last(village, cook)
    village.taps(cook, village.data_of("都留好了"))
    assert any("放到11月28日" in words for words in village.told(cook))
    assert "冰箱现在几度" in last(village, cook)
    assert "照片记在 3 样" in village.shows(cook, "AgAC-fridge")[0]
    assert "不对" in village.says(cook, "10")[0]
    assert {(row.photo, row.fridge) for row in session.exec(select(Sample))} == {("AgAC-fridge", 100)}
    assert "正好" in village.says(cook, "4")[0], "it is asked until the fridge is right"
    assert {row.fridge for row in session.exec(select(Sample))} == {40}


def test_samples_one_by_one_each_with_its_undo(village, session, cook, lunch):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("留样"))
    data = village.data_of("炒青菜")
    village.taps(cook, data)
    assert [row.dish for row in session.exec(select(Sample))] == ["炒青菜"]
    assert "过期" in village.taps(cook, data), "a doubled tap keeps nothing twice"
    village.taps(cook, village.data_of("撤销"))
    assert session.exec(select(Sample)).all() == []


def test_a_fridge_that_is_cold_enough_is_praised(village, cook, lunch):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("留样"))
    village.taps(cook, village.data_of("都留好了"))
    assert "正好" in village.says(cook, "4度")[0]


def test_the_clock_runs_from_the_fire_to_the_door(village, session, cook, lunch):
    village.now = at(11)
    village.says(cook, "/kitchen")
    assert "13:00 前吃完" in village.taps(cook, village.data_of("出锅了"))
    assert "12:00 前送到" in village.taps(cook, village.data_of("装好了"))
    village.taps(cook, village.data_of("撤销"))
    assert session.exec(select(MealClock)).one().packed_at is None
    village.taps(cook, village.data_of("装好了"))
    village.now = at(11, 40)
    assert "都送到了" in village.taps(cook, village.data_of("送完了"))
    assert "已经记过了" in village.taps(cook, f"kstep:{lunch.id}:cooked")


def test_samples_are_thrown_away_by_one_tap_after_two_days(village, session, cook, lunch):
    village.now = at(11)
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("留样"))
    village.taps(cook, village.data_of("都留好了"))
    assert "还没放够" in village.taps(cook, f"kdiscard:{lunch.id}")
    village.now = at(11, 1, day=28)
    assert "可以倒掉" in village.says(cook, "/kitchen")[0]
    village.taps(cook, village.data_of("留样倒掉了"))
    assert all(row.discarded_at for row in session.exec(select(Sample)))
    village.taps(cook, village.data_of("撤销"))
    assert not any(row.discarded_at for row in session.exec(select(Sample)))


def test_the_month_comes_on_paper_and_as_a_table(village, session, cook, lunch):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("更多"))
    assert "马上" in village.taps(cook, village.data_of("这个月"))
    rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
    papers = [row.body["attachment"] for row in rows if "attachment" in row.body]
    assert [paper["sheet"] for paper in papers] == ["kitchen_book", "kitchen_table"]
    assert papers[0]["facts"] == {"canteen_id": village.canteen.id, "month": "2026-11-01"}
    village.taps(cook, village.data_of("上个月"))
    newest = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id).desc())).first()
    assert newest.body["attachment"]["facts"]["month"] == "2026-10-01"


@pytest.fixture
def eaten(village, session, cook, granny, daughter, lunch):
    """Granny was served, the daughter's portion was not ticked off."""
    village.now = at(10, day=25)
    village.says(granny, "明天中午两份")
    village.says(daughter, "明天中午一份")
    served = session.exec(select(Booking).where(Booking.eater_id == granny.id)).one()
    served.state = BookingState.SERVED
    session.flush()
    village.now = at(9, day=27)


@pytest.mark.parametrize(
    "words",
    [
        "/whoate 红烧肉 昨天",
        "/whoate 红烧肉",
        "/whoate 11月26日的红烧肉",
        "昨天谁吃了红烧肉",
        "有哪些人吃了红烧肉",
    ],
)
def test_who_ate_the_pork_yesterday_is_one_command(village, session, cook, eaten, words):
    said = village.says(cook, words)
    assert "1 个人吃了 2 份" in said[0]
    assert "李奶奶 2份" in said[0]
    assert "没点到名的：李小红" in said[0]
    assert "没有留样" in said[0]
    papers = [
        row.body["attachment"] for row in session.exec(select(OutboxMessage)) if "attachment" in row.body
    ]
    assert papers[-1]["sheet"] == "eaters"


def test_the_sample_of_the_dish_is_named_with_its_day(village, session, canteen, cook, lunch, eaten):
    row = Sample(
        meal_id=lunch.id,
        dish="红烧肉",
        grams=125,
        kept_at=at(11),
        discard_at=at(11, day=28),
        kept_by_id=cook.id,
    )
    session.add(row)
    session.flush()
    assert "留样在冰箱里" in village.says(cook, "/whoate 红烧肉")[0]
    row.photo = "AgAC-sample"
    village.says(cook, "/whoate 红烧肉")
    assert [one.body["photo"] for one in session.exec(select(OutboxMessage)) if "photo" in one.body] == [
        "AgAC-sample"
    ]
    row.discarded_at = at(12, day=28)
    session.flush()
    assert "倒掉了" in village.says(cook, "/whoate 红烧肉")[0]


def test_who_ate_what_never_stands_in_the_group_nor_for_everybody(village, cook, granny, volunteer, eaten):
    for who, group in ((cook, True), (granny, False), (volunteer, False)):
        said = village.says(who, "/whoate 红烧肉 昨天", group=group)[0]
        assert "李奶奶" not in said
    assert "没有" in village.says(cook, "/whoate 龙虾 昨天")[0]
    assert "厨师" in village.says(granny, "昨天谁吃了红烧肉")[0]
    assert "/whoate" in village.says(cook, "/whoate")[0]


def test_the_book_is_kept_in_private_by_those_of_the_kitchen(village, cook, granny, lunch):
    assert "私下" in village.says(cook, "/kitchen", group=True)[0]
    assert "厨房的人" in village.says(granny, "/kitchen")[0]
    for data in ("kcard", "kmore:1", f"kcheck:{lunch.id}", f"ksample:{lunch.id}", f"kstep:{lunch.id}:cooked"):
        assert "厨房" in village.taps(granny, data), data
    assert "厨师" in village.taps(granny, "kmonth:202611")


def test_forged_taps_change_nothing(village, session, cook, lunch):
    for data in (
        *("kcheck:x", "kcheck:999", "kwho:999", "kwho:x", "kwell:1:yes", "kwhich:1:0"),
        *("ksample:-1", "kkeep:1:0", f"kstep:{lunch.id}:eaten", "kstep:9:cooked", "kdiscard:9", "kundo:7"),
        *("kmonth:202613", "kmonth:2026", "kmonth:x"),
    ):
        assert "过期" in village.taps(cook, data), data
    assert session.exec(select(MealClock)).all() == []


def test_the_card_stands_under_the_kitchen_sheet(village, cook, granny, lunch):
    village.now = at(10, day=25)
    village.says(granny, "明天中午一份")
    village.says(cook, "/sheet")
    village.now = at(9)
    assert "kcard:new" in dict(map(reversed, village.buttons)) or village.data_of("厨房台账") == "kcard:new"
    village.taps(cook, "kcard:new")
    assert "厨房台账" in last(village, cook)
    village.taps(cook, "kcard")
    assert "厨房台账" in last(village, cook)


@pytest.mark.parametrize(
    ("words", "answer"),
    [("留样", "厨房台账"), ("晨检", "厨房台账"), ("我的健康证", "还没有登记"), ("我的工时", "还没有上过班")],
)
def test_a_word_is_enough(village, cook, lunch, words, answer):
    assert answer in village.says(cook, words)[0]


def test_before_anybody_is_ticked_off_it_says_so(village, cook, granny, lunch):
    village.now = at(10, day=25)
    village.says(granny, "明天中午两份")
    village.now = at(12)
    said = village.says(cook, "/whoate 红烧肉")[0]
    assert "还没有人点过名" in said
    assert "李奶奶" in said


def test_an_old_undo_is_too_old(village, session, cook, lunch):
    village.says(cook, "/kitchen")
    village.taps(cook, village.data_of("出锅了"))
    data = village.data_of("撤销")
    village.now += timedelta(minutes=11)
    assert "过期" in village.taps(cook, data)
    assert session.exec(select(MealClock)).one().cooked_at is not None
