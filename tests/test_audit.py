"""The audit is a chain: nothing in it can be changed, left out or moved without being noticed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from jobs import sealing as duty
from jobs.duties import Look
from models.audit import AuditEntry
from models.store import open_store
from models.unit import UnitSession
from rules import audit, sealing
from tests.stores import new_postgres


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


def test_a_seal_that_was_taken_off_is_found(session, acts):
    sealing.seal(session)
    entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.id)).offset(2)).first()
    entry.seal = None
    session.add(entry)
    session.flush()
    assert sealing.verify(session) == (2, entry.id)
    sealing.seal(session)
    assert sealing.verify(session) == (2, entry.id)


def test_entries_not_yet_sealed_are_no_fault(session, acts):
    assert sealing.verify(session) == (0, None)


def test_the_clock_seals_what_is_new_and_then_rests(session, acts, canteen, now):
    look = Look(session, now, [canteen])
    due = list(duty.due(look))
    assert len(due) == 1
    duty.do(session, due[0], now)
    assert list(duty.due(look)) == []


@pytest.fixture
def server(postgres_server):
    """A store on PostgreSQL, where several write at once."""
    store = open_store(new_postgres(postgres_server, template=True))
    yield store
    store.close_now()


def wrote(session, now, what):
    audit.record(session, audit.Act(now), "meals.booked", what)
    session.flush()


def ids_in_order_of_sealing(session):
    sealed = select(AuditEntry.id).where(col(AuditEntry.sealed_as).is_not(None))
    return session.exec(sealed.order_by(col(AuditEntry.sealed_as))).all()


def test_a_slow_writer_with_a_lower_number_is_sealed_when_it_is_there(server, now):
    with UnitSession(server.engine) as slow:
        wrote(slow, now, "booking:slow")
        server.write_now(lambda session: wrote(session, now, "booking:quick"))
        assert server.write_now(sealing.seal) == 1
        slow.keep()
    assert server.write_now(sealing.seal) == 1
    assert server.read_now(ids_in_order_of_sealing) == [2, 1]
    assert server.read_now(sealing.verify) == (2, None)


def test_two_who_seal_at_once_make_one_chain(server, now):
    server.write_now(lambda session: wrote(session, now, "booking:1"))
    second = ThreadPoolExecutor(1)
    with UnitSession(server.engine) as first:
        assert sealing.seal(first) == 1
        first.flush()
        waiting = second.submit(server.write_now, sealing.seal)
        while not server.read_now(somebody_waits):
            assert not waiting.done()
        wrote(first, now, "booking:2")
        first.keep()
    assert waiting.result(60) == 1
    second.shutdown()
    assert server.read_now(sealing.verify) == (2, None)


def somebody_waits(session):
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return session.connection().exec_driver_sql(waiting).scalar()
