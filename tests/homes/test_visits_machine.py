"""Whatever is planned, swapped, written down and taken back, in whatever order: one open visit a house, and a next date."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.homes.visits import OPEN_VISITS, Absence, VisitOutcome, VisitState
from rules.homes import households, visit_plans, visit_records, visits
from rules.homes.visit_records import Note
from rules.homes.visits import Wanted
from rules.values import Refused
from tests.homes.visiting import MONDAY, WEDNESDAY, all_visits

ACTS = ("propose", "accept", "swap", "more", "plan", "off", "record", "together", "apart", "back", "unwrite")
_steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 30), st.integers(0, 20)), max_size=25)


@pytest.fixture
def dialect():
    """On one database: it is the order of acts that is looked for, not the store."""
    return "sqlite"


class Village:
    """Somebody who taps without thinking; what is refused changes nothing."""

    def __init__(self, session, canteen, elders, act) -> None:
        self.session, self.canteen, self.elders, self.act = session, canteen, elders, act
        self.undo: list = []
        self.written: list = []

    def do(self, what: str, which: int, days: int) -> None:
        savepoint = self.session.begin_nested()
        try:
            getattr(self, what)(which, days)
            savepoint.commit()
        except Refused:
            savepoint.rollback()

    def _elder(self, which):
        return self.elders[which % len(self.elders)]

    def _visit(self, which):
        found = all_visits(self.session)
        if not found:
            raise Refused("common.old_button")
        return found[which % len(found)]

    def propose(self, which, days):
        visit_plans.propose(self.session, self.canteen, MONDAY + timedelta(days=7 * (days % 3)), self.act)

    def accept(self, which, days):
        visit_plans.accept_all(self.session, self.canteen, MONDAY, self.act)

    def swap(self, which, days):
        visit_plans.swap(self.session, self.canteen, self._visit(which).id, self.act)

    def more(self, which, days):
        visit_plans.one_more(self.session, self.canteen, MONDAY, self.act)

    def plan(self, which, days):
        visits.plan(self.session, self._elder(which), Wanted(WEDNESDAY + timedelta(days=days)), self.act)

    def off(self, which, days):
        visit = self._visit(which)
        before = visits.seen(visit)
        visits.call_off(self.session, visit.id, self.act)
        self.undo.append((visit.id, before, visits.seen(visit)))

    def back(self, which, days):
        if self.undo:
            visits.restore(self.session, *self.undo[which % len(self.undo)], self.act)

    def record(self, which, days):
        outcome = list(VisitOutcome)[days % len(VisitOutcome)]
        note = Note(
            self._elder(which).id, WEDNESDAY - timedelta(days=days % 3), outcome, absence=Absence.SUDDEN
        )
        done = visit_records.record(self.session, self.canteen, note, self.act)
        facts = {"visit": done.visit.id, "before": done.before, "after": visits.seen(done.visit)}
        self.written.append({**facts, "length": done.length, "needs": []})

    def unwrite(self, which, days):
        if self.written:
            visit_records.take_back(self.session, self.written[which % len(self.written)], self.act)

    def together(self, which, days):
        households.group(self.session, [self._elder(which), self._elder(days)], self.act)

    def apart(self, which, days):
        households.move_out(self.session, self._elder(which), self.act)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_steps)
def test_one_open_visit_a_house_and_a_next_date_whatever_happens(
    session, canteen, social_worker, committee, elders, act, steps
):
    savepoint = session.begin_nested()
    try:
        village = Village(session, canteen, elders, act(social_worker))
        for step in steps:
            village.do(*step)
            found = all_visits(session)
            waiting = [one.household_id for one in found if one.state in OPEN_VISITS]
            assert len(waiting) == len(set(waiting))
            done = [one for one in found if one.state == VisitState.DONE]
            assert all(one.outcome and one.visited_on and one.next_on > one.visited_on for one in done)
            assert all(one.companion_id or one.absence or one.outcome == "phoned" for one in done)
            assert all(one.worker_id != one.companion_id for one in found)
    finally:
        savepoint.rollback()
        session.expire_all()
