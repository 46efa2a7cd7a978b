"""What still waits to be said when somebody is erased does not name them; what others must hear is said all the same."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from models.elders.requests import RequestKind
from models.members.people import Canteen, Member
from models.members.vault import Private, seal
from models.outbox import OutboxMessage, OutboxState
from rules import outbox
from rules.elders import errands, kits, requests
from rules.elders.requests import Wish
from rules.members import privacy
from rules.members.unnaming import without
from rules.values import Button, Message, Text, encode_message
from texts import Words


def waiting(session):
    rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    return [row for row in rows if row.status == OutboxState.PENDING]


def words(row):
    return Words("zh_CN", "Asia/Shanghai").say(row.body["text"])


@pytest.fixture
def night(now):
    """Everything written now leaves in the morning."""
    return now + timedelta(hours=13)


def test_the_helper_hears_at_once_to_bring_the_card_back_and_nobody_is_named(
    session, canteen, granny, volunteer, manager, act, night
):
    errand = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE), act(granny))
    requests.confirm(session, errand.id, act(granny))
    errands.take(session, errand.id, act(volunteer, now=night))
    kits.hand_out(session, errand.id, ["card", "cash"], 5000, act(volunteer, now=night))
    privacy.erase(session, granny.id, act(manager, now=night))
    left = waiting(session)
    assert "李奶奶" not in json.dumps([row.body for row in left], ensure_ascii=False)
    back = [words(row) for row in left if row.chat_id == volunteer.telegram_id]
    assert any("医保卡" in said and "50" in said for said in back)
    assert any(row.chat_id == manager.telegram_id for row in left), "somebody fetches the things"


def test_what_is_private_of_granny_does_not_leave_any_more(session, granny, cook, manager, act, night):
    seal(session, granny, address="上寨 7788 号")
    said = Text("verbatim", text=Private("上寨 7788 号", granny.id))
    about_her = outbox.tell(session, "about", cook, said, now=night)
    about_him = outbox.tell(
        session, "other", cook, Text("verbatim", text=Private("下寨", cook.id)), now=night
    )
    privacy.erase(session, granny.id, act(manager, now=night))
    session.expire_all()
    assert (about_her.status, words(about_her)) == (OutboxState.MISSED, "")
    assert (about_him.status, words(about_him)) == (OutboxState.PENDING, "下寨")


def test_what_is_said_about_somebody_else_goes_out_without_the_name(
    session, granny, cook, manager, act, night
):
    parts = [Text("verbatim", text="李奶奶说的"), Text("verbatim", text=Private("李奶奶家的钥匙", cook.id))]
    row = outbox.tell(session, "other", cook, Text("lines", parts=parts), now=night)
    privacy.erase(session, granny.id, act(manager, now=night))
    session.expire_all()
    assert row.status == OutboxState.PENDING
    assert words(row) == f"#{granny.id}说的\n#{granny.id}家的钥匙"


def test_a_name_that_looks_like_a_button_breaks_no_button(session, granny, cook, act):
    body = encode_message(
        Message(Text("common.done", by="req"), ((Button(Text("common.undo"), "req:1:go"),),))
    )
    assert without(body, "req", "#1") == {**body, "text": {**body["text"], "facts": {"by": "#1"}}}


def test_people_of_another_village_keep_the_name_they_share(session, granny, cook, manager, act, night):
    other = outbox.tell(session, "far", cook, Text("verbatim", text="李奶奶"), now=night)
    session.flush()
    far = Canteen(name="第二食堂", chat_id=-2, created_at=night)
    session.add(far)
    session.flush()
    other.canteen_id = far.id
    session.add(other)
    session.flush()
    privacy.erase(session, granny.id, act(manager, now=night))
    session.expire_all()
    assert words(other) == "李奶奶"
    assert session.get_one(Member, granny.id).name == f"#{granny.id}"
