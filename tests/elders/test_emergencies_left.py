"""Who said 我去 cannot go after all: others are called at once, and nobody waits for somebody who will not come."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.elders.emergencies import Emergency, EmergencyState
from models.members.people import Role
from nlu.wellbeing import cannot_go
from rules.elders import emergency_calls, on_call
from tests.requesting import buttons_of, last_told


@pytest.fixture
def going(village, session, granny, daughter, social_worker, manager, villager, act):
    """黄医生 is on the way to granny; the daughter and the social worker were called too."""
    doctor = villager("黄医生", Role.DOCTOR, telegram_id=1007)
    on_call.begin(session, social_worker, act(social_worker))
    village.says(granny, "我摔倒了")
    village.now += timedelta(minutes=1)
    village.taps(doctor, buttons_of(session, doctor, "我去"))
    return doctor


def only(session):
    return session.exec(select(Emergency)).one()


def by_button(village, session, doctor):
    village.taps(doctor, f"sos:{only(session).id}:leave")


def by_undo(village, session, doctor):
    village.says(doctor, "按错了")


def by_word(village, session, doctor):
    village.says(doctor, "我去不了")


@pytest.mark.parametrize("leaves", [by_button, by_undo, by_word])
def test_others_are_called_at_once_and_everybody_hears_it(
    village, session, granny, daughter, social_worker, going, leaves
):
    village.now += timedelta(minutes=1)
    leaves(village, session, going)
    emergency = only(session)
    assert (emergency.state, emergency.answered_by_id) == (EmergencyState.OPEN, None)
    assert emergency.next_at <= village.now + timedelta(minutes=5)
    assert "黄医生来不了了" in last_told(village, granny)
    for one in (daughter, social_worker):
        *_, heard, called = village.told(one)
        assert heard == "黄医生去不了李奶奶那里了，我正在另外叫人。"
        assert "李奶奶可能有危险" in called
        assert buttons_of(session, one, "我去")
    kept = session.exec(select(AuditEntry).where(AuditEntry.action == "emergencies.left")).one()
    assert kept.actor_id == going.id


def test_who_cannot_go_reads_whom_the_bot_called_instead(village, session, going):
    (said,) = village.says(going, "我去不了")
    assert "李小红" in said
    assert "黄医生" not in said


def test_the_button_stands_under_the_answer_and_under_the_asking(village, session, going, manager):
    assert village.data_of("去不了，再叫人") == f"sos:{only(session).id}:leave"
    for _ in range(2):
        village.now += timedelta(minutes=30)
        emergency_calls.climb(session, only(session).id, village.now)
    session.flush()
    assert buttons_of(session, going, "去不了，再叫人")
    assert "怎么样了" in last_told(village, manager)
    assert "去不了" not in str(manager_buttons(session, manager))


def manager_buttons(session, manager):
    from tests.requesting import sent_to

    return [row.body.get("buttons") for row in sent_to(session, manager)]


def test_the_time_that_went_by_counts_so_the_manager_is_called_at_once(village, session, going, manager):
    assert village.told(manager) == []
    village.now += timedelta(minutes=20)
    by_word(village, session, going)
    assert "李奶奶可能有危险" in last_told(village, manager)


def test_then_it_is_called_again_until_somebody_goes(village, session, daughter, going):
    by_button(village, session, going)
    before = len(village.told(daughter))
    village.now += timedelta(minutes=5)
    emergency_calls.climb(session, only(session).id, village.now)
    session.flush()
    assert len(village.told(daughter)) == before + 1
    village.taps(daughter, f"sosgo:{only(session).id}")
    assert only(session).answered_by_id == daughter.id


def test_only_who_goes_can_leave_and_only_once(village, session, daughter, granny, cook, going):
    for one in (daughter, granny, cook):
        village.taps(one, f"sos:{only(session).id}:leave")
        assert only(session).answered_by_id == going.id
    by_button(village, session, going)
    before = len(village.told(daughter))
    by_button(village, session, going)
    assert len(village.told(daughter)) == before
    village.taps(daughter, f"sos:{only(session).id}:mistake")
    by_button(village, session, going)
    assert only(session).state == EmergencyState.FALSE_ALARM


def test_in_the_group_and_from_others_the_words_mean_nothing(village, session, daughter, going):
    village.says(going, "我去不了", group=True)
    village.says(daughter, "我去不了")
    assert only(session).answered_by_id == going.id


@pytest.mark.parametrize(
    "words", ["我去不了", "去不了了", "我走不开", "不好意思，我现在过不去", "I can't go"]
)
def test_words_of_who_cannot_go(words):
    assert cannot_go(words)


@pytest.mark.parametrize("words", ["周五帮厨我去不了", "我去", "到了", "她去不了医院", "去不了吗"])
def test_other_words(words):
    assert not cannot_go(words)
