"""What became of many messages at once is written as one statement, each with its own values."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import select

from models.base import table_of
from models.members.people import Account, Canteen
from models.memory import shelf
from models.outbox import MessageClass, OutboxMessage, OutboxState
from models.prepared import Prepared
from models.store import keep
from rules import settling

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def message(session, number):
    row = OutboxMessage(
        key=f"answer:{number}", chat_id=number, kind=MessageClass.ANSWER, due_at=NOW, created_at=NOW
    )
    return keep(session, row).id


def test_each_answer_of_a_rush_keeps_its_own_number_and_who_is_asked_again_is_not_marked_sent(store):
    ids = store.write_now(lambda session: [message(session, number) for number in (1001, 1002, 1003)])
    sent = [
        {
            "id": number,
            "status": OutboxState.SENT,
            "sent_at": NOW + timedelta(seconds=n),
            "message_id": 70 + n,
        }
        for n, number in enumerate(ids)
    ]
    store.write_now(lambda session: settling.mark(session, [sent[0], {"id": ids[1], "tries": 1}, sent[2]]))
    rows = store.read_now(
        lambda session: session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    )
    assert [(row.status, row.message_id, row.tries) for row in rows] == [
        (OutboxState.SENT, 70, 0),
        (OutboxState.PENDING, None, 1),
        (OutboxState.SENT, 72, 0),
    ]
    assert [row.sent_at for row in rows] == [NOW, None, NOW + timedelta(seconds=2)]
    store.write_now(lambda session: settling.mark(session, []))


def test_what_is_written_for_many_at_once_is_remembered_by_nobody_as_it_was(store):
    accounts, names = shelf(Account), table_of(Account)
    rename = Prepared(
        update(names).where(names.c.telegram_id == bindparam("who")).values(name=bindparam("said"))
    )

    def called(session):
        asked = select(Account.name).order_by(Account.telegram_id)
        return accounts.recall(session, "names", lambda: tuple(session.exec(asked)))

    def begin(session):
        session.add(Canteen(name="鼓楼食堂", chat_id=-1, created_at=NOW))
        session.add_all([Account(telegram_id=1, name="李"), Account(telegram_id=2, name="王")])

    store.write_now(begin)
    assert store.write_now(called) == ("李", "王")
    renamed = [{"who": 1, "said": "李奶奶"}, {"who": 2, "said": "王爷爷"}]
    store.write_now(lambda session: rename.run_each(session, renamed))
    assert store.write_now(called) == ("李奶奶", "王爷爷")
