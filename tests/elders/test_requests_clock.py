"""The clock looks after requests and emergencies: what is due is done, and a fault never ends a cry for help."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from jobs.duties import Look
from jobs.elders import emergencies as calling
from jobs.elders import requests as climbing
from jobs.gathered import DUTIES
from jobs.scheduler import due_items, perform
from models.elders.requests import Request, RequestKind, RequestState, Supply
from models.members.people import Status
from rules.elders import emergencies, requests, supplies
from rules.elders.emergencies import Cry
from rules.elders.requests import Wish
from rules.members import statuses
from rules.members.statuses import Span
from tests.requesting import sent_to
from texts import Words, load

OURS = ("requests.", "emergencies.")


def tick(session, now):
    """One look of the clock; answers what it did."""
    done = []
    for duty, due in due_items(session, DUTIES, now):
        if due.kind.startswith(OURS):
            perform(session, duty, due, now)
            done.append(due.kind)
    session.flush()
    return done


def test_at_first_nothing_is_due_and_in_time_everything_is(
    session, canteen, granny, daughter, manager, act, now
):
    requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    emergencies.cry(session, canteen, Cry("我摔倒了", granny), act(granny))
    supplies.count(session, granny, "降压药", 9, act(granny))
    assert tick(session, now) == []
    assert tick(session, now + timedelta(minutes=5)) == ["emergencies.call"]
    assert tick(session, now + timedelta(minutes=15)) == ["emergencies.call", "requests.climb"]
    assert "requests.refill" in tick(session, now + timedelta(days=4))
    supply = session.exec(select(Supply)).one()
    assert supply.asked_for_on == supply.runs_out_on
    assert sent_to(session, daughter)
    assert sent_to(session, manager)


def test_what_is_old_is_forgotten_by_the_clock(session, canteen, granny, act, now):
    wish = Wish(RequestKind.MEDICINE, "买药", "降压药", "file-1")
    request = requests.ask(session, canteen, granny, wish, act(granny))
    requests.cancel(session, request.id, act(granny))
    assert tick(session, now + timedelta(days=8)) == ["requests.forget"]
    session.expire_all()
    assert session.exec(select(Request)).one().photo == ""


def test_a_cry_for_help_that_met_a_fault_is_a_new_item_soon(session, canteen, granny, act, now):
    emergencies.cry(session, canteen, Cry("我摔倒了", granny), act(granny))
    later = now + timedelta(minutes=5)
    names = {
        next(iter(calling.due(Look(session, moment, [canteen])))).target
        for moment in (later, later + timedelta(seconds=20), later + timedelta(minutes=10))
    }
    assert len(names) == 2


def test_every_duty_has_words_for_the_manager_it_may_fail_before(session):
    words = load()["zh_CN"]
    for duty in (*climbing.DUTIES, *calling.DUTIES):
        assert f"duty.{duty.kind}" in words


def test_the_store_itself_refuses_an_open_one_without_a_next_step(store, dialect):
    columns = "canteen_id, elder_id, kind, urgency, state, words, item, photo, due_at, asked_at, rung_at, step, spent, next_at"
    values = "1, 1, 'repair', 'normal', 'confirmed', '', '', '', :now, :now, :now, 0, '', NULL"
    with pytest.raises(sa.exc.IntegrityError, match="open_has_next"), store.engine.begin() as connection:
        connection.execute(
            sa.text(f"INSERT INTO request ({columns}) VALUES ({values})"), {"now": "2026-11-25 00:00:00"}
        )


def test_who_is_called_after_a_night_reads_hours_and_not_five_hundred_minutes(
    session, canteen, granny, manager, act, now
):
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    requests.confirm(session, request.id, act(granny))
    tick(session, now + timedelta(minutes=75))
    tick(session, now + timedelta(hours=9, minutes=3))
    said = [Words(row.language, row.timezone).say(row.body["text"]) for row in sent_to(session, manager)]
    assert "75 分钟了还没人接" in said[0]
    assert "9 小时了还没人接" in said[-1]


@pytest.mark.parametrize("duty", [climbing.climb_due, climbing.refill_due])
def test_a_request_that_met_a_fault_is_a_new_item_soon(session, canteen, granny, act, now, duty):
    requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    supplies.count(session, granny, "降压药", 3, act(granny))
    later = now + timedelta(minutes=20)
    names = {
        next(iter(duty(Look(session, moment, [canteen])))).target
        for moment in (later, later + timedelta(seconds=20), later + timedelta(minutes=10))
    }
    assert len(names) == 2


@pytest.mark.parametrize("taken_back", [True, False])
def test_a_wrong_word_of_death_taken_back_in_time_ends_no_request(
    session, canteen, granny, manager, act, now, taken_back
):
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    requests.confirm(session, request.id, act(granny))
    said = request.next_at - timedelta(minutes=1)
    span = Span(Status.DECEASED, said.date())
    changed = statuses.set_status(session, manager, granny.id, span, act(manager, said))
    called = len(sent_to(session, manager))
    assert "requests.climb" in tick(session, said + timedelta(minutes=1))
    assert (request.state, len(sent_to(session, manager))) == (RequestState.CONFIRMED, called)
    assert request.next_at == said + timedelta(minutes=15)
    if taken_back:
        statuses.undo(session, manager, granny.id, changed, act(manager, said + timedelta(minutes=9)))
    assert "requests.climb" in tick(session, said + timedelta(minutes=15))
    assert request.state == (RequestState.CONFIRMED if taken_back else RequestState.CANCELLED)
