"""What stands in the group, and who is asked in private where nothing can stand there."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.elders.requests import RequestKind, Urgency
from models.outbox import OutboxMessage, OutboxState
from rules.elders import escalation, ladder_words, ladders, requests
from rules.elders.requests import Wish
from tests.requesting import sent_to


def posted(session, canteen):
    return session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == canteen.chat_id)).one()


@pytest.fixture
def at_night(session, canteen, granny, act, now):
    """Granny asks at half past ten in the evening; the group is to read it in the morning."""
    night = now.replace(hour=14, minute=30)
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny, night))
    return requests.confirm(session, request.id, act(granny, night))


def test_called_off_in_the_night_and_wanted_after_all_it_is_posted_in_the_morning(
    session, canteen, granny, at_night, act, now
):
    later = now.replace(hour=14, minute=35)
    requests.cancel(session, at_night.id, act(granny, later))
    assert posted(session, canteen).status == OutboxState.MISSED
    requests.restore(session, at_night.id, act(granny, later))
    row = posted(session, canteen)
    assert (row.status, row.due_at) == (OutboxState.PENDING, now.replace(hour=22, minute=30))
    assert "group_needs" in str(row.body)


def test_what_the_group_has_read_is_edited_and_not_posted_again(session, canteen, granny, act, at_night, now):
    row = posted(session, canteen)
    row.status, row.message_id = OutboxState.SENT, 77
    session.add(row)
    requests.cancel(session, at_night.id, act(granny))
    requests.restore(session, at_night.id, act(granny))
    assert posted(session, canteen).status == OutboxState.SENT


def test_a_village_without_a_group_asks_in_private_at_once(session, canteen, granny, volunteer, act, now):
    canteen.chat_id = None
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny))
    requests.confirm(session, request.id, act(granny))
    assert len(sent_to(session, volunteer)) == 1
    assert request.next_at == now + timedelta(minutes=60)


def test_without_a_group_granny_is_let_sleep_and_the_volunteer_is_asked_in_the_morning(
    session, canteen, granny, volunteer, act, now
):
    canteen.chat_id = None
    night = now.replace(hour=14, minute=30)
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR), act(granny, night))
    requests.confirm(session, request.id, act(granny, night))
    assert request.next_at == now.replace(hour=22, minute=30)
    escalation.climb(session, request.id, request.next_at)
    assert len(sent_to(session, volunteer)) == 1


@pytest.mark.parametrize(
    ("group", "kind", "first"),
    [
        (-1001, RequestKind.REPAIR, 20),
        (None, RequestKind.REPAIR, 0),
        (-1001, RequestKind.COUNSELLING, 0),
    ],
)
def test_a_villages_own_ladder_gives_the_group_time_only_where_the_group_is_asked(
    canteen, group, kind, first
):
    canteen.chat_id = group
    own = {}
    for urgency in Urgency:
        canteen.settings = {"ladders": own}
        own = ladder_words.read(canteen, urgency, "20 志愿者，40 值班")
    canteen.settings = {"ladders": own}
    ladder = ladders.ladder_of(canteen, kind, Urgency.URGENT, "search")
    assert [rung.after for rung in ladder.rungs] == [first, 40]
