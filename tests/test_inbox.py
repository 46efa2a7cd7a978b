"""What people wrote is forgotten in time, and never before it was done."""

from datetime import timedelta

import pytest

from jobs.duties import Look
from jobs.inbox import DUTIES
from models import inbox
from models.inbox import InboxState, InboxUpdate


@pytest.fixture
def keep(session, now):
    def make(number, age_hours, state=InboxState.DONE):
        at = now - timedelta(hours=age_hours)
        done_at = None if state == InboxState.NEW else at
        session.add(InboxUpdate(update_id=number, raw="{}", state=state, received_at=at, done_at=done_at))
        session.flush()

    return make


def tick(session, now):
    """One look of the clock at both duties; answers what was due."""
    kinds = []
    for duty in DUTIES:
        for due in list(duty.due(Look(session, now, ()))):
            duty.do(session, due, now)
            kinds.append(due.kind)
    session.expire_all()
    return kinds


def test_words_are_emptied_after_three_days_and_keys_dropped_after_a_week(session, now, keep):
    keep(1, 71)
    keep(2, 73)
    keep(3, 24 * 8)
    assert tick(session, now) == ["inbox.blank", "inbox.forget"]
    assert session.get(InboxUpdate, 1).raw == "{}"
    assert session.get(InboxUpdate, 2).raw == ""
    assert session.get(InboxUpdate, 3) is None
    assert tick(session, now) == []


def test_what_was_never_done_is_kept_however_old(session, now, keep):
    keep(1, 24 * 30, InboxState.NEW)
    assert tick(session, now) == []
    assert inbox.count_open(session) == 1


def test_what_was_given_up_is_forgotten_too(session, now, keep):
    keep(1, 24 * 8, InboxState.DEAD)
    tick(session, now)
    assert session.get(InboxUpdate, 1) is None


def test_an_update_is_done_once(session, now, keep):
    keep(1, 0, InboxState.NEW)
    assert inbox.done(session, 1, now)
    assert not inbox.done(session, 1, now)
    assert not inbox.done(session, 2, now)


def test_what_was_done_is_not_set_aside_afterwards(session, now, keep):
    keep(1, 0, InboxState.DONE)
    inbox.bury(session, 1, now)
    assert session.get(InboxUpdate, 1).state == InboxState.DONE
