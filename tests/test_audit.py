"""The audit is a chain: nothing in it can be changed, left out or moved without being noticed."""

import pytest
from sqlmodel import col, select

from jobs import sealing as duty
from jobs.duties import Look
from models.audit import AuditEntry
from rules import audit, sealing


@pytest.fixture
def acts(session, granny, act):
    for number in range(5):
        audit.record(session, act(granny), "meals.booked", f"booking:{number}", after={"portions": number})
    session.flush()


def test_new_entries_are_sealed_and_hold(session, acts):
    assert sealing.seal(session) == 5
    assert sealing.verify(session) == (5, None)


def test_sealing_again_goes_on_where_it_stopped(session, acts, granny, act):
    sealing.seal(session)
    assert sealing.seal(session) == 0
    audit.record(session, act(granny), "meals.cancelled", "booking:1")
    session.flush()
    assert sealing.seal(session) == 1
    assert sealing.verify(session) == (6, None)


@pytest.mark.parametrize("field", ["action", "object", "after", "seal"])
def test_a_changed_entry_is_found(session, acts, field):
    sealing.seal(session)
    entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.id)).offset(2)).first()
    setattr(entry, field, {"portions": 9} if field == "after" else "changed")
    session.add(entry)
    session.flush()
    count, broken = sealing.verify(session)
    assert (count, broken) == (2, entry.id)


def test_an_entry_left_out_is_found(session, acts):
    sealing.seal(session)
    entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    session.delete(entries[1])
    session.flush()
    assert sealing.verify(session) == (1, entries[2].id)


def test_entries_not_yet_sealed_are_no_fault(session, acts):
    assert sealing.verify(session) == (0, None)


def test_the_clock_seals_what_is_new_and_then_rests(session, acts, canteen, now):
    look = Look(session, now, [canteen])
    due = list(duty.due(look))
    assert len(due) == 1
    duty.do(session, due[0], now)
    assert list(duty.due(look)) == []
