"""Who speaks: what their update proves about them, and what it does not."""

import pytest
from sqlmodel import select

from handlers.speakers import speaker
from models.members.people import Account
from transports.hearing import hear

BOT = {"id": 7, "is_bot": True, "first_name": "鼓楼食堂"}
CHANGES = {"kicked": False, "member": True}


def change_of(who, status: str) -> dict:
    """The messenger's news that somebody blocked the bot, or let it in again."""
    person = {"id": who.telegram_id, "is_bot": False, "first_name": who.name}
    chat = {"id": who.telegram_id, "type": "private", "first_name": who.name}
    new = {"status": status, "user": BOT}
    return {
        "update_id": 1,
        "my_chat_member": {"chat": chat, "from": person, "date": 1, "new_chat_member": new},
    }


@pytest.fixture
def lost(session, granny, now) -> Account:
    """Granny could not be written to."""
    account = Account(telegram_id=granny.telegram_id, unreachable_since=now, unreachable_reason="blocked")
    session.add(account)
    session.flush()
    return account


@pytest.mark.parametrize("status", CHANGES)
def test_the_news_that_granny_blocked_the_bot_does_not_make_her_reachable(session, granny, lost, status):
    speaker(session, hear(change_of(granny, status), BOT["id"], "gulou_bot"))
    session.flush()
    found = session.exec(select(Account).where(Account.telegram_id == granny.telegram_id)).one()
    assert (found.unreachable_since is None) is CHANGES[status]


def test_granny_who_speaks_can_be_written_to_again(session, granny, lost):
    person = {"id": granny.telegram_id, "is_bot": False, "first_name": granny.name}
    chat = {"id": granny.telegram_id, "type": "private", "first_name": granny.name}
    said = {"message_id": 1, "chat": chat, "from": person, "date": 1, "text": "明天中午一份"}
    speaker(session, hear({"update_id": 1, "message": said}, BOT["id"], "gulou_bot"))
    session.flush()
    assert session.exec(select(Account.unreachable_since)).one() is None
