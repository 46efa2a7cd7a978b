"""Danger: 120 first, everybody near at once and again until somebody goes; a false alarm ends with one tap."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.elders.emergencies import Emergency, EmergencyState
from models.lunch.meals import Booking
from models.members.people import Member, Role, Status
from models.members.vault import seal, unsealed
from models.outbox import MessageClass, OutboxMessage
from nlu.errands import in_danger
from rules.elders import emergencies, emergency_calls, ladders, on_call
from rules.elders.emergencies import Cry
from rules.values import Refused
from tests.requesting import buttons_of, last_told, sent_to


@pytest.fixture
def doctor(villager):
    """黄医生, the village doctor."""
    return villager("黄医生", Role.DOCTOR, telegram_id=1007)


@pytest.fixture
def helpers(daughter, social_worker, manager, doctor, session, act):
    """Everybody who may be called; the social worker is on call."""
    on_call.begin(session, social_worker, act(social_worker))
    return daughter, social_worker, manager, doctor


def only(session: Session) -> Emergency:
    return session.exec(select(Emergency)).one()


def pass_by(village, minutes):
    """Time passes and the clock looks."""
    village.now += timedelta(minutes=minutes)
    for emergency in emergency_calls.due(village.session, village.now):
        emergency_calls.climb(village.session, emergency.id, village.now)
    village.session.flush()


def test_granny_fell_and_reads_120_first_while_family_social_worker_and_doctor_are_called(
    village, session, granny, helpers
):
    daughter, social_worker, manager, doctor = helpers
    seal(session, granny, address="上寨 12 号", phone="13800000001")
    said = village.says(granny, "我摔倒了起不来")
    assert said[0].startswith("先打 120！")
    assert "李小红" in said[0]
    for one in (daughter, social_worker, doctor):
        (told,) = village.told(one)
        assert "第 1 次" in told
        assert "我摔倒了起不来" in told
        assert "上寨 12 号" in told
        assert "13800000001" in told
    assert village.told(manager) == []
    (answer,) = sent_to(village.session, granny)
    assert answer.kind == MessageClass.CARE, "120 must not wait behind what others booked"
    rows = sent_to(village.session, daughter)
    assert {row.kind for row in rows} == {MessageClass.CARE}


def test_nobody_answers_so_it_is_called_again_every_five_minutes_and_further_up(village, granny, helpers):
    daughter, _, manager, _ = helpers
    village.says(granny, "胸口好痛")
    pass_by(village, 5)
    assert "第 2 次" in last_told(village, daughter)
    assert "第 2 次" in last_told(village, manager)
    pass_by(village, 5)
    assert "第 3 次" in last_told(village, daughter)
    for call in range(4, 20):
        pass_by(village, 5)
        assert f"第 {call} 次" in last_told(village, daughter)


def test_with_nobody_on_call_the_manager_is_called_and_without_one_all_social_workers(
    village, granny, social_worker, villager
):
    village.says(granny, "喘不上气")
    assert village.told(social_worker), "nobody is on call and there is no manager: every social worker"
    boss = villager("韦主任", Role.MANAGER, telegram_id=1005)
    village.now += timedelta(hours=3)
    before = len(village.told(social_worker))
    village.says(granny, "喘不上气")
    assert village.told(boss)
    assert len(village.told(social_worker)) == before


def test_when_nobody_of_the_first_rung_has_a_phone_the_next_rungs_are_called_at_once(
    village, granny, villager
):
    committee = villager("覃主任", Role.COMMITTEE, telegram_id=1010)
    village.says(granny, "晕倒了")
    assert village.told(committee)


def test_with_nobody_at_all_granny_is_told_to_shout_and_the_calls_go_on(village, session, granny):
    said = village.says(granny, "着火了")
    assert "喊邻居" in said[0]
    emergency = only(session)
    for _ in range(5):
        pass_by(village, 5)
        assert emergency.state == EmergencyState.OPEN
        assert emergency.next_at > village.now


def test_somebody_goes_and_everybody_hears_it_and_nobody_is_called_any_more(
    village, session, granny, helpers
):
    daughter, social_worker, _, doctor = helpers
    village.says(granny, "我摔倒了")
    village.taps(doctor, buttons_of(session, doctor, "我去"))
    assert only(session).state == EmergencyState.ANSWERED
    assert last_told(village, granny) == "黄医生来看您了，别急，别乱动。"
    for one in (daughter, social_worker):
        assert last_told(village, one) == "黄医生去看李奶奶了。"
    before = len(village.told(daughter))
    pass_by(village, 10)
    assert len(village.told(daughter)) == before


def test_a_second_helper_may_go_too(village, session, granny, helpers):
    _, social_worker, _, doctor = helpers
    village.says(granny, "我摔倒了")
    button = buttons_of(session, social_worker, "我去")
    village.taps(doctor, button)
    village.taps(social_worker, button)
    emergency = only(session)
    assert emergency.answered_by_id == doctor.id
    assert "黄医生已经去看李奶奶了" in last_told(village, social_worker)


def test_half_an_hour_later_who_went_is_asked_and_then_those_responsible(village, session, granny, helpers):
    _, _, manager, doctor = helpers
    village.says(granny, "我摔倒了")
    village.taps(doctor, buttons_of(session, doctor, "我去"))
    pass_by(village, 30)
    assert "怎么样了" in last_told(village, doctor)
    assert not any("怎么样了" in told for told in village.told(manager))
    pass_by(village, 30)
    assert "怎么样了" in last_told(village, manager)
    village.taps(doctor, buttons_of(session, doctor, "送医院了"))
    emergency = only(session)
    assert (emergency.state, emergency.reason, emergency.next_at) == (EmergencyState.CLOSED, "hospital", None)


def test_a_false_alarm_is_closed_by_one_tap_with_its_reason_and_told_to_all(
    village, session, granny, helpers
):
    daughter, *_ = helpers
    village.says(granny, "我摔倒了")
    village.taps(granny, village.data_of("是误报"))
    emergency = only(session)
    assert (emergency.state, emergency.reason) == (EmergencyState.FALSE_ALARM, "mistake")
    assert "误报" in last_told(village, daughter)
    before = len(village.told(daughter))
    pass_by(village, 60)
    assert len(village.told(daughter)) == before


def test_a_wrong_tap_calls_everybody_again(village, session, granny, helpers):
    daughter, *_ = helpers
    village.says(granny, "我摔倒了")
    village.taps(granny, village.data_of("是误报"))
    before = len(village.told(daughter))
    village.taps(granny, village.data_of("还要人"))
    assert only(session).state == EmergencyState.OPEN
    assert len(village.told(daughter)) == before + 1


def test_in_the_group_nothing_is_said_of_who_or_what(village, session, granny, helpers, canteen):
    said = village.says(granny, "救命 我胸口痛", group=True)
    assert said == ["先打 120！我已经私下叫人了。"]
    in_group = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all()
    assert "胸口" not in str([row.body for row in in_group])
    assert village.told(helpers[0])


@pytest.mark.parametrize(("wanted", "posts"), [(True, 1), (False, 0)])
def test_the_group_hears_that_help_is_coming_only_where_the_village_wants_it(
    village, session, granny, helpers, canteen, wanted, posts
):
    canteen.settings = {"group_emergencies": wanted}
    village.says(granny, "我摔倒了")
    village.taps(helpers[3], buttons_of(session, helpers[3], "我去"))
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all()
    assert len(rows) == posts
    assert "李奶奶" not in str([row.body for row in rows])


def test_somebody_tells_of_granny_and_her_family_is_called(village, session, granny, helpers, cook):
    village.says(cook, "快来人，李奶奶晕倒在厨房了", group=True)
    emergency = only(session)
    assert (emergency.person_id, emergency.raised_by_id) == (granny.id, cook.id)
    told = last_told(village, helpers[0])
    assert "李奶奶可能有危险" in told
    assert "报信的人：王师傅" in told


def test_the_daughter_says_my_mother_fell(village, session, granny, helpers):
    village.says(helpers[0], "我妈摔倒了起不来")
    assert only(session).person_id == granny.id


def test_more_words_belong_to_the_same_emergency_and_do_not_flood_the_family(
    village, session, granny, helpers
):
    daughter, *_ = helpers
    village.says(granny, "我摔倒了")
    for _ in range(5):
        village.says(granny, "起不来 腿好痛")
    assert "腿好痛" in unsealed(only(session), "words")
    assert len(village.told(daughter)) <= 3


def test_an_emergency_is_heard_before_a_meal_a_question_and_a_command(village, session, granny, helpers):
    village.says(granny, "明天中午两份 我胸口痛")
    assert session.exec(select(Booking)).all() == []
    assert only(session).state == EmergencyState.OPEN
    village.now += timedelta(hours=3)
    village.says(granny, "帮我买点东西")
    village.says(granny, "我喘不上气")
    village.now += timedelta(hours=3)
    assert village.says(granny, "/ask 我胸口痛得厉害")[0].startswith("先打 120")
    assert len(session.exec(select(Emergency)).all()) == 3


def test_a_stranger_in_the_group_of_a_village_that_lets_nobody_in_is_helped_all_the_same(
    village, session, canteen, manager
):
    canteen.settings = {"join": "approve"}
    stranger = Member(name="路人", telegram_id=999, canteen_id=0, joined_at=village.now)
    village.says(stranger, "救命 着火了", group=True)
    emergency = only(session)
    assert (emergency.person_id, emergency.called) == (None, "路人")
    assert "路人可能有危险" in village.told(manager)[0]


def test_who_is_away_or_in_hospital_is_helped_and_a_helper_who_is_away_is_not_called(
    village, session, granny, helpers
):
    _, social_worker, manager, doctor = helpers
    granny.status, social_worker.status = Status.AWAY, Status.AWAY
    village.says(granny, "我摔倒了")
    assert village.told(doctor)
    assert village.told(social_worker) == []
    assert village.told(manager), "the only one on call is away: the manager stands in"


def test_a_bystander_cannot_answer_close_or_reopen(village, session, granny, helpers, cook):
    village.says(granny, "我摔倒了")
    emergency = only(session)
    for data in (f"sosgo:{emergency.id}", f"sos:{emergency.id}:mistake", f"sos:{emergency.id}:again"):
        assert "没有叫您" in village.taps(cook, data)
    assert emergency.state == EmergencyState.OPEN


def test_granny_cannot_be_her_own_help(village, session, granny, helpers):
    village.says(granny, "我摔倒了")
    assert "等人来" in village.taps(granny, f"sosgo:{only(session).id}")
    assert only(session).state == EmergencyState.OPEN


@pytest.mark.parametrize(
    "data", ["sosgo:", "sosgo:x", "sosgo:99999", "sos:1:nonsense", "sos::", "oncall:1:begin"]
)
def test_a_button_nobody_made_does_nothing(village, session, granny, helpers, data):
    village.says(granny, "我摔倒了")
    before = only(session).state
    assert village.taps(helpers[1], data)
    assert only(session).state == before


def test_every_call_and_every_answer_is_kept_in_the_audit(village, session, granny, helpers):
    village.says(granny, "我摔倒了")
    pass_by(village, 5)
    village.taps(helpers[3], buttons_of(session, helpers[3], "我去"))
    village.taps(helpers[3], buttons_of(session, helpers[3], "人没事了"))
    own = select(AuditEntry.action).where(col(AuditEntry.action).startswith("emergencies."))
    kept = session.exec(own.order_by(col(AuditEntry.id))).all()
    assert [name.removeprefix("emergencies.") for name in kept] == [
        *("on_call", "raised", "called", "called", "answered", "closed")
    ]
    entries = session.exec(select(AuditEntry)).all()
    assert "摔倒" not in str([(entry.before, entry.after) for entry in entries])


def test_being_on_call_begins_and_ends_by_a_tap_and_only_for_oneself(
    village, session, social_worker, doctor, cook
):
    assert "没有人值班" in village.says(social_worker, "/oncall")[0]
    village.taps(social_worker, village.data_of("我来值班"))
    assert "陈社工" in village.says(doctor, "/oncall")[0]
    village.taps(doctor, f"oncall:{social_worker.id}:end")
    assert on_call.is_on_call(session, social_worker, village.now)
    village.says(social_worker, "/oncall")
    village.taps(social_worker, village.data_of("我下班了"))
    assert not on_call.is_on_call(session, social_worker, village.now)
    village.says(cook, "/oncall")
    assert "只能是" in village.taps(cook, village.data_of("我来值班"))


def test_being_on_call_twice_is_being_on_call_once(session, social_worker, act, now):
    assert on_call.begin(session, social_worker, act(social_worker))
    assert not on_call.begin(session, social_worker, act(social_worker))
    assert on_call.end(session, social_worker, act(social_worker))
    assert not on_call.end(session, social_worker, act(social_worker))


def test_an_emergency_of_another_village_is_nobody_elses_business(session, granny, helpers, act, canteen):
    from dataclasses import replace

    raised = emergencies.cry(session, canteen, Cry("我摔倒了", granny), act(granny))
    elsewhere = replace(act(helpers[3]), canteen_id=canteen.id + 1)
    with pytest.raises(Refused, match="common.old_button"):
        emergencies.answer(session, raised.emergency.id, elsewhere)


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("李奶奶摔倒了", "李奶奶"),
        ("我妈摔倒了起不来", "我妈"),
        ("老伴晕倒了", "老伴"),
        ("我胸口痛", None),
        ("喘不上气", None),
    ],
)
def test_who_is_in_danger_is_read_from_the_words(words, who):
    assert in_danger(words, frozenset({"李奶奶"})) == who


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_a_call_number_grows_with_every_call_and_the_ladder_never_ends(gaps):
    ladder = ladders.SEARCH["emergency"]
    reached = [ladder.reached(sum(gaps[: n + 1])) for n in range(len(gaps))]
    assert reached == sorted(reached)
    assert all(ladder.after(step) > total for step, total in zip(reached, _totals(gaps), strict=True))


def _totals(gaps):
    total = 0
    for gap in gaps:
        total += gap
        yield total


def test_who_waits_is_told_at_the_second_call_that_nobody_has_answered_yet(
    village, session, granny, helpers, cook
):
    village.says(cook, "快来人，李奶奶晕倒了")
    assert len(village.told(cook)) == 1
    pass_by(village, 5)
    for one in (granny, cook):
        assert "已经叫了 2 次" in last_told(village, one)
        assert "喊邻居" in last_told(village, one)
    village.taps(cook, buttons_of(session, cook, "是误报"))
    assert only(session).state == EmergencyState.FALSE_ALARM


def test_an_edited_message_can_be_a_cry_and_other_edits_are_left_alone(village, session, granny, helpers):
    def edits(words):
        message = {
            "message_id": 9,
            "date": 1,
            "edit_date": 2,
            "from": village._person(granny),
            "chat": village._chat(granny, False),
            "text": words,
        }
        return village._take({"update_id": 800_000 + len(words), "edited_message": message}).rows

    assert not edits("我吃饱了")
    assert session.exec(select(Emergency)).all() == []
    assert edits("我摔倒了起不来")
    assert only(session).state == EmergencyState.OPEN
