"""Medicine that runs out, decided: counted once, asked about in time, forgotten when it is not taken any more."""

from datetime import timedelta

import pytest

from models.elders.requests import RequestKind, RequestState
from models.members.people import Status
from models.members.vault import unsealed
from rules.elders import (
    acceptances,
    errands,
    request_retention,
    requests,
    supplies,
)
from rules.elders.requests import Wish
from rules.values import Refused
from tests.requesting import sent_to


def test_five_days_before_it_runs_out_a_refill_is_asked_of_elder_and_family(
    session, canteen, granny, linked, act, now
):
    supply = supplies.count(session, granny, "降压药", 6, act(linked))
    assert supplies.due(session, canteen, now) == []
    tomorrow = now + timedelta(days=1)
    assert [row.id for row in supplies.due(session, canteen, tomorrow)] == [supply.id]
    request = supplies.ask_refill(session, supply.id, tomorrow)
    assert (request.kind, unsealed(request, "item"), request.state) == (
        RequestKind.MEDICINE,
        "降压药",
        RequestState.ASKED,
    )
    assert supplies.due(session, canteen, tomorrow) == []
    assert supplies.ask_refill(session, supply.id, tomorrow) is None
    assert len(sent_to(session, granny)) == 1
    assert len(sent_to(session, linked)) == 1
    requests.confirm(session, request.id, act(granny, tomorrow))
    errands.take(session, request.id, act(linked, tomorrow))
    errands.finish(session, request.id, act(linked, tomorrow))
    acceptances.accept(session, request.id, act(granny, tomorrow))
    supplies.refill(session, request, 30, act(granny, tomorrow))
    assert (supply.runs_out_on - tomorrow.date()).days == 35
    assert supply.asked_for_on is None


def test_medicine_that_runs_out_is_asked_about_however_much_else_is_open(session, canteen, granny, act, now):
    for number in range(requests.MOST_OPEN):
        wish = Wish(list(RequestKind)[number], "帮忙", "东西")
        requests.confirm(session, requests.ask(session, canteen, granny, wish, act(granny)).id, act(granny))
    with pytest.raises(Refused, match="requests.too_many"):
        requests.ask(session, canteen, granny, Wish(RequestKind.ERRAND, "还有"), act(granny))
    before = len(sent_to(session, granny))
    supply = supplies.count(session, granny, "降压药", 3, act(granny))
    request = supplies.ask_refill(session, supply.id, now)
    assert (request.state, request.supply_id) == (RequestState.ASKED, supply.id)
    assert len(sent_to(session, granny)) == before + 1


def test_counted_again_while_it_is_fetched_it_is_not_fetched_twice(
    session, canteen, granny, volunteer, act, now
):
    supply = supplies.count(session, granny, "降压药", 3, act(granny))
    request = supplies.ask_refill(session, supply.id, now)
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    supplies.count(session, granny, "降压药", 4, act(granny))
    later = now + timedelta(hours=1)
    assert supplies.ask_refill(session, supply.id, later) is None
    assert [one.id for one in requests.of_elder(session, granny.id)] == [request.id]
    assert supplies.due(session, canteen, later) == []


def test_what_was_bought_is_counted_once_however_often_it_is_tapped(
    village, session, granny, linked, volunteer, act, now
):
    supply = supplies.count(session, granny, "降压药", 3, act(granny))
    request = supplies.ask_refill(session, supply.id, now)
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    errands.finish(session, request.id, act(volunteer))
    acceptances.accept(session, request.id, act(granny))
    for who in (granny, granny, linked):
        village.taps(who, f"reqdays:{request.id}:30")
        assert (supply.runs_out_on - now.date()).days == 33
    acceptances.take_back(session, request.id, act(granny))
    acceptances.accept(session, request.id, act(granny))
    village.taps(granny, f"reqdays:{request.id}:30")
    assert (supply.runs_out_on - now.date()).days == 33
    village.taps(granny, f"reqdays:{request.id}:60")
    assert (supply.runs_out_on - now.date()).days == 63, "sixty was meant: not ninety"


def test_what_was_bought_for_the_first_time_is_counted_once(village, session, canteen, granny, act, now):
    wish = Wish(RequestKind.MEDICINE, item="降压药")
    request = requests.ask(session, canteen, granny, wish, act(granny))
    for _ in range(2):
        village.taps(granny, f"reqdays:{request.id}:30")
    [supply] = supplies.of_elder(session, granny.id)
    assert (supply.runs_out_on - now.date()).days == 30


def test_an_old_button_does_not_undo_what_was_counted_since(village, session, canteen, granny, act, now):
    wish = Wish(RequestKind.MEDICINE, item="降压药")
    request = requests.ask(session, canteen, granny, wish, act(granny))
    village.taps(granny, f"reqdays:{request.id}:30")
    supply = supplies.count(session, granny, "降压药", 20, act(granny))
    village.taps(granny, f"reqdays:{request.id}:30")
    assert (supply.runs_out_on - now.date()).days == 20
    supplies.end(session, supply.id, act(granny))
    village.taps(granny, f"reqdays:{request.id}:30")
    assert supplies.of_elder(session, granny.id) == []


def test_nobody_is_asked_for_who_is_away_and_after_the_return_they_are(session, canteen, granny, act, now):
    supply = supplies.count(session, granny, "降压药", 2, act(granny))
    granny.status = Status.IN_HOSPITAL
    session.add(granny)
    session.flush()
    assert supplies.due(session, canteen, now) == []
    assert supplies.ask_refill(session, supply.id, now) is None
    granny.status = Status.ACTIVE
    session.add(granny)
    session.flush()
    assert supplies.ask_refill(session, supply.id, now) is not None


def test_a_supply_is_counted_again_ended_and_bounded(session, granny, volunteer, act):
    first = supplies.count(session, granny, " 降压药 ", 3, act(granny))
    assert supplies.count(session, granny, "降压药", 9, act(granny)).id == first.id
    with pytest.raises(Refused, match="people.not_yours"):
        supplies.end(session, first.id, act(volunteer))
    supplies.end(session, first.id, act(granny))
    assert supplies.of_elder(session, granny.id) == []
    for days in (-1, 366):
        with pytest.raises(Refused, match="requests.how_many_days"):
            supplies.count(session, granny, "药", days, act(granny))
    for number in range(supplies.MOST):
        supplies.count(session, granny, f"药{number}", 3, act(granny))
    with pytest.raises(Refused, match="requests.too_many"):
        supplies.count(session, granny, "再一种", 3, act(granny))


def test_a_medicine_not_taken_any_more_leaves_no_name(village, session, granny, act, now):
    village.says(granny, "/medicine 降压药 30")
    [supply] = supplies.of_elder(session, granny.id)
    village.taps(granny, village.data_of("不吃降压药了"))
    session.expire_all()
    assert (supply.item, supply.ended_at is not None) == ("", True)
    assert village.taps(granny, f"supply:{supply.id}")


def test_what_ended_before_names_were_forgotten_is_forgotten_by_the_clock(session, granny, act, now):
    ended, taken = (supplies.count(session, granny, item, 9, act(granny)) for item in ("降压药", "降糖药"))
    ended.ended_at = now
    session.flush()
    assert request_retention.waits(session, now)
    request_retention.forget(session, now)
    session.expire_all()
    assert (ended.item, unsealed(taken, "item")) == ("", "降糖药")
    assert not request_retention.waits(session, now)
