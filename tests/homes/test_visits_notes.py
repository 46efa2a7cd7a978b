"""A visit is written down by a sentence and a tap, or by a few taps; nothing counts before, everything can be taken back."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.elders.needs import Need
from models.homes.visits import FollowUp, VisitOutcome, VisitState
from models.members.consents import Purpose
from models.members.people import Consent, Role
from models.members.vault import opened
from rules.elders import needs
from rules.elders.needs import Said
from rules.homes import visits
from rules.members import consents
from tests.homes.visiting import WEDNESDAY, all_visits, newest, taps
from tests.requesting import buttons_of

# written down by a sentence


def test_a_visit_is_written_down_by_one_sentence_and_one_tap(
    village, session, granny, social_worker, committee, planned
):
    said = village.says(social_worker, "今天走访了李奶奶家，血压偏高，想吃软一点的饭")[0]
    assert "记成这样对吗" in said
    assert "看到：血压偏高" in said
    assert "老人说：“想吃软一点的饭”" in said
    visit = next(one for one in planned if one.elder_id == granny.id)
    assert visit.state == VisitState.PLANNED, "nothing is written before the tap"
    taps(village, social_worker, "陆主任也去了")
    assert (visit.state, visit.outcome, visit.visited_on) == (
        VisitState.DONE,
        VisitOutcome.VISITED,
        WEDNESDAY,
    )
    assert opened(session, visit, "findings") == "血压偏高"
    need = session.exec(select(Need)).one()
    assert (opened(session, need, "words"), need.elder_id, need.visit_id) == (
        "想吃软一点的饭",
        granny.id,
        visit.id,
    )
    told = newest(village, social_worker)
    assert "下次：2月24日" in told
    taps(village, social_worker, "早一点")
    assert "2月17日" in newest(village, social_worker)


def test_where_somebody_wants_nothing_about_their_health_written_down_the_visit_still_counts(
    village, session, granny, social_worker, committee, act
):
    consents.record(session, granny.id, {Purpose.HEALTH: False}, Consent.SAID, act(granny))
    said = village.says(social_worker, "今天走访了李奶奶家，血压偏高，想要个收音机")[0]
    assert "不同意记健康情况" in said
    assert "血压" not in said
    taps(village, social_worker, "陆主任")
    (visit,) = all_visits(session)
    assert (visit.state, opened(session, visit, "findings")) == (VisitState.DONE, "")
    assert session.exec(select(Need)).one()


def test_a_typed_yes_is_a_tap_and_the_sentence_may_say_it_all(
    village, session, granny, social_worker, committee
):
    village.says(social_worker, "昨天和陆主任走访李奶奶家，精神很好")
    village.says(social_worker, "对")
    (visit,) = all_visits(session)
    assert (visit.companion_id, visit.visited_on) == (committee.id, WEDNESDAY - timedelta(days=1))
    assert opened(session, visit, "findings") == "精神很好"


def test_who_went_alone_is_asked_why(village, session, granny, social_worker, committee):
    village.says(social_worker, "走访李奶奶，一切都好，我一个人去的")
    village.says(social_worker, "对")
    assert "为什么一个人去" in village.told(social_worker)[-1]
    taps(village, social_worker, "临时去的")
    (visit,) = all_visits(session)
    assert (visit.companion_id, visit.absence) == (None, "sudden")


def test_a_sentence_misread_is_dropped_and_one_written_down_is_taken_back(
    village, session, granny, social_worker, committee
):
    village.says(social_worker, "走访李奶奶，想有人陪聊天")
    taps(village, social_worker, "不对")
    assert all_visits(session) == []
    village.says(social_worker, "走访李奶奶，想有人陪聊天")
    taps(village, social_worker, "陆主任")
    assert session.exec(select(Need)).one()
    village.says(social_worker, "撤销")
    assert session.exec(select(Need)).all() == []
    assert {one.state for one in all_visits(session)} == {VisitState.CALLED_OFF}


@pytest.mark.parametrize(
    ("words", "outcome", "button"),
    [
        ("走访李奶奶，不在家", VisitOutcome.NOT_HOME, ""),
        ("走访李奶奶，不让进门", VisitOutcome.REFUSED, ""),
        ("走访李奶奶，她住院了", VisitOutcome.HOSPITAL, "在住院，先停饭"),
        ("走访李奶奶，去女儿家了", VisitOutcome.AWAY, "外出，先停饭"),
        ("走访李奶奶，打电话问的，都好", VisitOutcome.PHONED, ""),
    ],
)
def test_what_came_of_it_is_read_from_the_sentence(
    village, session, granny, social_worker, committee, words, outcome, button
):
    village.says(social_worker, words)
    taps(village, social_worker, "对，")
    (visit,) = all_visits(session)
    assert visit.outcome == outcome
    if button:
        assert buttons_of(session, social_worker, button).startswith(f"status:{granny.id}:")


def test_two_of_one_name_are_asked_about_and_the_hamlet_tells_them_apart(
    village, session, villager, granny, social_worker, committee
):
    other = villager("李奶奶", Role.ELDER, hamlet="下寨")
    assert "哪一位" in village.says(social_worker, "走访李奶奶家，精神很好")[0]
    taps(village, social_worker, "下寨")
    taps(village, social_worker, "陆主任")
    (visit,) = all_visits(session)
    assert visit.elder_id == other.id
    village.says(social_worker, "走访上寨李奶奶家，精神很好")
    taps(village, social_worker, "陆主任")
    assert all_visits(session)[-1].elder_id == granny.id
    village.says(social_worker, "走访李奶奶家，精神很好")
    taps(village, social_worker, "都不是")
    assert len(all_visits(session)) == 2


def test_without_a_name_it_is_asked_for_and_a_question_is_answered(village, social_worker, committee, elders):
    assert "走访了谁家" in village.says(social_worker, "今天走访，血压偏高")[0]
    assert "还没有安排走访" in village.says(social_worker, "今天走访谁")[0]


def test_what_others_tell_of_a_visit_is_passed_on_and_writes_nothing(
    village, session, volunteer, granny, social_worker
):
    village.says(volunteer, "今天走访了李奶奶家，血压偏高")
    assert all_visits(session) == []
    assert "阿军" in newest(village, social_worker)


def test_in_the_group_nothing_of_a_visit_is_repeated(village, session, social_worker, granny, committee):
    said = village.says(social_worker, "今天走访了李奶奶家，血压偏高", group=True, reply_to_bot=True)
    assert "血压" not in "".join([*said, *village.told_in_group()])
    assert all_visits(session) == []


# written down by taps


def test_a_visit_is_written_down_by_a_few_taps(village, session, social_worker, planned):
    visit = next(one for one in planned if one.day == WEDNESDAY)
    village.taps(social_worker, f"visit:{visit.id}:record")
    taps(village, social_worker, "见到了")
    assert "看到什么" in newest(village, social_worker)
    assert "看到：腿脚不便" in village.says(social_worker, "腿脚不便，想要个收音机")[0]
    taps(village, social_worker, "陆主任")
    assert opened(session, visit, "findings") == "腿脚不便"
    village.taps(social_worker, f"visit:{visit.id}:see")
    assert "腿脚不便" in newest(village, social_worker)
    assert "变动" in village.taps(social_worker, f"visit:{visit.id}:record")


def test_all_well_is_one_tap_and_nobody_home_another(village, session, social_worker, planned, now):
    first, second = planned[0], planned[-1]
    village.taps(social_worker, f"visitout:{first.id}:visited")
    taps(village, social_worker, "都好，没什么")
    taps(village, social_worker, "一个人")
    taps(village, social_worker, "别的原因")
    assert (first.outcome, first.absence) == (VisitOutcome.VISITED, "other")
    assert "日子不对" in village.taps(social_worker, f"visit:{second.id}:record"), "not before its day"
    village.now = now + timedelta(days=2)
    village.taps(social_worker, f"visit:{second.id}:record")
    taps(village, social_worker, "别的")
    taps(village, social_worker, "不让进")
    taps(village, social_worker, "陆主任")
    assert second.outcome == VisitOutcome.REFUSED


# what an elder is asked again


def test_the_elder_is_asked_whether_it_is_settled(village, session, granny, social_worker, committee, act):
    need = needs.note(session, granny, Said("厨房的灯不亮"), act(social_worker))
    visits.plan_follow_up(session, granny, f"need:{need.id}", act())
    need.state = "closed"
    session.add(need)
    said = village.says(social_worker, "走访李奶奶，精神很好")
    taps(village, social_worker, "陆主任")
    assert "厨房的灯不亮" in newest(village, social_worker)
    taps(village, social_worker, "还没办好")
    row = session.exec(select(FollowUp)).one()
    assert (row.met, session.get_one(Need, need.id).state) == (False, "open")
    assert said
