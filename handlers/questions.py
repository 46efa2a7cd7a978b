"""What was asked last, and what a short answer to it means: typed words do what the buttons do."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, literal_column
from sqlmodel import col, select

import nlu
from handlers.remembering import remember
from handlers.turn import Turn
from models.base import table_of
from models.cards import Card
from models.prepared import Prepared
from nlu import Action, Context, Intent, Understanding
from nlu.phrases import reply
from nlu.suggestions import suggested
from rules.examples import words_of
from rules.values import Answer

UNDO_LASTS = timedelta(minutes=10)
CERTAIN = frozenset({Intent.BOOK_MEAL, Intent.CANCEL_MEAL, Intent.QUERY_MENU, Intent.QUERY_BOOKINGS})
ABOUT_DAYS = frozenset(
    {"requests.time", "menus.write", "people.days", "meals.reason", "storm.why", "deliveries.arrange"}
)
"""Questions whose answer may well sound like a booking."""

MISUNDERSTOOD = "common.which_meant"


CARD = table_of(Card).c
LAST = Prepared(
    select(CARD.id, CARD.kind, CARD.awaits_text)
    .where(CARD.telegram_id == bindparam("person"), CARD.chat_id == bindparam("chat"))
    .where(CARD.answered_at.is_(None), CARD.expires_at > bindparam("now"))
    .order_by(CARD.id.desc())
    .limit(literal_column("1"))
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question, as much of it as every message has to know."""

    id: int
    kind: str
    awaits_text: bool

    def card(self, turn: Turn) -> Card:
        """The whole question."""
        return turn.session.get_one(Card, self.id)


def open_question(turn: Turn) -> Asked | None:
    """The last question to this person that is still open."""
    asked = {"person": turn.heard.person_id, "chat": turn.heard.chat_id, "now": turn.now}
    found = LAST.run(turn.session, asked).fetchone()
    return Asked(found[0], found[1], bool(found[2])) if found else None


def answered_by(turn: Turn, last: Asked, kinds: Container[str]) -> Asked | None:
    """The question a bare yes or no is for: the last one, else the one before a misunderstanding."""
    if last.kind in kinds or last.awaits_text:
        return last if last.kind in kinds else None
    fresh = (
        select(Card)
        .where(Card.telegram_id == turn.heard.person_id, Card.chat_id == turn.heard.chat_id)
        .where(col(Card.answered_at).is_(None), Card.expires_at > turn.now)
        .where(Card.asked_at >= turn.now - UNDO_LASTS)
        .order_by(col(Card.id).desc())
        .limit(5)
    )
    for card in turn.session.exec(fresh):
        if card.kind in kinds:
            return Asked(card.id, card.kind, awaits_text=False)
        if card.kind != MISUNDERSTOOD:
            # Something else was asked or done since: a yes is not for what lies before it.
            return None
    return None


def last_undo(turn: Turn) -> Card | None:
    """What this person did last, if it can still be taken back."""
    done = (
        select(Card)
        .where(Card.telegram_id == turn.heard.person_id, col(Card.kind).endswith(".undo"))
        .where(col(Card.answered_at).is_(None), Card.expires_at > turn.now)
        .where(Card.asked_at >= turn.now - UNDO_LASTS)
        .order_by(col(Card.id).desc())
        .limit(1)
    )
    return turn.session.exec(done).first()


def understand(turn: Turn) -> Understanding:
    """Read the sentence; what stays open is read again with what the village knows of the asker."""
    heard = turn.heard
    context = Context(
        chat="private" if heard.private else "group",
        addressed=heard.addressed,
        reply_to=heard.reply_text or None,
        reply_to_bot=heard.reply_to_bot,
        words=words_of(turn.canteen) if turn.canteen else (),
    )
    now = turn.local if turn.canteen else turn.now
    read = nlu.understand(heard.text, now, context)
    if not read.unsure or read.action == Action.SILENT:
        return read
    known = remember(turn, context)
    again = nlu.understand(heard.text, now, known)
    if heard.suggestion is None or not again.unsure:
        return again
    return suggested(heard.suggestion, heard.text, now, known) or again


def answers_in_words(card: Asked, understanding: Understanding) -> bool:
    """Whether the message is the answer that was asked for, and not something else that came up meanwhile."""
    if not card.awaits_text or understanding.intent == Intent.EMERGENCY:
        return False
    clear = understanding.action == Action.ACT or (understanding.slots.recur and not understanding.unsure)
    elsewhere = clear and understanding.intent in CERTAIN
    return card.kind in ABOUT_DAYS or not elsewhere


def either(yes: Callable[..., Answer], no: Callable[..., Answer]) -> Callable[..., Answer]:
    """The handler of a typed answer to a question whose two buttons have handlers of their own."""

    def answered(turn: Turn, arguments: tuple[str, ...]) -> Answer:
        return (yes if arguments[1] == "yes" else no)(turn, arguments)

    return answered


def word(turn: Turn) -> str:
    """A typed yes or no as the word on the button; empty when it is neither."""
    said = reply(turn.heard.text)
    return "" if said is None else "yes" if said else "no"
