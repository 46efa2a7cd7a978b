"""Whatever people tap and however long the bot slept: an open request has a next step in time, and somebody is called at it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, func, select

from models.elders import handovers
from models.elders.requests import Handover, Request, RequestKind, RequestState, Urgency
from models.outbox import OutboxMessage
from rules.elders import acceptances, errands, escalation, kits, notices, requests
from rules.elders.requests import Wish
from rules.values import Refused
from tests.stores import WALKS

DOINGS = [
    *(requests.confirm, requests.cancel, requests.restore),
    *(errands.take, errands.start, errands.leave, errands.take_over, errands.decline, errands.finish),
    *(acceptances.accept, acceptances.reopen, acceptances.take_back, acceptances.unfinish),
]
NEXT = {
    RequestState.ASKED: ((requests.confirm, "granny"), (requests.cancel, "granny")),
    RequestState.CONFIRMED: ((errands.take, "volunteer"), (requests.cancel, "granny")),
    RequestState.REOPENED: ((errands.take, "volunteer"), (errands.take, "social_worker")),
    RequestState.TAKEN: ((errands.start, "volunteer"), (errands.leave, "volunteer")),
    RequestState.DOING: ((errands.finish, "volunteer"), (errands.leave, "volunteer")),
    RequestState.DONE: ((acceptances.accept, "granny"), (acceptances.reopen, "granny")),
    RequestState.ACCEPTED: ((acceptances.take_back, "granny"), (acceptances.take_back, "granny")),
    RequestState.CANCELLED: ((requests.restore, "granny"), (requests.restore, "granny")),
}
OPEN = frozenset(RequestState) - {RequestState.ACCEPTED, RequestState.CANCELLED}
NIGHT = timedelta(hours=9, minutes=30)
MINUTES = {
    Urgency.URGENT: {"asked": 15, "search": 20, "work": 20, "accept": 120},
    Urgency.NORMAL: {"asked": 240, "search": 120, "work": 180, "accept": 1440},
}
"""How long it may be until the next step, where the steps before it reached nobody; what is not urgent may sleep for a night besides."""
RESPONSIBLE = {
    Urgency.URGENT: {"asked": 15, "search": 20, "work": 20, "accept": 60},
    Urgency.NORMAL: {"asked": 15, "search": 60, "work": 60, "accept": 240},
}
"""By when the manager is called, where nobody is on call."""


def phase_of(state):
    """What is waited for: a yes, somebody who goes, the work, or that somebody says it was done."""
    if state in notices.FREE:
        return "search"
    return {RequestState.ASKED: "asked", RequestState.DONE: "accept"}.get(state, "work")


def told(session, member, since: datetime) -> int:
    own = select(func.count()).select_from(OutboxMessage)
    own = own.where(OutboxMessage.chat_id == member.telegram_id, OutboxMessage.created_at >= since)
    return int(session.exec(own).one())


def machine(scene, urgency):  # noqa: C901 - a machine of many small rules
    session, canteen, cast, start, act_of = scene

    class Walk(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.savepoint, self.now = session.begin_nested(), start
            wish = Wish(RequestKind.MEDICINE, urgency=urgency)
            granny = cast["granny"]
            self.number = requests.ask(session, canteen, granny, wish, act_of(granny, start)).id
            self.began = self.ticked = start
            self.former, self.was = None, ("asked", None)

        @property
        def request(self):
            return session.get_one(Request, self.number)

        def attempt(self, do, who, *more):
            """Nobody taps twice in the same second: a search begun anew has keys of its own."""
            self.now += timedelta(seconds=1)
            self.trying(do, self.number, *more, act_of(cast[who], self.now))

        def trying(self, do, *what):
            inner = session.begin_nested()
            try:
                do(session, *what)
                inner.commit()
            except Refused:
                inner.rollback()
                session.expire_all()
            self.notice()

        def notice(self):
            """Something else is waited for, or of other hands: the minutes begin anew."""
            stands = (phase_of(self.request.state), self.request.taker_id)
            if stands != self.was:
                self.former, self.began, self.ticked = self.was[1], self.now, None
            self.was = stands

        @rule(who=st.sampled_from(sorted(cast)), do=st.sampled_from(DOINGS))
        def somebody_does_something(self, who, do):
            self.attempt(do, who)

        @rule(to=st.sampled_from(sorted(cast)), who=st.sampled_from(sorted(cast)))
        def somebody_passes_it_on(self, to, who):
            self.attempt(errands.offer, who, cast[to])

        @rule(who=st.sampled_from(sorted(cast)), things=st.sampled_from([[], ["card"], ["card", "box"]]))
        def somebody_gets_the_kit(self, who, things):
            self.attempt(kits.hand_out, who, things, 0)

        @rule(who=st.sampled_from(sorted(cast)), spent=st.sampled_from([None, 0, 500]))
        def somebody_brings_it_back(self, who, spent):
            self.attempt(kits.hand_back, who, spent)

        @rule(who=st.sampled_from(sorted(cast)), do=st.sampled_from([kits.agree, kits.dispute]))
        def somebody_counts(self, who, do):
            own = select(Handover.id).where(Handover.request_id == self.number)
            newest = session.exec(own.order_by(col(Handover.id).desc())).first()
            if newest is not None:
                self.trying(do, newest, act_of(cast[who], self.now))

        def goes(self, way):
            """Straight on or one turn back, so that the later states are not left to luck."""
            do, who = NEXT[self.request.state][way]
            self.attempt(do, who)

        @rule()
        def it_turns_back(self):
            self.goes(1)

        @rule()
        def it_goes_straight_on(self):
            self.goes(0)

        @rule(minutes=st.sampled_from([1, 2, 5, 10, 15, 20, 30, 90]))
        def the_clock_looks_all_the_time(self, minutes):
            until, climbed = self.now + timedelta(minutes=minutes), 0
            while self.request.state in OPEN and self.request.next_at <= until:
                self.now, climbed = max(self.now, self.request.next_at), climbed + 1
                self.climbs()
                assert climbed <= minutes / 5 + 6, "nobody is rung every minute"
            self.now = until
            self.ticked = until

        @rule(minutes=st.integers(30, 700))
        def the_bot_sleeps(self, minutes):
            self.now += timedelta(minutes=minutes)
            if self.request.state in OPEN and self.request.next_at <= self.now:
                self.climbs()
            self.ticked = self.now

        def climbs(self):
            assert self.number in [one.id for one in escalation.due(session, self.now)]
            before = session.exec(select(func.count()).select_from(OutboxMessage)).one()
            escalation.climb(session, self.number, self.now)
            after = session.exec(select(func.count()).select_from(OutboxMessage)).one()
            assert after > before, "at every step somebody is written to"
            assert self.request.next_at > self.now

        @precondition(lambda self: self.request.state in OPEN)
        @invariant()
        def an_open_one_has_a_next_step_in_time(self):
            request, phase = self.request, phase_of(self.request.state)
            most = self.foot() + timedelta(minutes=MINUTES[urgency][phase])
            assert request.next_at <= most + (NIGHT if urgency == Urgency.NORMAL else timedelta())

        def foot(self):
            """From when the minutes run: what is in somebody's hands has until it is due."""
            if phase_of(self.request.state) != "work":
                return self.now
            return max(self.now, self.request.due_at, self.began + timedelta(minutes=30))

        @precondition(lambda self: self.request.state in OPEN and self.ticked == self.now)
        @invariant()
        def whoever_is_responsible_was_called_in_time(self):
            phase, since = phase_of(self.request.state), self.began
            if phase == "work":
                since = max(self.request.due_at, self.began + timedelta(minutes=30))
            waited = self.now - since - (NIGHT if urgency == Urgency.NORMAL else timedelta())
            if waited >= timedelta(minutes=RESPONSIBLE[urgency][phase]):
                assert told(session, cast["manager"], since) > 0

        @precondition(lambda self: self.request.state in notices.FREE and self.ticked == self.now)
        @invariant()
        def volunteers_are_asked_first(self):
            asked = cast["volunteer"]
            wait = timedelta(minutes=1) if urgency == Urgency.URGENT else timedelta(minutes=30) + NIGHT
            if self.former != asked.id and self.now - self.began >= wait:
                assert told(session, asked, self.began) > 0

        @precondition(lambda self: self.request.state in notices.ON_DUTY)
        @invariant()
        def who_has_it_is_let_work_until_it_is_due(self):
            due = max(self.request.due_at, self.began + timedelta(minutes=30))
            assert self.now >= due or self.request.next_at >= due

        @invariant()
        def one_person_has_it_and_only_while_it_is_to_be_done(self):
            request = self.request
            if request.state in notices.ON_DUTY:
                assert request.taker_id is not None
            if request.state in (*notices.FREE, RequestState.ASKED, RequestState.CANCELLED):
                assert request.taker_id is None
            assert request.taker_id != cast["granny"].id

        @invariant()
        def nothing_of_granny_is_forgotten(self):
            if handovers.kit_out(session, self.request) is not None:
                assert self.request.state in (RequestState.DOING, RequestState.DONE)

        @invariant()
        def what_was_brought_back_and_not_counted_is_looked_after(self):
            own = select(Handover).where(Handover.request_id == self.number, Handover.way == "to_elder")
            for row in session.exec(own.where(col(Handover.agreed_at).is_(None))).all():
                looked = select(OutboxMessage.id).where(
                    col(OutboxMessage.key).startswith(f"handover:{row.id}:")
                )
                assert session.exec(looked).first() is not None

        @invariant()
        def who_served_did_not_accept(self):
            if self.request.state == RequestState.ACCEPTED:
                assert self.request.closed_by_id != self.request.served_by_id

        def teardown(self):
            self.savepoint.rollback()
            session.info.clear()
            session.expire_all()

    return Walk


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("urgency", list(Urgency))
def test_no_sequence_of_taps_and_hours_loses_an_open_request(
    session, canteen, granny, linked, volunteer, social_worker, manager, act, now, urgency, dialect
):
    cast = {
        "granny": granny,
        "daughter": linked,
        "volunteer": volunteer,
        "social_worker": social_worker,
        "manager": manager,
    }
    session.flush()
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
    quick = settings(
        max_examples=WALKS[dialect] // 2, stateful_step_count=25, deadline=None, suppress_health_check=checks
    )
    run_state_machine_as_test(machine((session, canteen, cast, now, act), urgency), settings=quick)
