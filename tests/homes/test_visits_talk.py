"""The social worker plans a week by taps, writes a visit down by a sentence, and nobody else learns what was found."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.homes.visits import VisitState
from models.members.consents import Purpose
from models.members.people import Consent, Member, Risk, Role, Status
from models.members.vault import seal
from rules.elders import needs
from rules.elders.needs import Said
from rules.homes import households, visits
from rules.members import consents, readings
from tests.homes.visiting import MONDAY, WEDNESDAY, all_visits, newest, taps
from tests.requesting import buttons_of, sent_to
from texts import Words

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
    read = session.exec(select(AuditEntry).where(AuditEntry.action == "privacy.shown")).all()
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
        "饮食：软一点",
        "上寨 12 号",
        "13800001001",
        "上次（10月26日 周一）：血压偏高",
        "想要个收音机",
    ):
        assert words in said
    assert need.id
    told = session.exec(select(AuditEntry).where(AuditEntry.action == "privacy.shown")).one()
    assert (told.subject_id, told.actor_id) == (granny.id, social_worker.id)


def test_what_is_withheld_at_the_door_is_no_look(village, session, granny, social_worker, wrote, act):
    seal(session, granny, phone="13800001001", address="上寨 12 号")
    wrote(granny, days=30, findings="血压偏高")
    visit = visits.plan(session, granny, visits.Wanted(WEDNESDAY), act(social_worker))
    consents.record(session, granny.id, {Purpose.MESSENGER: False}, Consent.SAID, act(granny))
    session.flush()
    village.taps(social_worker, f"visit:{visit.id}:see")
    assert "血压" not in newest(village, social_worker)
    assert "13800001001" not in newest(village, social_worker)
    assert readings.of(session, granny, 20) == []
    consents.record(session, granny.id, {Purpose.MESSENGER: True}, Consent.SAID, act(granny))
    village.taps(social_worker, f"visit:{visit.id}:see")
    assert "血压" in newest(village, social_worker)
    assert len(readings.of(session, granny, 20)) == 2


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


def test_the_plan_says_why_and_how_many_are_left_over(
    village, session, canteen, social_worker, committee, elders, wrote, act
):
    granny, neighbour, mo, *_ = elders
    canteen.settings = {"visits_a_week": 2}
    session.add(canteen)
    for elder in (granny, mo):
        households.set_risk(session, households.of(session, elder).id, Risk.HIGH, act(social_worker))
    wrote(granny, days=12)
    village.taps(social_worker, f"visitweek:{MONDAY}:plan")
    said = newest(village, social_worker)
    assert "莫爷爷家（河边），和陆主任一起。重点看护，还没去过" in said
    assert "李奶奶家（上寨），和陆主任一起。重点看护，19 天没去了" in said or "重点看护，20 天没去了" in said
    wrote(neighbour, days=59)
    for elder in elders[3:]:
        wrote(elder, days=3)
    canteen.settings = {"visits_a_week": 3, "visit_every": [7, 30, 40]}
    session.add(canteen)
    session.flush()
    village.taps(social_worker, f"visitweek:{MONDAY}:plan")
    assert "覃叔家（下寨），和陆主任一起。6" in newest(village, social_worker)


def test_whoever_is_the_only_companion_and_the_actor_is_not_written_to(
    village, session, villager, committee, granny, act
):
    both = villager("梁社工", Role.SOCIAL_WORKER, Role.COMMITTEE, telegram_id=1013)
    visit = visits.plan(session, granny, visits.Wanted(WEDNESDAY, both.id), act(both))
    assert visit.companion_id == committee.id
    other = villager("陈社工", Role.SOCIAL_WORKER, telegram_id=1004)
    visits.restore(
        session, visit.id, {**visits.seen(visit), "worker_id": other.id}, visits.seen(visit), act(both)
    )
    village.taps(both, f"visitwith:{visit.id}:{both.id}")
    assert visit.companion_id == both.id
    assert not any("请您和" in said for said in village.told(both))
    village.taps(both, f"visit:{visit.id}:off")
    assert not any("不用您了" in said for said in village.told(both))


def buttons(village, session, who):
    """The labels of the newest message to somebody that has buttons."""
    rows = [row for row in sent_to(session, who) if row.body.get("buttons")]
    return [
        Words("zh_CN", "Asia/Shanghai").say(label) for line in rows[-1].body["buttons"] for label, *_ in line
    ]


def test_a_week_never_shows_more_than_three_buttons_and_all_is_found(
    village, session, social_worker, committee, elders
):
    everything, monday = set(), MONDAY
    village.says(social_worker, "/visits")
    before = buttons(village, session, social_worker)
    taps(village, social_worker, "现在排")
    monday = all_visits(session)[0].day - timedelta(days=all_visits(session)[0].day.weekday())
    planned = buttons(village, session, social_worker)
    pages = [before, planned]
    for start in range(0, 8, 2):
        village.taps(social_worker, f"visitweek:{monday}:others-{start}")
        pages.append(buttons(village, session, social_worker))
    for house in range(4):
        village.taps(social_worker, f"visitweek:{monday}:house-{house}")
        pages.append(buttons(village, session, social_worker))
        assert f"第 {house + 1} 户，一共 4 户" in newest(village, social_worker)
    for data in ("visitseen:0", "visitseen:2", "visitlate:0"):
        village.taps(social_worker, data)
        pages.append(buttons(village, session, social_worker))
    assert max(len(page) for page in pages) == 3
    everything = {label for page in pages for label in page}
    assert everything >= {
        *("现在排这一周", "都好，就这样走", "一户一户看", "更多", "再加一户", "打印一张", "看下一周"),
        *("谁好久没见了", "到时间没去的", "放进手机日历", "细看、改动", "下一户", "返回"),
    }


def test_a_house_is_opened_from_its_card_and_a_week_from_its_back(
    village, session, social_worker, committee, elders
):
    village.says(social_worker, "/visits")
    taps(village, social_worker, "现在排")
    taps(village, social_worker, "一户一户看")
    taps(village, social_worker, "下一户")
    second = newest(village, social_worker)
    assert second.startswith("第 2 户")
    taps(village, social_worker, "返回")
    assert "走访 4 户" in newest(village, social_worker)
    taps(village, social_worker, "一户一户看")
    taps(village, social_worker, "细看")
    assert "就去这家" in buttons(village, session, social_worker)
    monday = all_visits(session)[0].day
    for forged in ("house-x", "house-", "others-9999", "house--1"):
        assert "过期" in village.taps(social_worker, f"visitweek:{monday}:{forged}")


class TestPlayedAsSocialWorker:
    @pytest.mark.parametrize("words", ["去覃叔家，不在家", "今天到覃叔家，锁着门", "去了覃叔家，没人应门"])
    def test_a_closed_door_is_a_visit_and_no_meal_is_called_off(
        self, village, session, neighbour, social_worker, words
    ):
        said = village.says(social_worker, words)[0]
        assert "覃叔" in said
        assert "不在家。" in said

    def test_in_english_with_a_chinese_name(self, village, neighbour, social_worker):
        said = village.says(social_worker, "visited 覃叔, blood pressure high")[0]
        assert "看到：blood pressure high" in said

    @pytest.mark.parametrize(
        ("words", "answer"),
        [
            ("谁好久没见了", "一个月里见过"),
            ("哪些老人好久没去看了", "一个月里见过"),
            ("到时间没去的", "到时间"),
        ],
    )
    def test_who_was_not_seen_is_asked_in_words(self, village, social_worker, words, answer):
        assert answer in village.says(social_worker, words)[0]
