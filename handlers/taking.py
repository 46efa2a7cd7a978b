"""One update, one unit of work: who speaks, what they want, what is answered, all kept before anything is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from handlers import routes
from handlers.speakers import speaker
from handlers.turn import Turn
from models import inbox
from models.outbox import MessageClass, OutboxMessage
from models.store import Store, write
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
    who = speaker(session, heard)
    own, canteen, member = who.language, who.canteen, who.member
    spoken = canteen.language if canteen and not (heard.private and own is None and member is None) else None
    language = (own if heard.private else None) or spoken or known(heard.person_language)
    return Turn(session, heard, now, language, canteen, member, who.roles)


def finish(turn: Turn, answer: Answer) -> Said:
    """Keep what is said to the asker as outbox rows beside what the handlers posted."""
    toast = answer if isinstance(answer, Toast) else None
    if toast and toast.edit:
        _keep(turn, "edit", toast.edit, MessageClass.EDIT, turn.heard.message_id)
    if isinstance(answer, Message | Text):
        said = as_message(answer)
        _keep(turn, "answer", said, MessageClass.CARE if said.urgent else MessageClass.ANSWER)
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
    row.id = write(turn.session, row)
    turn.session.info.setdefault("posted", []).append(row)
