"""Who said 我去 and is heard of no more: nobody relies on them, and the group reads what is true now."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.elders.emergencies import Emergency, EmergencyState
from models.members.people import Role
from models.outbox import OutboxMessage, Post
from rules.elders import emergencies, emergency_calls, emergency_notices, on_call
from rules.elders.emergencies import Cry
from tests.requesting import buttons_of, last_told, sent_to
from texts import Words


@pytest.fixture
def going(village, session, canteen, granny, daughter, social_worker, manager, villager, act):
    """黄医生 is on the way to granny; the daughter and the social worker were called too."""
    canteen.settings = {"group_emergencies": True}
    doctor = villager("黄医生", Role.DOCTOR, telegram_id=1007)
    on_call.begin(session, social_worker, act(social_worker))
    village.says(granny, "我摔倒了")
    village.now += timedelta(minutes=1)
    village.taps(doctor, buttons_of(session, doctor, "我去"))
    return doctor


def only(session):
    return session.exec(select(Emergency)).one()


def minutes_pass(village, many):
    """The clock looks every minute."""
    for _ in range(many):
        village.now += timedelta(minutes=1)
        for due in emergency_calls.due(village.session, village.now):
            emergency_calls.climb(village.session, due.id, village.now)
    village.session.flush()


def test_who_goes_is_asked_then_reminded_and_then_the_others_are_called_again(
    village, session, granny, daughter, social_worker, manager, going
):
    minutes_pass(village, 30)
    assert "怎么样了" in last_told(village, going)
    assert "怎么样了" not in last_told(village, social_worker)
    minutes_pass(village, 10)
    assert "怎么样了" in last_told(village, social_worker)
    assert "怎么样了" in last_told(village, manager)
    minutes_pass(village, 10)
    emergency = only(session)
    assert (emergency.state, emergency.answered_by_id) == (EmergencyState.OPEN, None)
    for one in (daughter, social_worker, manager):
        *_, heard, called = village.told(one)
        assert heard == "黄医生说去看李奶奶，一直没有回话，我再叫人。"
        assert "李奶奶可能有危险" in called
        assert buttons_of(session, one, "我去")
    assert any("黄医生还没有回话" in said for said in village.told(granny))
    kept = session.exec(select(AuditEntry).where(AuditEntry.action == "emergencies.no_word")).one()
    assert (kept.actor_id, kept.after["answered_by_id"]) == (None, going.id)


def test_then_again_every_five_minutes_until_somebody_answers(village, session, daughter, going):
    minutes_pass(village, 50)
    before = len(village.told(daughter))
    minutes_pass(village, 15)
    assert len(village.told(daughter)) == before + 3
    village.taps(daughter, f"sosgo:{only(session).id}")
    assert only(session).answered_by_id == daughter.id
    before = len(village.told(daughter))
    minutes_pass(village, 29)
    assert len(village.told(daughter)) == before


def test_who_was_given_up_but_is_there_says_so_with_one_tap(village, session, daughter, going):
    minutes_pass(village, 50)
    assert "可能有危险" in last_told(village, going)
    village.taps(going, f"sos:{only(session).id}:fine")
    assert only(session).state == EmergencyState.CLOSED
    assert "没事了" in last_told(village, daughter)


def test_who_is_there_and_still_busy_is_not_given_up(village, session, daughter, going):
    minutes_pass(village, 40)
    told = len(village.told(daughter))
    assert "半小时" in said_after(village, session, going, "我在，还没完")
    minutes_pass(village, 29)
    emergency = only(session)
    assert (emergency.state, emergency.answered_by_id) == (EmergencyState.ANSWERED, going.id)
    assert len(village.told(daughter)) == told
    minutes_pass(village, 21)
    assert only(session).state == EmergencyState.OPEN, "and then no word again"


def said_after(village, session, who, label):
    village.taps(who, buttons_of(session, who, label))
    edits = [row for row in sent_to(session, who) if row.key.startswith("edit:")]
    return Words("zh_CN", "Asia/Shanghai").say(edits[-1].body["text"])


def test_only_who_goes_can_say_that_they_are_there(village, session, daughter, granny, cook, going):
    emergency = only(session)
    before = emergency.next_at
    minutes_pass(village, 5)
    for one in (daughter, granny, cook):
        village.taps(one, f"sos:{emergency.id}:here")
        assert only(session).next_at == before
    village.taps(going, f"sos:{emergency.id}:here")
    assert only(session).next_at == village.now + timedelta(minutes=30)


def test_an_answer_of_those_responsible_ends_the_asking(village, session, manager, daughter, going):
    minutes_pass(village, 40)
    village.taps(manager, buttons_of(session, manager, "送医院了"))
    before = len(village.told(daughter))
    minutes_pass(village, 60)
    assert len(village.told(daughter)) == before


@pytest.fixture
def post_now(session, village):
    """What stands in the group now, and whether it is to be brought up to date."""

    def read():
        post = session.exec(select(Post).where(Post.kind == "emergency")).one()
        session.refresh(post)
        said = emergency_notices.group_post(session, post.target_id, village.now)
        return Words("zh_CN", "Asia/Shanghai").say(said.text)

    return read


def test_the_group_reads_what_is_true_now(village, session, canteen, daughter, going, post_now):
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()
    post = session.exec(select(Post)).one()
    assert (row.post_id, post.kind, post.target_id) == (post.id, "emergency", only(session).id)
    assert "赶过去了" in post_now()
    minutes_pass(village, 50)
    assert post_now() == "有人需要帮忙，我还在叫人。"
    assert post.changed_at is not None, "it is brought up to date"
    village.taps(daughter, f"sosgo:{only(session).id}")
    assert "赶过去了" in post_now()
    village.taps(daughter, f"sos:{only(session).id}:hospital")
    assert post_now() == "刚才有人需要帮忙，现在不用再去人了，谢谢大家。"
    village.taps(daughter, f"sos:{only(session).id}:again")
    assert "还在叫人" in post_now()
    village.taps(daughter, f"sos:{only(session).id}:mistake")
    assert "误报" in post_now()
    assert "李奶奶" not in post_now()
    assert len(village.told_in_group()) == 1, "said once, kept true by edits"


def test_who_leaves_takes_the_promise_out_of_the_group(village, session, going, post_now):
    village.says(going, "我去不了")
    assert "还在叫人" in post_now()


def test_who_was_never_called_is_told_only_what_is_true(village, session, granny, cook):
    village.says(granny, "我摔倒了")
    said = village.taps(cook, f"sosgo:{only(session).id}")
    assert said == "这次没有叫您，谢谢您。有危险请打 120。"


def test_who_waits_is_not_told_that_others_are_called_when_nobody_can_be(session, canteen, village, granny):
    village.says(granny, "我摔倒了")
    minutes_pass(village, 5)
    assert last_told(village, granny) == "先打 120！我还没联系上别人，请马上喊邻居。"
    assert buttons_of(session, granny, "是误报")


def test_somebody_sent_for_whom_the_village_does_not_know_is_called_for_again_too(
    session, canteen, social_worker, manager, act, village
):
    raised = emergencies.cry(session, canteen, Cry("有人晕倒了", None, "路人"), act())
    emergencies.answer(session, raised.emergency.id, act(manager))
    minutes_pass(village, 50)
    assert only(session).state == EmergencyState.OPEN
    assert "路人" in last_told(village, manager)
