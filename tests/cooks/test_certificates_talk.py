"""Certificates as they are said, tapped and shown, through the whole path of an update."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from jobs.cooks import certificates as duties
from jobs.duties import Look
from models.cooks.certificates import Certificate, CertificateKind, CertificateOverride, CertificateProof
from models.inbox import InboxUpdate
from models.outbox import MessageClass, OutboxMessage, OutboxState
from models.volunteers.shifts import DutyKind
from rules.cooks import certificates, proofs
from rules.members import privacy

PICTURE = "AgACAgUAAx-picture-of-the-paper"


def last(village, who):
    return village.told(who)[-1]


def kept_anywhere(session):
    """Every place in the store where the picture is still named."""
    session.flush()
    rows = [str(row.body) for row in session.exec(select(OutboxMessage))]
    rows += [row.raw for row in session.exec(select(InboxUpdate))]
    rows += [row.photo for row in session.exec(select(CertificateProof))]
    return [row for row in rows if PICTURE in row]


@pytest.fixture
def shown(village, session, cook, social_worker):
    """The cook has sent a picture, and the messenger has carried it to the social worker."""
    village.says(cook, "/certificate")
    village.taps(cook, village.data_of("拍照交健康证"))
    said = village.shows(cook, PICTURE)
    assert "陈社工" in "".join(said)
    proof = session.exec(select(CertificateProof)).one()
    row = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith("proof:"))).one()
    row.status, row.message_id = OutboxState.SENT, 77
    session.flush()
    return proof


def test_the_cook_asks_and_is_told_until_when(village, cook, manager, act, session):
    assert "还没有登记" in village.says(cook, "/certificate")[0]
    certificates.record(session, cook.id, CertificateKind.HEALTH, date(2027, 3, 1), act(manager))
    assert "2027年3月1日" in village.says(cook, "/certificate")[0]
    assert "2027" not in village.says(cook, "/certificate", group=True)[0]


def test_a_picture_is_seen_by_a_person_who_writes_the_day_and_nothing_of_it_is_kept(
    village, session, cook, social_worker, shown
):
    (seen,) = [row for row in session.exec(select(OutboxMessage)) if row.body.get("photo")]
    assert (seen.member_id, seen.body["photo"]) == (social_worker.id, PICTURE)
    village.taps(social_worker, f"proof:{shown.id}:write")
    assert "没看懂" in village.says(social_worker, "明年三月")[0], "words that are no day are asked again"
    said = village.says(social_worker, "2027-03-01")
    assert "2027年3月1日" in said[0]
    assert "照片已经删掉了" in said[0]
    assert session.exec(select(Certificate)).one().valid_until == date(2027, 3, 1)
    assert "看过了" in last(village, cook)
    assert kept_anywhere(session) == []
    (gone,) = [row for row in session.exec(select(OutboxMessage)) if row.body.get("delete")]
    assert (gone.kind, gone.chat_id, gone.message_id) == (MessageClass.EDIT, social_worker.telegram_id, 77)


def test_a_picture_nobody_can_read_is_asked_for_again(village, session, cook, social_worker, shown):
    assert "再拍一张" in village.taps(social_worker, f"proof:{shown.id}:no")
    assert "看不清" in last(village, cook)
    assert kept_anywhere(session) == []
    assert "已经有人看过" in village.taps(social_worker, f"proof:{shown.id}:write")


def test_two_people_look_at_the_same_picture_and_the_second_is_told(
    village, session, cook, social_worker, manager
):
    village.says(cook, "/certificate")
    village.taps(cook, village.data_of("拍照交健康证"))
    village.shows(cook, PICTURE)
    proof = session.exec(select(CertificateProof)).one()
    assert sorted(proof.shown_to) == sorted([social_worker.id, manager.id])
    village.taps(social_worker, f"proof:{proof.id}:write")
    village.taps(manager, f"proof:{proof.id}:write")
    village.says(social_worker, "2027-03-01")
    assert "已经有人看过" in village.says(manager, "2027-04-01")[0]
    assert session.exec(select(Certificate)).one().valid_until == date(2027, 3, 1)
    waiting = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith(f"proof:{proof.id}:")))
    assert {row.status for row in waiting} == {OutboxState.MISSED}, "what had not left never leaves"
    assert kept_anywhere(session) == []


def test_nobody_writes_a_day_for_themselves_by_a_forged_tap(village, session, cook, granny, shown):
    for who in (cook, granny):
        assert "社工" in village.taps(who, f"proof:{shown.id}:write")
    for data in ("proof:x:write", "proof:999:no", "certphoto:passport", "certundo:1", "certunsign:1"):
        assert village.taps(cook, data), data
    for data in ("cert:1", "certday:1:health", "certsign:1", "certdays:1:3", "certunsign:x"):
        assert village.taps(granny, data), data
    assert session.exec(select(Certificate)).all() == []


def test_words_instead_of_a_picture_are_asked_again(village, session, cook, social_worker):
    village.says(cook, "/certificate")
    village.taps(cook, village.data_of("拍照交健康证"))
    assert "照片" in village.says(cook, "我没有手机拍照")[0]
    village.shows(cook, PICTURE)
    assert len(session.exec(select(CertificateProof)).all()) == 1


def test_where_nobody_can_look_the_cook_is_told_to_show_the_paper(village, session, cook):
    village.says(cook, "/certificate")
    village.taps(cook, village.data_of("拍照交健康证"))
    assert "找不到人" in village.shows(cook, PICTURE)[0]
    assert session.exec(select(CertificateProof)).all() == []


def test_a_picture_nobody_looks_at_is_forgotten_while_it_can_still_be_deleted(
    village, session, canteen, cook, shown, now
):
    early = Look(session, now + proofs.KEPT - timedelta(minutes=1), [canteen])
    assert list(duties.proofs_due(early)) == []
    for _ in range(2):
        for due in list(duties.proofs_due(Look(session, now + proofs.KEPT, [canteen]))):
            duties.lapse(session, due, now + proofs.KEPT)
    assert kept_anywhere(session) == []
    assert "没有人看" in last(village, cook)
    assert len([row for row in session.exec(select(OutboxMessage)) if row.body.get("delete")]) == 1


def test_the_social_worker_writes_a_day_by_one_line_and_takes_it_back(village, session, cook, social_worker):
    assert "2027年3月1日" in village.says(social_worker, "/certificate 王师傅 2027-03-01")[0]
    village.taps(social_worker, village.data_of("撤销"))
    assert session.exec(select(Certificate)).all() == []
    assert "过期" in village.taps(social_worker, village.data_of("撤销"))
    assert "哪一位" in village.says(social_worker, "/certificate 谁谁谁 2027-03-01")[0]


def test_the_social_worker_sees_the_kitchen_and_taps_a_name(
    village, session, cook, social_worker, manager, act
):
    certificates.record(session, cook.id, CertificateKind.HEALTH, date(2026, 11, 20), act(manager))
    said = village.says(social_worker, "/certificate")[0]
    assert "王师傅：健康证2026年11月20日就到期了，过了 5 天" in said
    village.taps(social_worker, village.data_of("王师傅"))
    village.taps(social_worker, village.data_of("写健康证的日期"))
    village.says(social_worker, "2027.11.20")
    assert session.exec(select(Certificate)).one().valid_until == date(2027, 11, 20)


def test_the_manager_lets_an_expired_cook_work_with_a_signature(village, session, canteen, cook, manager):
    village.says(manager, "/certificate 王师傅")
    village.taps(manager, village.data_of("签字放行"))
    village.taps(manager, village.data_of("3 天"))
    assert "为什么" in village.says(manager, "好")[0], "a reason is more than a nod"
    assert "11月27日" in village.says(manager, "新证后天才发下来")[0]
    row = session.exec(select(CertificateOverride)).one()
    assert (row.signed_by_id, row.reason) == (manager.id, "新证后天才发下来")
    certificates.check_duty(session, canteen, cook, DutyKind.COOK, date(2026, 11, 27))
    village.taps(manager, village.data_of("撤销"))
    assert session.exec(select(CertificateOverride)).one().ended_at is not None


def test_the_social_worker_is_not_offered_to_sign(village, cook, social_worker):
    village.says(social_worker, "/certificate 王师傅")
    assert not [label for label, _ in village.buttons if "签字" in label]
    assert "管理员" in village.taps(social_worker, f"certsign:{cook.id}")


def test_a_manager_who_does_not_cook_is_not_asked_for_a_certificate(village, manager, cook):
    said = village.says(manager, "/certificate")[0]
    assert "您还没有登记" not in said
    assert "王师傅：健康证还没给人看过" in said


def test_whoever_is_forgotten_takes_their_picture_along(village, session, cook, shown, manager, act):
    privacy.erase(session, cook.id, act(manager))
    assert kept_anywhere(session) == []
    assert [row.message_id for row in session.exec(select(OutboxMessage)) if row.body.get("delete")] == [77]
    assert session.exec(select(CertificateProof)).all() == []


def test_at_night_a_picture_goes_and_the_word_waits_for_the_morning(
    village, session, canteen, cook, shown, now
):
    night = now + timedelta(hours=64)  # two in the morning
    for due in list(duties.proofs_due(Look(session, night, [canteen]))):
        duties.lapse(session, due, night)
    assert kept_anywhere(session) == []
    row = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith("proof-seen:"))).one()
    assert row.due_at == now.replace(hour=22, minute=30) + timedelta(days=2), "half past six in the village"
