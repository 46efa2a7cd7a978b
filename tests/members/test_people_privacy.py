"""What is kept about a person: seen, taken along, forgotten, without the counts changing."""

import json

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from models.elders.requests import Request
from models.inbox import InboxUpdate
from models.lunch.meals import Booking, BookingState
from models.members.people import Account, Member
from models.members.vault import seal, unsealed
from models.outbox import OutboxMessage, OutboxState
from rules import audit
from rules.lunch import sheets
from rules.members import people, privacy
from rules.values import Refused
from texts import Words
from texts import sheets as paper

CHINESE = Words("zh_CN", "Asia/Shanghai")
WORDS = ("李奶奶", ": 1001", "13800001111", "上寨3号")


@pytest.fixture
def known(village, session, granny, daughter, manager):
    """Granny with everything the village knows of her, and a meal tomorrow."""
    seal(session, granny, phone="13800001111", address="上寨3号")
    granny.diet = ["软食"]
    village.says(granny, "明天中午两份")
    village.says(daughter, "给我妈订后天午饭")
    return granny


def everything(session):
    found = []
    for table in SQLModel.metadata.sorted_tables:
        found += [f"{table.name}: {dict(row._mapping)}" for row in session.execute(sa.select(table))]
    return found


def test_granny_sees_what_is_kept_about_her(village, known):
    said = village.says(known, "/privacy")[0]
    assert "13800001111" in said
    assert "82" in said


def test_my_data_is_no_answer_to_another_question(village, session, known):
    assert "要什么药" in village.says(known, "帮我买药")[0]
    assert "13800001111" in village.says(known, "我的资料")[0]
    village.says(known, "english")
    assert [label for label, _ in village.buttons] == ["中文", "English"], "each in its own language"
    assert session.exec(select(Request)).one().item == ""


def test_in_the_group_nothing_of_it_is_said(village, known):
    assert "13800001111" not in "".join(village.says(known, "/privacy", group=True))


def test_granny_takes_everything_along_as_one_document(village, session, known):
    village.says(known, "/privacy")
    village.taps(known, village.data_of("全部发给我"))
    row = session.exec(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert row.body["attachment"] == {"sheet": "mine", "facts": {"member_id": known.id}}
    name, content = paper.made("mine", sheets.data(session, "mine", row.body["attachment"]["facts"]), CHINESE)
    document = json.loads(content)
    assert name == "我的资料.json"
    assert document == privacy.kept(session, known)
    assert document["address"] == "上寨3号"
    assert len(document["bookings"]) == 2


def test_granny_is_forgotten_after_two_taps(village, session, known):
    before = len(session.exec(select(Booking)).all())
    village.says(known, "/privacy")
    village.taps(known, village.data_of("忘掉我"))
    assert known.erased_at is None
    village.taps(known, village.data_of("真的忘掉"))
    assert known.erased_at is not None
    bookings = session.exec(select(Booking)).all()
    assert len(bookings) == before
    assert {booking.state for booking in bookings} == {BookingState.CANCELLED}


def test_no_thanks_keeps_everything(village, known):
    village.says(known, "/privacy")
    village.taps(known, village.data_of("忘掉我"))
    village.taps(known, village.data_of("不用了"))
    assert unsealed(known, "phone") == "13800001111"


def test_after_erasing_no_table_knows_her(session, known, act):
    session.flush()
    assert any("李秀英" in row or "李奶奶" in row for row in everything(session))
    for row in session.exec(select(OutboxMessage)):
        row.status = OutboxState.SENT
    privacy.erase(session, known.id, act(known))
    session.flush()
    session.expire_all()
    left = [row for row in everything(session) for word in WORDS if word in row]
    assert [row for row in left if not row.startswith("inbox_update")] == []


def test_what_others_wrote_about_her_an_hour_ago_is_emptied_and_what_they_wrote_else_stays(
    village, session, known, daughter, social_worker, act
):
    village.says(social_worker, "李奶奶说想要个收音机")
    village.says(social_worker, "今天有什么菜")
    privacy.erase(session, known.id, act(known))
    session.expire_all()
    raws = session.exec(select(InboxUpdate).order_by(col(InboxUpdate.update_id))).all()
    left = [json.loads(row.raw)["message"]["text"] for row in raws if row.raw]
    assert left == ["今天有什么菜"], "the daughter named nobody: 我妈"


def test_erasing_twice_is_erasing_once(session, known, act):
    first = privacy.erase(session, known.id, act(known)).erased_at
    assert privacy.erase(session, known.id, act()).erased_at == first


def test_who_was_forgotten_is_a_stranger_and_her_daughter_acts_for_nobody(session, known, daughter, act):
    privacy.erase(session, known.id, act(known))
    session.flush()
    assert session.exec(select(Account).where(Account.telegram_id == 1001)).first() is None
    assert people.named(session, known.canteen_id, "李奶奶") == []
    assert people.resolve(session, daughter, "我妈") == []


def test_the_only_manager_cannot_vanish(session, canteen, manager, act):
    with pytest.raises(Refused, match=r"people\.last_manager"):
        privacy.erase(session, manager.id, act(manager))
    assert manager.erased_at is None


def test_a_tap_on_somebody_elses_question_forgets_nobody(village, session, known, volunteer):
    village.says(known, "/privacy")
    village.taps(known, village.data_of("忘掉我"))
    data = village.data_of("真的忘掉")
    village.says(volunteer, "/help")
    village.taps(volunteer, data)
    assert known.erased_at is None
    assert session.get(Member, volunteer.id).erased_at is None


def test_the_audit_names_nobody(session, known, act):
    privacy.erase(session, known.id, act(known))
    audit.record(session, act(), "test", "end")
    session.flush()
    rows = [row for row in everything(session) if row.startswith("audit_entry")]
    assert rows
    assert not any(word in row for row in rows for word in ("李奶奶", "13800001111", "上寨"))
