"""Telling somebody else: a row with a unique key, in the same unit as the change it tells of."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from models.base import table_of
from models.members.people import Account, Canteen, Member, MemberRole, Role, Status
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from models.prepared import Prepared
from models.store import keep
from rules.settings import after_quiet
from rules.values import Message, Text, as_message, encode, encode_message

IN_TIME = timedelta(minutes=30)
"""So long before something begins a person can still do something about it."""

STANDS = (OutboxState.SENT, OutboxState.PENDING)
"""A message that waits and has a number stands in the chat already, without its words."""

POST = table_of(Post)
TOUCH = Prepared(
    update(POST)
    .where(POST.c.kind == bindparam("of"), POST.c.target_id == bindparam("target"))
    .values(changed_at=bindparam("now"))
)
KEY = Prepared(select(OutboxMessage.id).where(OutboxMessage.key == bindparam("key")))


class PrivateInGroup(Exception):
    """A fault of ours: what is private was about to be said to a whole group."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A chat to write to, and the language spoken there."""

    chat_id: int
    language: str
    canteen_id: int | None = None
    member_id: int | None = None
    timezone: str = "Asia/Shanghai"


def group_of(canteen: Canteen) -> Receiver | None:
    """The village group, if the bot is in it."""
    if canteen.chat_id is None:
        return None
    return Receiver(canteen.chat_id, canteen.language, canteen.id, None, canteen.timezone)


def reach(session: Session, member: Member) -> Receiver | None:
    """The private chat of a member; None for somebody without a phone or who blocked the bot."""
    if member.telegram_id is None:
        return None
    account = session.exec(select(Account).where(Account.telegram_id == member.telegram_id)).first()
    if account is not None and account.unreachable_since is not None:
        return None
    canteen = session.get_one(Canteen, member.canteen_id)
    language = (account.language if account else None) or canteen.language
    return Receiver(member.telegram_id, language, canteen.id, member.id, canteen.timezone)


def answer(
    key: str, receiver: Receiver, said: Message | Text, *, kind: MessageClass, now: datetime
) -> OutboxMessage:
    """The row of a direct answer; its key comes from the update, which is itself handled once."""
    return OutboxMessage(
        key=key,
        canteen_id=receiver.canteen_id,
        member_id=receiver.member_id,
        chat_id=receiver.chat_id,
        kind=kind,
        body=encode_message(as_message(said)),
        language=receiver.language,
        timezone=receiver.timezone,
        due_at=now,
        created_at=now,
    )


def post(
    session: Session,
    key: str,
    receiver: Receiver,
    said: Message | Text,
    *,
    kind: MessageClass,
    now: datetime,
    due_at: datetime | None = None,
    lasts: timedelta | None = None,
) -> OutboxMessage | None:
    """Keep a message to be sent after the commit; None when its key was already used."""
    if KEY.run(session, {"key": key}).fetchone() is not None:
        return None
    row = answer(key, receiver, said, kind=kind, now=now)
    if "private" in row.body and receiver.chat_id < 0:
        raise PrivateInGroup(key)
    row.due_at = due_at or now
    row.expires_at = row.due_at + lasts if lasts else None
    session.info.setdefault("posted", []).append(keep(session, row))
    return row


def tell(
    session: Session,
    key: str,
    member: Member,
    said: Message | Text,
    *,
    now: datetime,
    kind: MessageClass = MessageClass.NOTICE,
    due_at: datetime | None = None,
    lasts: timedelta | None = None,
    before: datetime | None = None,
) -> OutboxMessage | None:
    """Write to a member in private; the key is completed with the member's number.

    What has `before` waits for the end of the quiet hours, unless that would be too late for what begins then.
    """
    receiver = reach(session, member)
    if receiver is None:
        return None
    if before is not None:
        due_at = by_day(session.get_one(Canteen, member.canteen_id), now, before)
    return post(session, f"{key}:{member.id}", receiver, said, kind=kind, now=now, due_at=due_at, lasts=lasts)


def by_day(canteen: Canteen, now: datetime, before: datetime) -> datetime:
    """The moment itself or the end of the quiet hours, whichever is not too late for what begins."""
    morning = after_quiet(canteen, now)
    return morning if morning + IN_TIME <= before else now


