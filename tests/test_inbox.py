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


def test_words_are_emptied_after_three_days_and_keys_dropped_after_a_month(session, now, keep):
    keep(1, 71)
    keep(2, 73)
    keep(3, 24 * 29)
    keep(4, 24 * 31)
    assert tick(session, now) == ["inbox.blank", "inbox.forget"]
    assert session.get(InboxUpdate, 1).raw == "{}"
    assert session.get(InboxUpdate, 2).raw == ""
    assert session.get(InboxUpdate, 3).raw == ""
    assert session.get(InboxUpdate, 4) is None
    assert tick(session, now) == []


def test_what_was_never_done_is_kept_however_old(session, now, keep):
    keep(1, 24 * 30, InboxState.NEW)
    assert tick(session, now) == []
    assert inbox.count_open(session) == 1


def test_what_was_given_up_is_forgotten_too(session, now, keep):
    keep(1, 24 * 31, InboxState.DEAD)
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


@pytest.mark.parametrize(("days", "is_new"), [(0, False), (6, False), (7, True), (29, True)])
def test_what_granny_wrote_is_heard_though_its_number_was_used_before_the_numbers_restarted(
    session, now, keep, days, is_new
):
    keep(7, 24 * days)
    came = InboxUpdate(update_id=7, raw='{"text": "明天中午两份"}', received_at=now)
    assert inbox.keep(session, [came]) == ({7} if is_new else set())
    session.expire_all()
    kept = session.get(InboxUpdate, 7)
    assert (kept.state, "两份" in kept.raw) == (
        (InboxState.NEW, True) if is_new else (InboxState.DONE, False)
    )


def test_what_waits_to_be_done_is_not_pushed_out_by_a_number_that_comes_again(session, now, keep):
    keep(7, 24 * 20, InboxState.NEW)
    assert inbox.keep(session, [InboxUpdate(update_id=7, raw="{}", received_at=now)]) == set()
    assert inbox.count_open(session) == 1
