"""The social worker plans a week by taps, writes a visit down by a sentence, and nobody else learns what was found."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.elders.needs import Need
from models.homes.visits import FollowUp, VisitOutcome, VisitState
from models.members.people import Member, Risk, Role, Status
from models.members.vault import opened, seal
from rules.elders import needs
from rules.elders.needs import Said
from rules.homes import households, visit_plans, visits
from tests.homes.visiting import MONDAY, WEDNESDAY, all_visits
from tests.requesting import buttons_of


@pytest.fixture
def planned(session, canteen, social_worker, committee, elders, act):
    """This week's visits, settled."""
    visit_plans.propose(session, canteen, MONDAY - timedelta(days=7), act())
    return visit_plans.accept_all(session, canteen, MONDAY - timedelta(days=7), act(social_worker))


def newest(village, who):
    return village.told(who)[-1]


def taps(village, who, label):
    """The newest button with these words."""
    return village.taps(who, buttons_of(village.session, who, label))


# the week


def test_a_week_is_planned_accepted_and_undone(village, session, social_worker, committee, elders):
    assert "还没有安排走访" in village.says(social_worker, "/visits")[0]
    taps(village, social_worker, "现在排")
    said = newest(village, social_worker)
    assert "走访 4 户" in said
    assert "和陆主任一起" in said
    assert "还没去过" in said
    taps(village, social_worker, "都好")
    assert {one.state for one in all_visits(session)} == {VisitState.PLANNED}
    (asked,) = village.told(committee)
    assert "请您和陈社工一起走访 4 户" in asked, "one message, not four"
    taps(village, social_worker, "撤销")
    assert {one.state for one in all_visits(session)} == {VisitState.PROPOSED}


def test_only_social_workers_in_private_see_the_plan(
    village, social_worker, manager, granny, daughter, planned
):
    assert "没有要您一起去" in village.says(manager, "/visits")[0]
    assert "只有社工" in village.says(granny, "/visits")[0]
    assert "私下" in village.says(social_worker, "/visits", group=True)[0]
    for who in (manager, granny, daughter):
        for data in (
            f"visit:{planned[0].id}:see",
            "visitseen:0",
            "visitlate:0",
            f"visitweek:{MONDAY}:show",
            f"visitout:{planned[0].id}:visited",
        ):
            assert "只有社工" in village.taps(who, data)
    assert "私下" in village.taps(social_worker, f"visit:{planned[0].id}:see", group=True)
    assert not any("家（" in said for said in village.told_in_group())


def test_whoever_comes_along_sees_their_own_and_may_say_no(
    village, session, social_worker, committee, planned
):
    assert "请您和陈社工去看看" in village.says(committee, "/visits")[0]
    village.taps(committee, f"visitno:{planned[0].id}")
    assert "我跟陈社工说" in newest(village, committee)
    assert "陆主任去不了" in newest(village, social_worker)
    assert planned[0].companion_id is None
    for one in planned[1:]:
        village.taps(committee, f"visitno:{one.id}")
    assert "没有要您一起去" in village.says(committee, "/visits")[0]


def test_a_household_is_swapped_by_a_tap_and_back(
    village, session, social_worker, committee, planned, elders
):
    village.taps(social_worker, f"visit:{planned[0].id}:swap")
    assert "换成" in newest(village, social_worker)
    assert "不用您了" in "".join(village.told(committee))
    assert planned[0].state == VisitState.CALLED_OFF
    village.says(social_worker, "撤销")
    assert planned[0].state == VisitState.PLANNED
    assert all_visits(session)[-1].state == VisitState.CALLED_OFF


def test_another_day_another_companion_and_not_this_time(
    village, session, social_worker, committee, villager, planned
):
    other = villager("黄主任", Role.COMMITTEE, telegram_id=1011)
    visit = planned[0]
    village.taps(social_worker, f"visit:{visit.id}:more")
    village.taps(social_worker, f"visit:{visit.id}:day")
    village.taps(social_worker, buttons_of(session, social_worker, "11月27日"))
    assert visit.day == WEDNESDAY + timedelta(days=2)
    assert "11月27日" in newest(village, committee)
    village.taps(social_worker, f"visit:{visit.id}:with")
    taps(village, social_worker, "黄主任")
    assert visit.companion_id == other.id
    assert "请您和陈社工" in newest(village, other)
    village.taps(social_worker, f"visit:{visit.id}:off")
    assert visit.state == VisitState.CALLED_OFF
    assert "不用您了" in newest(village, other)
    taps(village, social_worker, "撤销")
    assert visit.state == VisitState.PLANNED


def test_one_more_and_the_page_to_carry(village, session, social_worker, planned, elders):
    monday = MONDAY - timedelta(days=7)
    village.taps(social_worker, f"visitweek:{monday}:more")
    assert "加了一户" in newest(village, social_worker)
    taps(village, social_worker, "撤销")
    village.taps(social_worker, f"visitweek:{monday}:paper")
    assert "走访单" in newest(village, social_worker)
    read = session.exec(select(AuditEntry).where(AuditEntry.action == "visits.details_seen")).all()
    assert {row.subject_id for row in read} == {one.elder_id for one in planned}
    assert village.taps(social_worker, f"visitweek:{monday}:show")
    assert "过期" in village.taps(social_worker, "visitweek:monday:show")


