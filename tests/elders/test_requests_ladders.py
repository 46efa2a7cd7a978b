"""Ladders of requests, decided: who is called when, written by the village, and never ending before a human answers."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from models.audit import AuditEntry
from models.elders.requests import RequestKind, RequestState, Urgency
from models.members.people import Role, Status
from models.members.vault import seal
from models.outbox import MessageClass
from rules.elders import (
    acceptances,
    errands,
    escalation,
    ladder_words,
    ladders,
    on_call,
    requests,
)
from rules.elders.ladders import Audience, Ladder, Rung
from rules.elders.requests import Wish
from rules.values import Refused
from tests.requesting import sent_to


def climb_until(session, request, now, minutes):
    """The clock looks every five minutes."""
    for _ in range(0, minutes, 5):
        now += timedelta(minutes=5)
        for due in escalation.due(session, now):
            escalation.climb(session, due.id, now)
        session.flush()
    return now


def test_thirty_sixty_a_hundred_and_twenty_minutes_and_then_again_and_again(
    session, confirmed, volunteer, social_worker, villager, manager, act, now
):
    committee = villager("覃主任", Role.COMMITTEE, telegram_id=3003)
    on_call.begin(session, social_worker, act(social_worker))
    climb_until(session, confirmed, now, 25)
    assert sent_to(session, volunteer) == []
    climb_until(session, confirmed, now + timedelta(minutes=25), 5)
    assert len(sent_to(session, volunteer)) == 1
    on_duty_before = len(sent_to(session, social_worker))
    climb_until(session, confirmed, now + timedelta(minutes=30), 30)
    assert len(sent_to(session, social_worker)) == on_duty_before + 1
    assert sent_to(session, committee) == []
    climb_until(session, confirmed, now + timedelta(minutes=60), 60)
    assert len(sent_to(session, committee)) == 1
    climb_until(session, confirmed, now + timedelta(minutes=120), 120)
    assert len(sent_to(session, committee)) == 2
    called = select(AuditEntry).where(AuditEntry.action == "requests.called")
    kept = session.exec(called.order_by(col(AuditEntry.id))).all()
    assert [entry.after["step"] for entry in kept] == [1, 2, 3, 4]
    assert {row.kind for row in sent_to(session, committee)} == {MessageClass.CARE}


def test_an_unconfirmed_wish_is_asked_after_by_who_is_on_call_and_by_managers_without_one(
    session, asked, manager, social_worker, now, granny
):
    seal(session, granny, phone="13800000001")
    climb_until(session, asked, now, 15)
    assert len(sent_to(session, manager)) == 1
    assert "13800000001" in str(sent_to(session, manager)[0].body)
    assert sent_to(session, social_worker) == []


def test_a_finished_errand_of_an_elder_without_a_phone_is_asked_about_by_a_human_at_once(
    session, canteen, neighbour, social_worker, volunteer, act, now
):
    request = requests.ask(session, canteen, neighbour, Wish(RequestKind.ERRAND), act(social_worker))
    requests.confirm(session, request.id, act(social_worker))
    errands.take(session, request.id, act(volunteer))
    errands.finish(session, request.id, act(volunteer))
    errands.ask_acceptance(session, request, act(volunteer))
    assert "requests.ask_if_done" in str(sent_to(session, social_worker)[-1].body)
    acceptances.accept(session, request.id, act(social_worker))
    assert request.state == RequestState.ACCEPTED


def test_after_a_long_sleep_everybody_whose_turn_passed_is_called_once(
    session, confirmed, volunteer, manager, now
):
    escalation.climb(session, confirmed.id, now + timedelta(hours=3))
    assert len(sent_to(session, volunteer)) == 1
    assert len(sent_to(session, manager)) == 1
    assert confirmed.next_at > now + timedelta(hours=3)


def test_an_overdue_errand_is_asked_about_first_of_the_helper(session, taken, volunteer, manager, now):
    before = len(sent_to(session, volunteer))
    escalation.climb(session, taken.id, taken.next_at)
    assert len(sent_to(session, volunteer)) == before + 1
    assert sent_to(session, manager) == []
    escalation.climb(session, taken.id, taken.next_at)
    assert len(sent_to(session, manager)) == 1


@pytest.mark.parametrize("gone", [Status.DECEASED, Status.LEFT])
def test_nobody_is_called_for_somebody_who_is_gone_and_the_helper_is_told(
    session, taken, granny, volunteer, manager, gone
):
    granny.status = gone
    session.add(granny)
    session.flush()
    before = len(sent_to(session, manager))
    escalation.climb(session, taken.id, taken.next_at)
    assert (taken.state, taken.next_at) == (RequestState.CANCELLED, None)
    assert len(sent_to(session, manager)) == before
    assert any("told_cancelled" in str(row.body) for row in sent_to(session, volunteer))


def test_urgent_ones_are_looked_at_first(session, canteen, granny, neighbour, act, now):
    slow = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    fast = requests.ask(
        session, canteen, neighbour, Wish(RequestKind.ESCORT, urgency=Urgency.URGENT), act(granny)
    )
    found = escalation.due(session, now + timedelta(hours=2))
    assert [request.id for request in found] == [fast.id, slow.id]


RUNGS = st.lists(
    st.tuples(st.integers(1, 200), st.lists(st.sampled_from(list(Audience)), min_size=1, max_size=3)),
    min_size=1,
    max_size=6,
).map(
    lambda steps: tuple(
        Rung(sum(gap for gap, _ in steps[: n + 1]) - steps[0][0], tuple(tell))
        for n, (_, tell) in enumerate(steps)
    )
)


@given(RUNGS, st.integers(1, 300), st.integers(0, 5000))
def test_a_ladder_has_a_next_step_at_every_minute_and_calls_everybody_on_it(rungs, every, minutes):
    ladder = Ladder(rungs, every)
    step = ladder.reached(minutes)
    assert ladder.after(step) > minutes
    assert step == 0 or ladder.after(step - 1) <= minutes
    everybody = {audience for rung in rungs for audience in rung.tell}
    assert set(ladder.called(0, len(rungs) + 1)) == everybody


@given(RUNGS, st.integers(1, 1440))
def test_a_ladder_is_read_back_as_it_is_written(rungs, every):
    written = ",".join(f"{rung.after} {'+'.join(rung.tell)}" for rung in rungs)
    assert ladder_words.parsed(f"{written},every {every}") == Ladder(rungs, every)


def test_a_manager_writes_ladders_in_chinese_for_all_kinds_and_for_one(canteen):
    canteen.settings = {
        "ladders": ladder_words.read(canteen, "normal", "20 志愿者，40 值班社工，80 村委和管理员，每60")
    }
    own = ladders.ladder_of(canteen, RequestKind.REPAIR, Urgency.NORMAL, "search")
    assert [rung.after for rung in own.rungs] == [20, 40, 80]
    assert own.rungs[2].tell == (Audience.COMMITTEE, Audience.MANAGER)
    assert own.every == 60
    canteen.settings = {"ladders": ladder_words.read(canteen, "normal", "送药：10分钟后 志愿者，20 全部社工")}
    canteen.settings = {"ladders": ladder_words.read(canteen, "normal", "送药：5 志愿者")}
    assert ladders.ladder_of(canteen, RequestKind.MEDICINE, Urgency.NORMAL, "search").rungs[0].after == 5
    assert ladders.ladder_of(canteen, RequestKind.ERRAND, Urgency.NORMAL, "search") == own
    assert ladders.present(canteen, "normal").key == "requests.ladders"
    canteen.settings = {"ladders": ladder_words.read(canteen, "normal", "送药：照旧")}
    assert list(ladders.own_ladders(canteen)) == ["normal"]
    canteen.settings = {"ladders": ladder_words.read(canteen, "normal", "照旧")}
    assert ladders.own_ladders(canteen) == {}


@pytest.mark.parametrize(
    ("urgency", "words", "error"),
    [
        ("normal", "30 外星人", KeyError),
        ("normal", "随便", ValueError),
        ("normal", "洗车：30 志愿者", ValueError),
        ("emergency", "送药：0 家人", ValueError),
        ("normal", "60 志愿者，30 值班", Refused),
        ("normal", "", Refused),
        ("normal", "30 志愿者，2000 村委", Refused),
        ("emergency", "5 家人", Refused),
        ("emergency", "0 家人，每60", Refused),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(canteen, urgency, words, error):
    with pytest.raises(error):
        ladder_words.read(canteen, urgency, words)


def test_a_village_without_a_group_asks_in_private_all_the_same(
    session, canteen, granny, volunteer, act, now
):
    canteen.chat_id = None
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    requests.confirm(session, request.id, act(granny))
    escalation.climb(session, request.id, request.next_at)
    assert sent_to(session, volunteer)
