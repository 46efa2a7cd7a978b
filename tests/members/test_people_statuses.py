"""Being away, in hospital, gone: from which day, said by whom, and taken back."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from jobs.duties import Look
from jobs.members import people as clock
from models.members.people import CareLink, Role, Status, StatusChange
from models.outbox import OutboxMessage
from rules.members import people, statuses
from rules.members.statuses import Span
from rules.values import Refused

TODAY = date(2026, 11, 25)
MONDAY, FRIDAY = date(2026, 11, 30), date(2026, 12, 4)


def on(session, member, *days):
    return [people.status_on(session, member, day) for day in days]


def test_granny_goes_to_her_daughter_for_a_week_and_is_back_by_herself(session, granny, act):
    statuses.set_status(session, granny, granny.id, Span(Status.AWAY, MONDAY, FRIDAY), act(granny))
    days = (TODAY, MONDAY - timedelta(1), MONDAY, FRIDAY, FRIDAY + timedelta(1))
    assert on(session, granny, *days) == ["active", "active", "away", "away", "active"]
    assert granny.status == Status.ACTIVE


def test_undoing_an_absence_restores_every_day(session, granny, act):
    done = statuses.set_status(session, granny, granny.id, Span(Status.AWAY, TODAY, FRIDAY), act(granny))
    assert granny.status == Status.AWAY
    statuses.undo(session, granny, granny.id, done, act(granny))
    assert granny.status == Status.ACTIVE
    assert on(session, granny, TODAY, MONDAY, FRIDAY) == ["active"] * 3


def test_who_has_died_does_not_come_back_from_a_planned_journey(session, granny, manager, act):
    statuses.set_status(session, granny, granny.id, Span(Status.AWAY, MONDAY, FRIDAY), act(granny))
    done = statuses.set_status(session, manager, granny.id, Span(Status.DECEASED, TODAY), act(manager))
    assert on(session, granny, TODAY, MONDAY, date(2027, 1, 1)) == ["deceased"] * 3
    statuses.undo(session, manager, granny.id, done, act(manager))
    assert on(session, granny, TODAY, MONDAY, date(2027, 1, 1)) == ["active", "away", "active"]


def test_hospital_in_the_middle_of_a_pause_returns_to_the_pause(session, granny, daughter, act):
    statuses.set_status(session, granny, granny.id, Span(Status.PAUSED, TODAY), act(granny))
    span = Span(Status.IN_HOSPITAL, MONDAY, MONDAY)
    statuses.set_status(session, daughter, granny.id, span, act(daughter))
    assert on(session, granny, TODAY, MONDAY, MONDAY + timedelta(1)) == ["paused", "in_hospital", "paused"]


@pytest.mark.parametrize("status", [Status.IN_HOSPITAL, Status.LEFT, Status.DECEASED])
def test_an_elder_only_goes_away_or_pauses_by_herself(session, granny, act, status):
    with pytest.raises(Refused, match=r"people\.not_yours"):
        statuses.set_status(session, granny, granny.id, Span(status, TODAY), act(granny))


def test_a_daughter_says_hospital_but_not_death(session, granny, daughter, act):
    statuses.set_status(session, daughter, granny.id, Span(Status.IN_HOSPITAL, TODAY), act(daughter))
    assert granny.status == Status.IN_HOSPITAL
    with pytest.raises(Refused):
        statuses.set_status(session, daughter, granny.id, Span(Status.DECEASED, TODAY), act(daughter))


@pytest.mark.parametrize("who", ["cook", "volunteer", "neighbour"])
def test_others_say_nothing_about_granny(session, request, granny, act, who):
    nosy = request.getfixturevalue(who)
    with pytest.raises(Refused):
        statuses.set_status(session, nosy, granny.id, Span(Status.AWAY, TODAY), act(nosy))
    assert session.exec(select(StatusChange)).all() == []


def test_nobody_returns_before_leaving(session, granny, act):
    with pytest.raises(Refused, match=r"people\.days_turned"):
        statuses.set_status(session, granny, granny.id, Span(Status.AWAY, FRIDAY, MONDAY), act(granny))


def wake(session, canteen, now, duty):
    for due in list(duty.due(Look(session, now, [canteen]))):
        duty.do(session, due, now)
    session.flush()


def test_on_its_day_a_planned_absence_is_written_down_once(session, canteen, granny, act, now):
    statuses.set_status(session, granny, granny.id, Span(Status.AWAY, MONDAY, FRIDAY), act(granny))
    begin = clock.DUTIES[0]
    wake(session, canteen, now, begin)
    assert granny.status == Status.ACTIVE
    wake(session, canteen, now + timedelta(days=5), begin)
    assert granny.status == Status.AWAY
    assert list(begin.due(Look(session, now + timedelta(days=5), [canteen]))) == []
    wake(session, canteen, now + timedelta(days=30), begin)
    assert granny.status == Status.ACTIVE


def test_a_care_link_ends_after_its_last_day_and_the_carer_is_told(session, canteen, granny, daughter, now):
    link = session.exec(select(CareLink)).one()
    link.until_on = TODAY
    wake(session, canteen, now, clock.DUTIES[1])
    assert link.ended_at is None
    wake(session, canteen, now + timedelta(days=1), clock.DUTIES[1])
    wake(session, canteen, now + timedelta(days=1), clock.DUTIES[1])
    assert link.ended_at is not None
    rows = session.exec(select(OutboxMessage)).all()
    assert [(row.chat_id, row.body["text"]["key"]) for row in rows] == [(1002, "people.link_ran_out")]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plans=st.lists(
        st.tuples(st.sampled_from(list(Status)), st.integers(0, 20), st.integers(0, 9)), max_size=5
    )
)
def test_undoing_everything_in_turn_leaves_every_day_as_it_was(session, villager, manager, act, plans):
    member = villager("蒙婆婆", Role.ELDER)
    days = [TODAY + timedelta(days=n) for n in range(35)]
    history = [on(session, member, *days)]
    done = []
    for status, start, length in plans:
        first = TODAY + timedelta(days=start)
        span = Span(status, first, first + timedelta(days=length) if length else None)
        done.append(statuses.set_status(session, manager, member.id, span, act(manager)))
        history.append(on(session, member, *days))
        assert people.status_on(session, member, first) == status
    while done:
        history.pop()
        statuses.undo(session, manager, member.id, done.pop(), act(manager))
        assert on(session, member, *days) == history[-1]


def test_granny_says_in_chat_when_she_is_away_and_takes_it_back(village, session, granny):
    assert "李奶奶" in village.says(granny, "/away")[0]
    assert [words for words, _ in village.buttons] == ["在家", "外出", "暂停用餐"]
    village.taps(granny, village.data_of("外出"))
    said = village.says(granny, "下周一到周五")
    assert "11月30日" in said[0]
    assert "12月4日" in said[0]
    assert people.status_on(session, granny, MONDAY) == Status.AWAY
    village.taps(granny, village.data_of("撤销"))
    assert people.status_on(session, granny, MONDAY) == Status.ACTIVE


def test_of_two_grannies_the_social_worker_is_asked_which(village, session, granny, villager, social_worker):
    other = villager("李奶奶", Role.ELDER, hamlet="下寨", birth_on=date(1940, 1, 1))
    assert village.says(social_worker, "/away 李奶奶") == ["哪位李奶奶？"]
    village.taps(social_worker, village.data_of("下寨"))
    village.taps(social_worker, village.data_of("住院"))
    village.says(social_worker, "今天")
    assert on(session, other, TODAY) == [Status.IN_HOSPITAL]
    assert on(session, granny, TODAY) == [Status.ACTIVE]


def test_a_forged_tap_about_somebody_else_is_refused(village, session, granny, volunteer):
    village.says(volunteer, "/help")
    assert "李奶奶" in village.taps(volunteer, f"status:{granny.id}:away")
    village.taps(volunteer, "status:999:away")
    village.taps(volunteer, f"status:{granny.id}:flying")
    assert session.exec(select(StatusChange)).all() == []


def test_days_nobody_understands_are_asked_again(village, granny):
    village.says(granny, "/away")
    village.taps(granny, village.data_of("外出"))
    assert "日子" in village.says(granny, "嗯嗯")[0]
