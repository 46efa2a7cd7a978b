"""What people agree to: asked on one card, kept with how it was said, taken back by a tap, and followed everywhere."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.elders.requests import Request
from models.homes.visits import Visit
from models.members.consents import Purpose, PurposeConsent
from models.members.people import Consent, Household, Role
from models.members.vault import seal, unsealed
from models.outbox import Post
from rules.elders import notices
from rules.homes import visit_findings
from rules.members import consents, privacy, readings
from rules.values import Refused, encode_message
from texts import Words

LATER = timedelta(minutes=1)
EVERYTHING = dict.fromkeys(Purpose, True)


@pytest.fixture
def visit(session, canteen, granny, social_worker, now):
    house = Household(canteen_id=canteen.id, name="李家")
    session.add(house)
    session.flush()
    row = Visit(
        canteen_id=canteen.id,
        household_id=house.id,
        elder_id=granny.id,
        day=now.date(),
        worker_id=social_worker.id,
        made_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    return row


def no(purpose):
    return {purpose: False}


def standing(session, member):
    return {purpose: row.given for purpose, row in consents.of(session, member.id).items()}


def test_granny_is_asked_once_on_one_card_and_says_yes_to_all(village, session, granny):
    said = village.says(granny, "/start")
    assert "3 件事" in said[1]
    village.taps(granny, village.data_of("都可以"))
    assert standing(session, granny) == EVERYTHING
    assert len(village.says(granny, "/start")) == 1


def test_granny_says_no_to_everything_and_still_eats(village, session, granny):
    village.says(granny, "/start")
    village.taps(granny, village.data_of("都不要"))
    assert standing(session, granny) == dict.fromkeys(
        (Purpose.DISPLAY, Purpose.HEALTH, Purpose.MESSENGER), False
    )
    assert "2 份" in village.says(granny, "明天中午两份")[0]


def test_she_changes_one_thing_under_my_data_and_changes_it_back(village, session, granny):
    village.says(granny, "/privacy")
    village.taps(granny, village.data_of("什么能记"))
    village.taps(granny, f"agree:{granny.id}:display-no")
    assert standing(session, granny) == no(Purpose.DISPLAY)
    village.taps(granny, f"agree:{granny.id}:display-yes")
    assert standing(session, granny) == {Purpose.DISPLAY: True}
    assert [row["given"] for row in consents.kept(session, granny.id)] == [False, True]
    assert privacy.kept(session, granny)["consents"] == consents.kept(session, granny.id)


def test_what_was_agreed_to_is_kept_with_how_by_whom_and_when(session, neighbour, social_worker, act, now):
    consents.record(session, neighbour.id, EVERYTHING, Consent.FINGERPRINT, act(social_worker))
    rows = session.exec(select(PurposeConsent)).all()
    assert {(row.how, row.recorded_by_id, row.recorded_at, row.wording) for row in rows} == {
        (Consent.FINGERPRINT, social_worker.id, now, consents.WORDING)
    }
    consents.record(session, neighbour.id, EVERYTHING, Consent.SAID, act(social_worker))
    assert len(session.exec(select(PurposeConsent)).all()) == len(rows), "the same again changes nothing"
    entries = session.exec(select(AuditEntry).where(AuditEntry.action == "consents.recorded")).all()
    assert {entry.subject_id for entry in entries} == {neighbour.id}


def test_a_social_worker_writes_down_what_uncle_qin_without_a_phone_agreed_to(
    village, session, neighbour, social_worker
):
    village.says(social_worker, "/privacy 覃叔")
    village.taps(social_worker, village.data_of("都可以"))
    assert standing(session, neighbour) == {}, "first it has to be said how he agreed"
    village.taps(social_worker, f"agree:{neighbour.id}:all-said")
    assert standing(session, neighbour) == EVERYTHING
    assert {row.how for row in consents.of(session, neighbour.id).values()} == {Consent.SAID}


@pytest.mark.parametrize("word", ["all", "none", "choose", "health-no", "display-yes-said"])
def test_nobody_else_answers_for_her(village, session, granny, daughter, cook, social_worker, word):
    for one in (daughter, cook, social_worker):
        village.taps(one, f"agree:{granny.id}:{word}")
    assert standing(session, granny) == {}


@pytest.mark.parametrize("word", ["nonsense", "health-maybe", "health", "nonsense-yes"])
def test_a_forged_button_does_nothing(village, session, granny, word):
    village.taps(granny, f"agree:{granny.id}:{word}")
    village.taps(granny, "agree:x:all")
    village.taps(granny, "agree:99:all")
    assert standing(session, granny) == {}


def test_who_does_not_want_her_name_in_the_group_is_an_elder_there(
    village, session, canteen, granny, act, now
):
    village.says(granny, "帮我修灯，厨房的灯不亮")
    village.says(granny, "对")
    request = session.exec(select(Request)).one()
    assert "李奶奶" in str(notices.group_post(session, request.id, now).text.facts["who"].facts)
    consents.record(session, granny.id, no(Purpose.DISPLAY), Consent.WRITTEN, act(granny))
    assert notices.group_post(session, request.id, now).text.facts["who"].key == "consents.somebody"


@pytest.mark.parametrize("gone", ["consent", "erased"])
def test_who_wants_no_name_in_the_group_is_not_named_by_what_was_posted_long_ago(
    village, session, granny, volunteer, act, now, gone
):
    village.says(granny, "帮我修灯，厨房的灯不亮")
    village.says(granny, "对")
    request = session.exec(select(Request)).one()
    village.taps(volunteer, f"reqgo:{request.id}")
    village.taps(volunteer, f"req:{request.id}:done")
    village.taps(granny, f"reqok:{request.id}:yes")
    for number, who in enumerate((granny, volunteer), 1):
        if gone == "consent":
            consents.record(
                session, who.id, no(Purpose.DISPLAY), Consent.WRITTEN, act(who, now + number * LATER)
            )
        else:
            privacy.erase(session, who.id, act(who, now + number * LATER))
        assert session.exec(select(Post.changed_at)).all() == [now + number * LATER], (
            "it is brought up to date"
        )
    said = Words("zh_CN", "Asia/Shanghai").say(
        encode_message(notices.group_post(session, request.id, now))["text"]
    )
    assert said == "一位老人需要人修东西，11月28日 周六上午。办好了，谢谢一位热心人！"


def test_a_village_may_decide_to_ask_first(session, canteen, granny):
    assert consents.allows(session, granny, Purpose.DISPLAY)
    canteen.settings = {"consent_first": True}
    session.add(canteen)
    session.flush()
    assert not consents.allows(session, granny, Purpose.DISPLAY)


def test_no_note_on_her_health_is_kept_against_her_will(session, granny, visit, act):
    consents.record(session, granny.id, no(Purpose.HEALTH), Consent.WRITTEN, act(granny))
    with pytest.raises(Refused, match=r"consents\.no_health"):
        visit_findings.keep(session, visit, "血压高")
    visit_findings.keep(session, visit, "")
    assert visit.findings == ""


def test_taking_health_back_asks_once_more_and_then_deletes_the_notes(village, session, granny, visit):
    visit_findings.keep(session, visit, "血压高，腿疼")
    village.taps(granny, f"agree:{granny.id}:health-no")
    session.expire_all()
    assert unsealed(visit, "findings") == "血压高，腿疼"
    village.taps(granny, f"agree:{granny.id}:health-no-sure")
    session.expire_all()
    assert visit.findings == ""
    assert standing(session, granny) == no(Purpose.HEALTH)


def test_details_do_not_travel_by_messenger_against_her_will(
    village, session, granny, social_worker, act, now
):
    seal(session, granny, phone="13877880001", address="上寨 7788 号")
    village.says(granny, "帮我买胰岛素")
    village.says(granny, "对")
    request = session.exec(select(Request)).one()
    consents.record(session, granny.id, no(Purpose.MESSENGER), Consent.WRITTEN, act(granny))
    village.taps(social_worker, f"reqsee:{request.id}")
    told = "".join(village.told(social_worker))
    assert "13877880001" not in told
    assert "胰岛素" not in told
    assert "当面问" in told


def test_in_danger_the_address_is_told_whatever_she_said(
    village, session, granny, social_worker, daughter, act
):
    seal(session, granny, address="上寨 7788 号")
    consents.record(session, granny.id, no(Purpose.MESSENGER), Consent.WRITTEN, act(granny))
    village.says(granny, "我摔倒了起不来")
    assert "上寨 7788 号" in "".join(village.told(social_worker))


def test_without_meals_nothing_is_kept_beyond_the_single_meal(session, granny, act):
    granny.diet = ["soft"]
    consents.record(session, granny.id, no(Purpose.MEALS), Consent.WRITTEN, act(granny))
    assert granny.diet == []


def test_granny_reads_who_looked_at_her_data(village, session, granny, social_worker):
    village.says(granny, "帮我买胰岛素")
    village.says(granny, "对")
    request = session.exec(select(Request)).one()
    village.now += timedelta(minutes=5)
    village.taps(social_worker, f"reqsee:{request.id}")
    said = village.says(granny, "/privacy")[0]
    assert "最近谁看过您的资料" in said
    assert "陈社工" in said
    assert "求助" in said


def test_everybody_called_to_an_emergency_is_kept_once(
    village, session, granny, daughter, social_worker, manager
):
    village.says(granny, "我摔倒了起不来")
    names = {reading.name for reading in readings.of(session, granny, 20)}
    assert {"李小红", "韦主任"} <= names
    assert granny.name not in names


def test_whoever_carries_a_route_is_kept_for_every_door(session, canteen, granny, volunteer, act, now):
    readings.shown(session, act(volunteer), granny.id, ("address",), (volunteer.id, granny.id))
    readings.shown(session, act(granny), granny.id, ("address",), (granny.id,))
    (reading,) = readings.of(session, granny, 5)
    assert (reading.name, reading.what.key) == ("阿军", "consents.saw_member")


def test_an_evaluator_and_a_manager_of_another_village_write_nothing_down(session, neighbour, villager, act):
    evaluator = villager("评估员", Role.EVALUATOR, telegram_id=2010)
    with pytest.raises(Refused, match=r"consents\.not_yours"):
        consents.record(session, neighbour.id, EVERYTHING, Consent.SAID, act(evaluator))
    with pytest.raises(Refused, match=r"common\.old_button"):
        consents.record(session, neighbour.id, EVERYTHING, Consent.SAID, act())
    with pytest.raises(Refused, match=r"common\.old_button"):
        consents.record(session, 999, EVERYTHING, Consent.SAID, act(evaluator))