def add_line(session: Session, key: str, fact: str, line: Text) -> None:
    """Put a line more into what this unit is about to tell, where the fact is a text of lines."""
    for row in session.info.get("posted", ()):
        if row.key == key and row.status == OutboxState.PENDING:
            body = deepcopy(row.body)
            body["text"]["facts"][fact]["facts"]["parts"].append(encode(line))
            row.body = body
            session.add(row)


def tell_role(
    session: Session,
    key: str,
    canteen_id: int,
    roles: Iterable[Role],
    said: Message | Text,
    *,
    now: datetime,
    before: datetime | None = None,
) -> int:
    """Write to everybody here who holds one of the roles; answers how many could be reached."""
    holding = select(MemberRole.member_id).where(col(MemberRole.role).in_(list(roles)))
    holders = (
        select(Member)
        .where(Member.canteen_id == canteen_id, col(Member.id).in_(holding))
        .order_by(col(Member.id))
    )
    here = _awake(session.exec(holders).all())
    return sum(tell(session, key, member, said, now=now, before=before) is not None for member in here)


def _awake(holders: Sequence[Member]) -> Sequence[Member]:
    """The absent and the ill are left in peace, unless nobody else holds the role."""
    living = [member for member in holders if member.status not in (Status.LEFT, Status.DECEASED)]
    return [member for member in living if member.status == Status.ACTIVE] or living


def retract(session: Session, keys: Iterable[str], now: datetime) -> None:
    """Take messages back: what was not sent yet never is, what was sent is deleted; nothing of them is kept."""
    found = session.exec(select(OutboxMessage).where(col(OutboxMessage.key).in_(list(keys)))).all()
    for row in found:
        if row.status in STANDS and row.message_id is not None:
            _delete(session, row, now)
        if row.status == OutboxState.PENDING:
            row.status = OutboxState.MISSED
        row.body = {"text": {"$": "text", "key": "verbatim", "facts": {"text": ""}}}
        session.add(row)


def _delete(session: Session, row: OutboxMessage, now: datetime) -> None:
    gone = OutboxMessage(
        **row.model_dump(
            include={"canteen_id", "member_id", "chat_id", "message_id", "language", "timezone"}
        ),
        key=f"retract:{row.id}",
        kind=MessageClass.EDIT,
        body={"delete": True, "text": {"$": "text", "key": "verbatim", "facts": {"text": ""}}},
        due_at=now,
        created_at=now,
    )
    session.add(gone)
    session.info.setdefault("posted", []).append(gone)


def touch(session: Session, kind: str, target_id: int, now: datetime) -> None:
    """Ask for the live post about a target to be brought up to date."""
    TOUCH.run(session, {"of": kind, "target": target_id, "now": now})


def reachable_again(session: Session, telegram_id: int) -> None:
    """Somebody who could not be written to has spoken."""
    account = session.exec(select(Account).where(Account.telegram_id == telegram_id)).first()
    if account is not None and account.unreachable_since is not None:
        account.unreachable_since, account.unreachable_reason = None, None
        session.add(account)


def report(
    session: Session,
    key: str,
    canteen_id: int | None,
    said: Message | Text,
    *,
    now: datetime,
    operators: Iterable[int] = (),
) -> None:
    """Tell the managers of a village, and the operators given, exactly once for a key."""
    if canteen_id is not None:
        tell_role(session, f"report:{key}", canteen_id, (Role.MANAGER,), said, now=now)
    for telegram_id in operators:
        receiver = Receiver(telegram_id, _language_of(session, telegram_id))
        post(session, f"report:{key}:t{telegram_id}", receiver, said, kind=MessageClass.NOTICE, now=now)


def _language_of(session: Session, telegram_id: int) -> str:
    """What an operator speaks with the bot; who never said so is written to in Chinese."""
    own = select(col(Account.language)).where(Account.telegram_id == telegram_id)
    return session.exec(own).first() or "zh_CN"


def apologize(session: Session, update_id: int, asker: Receiver, now: datetime) -> None:
    """Say sorry once for an update that could not be done."""
    post(session, f"apology:{update_id}", asker, Text("common.apology"), kind=MessageClass.ANSWER, now=now)
