"""Requests, decided: what is asked for, who says yes, and what the group reads."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.elders.requests import RequestKind, RequestState, Urgency
from models.members.vault import unsealed
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from rules.elders import (
    ladders,
    notices,
    requests,
)
from rules.elders.requests import Wish
from rules.values import Refused
from tests.requesting import sent_to


def test_a_wish_is_kept_before_anything_is_confirmed_and_somebody_will_ask_about_it(asked, now):
    assert asked.state == RequestState.ASKED
    assert asked.next_at == now + timedelta(minutes=15)


def test_the_same_wish_said_three_times_is_one_request(session, canteen, granny, asked, act):
    for _ in range(2):
        again = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯不亮"), act(granny))
        assert again.id == asked.id
    assert unsealed(again, "words") == "灯不亮"


def test_nobody_has_more_than_ten_open_requests(session, canteen, granny, act):
    for kind in RequestKind:
        requests.ask(session, canteen, granny, Wish(kind), act(granny))
    confirmed = requests.of_elder(session, granny.id)[0]
    requests.confirm(session, confirmed.id, act(granny))
    with pytest.raises(Refused, match="requests.too_many"):
        requests.ask(session, canteen, granny, Wish(confirmed.kind), act(granny))


@pytest.mark.parametrize("kind", list(RequestKind))
def test_every_kind_has_its_own_due_time_and_is_never_due_at_night(canteen, kind, now):
    late = now.replace(hour=12)
    due = requests.due_at(canteen, Wish(kind), late)
    assert due > late
    assert due.astimezone(tz=None) is not None
    assert ladders.waits(canteen, Urgency.NORMAL, due) == due
    urgent = requests.due_at(canteen, Wish(kind, urgency=Urgency.URGENT), late)
    assert urgent == late + timedelta(hours=2)


def test_only_the_elder_or_who_speaks_for_them_says_yes(session, asked, volunteer, neighbour, act):
    for other in (volunteer, neighbour):
        with pytest.raises(Refused, match="people.not_yours"):
            requests.confirm(session, asked.id, act(other))
    assert asked.state == RequestState.ASKED


def test_a_daughter_linked_for_meals_only_may_not_say_yes_to_a_stranger_at_the_door(
    session, asked, daughter, act
):
    with pytest.raises(Refused, match="people.not_yours"):
        requests.confirm(session, asked.id, act(daughter))


def test_the_linked_daughter_the_social_worker_and_the_manager_may(
    session, canteen, granny, linked, social_worker, manager, act
):
    for who, kind in (
        (linked, RequestKind.ERRAND),
        (social_worker, RequestKind.OTHER),
        (manager, RequestKind.ESCORT),
    ):
        request = requests.ask(session, canteen, granny, Wish(kind), act(granny))
        assert requests.confirm(session, request.id, act(who)).confirmed_by_id == who.id


def test_yes_twice_is_told_kindly(session, confirmed, granny, act):
    with pytest.raises(Refused, match="requests.changed_since"):
        requests.confirm(session, confirmed.id, act(granny))


def test_the_group_reads_who_when_and_what_kind_and_has_one_button(session, confirmed, canteen, now):
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()
    assert row.kind == MessageClass.POST
    post = session.exec(select(Post)).one()
    assert (post.kind, post.target_id, row.post_id) == ("request", confirmed.id, post.id)
    message = notices.group_post(session, confirmed.id, now)
    assert message.text.key == "requests.group_needs"
    assert [[button.data for button in line] for line in message.buttons] == [[f"reqgo:{confirmed.id}"]]


@pytest.mark.parametrize("kind", sorted(ladders.QUIET_KINDS))
def test_what_is_nobodys_business_is_never_posted_but_asked_in_private_at_once(
    session, canteen, granny, social_worker, act, kind
):
    request = requests.ask(session, canteen, granny, Wish(kind), act(granny))
    requests.confirm(session, request.id, act(granny))
    assert session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).all() == []
    assert sent_to(session, social_worker)


def test_in_the_quiet_hours_the_group_and_the_helpers_sleep(session, canteen, granny, volunteer, act, now):
    night = now.replace(hour=14, minute=30)
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny, night))
    requests.confirm(session, request.id, act(granny, night))
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()
    morning = night.replace(hour=22, minute=30)
    assert row.due_at == morning
    assert request.next_at == morning + timedelta(minutes=30)


def test_urgent_help_is_asked_for_in_the_night_in_private(session, canteen, granny, volunteer, act, now):
    night = now.replace(hour=16)
    wish = Wish(RequestKind.MEDICINE, urgency=Urgency.URGENT)
    request = requests.ask(session, canteen, granny, wish, act(granny, night))
    requests.confirm(session, request.id, act(granny, night))
    assert [row.due_at for row in sent_to(session, volunteer)] == [night]
    assert request.next_at == night + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("state", "key"),
    [
        (RequestState.ASKED, "requests.group_cancelled"),
        (RequestState.CONFIRMED, "requests.group_needs"),
        (RequestState.REOPENED, "requests.group_needs"),
        (RequestState.TAKEN, "requests.group_taken"),
        (RequestState.DOING, "requests.group_taken"),
        (RequestState.DONE, "requests.group_done"),
        (RequestState.ACCEPTED, "requests.group_done"),
        (RequestState.CANCELLED, "requests.group_cancelled"),
    ],
)
def test_the_post_shows_what_is_true_now_and_has_a_button_only_while_somebody_is_needed(
    session, confirmed, volunteer, now, state, key
):
    confirmed.state = state
    confirmed.taker_id = volunteer.id if state in (*notices.ON_DUTY, RequestState.DONE) else None
    message = notices.group_post(session, confirmed.id, now)
    assert message.text.key == key
    assert bool(message.buttons) == (state in notices.FREE)


def test_a_request_called_off_in_the_night_is_never_posted(session, canteen, granny, act, now):
    night = now.replace(hour=14, minute=30)
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny, night))
    requests.confirm(session, request.id, act(granny, night))
    requests.cancel(session, request.id, act(granny, night))
    row = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()
    assert row.status == OutboxState.MISSED