def test_forged_and_stale_taps_do_nothing(village, session, social_worker, committee, planned):
    visit = planned[0]
    states = [visits.seen(one) for one in planned]
    for data in (
        "visit:x:see", "visit:999:see", f"visit:{visit.id}:burn", f"visitday:{visit.id}:never", f"visitwith:{visit.id}:{committee.id + 100}",
        f"visitout:{visit.id}:burnt", "visitundo:1", "visitsay:1:yes", "visitwhy:1:busy", "visitskip:1", "visitasked:1:yes", "visitasked:1:maybe",
        f"visitnext:{visit.id}:2026-12-01", f"visitnext:{visit.id}:never", "visitplan:999", "visitwho:1:0",
    ):  # fmt: skip
        assert village.taps(social_worker, data), data
    assert [visits.seen(one) for one in planned] == states


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


# who was not seen


def test_who_was_not_seen_is_listed_and_planned_by_a_tap(village, session, social_worker, committee, elders):
    village.taps(social_worker, "visitseen:0")
    said = newest(village, social_worker)
    assert "0%" in said
    assert "100%" in said
    first = buttons_of(session, social_worker, "走访第 1 户")
    village.taps(social_worker, first)
    (visit,) = all_visits(session)
    assert (visit.state, f"visitplan:{visit.elder_id}") == (VisitState.PLANNED, first)
    village.taps(social_worker, first)
    assert len(all_visits(session)) == 1
    taps(village, social_worker, "撤销")
    assert all_visits(session)[0].state == VisitState.PLANNED, "planned before the second tap, it stays"
    village.taps(social_worker, "visitseen:3")
    assert "4." in newest(village, social_worker)


def test_who_is_overdue_by_their_own_rhythm(
    village, session, granny, neighbour, wrote, social_worker, committee, act
):
    households.set_risk(session, households.of(session, granny).id, Risk.HIGH, act(social_worker))
    wrote(granny, days=10)
    wrote(neighbour, days=10)
    village.taps(social_worker, "visitseen:0")
    taps(village, social_worker, "到时间没去")
    said = newest(village, social_worker)
    assert "有 1 户" in said
    assert "李奶奶家（上寨）：10 天没见（每周去）" in said
    wrote(granny)
    village.taps(social_worker, "visitlate:0")
    assert "都去过了" in newest(village, social_worker)


def test_everybody_seen_is_said(village, session, granny, wrote, social_worker):
    wrote(granny)
    village.taps(social_worker, "visitseen:0")
    assert "100%" in newest(village, social_worker)
    assert "都见过了" in newest(village, social_worker)


def test_the_details_at_the_door(village, session, granny, social_worker, committee, wrote, act):
    seal(session, granny, phone="13800001001", address="上寨 12 号")
    granny.diet = ["soft"]
    session.add(granny)
    wrote(granny, days=30, findings="血压偏高")
    need = needs.note(session, granny, Said("想要个收音机"), act(social_worker))
    visit = visits.plan(session, granny, visits.Wanted(WEDNESDAY), act(social_worker))
    village.taps(social_worker, f"visit:{visit.id}:see")
    said = newest(village, social_worker)
    for words in (
        "82 岁",
        "吃软一点",
        "上寨 12 号",
        "13800001001",
        "上次（10月26日 周一）：血压偏高",
        "想要个收音机",
    ):
        assert words in said
    assert need.id
    told = session.exec(select(AuditEntry).where(AuditEntry.action == "visits.details_seen")).one()
    assert (told.subject_id, told.actor_id) == (granny.id, social_worker.id)


def test_in_english_everything_has_words(village, session, granny, social_worker, committee, elders):
    village.says(social_worker, "/language")
    village.taps(social_worker, "lang:en")
    village.says(social_worker, "/visits")
    taps(village, social_worker, "Plan this week now")
    taps(village, social_worker, "All right")
    said = village.says(social_worker, "I visited 李奶奶 today, she is in good spirits, wants softer food")[0]
    assert "Found: she is in good spirits" in said
    taps(village, social_worker, "came too")
    assert "Noted" in newest(village, social_worker)
    assert "⟦" not in "".join(village.told(social_worker))


def test_after_the_elder_died_the_visit_is_not_restored_by_an_old_button(
    village, session, granny, social_worker, committee, act
):
    visit = visits.plan(session, granny, visits.Wanted(WEDNESDAY), act(social_worker))
    granny.status = Status.DECEASED
    session.add(granny)
    village.taps(social_worker, f"visitday:{visit.id}:{WEDNESDAY + timedelta(days=1)}")
    assert visit.day == WEDNESDAY
    assert isinstance(session.get_one(Member, granny.id), Member)
