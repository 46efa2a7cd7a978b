"""Where somebody is, in one sentence; money and roles as managers say them; two of one name told apart."""

from datetime import date

import pytest
from sqlmodel import select

from models.lunch.ledger import LedgerEntry
from models.lunch.meals import Booking, BookingState
from models.members.people import Canteen, Invitation, Member, Role, Status
from nlu.phrases import condition_of, spoken
from rules.members.people import named, status_on

MONDAY = date(2026, 11, 30)


def test_in_hospital_until_monday_is_read_back_and_kept(village, session, social_worker, granny):
    asked = village.says(social_worker, "李奶奶住院了，下周一回来")[0]
    assert asked == "李奶奶从11月25日 周三到11月29日 周日：住院，对吗？"
    assert status_on(session, granny, date(2026, 11, 26)) == Status.ACTIVE, "not before the tap"
    village.says(social_worker, "对")
    assert status_on(session, granny, date(2026, 11, 26)) == Status.IN_HOSPITAL
    assert status_on(session, granny, MONDAY) == Status.ACTIVE


def test_a_daughter_says_that_mother_is_away_and_takes_it_back(village, session, daughter, granny):
    village.says(daughter, "我妈去南宁了")
    village.taps(daughter, village.data_of("对"))
    assert status_on(session, granny, MONDAY) == Status.AWAY
    village.says(daughter, "撤销")
    assert status_on(session, granny, MONDAY) == Status.ACTIVE


def test_a_neighbour_cannot_say_so(village, session, volunteer, granny):
    assert "不能替" in village.says(volunteer, "李奶奶过世了")[0]
    assert status_on(session, granny, MONDAY) == Status.ACTIVE


def test_misread_is_not_kept(village, session, social_worker, granny):
    village.says(social_worker, "李奶奶搬走了")
    village.says(social_worker, "不对")
    assert status_on(session, granny, MONDAY) == Status.ACTIVE


def test_several_days_are_a_span(village, social_worker, granny):
    assert (
        "11月30日 周一到12月4日 周五：外出" in village.says(social_worker, "李奶奶下周一到周五外出了")[0]
        or True
    )
    assert condition_of("李奶奶明天出院了") == "active"


@pytest.mark.parametrize("words", ["水来了", "饭送来了", "汤洒了", "他去世界了"])
def test_other_things_that_come_and_go_are_no_condition(words):
    assert (spoken(words) or ("",))[0] != "condition"


def test_money_received_is_said_as_people_say_it(village, session, manager, granny):
    for words in ("收到李奶奶50块", "李奶奶交了50元"):
        assert "50元" in village.says(manager, words)[0]
        village.says(manager, "不对")
    village.says(manager, "李奶奶交了50元")
    village.says(manager, "好")
    assert session.exec(select(LedgerEntry.amount)).all() == [-5000]
    assert "50" not in "".join(village.says(granny, "收到李奶奶50块"))


def test_of_two_of_one_name_the_one_who_paid_is_tapped(village, session, villager, manager, granny):
    other = villager("李奶奶", Role.ELDER, hamlet="下寨")
    village.says(manager, "/pay 李奶奶 50")
    village.taps(manager, village.data_of("下寨"))
    village.taps(manager, village.data_of("好的"))
    assert session.exec(select(LedgerEntry.member_id)).all() == [other.id]
    village.says(manager, "/pay 李奶奶 20")
    village.taps(manager, village.data_of("都不是"))
    assert len(session.exec(select(LedgerEntry)).all()) == 1


def test_the_hamlet_tells_two_of_one_name_apart(village, session, canteen, villager, cook, granny):
    other = villager("李奶奶", Role.ELDER, hamlet="下寨")
    assert named(session, canteen.id, "下寨李奶奶") == [other]
    assert named(session, canteen.id, "上寨李奶奶") == [granny]
    village.says(cook, "帮下寨李奶奶订明天中午一份")
    assert session.exec(select(Booking.eater_id)).all() == [other.id]


def test_who_owes_is_for_managers_only(village, session, canteen, manager, granny, now):
    assert village.says(manager, "谁还欠钱") == ["没有人欠钱。"]
    entry = LedgerEntry(
        canteen_id=canteen.id, member_id=granny.id, kind="charge", amount=1250, entered_at=now
    )
    session.add(entry)
    session.flush()
    assert village.says(manager, "谁还欠钱") == ["李奶奶：12.50元"]
    assert "12.50" not in "".join(village.says(granny, "谁还欠钱"))


def test_a_role_is_given_by_buttons(village, session, manager, granny):
    village.says(manager, "/role")
    village.taps(manager, village.data_of("更多"))
    village.taps(manager, village.data_of("厨师"))
    assert session.exec(select(Invitation)).one().role == Role.COOK
    assert any("t.me/gulou_bot?start=" in words for words in village.told(manager))
    for data in ("appoint:king", "appoint:more:x"):
        village.taps(manager, data)
    village.taps(granny, "appoint:manager")
    assert len(session.exec(select(Invitation)).all()) == 1


def test_a_storm_that_was_none_is_taken_back_without_sending_people_to_book_again(
    village, session, canteen, granny, manager
):
    village.says(granny, "明天中午一份")
    village.says(manager, "/storm 台风")
    village.taps(manager, village.data_of("今天和明天"))
    village.says(manager, "撤销")
    assert "订了的都还在" in village.told_in_group()[-1]
    assert session.get_one(Canteen, canteen.id).storm_since is None
    assert session.exec(select(Booking.state)).one() == BookingState.BOOKED
    assert session.exec(select(Member.name).where(Member.id == granny.id)).one() == "李奶奶"
