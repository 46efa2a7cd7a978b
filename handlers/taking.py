"""One update, one unit of work: who speaks, what they want, what is answered, all kept before anything is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session, col, select

from handlers import routes
from handlers.turn import Turn
from models import inbox
from models.outbox import MessageClass, OutboxMessage
from models.people import Account, Canteen, Member, MemberRole, Role
from models.store import Store
from rules import outbox
from rules.outbox import Receiver
from rules.values import Answer, Message, Refused, Text, Toast, as_message
from texts import Words
from texts.catalogs import known
from transports.updates import Heard, Kind

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Said:
    """What a turn left to be sent once it is committed."""

    rows: Sequence[OutboxMessage] = ()
    toast: Toast | None = None
    language: str = "zh_CN"
    timezone: str = "Asia/Shanghai"

    def words(self) -> str:
        """The toast in words, as short as a messenger shows."""
        return Words(self.language, self.timezone).say(self.toast.text)[:200] if self.toast else ""


class Turns:
    """Takes updates one by one; holds nothing between them."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        send: Callable[[Sequence[OutboxMessage]], None],
        toast: Callable[[Heard, str, bool], None],
    ) -> None:
        self._store, self._clock, self._send, self._toast = store, clock, send, toast

    async def take(self, heard: Heard) -> None:
        """Do what the update asks in one unit; a refusal rolls everything back but the answer."""
        now = self._clock()
        try:
            said = await self._store.write(lambda session: hear(session, heard, now))
        except Refused as refused:
            text = refused.text
            said = await self._store.write(lambda session: refuse(session, heard, now, text))
        if heard.kind == Kind.BUTTON:
            self._toast(heard, said.words(), bool(said.toast and said.toast.alert))
        if said.rows:
            self._send(said.rows)


def hear(session: Session, heard: Heard, now: datetime) -> Said:
    """The unit of an update: done once, whatever repeats."""
    if not inbox.done(session, heard.update_id, now):
        return Said()
    turn = begin(session, heard, now)
    answer = routes.route(turn)
    return finish(turn, answer)


def refuse(session: Session, heard: Heard, now: datetime, text: Text) -> Said:
    """The unit of a refused update: only the polite no is kept."""
    if not inbox.done(session, heard.update_id, now):
        return Said()
    turn = begin(session, heard, now)
    answer: Answer = Toast(text, alert=True) if heard.kind == Kind.BUTTON else text
    return finish(turn, answer)


def begin(session: Session, heard: Heard, now: datetime) -> Turn:
    """Find out who speaks and which village it is about."""
    account = _account(session, heard)
    canteen, member = _place(session, heard, account)
    roles = _roles(session, member)
    own = account.language if account else None
    spoken = canteen.language if canteen and not (heard.private and own is None and member is None) else None
    language = (own if heard.private else None) or spoken or known(heard.person_language)
    return Turn(session, heard, now, language, canteen, member, roles)


def finish(turn: Turn, answer: Answer) -> Said:
    """Keep what is said to the asker as outbox rows beside what the handlers posted."""
    toast = answer if isinstance(answer, Toast) else None
    if toast and toast.edit:
        _keep(turn, "edit", toast.edit, MessageClass.EDIT, turn.heard.message_id)
    if isinstance(answer, Message | Text):
        _keep(turn, "answer", as_message(answer), MessageClass.ANSWER)
    for number, message in enumerate(turn.also):
        _keep(turn, f"also{number}", message, MessageClass.ANSWER)
    turn.session.flush()
    rows = turn.session.info.pop("posted", [])
    zone = turn.canteen.timezone if turn.canteen else "Asia/Shanghai"
    return Said(tuple(rows), toast, turn.language, zone)


def _keep(turn: Turn, what: str, message: Message, kind: MessageClass, message_id: int | None = None) -> None:
    canteen, member = turn.canteen, turn.member
    receiver = Receiver(
        turn.heard.chat_id,
        turn.language,
        canteen.id if canteen else None,
        member.id if member and turn.private else None,
        canteen.timezone if canteen else "Asia/Shanghai",
    )
    row = outbox.answer(f"{what}:{turn.heard.update_id}", receiver, message, kind=kind, now=turn.now)
    row.message_id = message_id
    turn.session.add(row)
    turn.session.info.setdefault("posted", []).append(row)


def _account(session: Session, heard: Heard) -> Account | None:
    if heard.person_id is None:
        return None
    account = session.exec(select(Account).where(Account.telegram_id == heard.person_id)).first()
    if account is None:
        account = Account(telegram_id=heard.person_id, name=heard.person_name[:128])
        session.add(account)
    if account.unreachable_since is not None and heard.private:
        account.unreachable_since, account.unreachable_reason = None, None
        session.add(account)
    return account


def _place(session: Session, heard: Heard, account: Account | None) -> tuple[Canteen | None, Member | None]:
    if not heard.private:
        canteen = session.exec(select(Canteen).where(Canteen.chat_id == heard.chat_id)).first()
        return canteen, _member(session, canteen, heard.person_id)
    found = session.exec(
        select(Canteen, Member)
        .join(Member, col(Member.canteen_id) == col(Canteen.id))
        .where(Member.telegram_id == heard.person_id, col(Member.approved_at).is_not(None))
        .order_by(col(Canteen.id))
    ).all()
    chosen = account.canteen_id if account else None
    for canteen, member in found:
        if canteen.id == chosen or chosen is None:
            return canteen, member
    return found[0] if found else (None, None)


def _member(session: Session, canteen: Canteen | None, person_id: int | None) -> Member | None:
    if canteen is None or person_id is None:
        return None
    own = select(Member).where(Member.canteen_id == canteen.id, Member.telegram_id == person_id)
    return session.exec(own.where(col(Member.approved_at).is_not(None))).first()


def _roles(session: Session, member: Member | None) -> frozenset[Role]:
    if member is None:
        return frozenset()
    return frozenset(session.exec(select(col(MemberRole.role)).where(MemberRole.member_id == member.id)))
