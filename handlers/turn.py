"""One conversational turn: all a handler may know, and the one place where an update becomes a unit of work."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models.cards import Card
from models.members.people import Canteen, Member, Role
from models.store import keep
from rules.audit import Act
from rules.values import Message, Refused, Text
from transports.updates import Heard

CARD_LASTS = timedelta(hours=24)


@dataclass(slots=True)
class Turn:
    """Who speaks, where, when; `canteen` and `member` are None for a stranger."""

    session: Session
    heard: Heard
    now: datetime
    language: str
    canteen: Canteen | None = None
    member: Member | None = None
    roles: frozenset[Role] = frozenset()
    also: list[Message] = field(default_factory=list)
    """Further messages to the asker, sent after the answer."""
    why: str | None = None
    """How the sentence was read, for the audit."""

    @property
    def village(self) -> Canteen:
        """The canteen of the turn, when there surely is one."""
        assert self.canteen is not None
        return self.canteen

    @property
    def asker(self) -> Member:
        """The member who speaks, when there surely is one."""
        assert self.member is not None
        return self.member

    @property
    def zone(self) -> ZoneInfo:
        """The village's time zone."""
        return ZoneInfo(self.village.timezone)

    @property
    def local(self) -> datetime:
        """The present moment on the village's clock."""
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The village's day."""
        return self.local.date()

    @property
    def private(self) -> bool:
        """Whether only the asker reads the answer."""
        return self.heard.private

    @property
    def act(self) -> Act:
        """Who acts, for the audit."""
        return Act(
            now=self.now,
            actor_id=self.member.id if self.member else None,
            canteen_id=self.canteen.id if self.canteen else None,
            update_id=self.heard.update_id,
            why=self.why,
        )

    def may(self, *roles: Role) -> bool:
        """Whether the asker holds one of the roles; a manager may what any role may."""
        return bool(self.roles & {Role.MANAGER, *roles})

    def ask(
        self, kind: str, *, awaits_text: bool = False, lasts: timedelta = CARD_LASTS, **facts: Any
    ) -> Card:
        """Keep an open question; its number goes into the buttons, or the next message answers it."""
        card = Card(
            canteen_id=self.canteen.id if self.canteen else None,
            member_id=self.member.id if self.member else None,
            telegram_id=self.heard.person_id or 0,
            chat_id=self.heard.chat_id,
            kind=kind,
            facts=facts,
            awaits_text=awaits_text,
            asked_at=self.now,
            expires_at=self.now + lasts,
        )
        return keep(self.session, card)

    def opened(self, number: str, kind: str) -> Card:
        """The open card behind a button, if it was asked of this person; an old or forged one is refused."""
        card = self.session.get(Card, int(number)) if number.isascii() and number.isdigit() else None
        if card is None or card.kind != kind or card.telegram_id != self.heard.person_id:
            raise Refused("common.old_button")
        if card.answered_at is not None or card.expires_at <= self.now:
            raise Refused("common.old_button")
        card.answered_at = self.now
        self.session.add(card)
        return card

    def answer(self, said: Message | Text) -> None:
        """Say something more to the asker after the answer."""
        self.also.append(said if isinstance(said, Message) else Message(said))
