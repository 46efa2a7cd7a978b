"""How long words are kept once they have been said: messages a month, questions a day, notes on meals and visits thirteen months."""

import json
from datetime import datetime, timedelta

from sqlalchemy import Text as Words
from sqlalchemy import cast, update
from sqlmodel import Session, col, select

from models.cards import Card
from models.lunch.meals import Booking
from models.outbox import NOTHING_SAID, OutboxMessage, OutboxState
from rules.homes import visit_findings

SAID_LASTS = timedelta(days=30)
ASKED_LASTS = timedelta(days=1)
NOTE_LASTS = timedelta(days=396)
CAUGHT_UP = timedelta(days=90)
"""So far back an evening looks: a bot that slept for longer is a bot that was moved."""
OVER = (OutboxState.SENT, OutboxState.FAILED, OutboxState.MISSED)


def forget(session: Session, now: datetime) -> None:
    """Empty what is too old; that something was said, asked and eaten stays, for the counts."""
    _messages(session, now - SAID_LASTS)
    asked = (col(Card.expires_at) < now - ASKED_LASTS, cast(Card.facts, Words) != "{}")
    session.execute(update(Card).where(*asked).values(facts={}))
    eaten = (col(Booking.booked_at) < now - NOTE_LASTS, col(Booking.note) != "")
    session.execute(update(Booking).where(*eaten).values(note="", guests=[]))
    visit_findings.forget(session, now.date())


def _messages(session: Session, before: datetime) -> None:
    """By the index of states and due times; what still stands as a live post says what is true by itself."""
    old = (
        col(OutboxMessage.status).in_(OVER),
        col(OutboxMessage.due_at).between(before - CAUGHT_UP, before),
        cast(OutboxMessage.body, Words) != _said_nothing(),
    )
    ids = session.exec(select(OutboxMessage.id).where(*old).order_by(col(OutboxMessage.id))).all()
    for start in range(0, len(ids), 500):
        page = col(OutboxMessage.id).in_(ids[start : start + 500])
        session.execute(update(OutboxMessage).where(page).values(body=json.loads(NOTHING_SAID)))


def _said_nothing() -> str:
    """An emptied body as the store keeps it."""
    return json.dumps(json.loads(NOTHING_SAID), separators=(",", ":"))
