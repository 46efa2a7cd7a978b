"""Who is asked when can be seen and changed in /settings at every step, not only while somebody is searched for."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.elders.care import Concern
from models.elders.requests import RequestKind, RequestState, Urgency
from rules import choices
from rules.elders import care_calls, errands, escalation, ladder_words, ladders, requests
from rules.elders.ladders import Audience
from rules.elders.requests import Wish
from rules.values import Refused
from tests.requesting import sent_to


def set_to(canteen, name, words):
    canteen.settings = {**canteen.settings, "ladders": choices.read(canteen, name, words)}


def test_every_ladder_there_is_can_be_set():
    assert set(choices.LADDERS.values()) == set(ladders.SEARCH)
    assert set(ladders.PHASES.values()) == {"asked", "search", "work", "accept"}
    for phase in ("asked", "work", "accept"):
        assert {f"{phase}.{urgency}" for urgency in Urgency} <= set(ladders.SEARCH)


@pytest.mark.parametrize("name", sorted(choices.FURTHER))
def test_what_is_offered_is_what_is_kept_without_asking(canteen, name):
    before = choices.present(canteen, name)
    (offered,) = choices.OFFERED[name]
    set_to(canteen, name, offered)
    assert ladders.own_ladders(canteen)[choices.FURTHER[name]] == ladders.SEARCH[choices.FURTHER[name]]
    assert choices.present(canteen, name) == before
    set_to(canteen, name, "照旧")
    assert ladders.own_ladders(canteen) == {}


@given(st.sampled_from(sorted(ladders.SEARCH)))
def test_a_ladder_is_written_as_it_is_read(name):
    assert ladder_words.parsed(ladder_words.written(ladders.SEARCH[name])) == ladders.SEARCH[name]


def test_the_manager_sees_and_changes_who_asks_after_a_wish_nobody_confirmed(
    village, session, canteen, granny, manager, social_worker, act, now
):
    set_to(canteen, "ladder_asked_normal", "5 社工，60 管理员，每60")
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    assert request.next_at == now + timedelta(minutes=5)
    escalation.climb(session, request.id, request.next_at)
    assert sent_to(session, social_worker)
    assert sent_to(session, manager) == []
    assert request.next_at == now + timedelta(minutes=60)


def test_an_overdue_errand_is_asked_about_as_the_village_has_set_it(
    session, canteen, granny, volunteer, manager, act
):
    set_to(canteen, "ladder_work_normal", "0 接的人，5 管理员")
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    escalation.climb(session, request.id, request.next_at)
    assert "time_is_up" in str(sent_to(session, volunteer)[-1].body)
    assert sent_to(session, manager) == []
    escalation.climb(session, request.id, request.rung_at + timedelta(minutes=5))
    assert "overdue" in str(sent_to(session, manager)[-1].body)


def test_a_finished_errand_is_asked_about_as_the_village_has_set_it(
    session, canteen, granny, volunteer, act, now
):
    set_to(canteen, "ladder_accept_normal", "10 老人，20 值班")
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    errands.finish(session, request.id, act(volunteer))
    assert (request.state, request.next_at) == (RequestState.DONE, now + timedelta(minutes=10))


def test_who_was_missed_and_needs_help_is_helped_as_the_village_has_set_it(canteen):
    set_to(canteen, "ladder_pressing", "0 家人，3 村医，每3")
    own = care_calls.ladder_of(canteen, Concern(pressing=True))
    assert [rung.tell for rung in own.rungs] == [(Audience.FAMILY,), (Audience.DOCTOR,)]
    assert own.every == 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ladder_pressing", "5 家人"),
        ("ladder_pressing", "0 家人，每60"),
        ("ladder_work_urgent", "0 接的人，2000 管理员"),
        ("ladder_asked_normal", "送药：15 值班"),
        ("ladder_accept_urgent", "30 外星人"),
    ],
)
def test_what_makes_no_sense_is_refused(canteen, name, words):
    with pytest.raises(Refused):
        choices.read(canteen, name, words)


def test_the_ladder_of_a_kind_stands_beside_those_of_what_follows(canteen):
    set_to(canteen, "ladder_asked_normal", "5 社工")
    set_to(canteen, "ladder_normal", "送药：10 志愿者")
    present = choices.present(canteen, "ladder_normal")
    assert present.key == "requests.ladders"
    assert len(present.facts["others"]) == 1
