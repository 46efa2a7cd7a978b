"""What becomes of a message after it was tried: sent, not sent, or nobody knows; and who is told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, update
from sqlmodel import Session, col, select

from models.base import table_of
from models.members.people import Account, Canteen, Member
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from models.prepared import Prepared
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.values import Button, Message, Refused, Text

PAGE = 500

OUTBOX = table_of(OutboxMessage)
KEYS_OF_SENT = {"id", "status", "sent_at", "message_id"}
SENT = Prepared(
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("row"))
    .values(status=bindparam("became"), sent_at=bindparam("at"), message_id=bindparam("as_message"))
)
"""Nearly every message is marked so, many at once."""


def waiting(session: Session, now: datetime, limit: int = PAGE) -> list[OutboxMessage]:
    """Messages whose time has come: those of care before all others, then the first due first."""
    pending = select(OutboxMessage).where(
        OutboxMessage.status == OutboxState.PENDING, OutboxMessage.due_at <= now
    )
    urgent_first = case((col(OutboxMessage.kind) == MessageClass.CARE, 0), else_=1)
    order = pending.order_by(urgent_first, col(OutboxMessage.due_at), col(OutboxMessage.id))
    return list(session.exec(order.limit(limit)))


def waiting_care(session: Session, now: datetime, limit: int = PAGE) -> list[OutboxMessage]:
    """Messages of care whose time has come."""
    pending = select(OutboxMessage).where(
        OutboxMessage.status == OutboxState.PENDING, OutboxMessage.due_at <= now
    )
    urgent = pending.where(OutboxMessage.kind == MessageClass.CARE)
    order = urgent.order_by(col(OutboxMessage.due_at), col(OutboxMessage.id))
    return list(session.exec(order.limit(limit)))


def interrupted(session: Session, now: datetime, operators: Iterable[int] = ()) -> int:
    """After a crash: nobody knows of messages that were on the wire, so the managers are asked."""
    _due_again(session, now)
    leaving = select(OutboxMessage).where(OutboxMessage.status == OutboxState.SENDING)
    rows = session.exec(leaving.order_by(col(OutboxMessage.id))).all()
    for row in rows:
        doubt(session, row, now, operators)
    return len(rows)


def _due_again(session: Session, now: datetime) -> None:
    """What was to be said at once, by a clock that has been set back since, is to be said now."""
    late = (col(OutboxMessage.status) == OutboxState.PENDING, col(OutboxMessage.due_at) > now)
    at_once = col(OutboxMessage.due_at) <= col(OutboxMessage.created_at)
    session.execute(update(OutboxMessage).where(*late, at_once).values(due_at=now))


def mark(session: Session, changes: Iterable[Mapping[str, Any]]) -> None:
    """Write what became of several messages at once."""
    rows = [dict(change) for change in changes]
    SENT.run_each(session, [_as_sent(row) for row in rows if row.keys() == KEYS_OF_SENT])
    others = [row for row in rows if row.keys() != KEYS_OF_SENT]
    if others:
        session.execute(update(OutboxMessage), others)


def _as_sent(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"row": row["id"], "became": row["status"], "at": row["sent_at"], "as_message": row["message_id"]}


def opened(session: Session, row_id: int, message_id: int) -> bool:
    """Keep the number of a message whose words follow; whether they are still wanted."""
    row = hold(session, OutboxMessage, row_id)
    if row is None or row.status != OutboxState.PENDING:
        return False
    row.message_id = message_id
    session.add(row)
    return True


def remember_post(session: Session, post_id: int, message_id: int, now: datetime) -> None:
    """Keep where a live post stands; it shows what was true when it was written."""
    found = session.get(Post, post_id)
    if found is not None:
        found.message_id, found.shown_at = message_id, now
        session.add(found)


def shown(session: Session, post_id: int, seen: datetime, now: datetime) -> None:
    """A live post was brought up to date; what changed since it was read asks again."""
    own = (col(Post.id) == post_id, col(Post.changed_at) == seen)
    session.execute(update(Post).where(*own).values(changed_at=None, shown_at=now))


def stale_posts(session: Session, limit: int = PAGE) -> list[Post]:
    """Live posts that show what is no longer true."""
    changed = select(Post).where(col(Post.changed_at).is_not(None), col(Post.message_id).is_not(None))
    return list(session.exec(changed.order_by(col(Post.changed_at), col(Post.id)).limit(limit)))


def doubt(session: Session, row: OutboxMessage, now: datetime, operators: Iterable[int] = ()) -> None:
    """Nobody knows whether a public message arrived: ask, never send it twice by itself."""
    kept = session.get_one(OutboxMessage, row.id)
    kept.status = OutboxState.UNCERTAIN
    session.add(kept)
    buttons = (
        (
            Button(Text("outbox.resend"), f"resend:{kept.id}"),
            Button(Text("outbox.seen"), f"seen:{kept.id}"),
        ),
    )
    asked = Message(Text("outbox.uncertain", what=kept.body.get("text", "")), buttons)
    outbox.report(
        session, f"doubt:{kept.id}:{kept.tries}", kept.canteen_id, asked, now=now, operators=operators
    )


def resend(session: Session, row_id: int, act: Act) -> OutboxMessage:
    """The manager wants the doubtful message sent again."""
    row = _doubtful(session, row_id, act)
    row.status, row.tries, row.due_at, row.expires_at = OutboxState.PENDING, row.tries + 1, act.now, None
    session.add(row)
    session.info.setdefault("posted", []).append(row)
    audit.record(session, act, "outbox.resent", f"outbox:{row.id}")
    return row


def seen(session: Session, row_id: int, act: Act) -> OutboxMessage:
    """The manager saw the doubtful message in the chat."""
    row = _doubtful(session, row_id, act)
    row.status, row.sent_at = OutboxState.SENT, act.now
    session.add(row)
    audit.record(session, act, "outbox.seen", f"outbox:{row.id}")
    return row


def _doubtful(session: Session, row_id: int, act: Act) -> OutboxMessage:
    row = hold(session, OutboxMessage, row_id)
    if row is None or row.status != OutboxState.UNCERTAIN or row.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    return row


def unreachable(session: Session, row: OutboxMessage, reason: str, now: datetime) -> None:
    """A chat cannot be written to any more: remembered, and the managers are told, once."""
    kept = session.get_one(OutboxMessage, row.id)
    kept.status, kept.error = OutboxState.FAILED, reason[:200]
    session.add(kept)
    if row.chat_id < 0:
        outbox.report(
            session, f"deaf:{row.chat_id}:{now.date()}", row.canteen_id, Text("outbox.group_deaf"), now=now
        )
    elif _newly_out_of_reach(session, row.chat_id, reason, now) and row.member_id:
        member = session.get_one(Member, row.member_id)
        told = Text("outbox.unreachable", name=member.name)
        outbox.report(session, f"unreachable:{member.id}:{now.date()}", member.canteen_id, told, now=now)


def _newly_out_of_reach(session: Session, telegram_id: int, reason: str, now: datetime) -> bool:
    """Remember it; somebody who never wrote to the bot has no account yet and cannot be reached either."""
    account = session.exec(select(Account).where(Account.telegram_id == telegram_id)).first()
    account = account or Account(telegram_id=telegram_id)
    if account.unreachable_since is not None:
        return False
    account.unreachable_since, account.unreachable_reason = now, reason[:64]
    session.add(account)
    return True


def lost(
    session: Session, row: OutboxMessage, status: OutboxState, now: datetime, *, operators: Iterable[int] = ()
) -> None:
    """A message that was not sent, and will not be: kept as such and reported."""
    kept = session.get_one(OutboxMessage, row.id)
    kept.status, kept.error = status, row.error[:200]
    session.add(kept)
    if not row.key.startswith("report:"):
        told = Text(f"outbox.{status}", what=Text(f"MessageClass.{row.kind}"))
        outbox.report(session, f"{status}:{row.id}", row.canteen_id, told, now=now, operators=operators)


def migrate(session: Session, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup: the village, its posts and what waits for it follow in one unit."""
    village = session.exec(select(Canteen).where(Canteen.chat_id == old_chat_id)).first()
    if village is not None:
        village.chat_id = new_chat_id
        session.add(village)
    open_states = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCERTAIN)
    mine = (col(OutboxMessage.chat_id) == old_chat_id, col(OutboxMessage.status).in_(open_states))
    session.execute(update(OutboxMessage).where(*mine).values(chat_id=new_chat_id))
    session.execute(update(Post).where(col(Post.chat_id) == old_chat_id).values(chat_id=new_chat_id))
