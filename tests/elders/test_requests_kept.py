"""What is kept of requests, decided: who sees the lists, what the audit says, what goes in time and what stays."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.audit import AuditEntry
from models.elders.requests import Request, RequestKind, RequestState, Supply, Way
from models.members.vault import unsealed
from rules.elders import (
    acceptances,
    errands,
    escalation,
    kits,
    notices,
    request_lists,
    request_retention,
    requests,
    supplies,
)
from rules.elders.ladders import Audience
from rules.elders.requests import Wish
from rules.values import Refused


def test_a_list_for_those_responsible_and_ones_own_for_the_others(
    session, confirmed, granny, volunteer, social_worker, neighbour
):
    for member, seen in ((granny, 1), (social_worker, 1), (volunteer, 0), (neighbour, 0)):
        found, count = request_lists.visible(session, member, 0, 6)
        assert (len(found), count) == (seen, seen)


def test_the_photograph_goes_after_a_week_and_the_words_after_a_month(session, canteen, granny, act, now):
    wish = Wish(RequestKind.MEDICINE, "帮我买药", "降压药", "file-1")
    request = requests.ask(session, canteen, granny, wish, act(granny))
    requests.cancel(session, request.id, act(granny))
    assert not request_retention.waits(session, now + timedelta(days=6))
    week = now + timedelta(days=7, minutes=1)
    assert request_retention.waits(session, week)
    request_retention.forget(session, week)
    session.refresh(request)
    assert (request.photo, unsealed(request, "item")) == ("", "降压药")
    assert not request_retention.waits(session, week)
    month = now + timedelta(days=31)
    assert request_retention.waits(session, month)
    request_retention.forget(session, month)
    session.refresh(request)
    assert (request.words, request.item) == ("", "")
    assert not request_retention.waits(session, month)


def test_an_open_request_keeps_its_words_however_old_it_is(session, asked, now):
    assert not request_retention.waits(session, now + timedelta(days=400))


def test_who_is_erased_leaves_no_word_and_nobody_is_called_for_them(session, taken, granny, act):
    supplies.count(session, granny, "降压药", 3, act(granny))
    request_retention.forget_member(session, granny, act())
    session.expire_all()
    request = session.exec(select(Request)).one()
    assert (request.state, request.words, request.item, request.next_at) == (
        RequestState.CANCELLED,
        "",
        "",
        None,
    )
    supply = session.exec(select(Supply)).one()
    assert (supply.item, supply.ended_at is not None) == ("", True)


def test_the_audit_tells_states_and_ids_and_no_words(session, taken, volunteer, granny, act):
    errands.finish(session, taken.id, act(volunteer))
    acceptances.accept(session, taken.id, act(granny))
    told = select(AuditEntry).where(col(AuditEntry.action).startswith("requests."))
    entries = session.exec(told.order_by(col(AuditEntry.id))).all()
    names = [entry.action.removeprefix("requests.") for entry in entries]
    assert names == ["asked", "confirmed", "taken", "seen", "done", "accepted"]
    assert "灯坏了" not in str([(entry.before, entry.after) for entry in entries])


def test_every_kind_state_and_thing_has_its_words():
    from texts import load

    words = load()["zh_CN"]
    for kind in RequestKind:
        assert {f"RequestKind.{kind}", f"requests.public_{kind}"} <= set(words)
    assert {f"RequestState.{state}" for state in RequestState} <= set(words)
    assert {f"Audience.{audience}" for audience in Audience} <= set(words)
    things = {*kits.THINGS, "goods", "receipt", "change", "laid_out"}
    assert {f"requests.thing_{thing}" for thing in things} <= set(words)
    assert {f"requests.count_{way}" for way in Way} <= set(words)
    assert {f"requests.rating_{stars}" for stars in acceptances.RATINGS} <= set(words)


def test_whoever_is_not_of_the_village_finds_nothing(session, confirmed, now, act, volunteer):
    from models.members.people import Canteen, Member

    other = Canteen(name="别村", created_at=now)
    session.add(other)
    session.flush()
    stranger = Member(canteen_id=other.id, name="路人", telegram_id=7, joined_at=now, approved_at=now)
    session.add(stranger)
    session.flush()
    assert not notices.sees_details(session, confirmed, stranger, now.date())
    for do in (errands.take, requests.cancel):
        with pytest.raises(Refused, match="common.old_button"):
            do(session, confirmed.id, act(stranger))
    errands.take(session, confirmed.id, act(volunteer))
    with pytest.raises(Refused, match="common.old_button"):
        errands.take(session, confirmed.id, act(stranger))


def test_a_number_nobody_gave_is_an_old_button(session, granny, act):
    for do in (requests.confirm, errands.take, acceptances.accept):
        with pytest.raises(Refused, match="common.old_button"):
            do(session, 999_999, act(granny))
    with pytest.raises(Refused, match="common.old_button"):
        kits.agree(session, 999_999, act(granny))
    with pytest.raises(Refused, match="common.old_button"):
        supplies.end(session, 999_999, act(granny))
    escalation.climb(session, 999_999, act(granny).now)
