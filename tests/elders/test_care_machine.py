"""Whatever people tap and however long the bot slept: whoever is still missed has a next step with a time, and nobody else has one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from models.elders.care import Concern, ConcernCause, Finding
from models.lunch.meals import Sitting
from models.members.people import CareLink, Consent, Role, Status
from models.members.vault import seal
from models.outbox import OutboxMessage
from rules.elders import care, care_calls, ladders
from rules.lunch import meals
from rules.members import statuses
from rules.members.statuses import Span
from rules.values import Refused
from texts import Words

THURSDAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)
ADDRESS, PHONE = "上寨 7788 号", "13877880001"
STOPPED = {Finding.FINE, Finding.ELSEWHERE, Finding.HOSPITAL, Finding.SEEN, Finding.SPOKE, Finding.NOT_HERE}


def machine(scene):  # noqa: C901 - a machine of many small rules
    session, canteen, cast, lunch, act_of = scene
    people = st.sampled_from(sorted(cast))

    class Missing(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.savepoint, self.now = session.begin_nested(), NOON
            raised = care.missed(session, lunch, cast["granny"], ConcernCause.NO_SHOW, act_of(None, NOON))
            self.number = raised.id

        @property
        def concern(self):
            return session.get_one(Concern, self.number)

        def attempt(self, do, who, *more):
            inner = session.begin_nested()
            try:
                do(session, self.number, *more, act_of(cast[who], self.now))
                inner.commit()
            except Refused:
                inner.rollback()
                session.expire_all()

        @rule(who=people, do=st.sampled_from([care.go, care.leave, care.reopen]))
        def somebody_takes_it_leaves_it_or_takes_it_back(self, who, do):
            self.attempt(do, who)

        @rule(who=people, finding=st.sampled_from(list(Finding)))
        def somebody_answers(self, who, finding):
            self.attempt(care.answer, who, finding)

        @rule(minutes=st.integers(1, 2000))
        def time_passes(self, minutes):
            self.now += timedelta(minutes=minutes)
            for due in care_calls.due(session, self.now):
                care_calls.climb(session, due.id, self.now)

        @rule()
        def she_comes_after_all(self):
            care.seen(session, lunch.id, cast["granny"].id, act_of(cast["cook"], self.now))

        @rule()
        def the_tick_was_wrong(self):
            care.missed(session, lunch, cast["granny"], ConcernCause.NO_SHOW, act_of(cast["cook"], self.now))

        @rule(status=st.sampled_from(list(Status)))
        def her_status_changes(self, status):
            today = self.now.date()
            worker = cast["social_worker"]
            statuses.set_status(
                session, worker, cast["granny"].id, Span(status, today), act_of(worker, self.now)
            )

        @invariant()
        def an_open_one_has_a_next_step_with_a_time_and_a_closed_one_a_finding_and_none(self):
            concern = self.concern
            if concern.closed_at is not None:
                assert concern.next_at is None
                assert concern.finding in STOPPED
                return
            assert concern.next_at is not None
            if concern.goer_id is None and concern.next_at > self.now:
                every = care_calls.ladder_of(canteen, concern).every
                longest = max(every, *_gaps(care_calls.ladder_of(canteen, concern)), 15)
                assert concern.next_at - self.now <= timedelta(minutes=longest)

        @invariant()
        def a_bystander_never_has_it_in_hand_nor_ends_it(self):
            concern, helper = self.concern, cast["volunteer"].id
            outside = {cast["stranger"].id} | ({helper} if helper not in concern.asked_ids else set())
            assert concern.goer_id not in {*outside, cast["granny"].id}
            assert concern.closed_by_id not in outside

        @invariant()
        def nobody_outside_is_written_to_and_who_lives_near_reads_no_phone(self):
            near = {cast["volunteer"].telegram_id, cast["neighbour"].telegram_id}
            for row in session.exec(select(OutboxMessage).where(col(OutboxMessage.id) > 0)):
                assert row.chat_id != cast["stranger"].telegram_id
                said = Words(row.language, row.timezone).say(row.body["text"])
                assert ADDRESS not in said
                assert PHONE not in said or row.chat_id not in near

        def teardown(self):
            self.savepoint.rollback()
            session.info.clear()
            session.expire_all()

    return Missing


def _gaps(ladder):
    return [
        later.after - earlier.after for earlier, later in zip(ladder.rungs, ladder.rungs[1:], strict=False)
    ] or [0]


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("ladder", [None, {"rungs": [[0, ["family"]], [40, ["manager"]]], "every": 10}])
def test_no_sequence_of_taps_and_hours_forgets_who_was_missed(
    session, canteen, granny, daughter, social_worker, manager, cook, volunteer, villager, act, now, ladder
):
    canteen.settings = {"ladders": {"care": ladder}} if ladder else {}
    seal(session, granny, address=ADDRESS, phone=PHONE)
    near = villager("莫嫂", Role.VOLUNTEER, telegram_id=1011)
    session.add(
        CareLink(
            elder_id=granny.id, carer_id=near.id, relation="neighbour", actions=["care"], consent=Consent.SAID, created_at=now
        )
    )  # fmt: skip
    cast = {
        "granny": granny,
        "daughter": daughter,
        "neighbour": near,
        "social_worker": social_worker,
        "manager": manager,
        "cook": cook,
        "volunteer": volunteer,
        "committee": villager("覃主任", Role.COMMITTEE, telegram_id=1008),
        "stranger": villager("别家儿子", Role.FAMILY, telegram_id=1009),
    }
    lunch = meals.meal_on(session, canteen, THURSDAY, Sitting.LUNCH)
    session.flush()
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
    quick = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(machine((session, canteen, cast, lunch, act)), settings=quick)


@given(st.lists(st.integers(1, 240), max_size=5, unique=True), st.integers(1, 60), st.integers(0, 600))
def test_every_rung_of_any_ladder_is_reached_in_order_and_once(later, every, minutes):
    audiences = list(ladders.Audience)
    rungs = tuple(
        ladders.Rung(after, (audiences[number],)) for number, after in enumerate((0, *sorted(later)))
    )
    ladder = ladders.Ladder(rungs, every)
    reached = min(ladder.reached(minutes), len(rungs))
    assert ladder.called(0, reached) == tuple(rung.tell[0] for rung in rungs if rung.after <= minutes)
