"""Words are not kept longer than they are needed: messages a month, questions a day, notes on meals thirteen months."""

from datetime import timedelta

from sqlmodel import select

from jobs.duties import Look
from jobs.members import retention as nightly
from models.cards import Card
from models.lunch.meals import Booking
from models.outbox import OutboxMessage, OutboxState
from rules.members import retention


def test_what_was_said_a_month_ago_is_empty_and_what_waits_is_not(village, session, granny, now):
    village.says(granny, "明天中午两份")
    first, *_ = rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    for row in rows:
        row.status = OutboxState.SENT
    waiting = OutboxMessage(key="x", chat_id=1, kind=first.kind, body=first.body, due_at=now, created_at=now)
    session.add(waiting)
    session.flush()
    retention.forget(session, now + timedelta(days=29))
    assert "李奶奶" in str(first.body)
    retention.forget(session, now + timedelta(days=31))
    session.expire_all()
    assert first.body["text"]["key"] == "verbatim"
    assert "李奶奶" in str(waiting.body)


def test_a_question_is_forgotten_a_day_after_it_ran_out(session, now):
    card = Card(telegram_id=1, chat_id=1, kind="x", facts={"words": "x"}, asked_at=now, expires_at=now)
    session.add(card)
    session.flush()
    retention.forget(session, now + timedelta(hours=23))
    session.expire_all()
    assert card.facts == {"words": "x"}
    retention.forget(session, now + timedelta(hours=25))
    session.expire_all()
    assert card.facts == {}


def test_a_note_of_more_than_a_year_ago_is_emptied_and_still_counted(village, session, granny, now):
    village.says(granny, "明天中午两份")
    booking = session.exec(select(Booking)).one()
    booking.note = "少油少盐"
    session.add(booking)
    session.flush()
    retention.forget(session, now + timedelta(days=300))
    session.expire_all()
    assert booking.note == "少油少盐"
    retention.forget(session, now + timedelta(days=400))
    session.expire_all()
    assert (booking.note, booking.portions) == ("", 2)


def test_it_is_done_once_a_night(session, now):
    assert list(nightly.words_due(Look(session, now, ()))) == []
    (due,) = nightly.words_due(Look(session, now.replace(hour=19), ()))
    nightly.forget(session, due, now)
    (again,) = nightly.words_due(Look(session, now.replace(hour=23), ()))
    assert due == again
