"""Whatever people tap and however long the bot slept: an open emergency has a next call, and an ended one has none."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from models.elders.emergencies import Emergency, EmergencyState
from models.members.people import Role
from models.members.vault import seal
from models.outbox import OutboxMessage
from rules.elders import emergencies, emergency_calls, ladders, on_call
from rules.elders.emergencies import Cry
from rules.values import Refused

DOES = [emergencies.answer, emergencies.stay, emergencies.leave, emergencies.reopen]
ADDRESS, PHONE = "上寨 7788 号", "13877880001"


def machine(scene):  # noqa: C901 - a machine of many small rules
    session, canteen, cast, start, act_of = scene
    called = {
        cast[name].telegram_id for name in ("daughter", "social_worker", "doctor", "manager", "committee")
    }

    class Danger(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.savepoint, self.now = session.begin_nested(), start
            raised = emergencies.cry(
                session, canteen, Cry("我摔倒了", cast["granny"]), act_of(cast["granny"], start)
            )
            self.number = raised.emergency.id

        @property
        def emergency(self):
            return session.get_one(Emergency, self.number)

        def attempt(self, do, who, *more):
            inner = session.begin_nested()
            try:
                do(session, self.number, *more, act_of(cast[who], self.now))
                inner.commit()
            except Refused:
                inner.rollback()
                session.expire_all()

        @rule(who=st.sampled_from(sorted(cast)), do=st.sampled_from(DOES))
        def somebody_goes_or_calls_again(self, who, do):
            self.attempt(do, who)

        @rule(who=st.sampled_from(sorted(cast)), reason=st.sampled_from([*emergencies.REASONS, "nonsense"]))
        def somebody_ends_it(self, who, reason):
            self.attempt(emergencies.close, who, reason)

        @rule(
            who=st.sampled_from(["social_worker", "doctor"]), do=st.sampled_from([on_call.begin, on_call.end])
        )
        def somebody_comes_or_goes_off_call(self, who, do):
            do(session, cast[who], act_of(cast[who], self.now))

        @rule(minutes=st.integers(1, 2000))
        def time_passes(self, minutes):
            self.now += timedelta(minutes=minutes)
            for due in emergency_calls.due(session, self.now):
                emergency_calls.climb(session, due.id, self.now)

        @rule()
        def she_cries_again(self):
            cry = Cry("还在地上", cast["granny"])
            emergencies.cry(session, canteen, cry, act_of(cast["granny"], self.now))

        @invariant()
        def an_open_one_is_called_out_soon_and_an_ended_one_never(self):
            emergency = self.emergency
            if emergency.state not in emergencies.OPEN:
                assert emergency.next_at is None
                assert emergency.reason in emergencies.REASONS
                return
            every = ladders.emergency_ladder(canteen).every
            most = every if emergency.state == EmergencyState.OPEN else (30 if not emergency.step else 10)
            assert emergency.state == EmergencyState.OPEN or emergency.step <= 2, (
                "nobody is relied upon for ever"
            )
            assert emergency.next_at - self.now <= timedelta(minutes=most)

        @invariant()
        def a_bystander_never_changes_anything(self):
            assert self.emergency.answered_by_id not in (cast["cook"].id, cast["granny"].id)
            assert self.emergency.closed_by_id != cast["cook"].id

        @invariant()
        def address_and_phone_go_to_who_was_called_and_nobody_else(self):
            for row in session.exec(select(OutboxMessage).where(col(OutboxMessage.id) > 0)):
                if ADDRESS in str(row.body) or PHONE in str(row.body):
                    assert row.chat_id in called

        def teardown(self):
            self.savepoint.rollback()
            session.info.clear()
            session.expire_all()

    return Danger


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("ladder", [None, {"rungs": [[0, ["family"]], [40, ["manager"]]], "every": 3}])
def test_no_sequence_of_taps_and_hours_ends_a_cry_for_help_by_itself(
    session, canteen, granny, daughter, social_worker, manager, cook, villager, act, now, ladder
):
    canteen.settings = {"ladders": {"emergency": ladder}} if ladder else {}
    seal(session, granny, address=ADDRESS, phone=PHONE)
    cast = {
        "granny": granny,
        "daughter": daughter,
        "social_worker": social_worker,
        "manager": manager,
        "cook": cook,
        "doctor": villager("黄医生", Role.DOCTOR, telegram_id=1007),
        "committee": villager("覃主任", Role.COMMITTEE, telegram_id=1008),
    }
    session.flush()
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
    quick = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(machine((session, canteen, cast, now, act)), settings=quick)
