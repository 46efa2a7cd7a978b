"""What a village sets about emergencies, and what its people may and may not do around them."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from models.elders.emergencies import Emergency, EmergencyState
from models.members.people import Member, Role, Status
from models.outbox import OutboxMessage
from rules.elders import emergency_calls, ladders, on_call
from tests.requesting import buttons_of, last_told, sent_to


def only(session: Session) -> Emergency:
    return session.exec(select(Emergency)).one()


def pass_by(village, minutes):
    village.now += timedelta(minutes=minutes)
    for emergency in emergency_calls.due(village.session, village.now):
        emergency_calls.climb(village.session, emergency.id, village.now)
    village.session.flush()


def test_a_villages_own_ladder_is_climbed(
    village, session, granny, daughter, manager, social_worker, villager
):
    committee = villager("覃主任", Role.COMMITTEE, telegram_id=1008)
    village.says(manager, "/settings")
    village.taps(manager, "set:ladder_emergency")
    assert "0 分钟：家人" in village.says(manager, "0 家人，2 村委，每2")[0]
    village.says(granny, "我摔倒了")
    assert village.told(daughter)
    assert not any("可能有危险" in told for told in village.told(manager))
    assert village.told(committee) == []
    pass_by(village, 2)
    assert "第 2 次" in last_told(village, committee)
    pass_by(village, 2)
    assert "第 3 次" in last_told(village, daughter)
    assert village.told(social_worker) == []


@pytest.mark.parametrize("words", ["5 家人", "0 家人，每60", "0 外星人", "随便", "送药：0 家人"])
def test_a_ladder_that_would_leave_somebody_lying_is_not_kept(village, canteen, manager, words):
    village.says(manager, "/settings")
    village.taps(manager, "set:ladder_emergency")
    assert village.says(manager, words)
    assert "ladders" not in canteen.settings
    assert ladders.emergency_ladder(canteen) == ladders.SEARCH["emergency"]


def test_the_first_rung_that_can_be_reached_is_called_at_once(village, session, granny, villager, canteen):
    canteen.settings = {
        "ladders": {
            "emergency": {"rungs": [[0, ["family"]], [10, ["doctor"]], [30, ["manager"]]], "every": 5}
        }
    }
    doctor = villager("黄医生", Role.DOCTOR, telegram_id=1007)
    boss = villager("韦主任", Role.MANAGER, telegram_id=1005)
    village.says(granny, "我摔倒了")
    assert village.told(doctor), "there is no family: nobody waits ten minutes for the doctor"
    assert village.told(boss) == []


def test_whoever_blocked_the_bot_is_passed_over(village, session, granny, daughter, manager):
    from models.members.people import Account

    session.add(
        Account(telegram_id=daughter.telegram_id, unreachable_since=village.now, unreachable_reason="blocked")
    )
    session.flush()
    said = village.says(granny, "我摔倒了")
    assert "韦主任" in said[0]
    assert sent_to(session, daughter) == []


def test_what_was_closed_can_be_said_again_and_is_a_new_one(village, session, granny, daughter):
    village.says(granny, "我摔倒了")
    village.taps(daughter, buttons_of(session, daughter, "是误报"))
    village.says(granny, "真的摔倒了，起不来")
    states = [one.state for one in session.exec(select(Emergency).order_by(col(Emergency.id))).all()]
    assert states == [EmergencyState.FALSE_ALARM, EmergencyState.OPEN]


def test_hours_later_the_same_words_are_a_new_emergency(village, session, granny, daughter):
    village.says(granny, "我摔倒了")
    village.now += timedelta(hours=3)
    village.says(granny, "我摔倒了")
    assert len(session.exec(select(Emergency)).all()) == 2


def test_two_people_in_danger_are_two_emergencies(village, session, granny, neighbour, cook, daughter):
    village.says(granny, "我摔倒了")
    village.says(cook, "覃叔晕倒了，快来人")
    people = {one.person_id for one in session.exec(select(Emergency)).all()}
    assert people == {granny.id, neighbour.id}


def test_two_of_the_same_name_are_not_guessed_between(village, session, granny, villager, cook, manager):
    villager("李奶奶", Role.ELDER, hamlet="下寨")
    village.says(cook, "李奶奶摔倒了")
    emergency = only(session)
    assert (emergency.person_id, emergency.called) == (None, "李奶奶"), (
        "the words are read by those called; nobody is sent to the wrong house"
    )
    assert "李奶奶摔倒了" in village.told(manager)[0]


def test_the_one_who_told_of_it_may_end_it(village, session, granny, daughter, cook):
    village.says(cook, "李奶奶摔倒了")
    village.taps(cook, village.data_of("是误报"))
    assert only(session).state == EmergencyState.FALSE_ALARM
    assert "误报" in last_told(village, daughter)


def test_hospital_or_well_ends_it_and_a_late_tap_is_told_so(village, session, granny, daughter, manager):
    village.says(granny, "我摔倒了")
    emergency = only(session)
    village.taps(daughter, f"sosgo:{emergency.id}")
    village.taps(daughter, f"sos:{emergency.id}:fine")
    assert "处理完了" in village.taps(daughter, f"sosgo:{emergency.id}")
    assert "处理完了" in village.taps(daughter, f"sos:{emergency.id}:hospital")
    assert emergency.reason == "fine"


def test_only_who_ended_it_calls_again(village, session, granny, daughter, manager):
    village.says(granny, "我摔倒了")
    emergency = only(session)
    village.taps(daughter, f"sos:{emergency.id}:fine")
    village.taps(manager, f"sos:{emergency.id}:again")
    assert emergency.state == EmergencyState.CLOSED
    village.taps(daughter, f"sos:{emergency.id}:again")
    assert emergency.state == EmergencyState.OPEN


def test_on_call_is_said_in_private_and_ends_when_one_goes_away(
    village, session, social_worker, granny, manager
):
    assert "私下" in village.says(social_worker, "/oncall", group=True)[0]
    village.says(social_worker, "/oncall")
    village.taps(social_worker, village.data_of("我来值班"))
    assert [one.id for one in on_call.on_call(session, social_worker.canteen_id, village.now)] == [
        social_worker.id
    ]
    social_worker.status = Status.AWAY
    session.add(social_worker)
    session.flush()
    assert on_call.on_call(session, social_worker.canteen_id, village.now) == []
    village.says(granny, "我摔倒了")
    assert village.told(manager)


def test_in_the_quiet_hours_a_cry_wakes_everybody(village, session, granny, daughter):
    village.now = village.now.replace(hour=18)
    village.says(granny, "喘不上气")
    (row,) = sent_to(session, daughter)
    assert row.due_at == village.now


def test_chatter_about_falling_is_no_cry(village, session, granny, canteen):
    for words in ("小心路滑别摔倒", "昨天电视里有人晕倒", "我的手机摔了"):
        village.says(granny, words, group=True)
    assert session.exec(select(Emergency)).all() == []
    assert session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all() == []


def test_somebody_without_a_name_on_the_phone_is_still_called_by_something(
    village, session, canteen, manager
):
    canteen.settings = {"join": "approve"}
    nameless = Member(name="", telegram_id=998, canteen_id=0, joined_at=village.now)
    village.says(nameless, "救命 着火了", group=True)
    assert village.told(manager)
