"""What was found at a visit is not kept for ever; that somebody was there, and how it went, is."""

from datetime import UTC, datetime, time, timedelta

import pytest

from models.homes.visits import VisitOutcome
from models.members.people import Status
from models.members.vault import opened
from rules.homes import visit_findings, visit_proposals
from rules.members import retention, statuses
from rules.members.statuses import Span
from tests.homes.visiting import MONDAY, WEDNESDAY


def night_of(day):
    return datetime.combine(day, time(19), UTC)


def found(session, *visits):
    session.expire_all()
    return [str(opened(session, visit, "findings")) for visit in visits]


def test_what_was_found_at_grannys_goes_after_thirteen_months_and_what_is_newer_stays(session, granny, wrote):
    old = wrote(granny, days=60, findings="血压偏高").visit
    new = wrote(granny, days=10, findings="走路不稳").visit
    retention.forget(session, night_of(WEDNESDAY + timedelta(days=336)))
    assert found(session, old, new) == ["血压偏高", "走路不稳"]
    retention.forget(session, night_of(WEDNESDAY + timedelta(days=337)))
    assert found(session, old, new) == ["", "走路不稳"]
    assert visit_findings.last(session, new.household_id).id == new.id


def test_the_next_plan_still_knows_when_granny_was_seen_and_how_it_went(
    session, canteen, granny, social_worker, wrote
):
    visit = wrote(granny, days=5, findings="血压偏高").visit
    later = WEDNESDAY + timedelta(days=400)
    before = visit_proposals.candidates(session, canteen, later)
    retention.forget(session, night_of(later))
    assert found(session, visit) == [""]
    assert visit_proposals.candidates(session, canteen, later) == before
    (mine,) = [one for one in before if granny.id in {elder.id for elder in one.elders}]
    assert mine.seen_on == WEDNESDAY - timedelta(days=5)
    assert (visit.outcome, visit.visited_on) == (VisitOutcome.VISITED, mine.seen_on)
    assert visit_findings.last_words(session, visit) is None


@pytest.mark.parametrize("status", [Status.LEFT, Status.DECEASED])
def test_a_month_after_granny_is_gone_for_good_nothing_found_is_kept(
    session, granny, neighbour, social_worker, wrote, act, now, status
):
    hers, his = (wrote(one, days=3, findings="血压偏高").visit for one in (granny, neighbour))
    statuses.set_status(session, social_worker, granny.id, Span(status, WEDNESDAY), act(social_worker))
    retention.forget(session, night_of(WEDNESDAY + timedelta(days=29)))
    assert found(session, hers, his) == ["血压偏高", "血压偏高"]
    retention.forget(session, night_of(WEDNESDAY + timedelta(days=30)))
    assert found(session, hers, his) == ["", "血压偏高"]


def test_whoever_is_in_hospital_or_back_again_keeps_what_was_found(
    session, granny, neighbour, social_worker, wrote, act
):
    hers, his = (wrote(one, days=3, findings="血压偏高").visit for one in (granny, neighbour))
    for one, status in ((granny, Status.IN_HOSPITAL), (neighbour, Status.LEFT)):
        changed = statuses.set_status(
            session, social_worker, one.id, Span(status, WEDNESDAY), act(social_worker)
        )
    statuses.undo(session, social_worker, neighbour.id, changed, act(social_worker))
    retention.forget(session, night_of(MONDAY + timedelta(days=90)))
    assert found(session, hers, his) == ["血压偏高", "血压偏高"]
