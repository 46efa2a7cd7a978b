"""Who may decide about a doubtful message, and what a group that moved takes along."""

import pytest

from handlers import outbox as room
from handlers.turn import Turn
from models.members.people import Role
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from rules import outbox
from rules.outbox import Receiver
from rules.values import Refused, Text
from transports.updates import Heard, Kind


@pytest.fixture
def doubtful(session, canteen, now):
    receiver = Receiver(canteen.chat_id, "zh_CN", canteen.id)
    row = outbox.answer("menu", receiver, Text("common.yes"), kind=MessageClass.POST, now=now)
    row.status = OutboxState.UNCERTAIN
    session.add(row)
    session.flush()
    return row


def turn(session, now, canteen, member, *roles, **heard):
    said = Heard(update_id=1, kind=Kind.BUTTON, chat_id=1, private=True, **heard)
    return Turn(session, said, now, "zh_CN", canteen, member, frozenset(roles))


def test_the_manager_has_it_sent_again(session, now, canteen, manager, doubtful):
    answer = room.resend(turn(session, now, canteen, manager, Role.MANAGER), (str(doubtful.id), ""))
    assert answer.text.key == "outbox.resent"
    assert doubtful.status == OutboxState.PENDING
    assert session.info["posted"] == [doubtful]


def test_the_manager_saw_it(session, now, canteen, manager, doubtful):
    room.seen(turn(session, now, canteen, manager, Role.MANAGER), (str(doubtful.id), ""))
    assert doubtful.status == OutboxState.SENT


@pytest.mark.parametrize("press", [room.resend, room.seen])
def test_granny_decides_nothing_about_it(session, now, canteen, granny, doubtful, press):
    with pytest.raises(Refused, match=r"outbox\.not_yours"):
        press(turn(session, now, canteen, granny, Role.ELDER), (str(doubtful.id), ""))
    assert doubtful.status == OutboxState.UNCERTAIN


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 40, "٣", "424242"])
def test_a_forged_button_is_refused(session, now, canteen, manager, doubtful, number):
    with pytest.raises(Refused, match=r"common\.old_button"):
        room.seen(turn(session, now, canteen, manager, Role.MANAGER), (number,))


def test_a_group_that_moved_takes_its_village_its_posts_and_what_waits_along(session, now, canteen, doubtful):
    old = canteen.chat_id
    post = Post(canteen_id=canteen.id, kind="meal", target_id=1, chat_id=old)
    session.add(post)
    session.flush()
    moved = Heard(update_id=2, kind=Kind.MIGRATED, chat_id=old, new_chat_id=-1002002)
    for _ in range(2):
        assert room.migrated(Turn(session, moved, now, "zh_CN", canteen)) is None
    session.flush()
    session.expire_all()
    assert canteen.chat_id == -1002002
    assert session.get(Post, post.id).chat_id == -1002002
    assert session.get(OutboxMessage, doubtful.id).chat_id == -1002002
