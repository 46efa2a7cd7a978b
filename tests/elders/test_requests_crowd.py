"""Many helpers at once: one of them goes; calling a hundred costs as few statements as calling two."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models.elders.requests import Request, RequestKind, RequestState, Urgency
from models.members.people import Canteen, Member, MemberRole, Role
from rules.audit import Act
from rules.elders import errands, escalation, request_lists, requests
from rules.elders.requests import Wish
from rules.values import Refused

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def village(session, helpers):
    """Granny and so many volunteers with phones."""
    canteen = Canteen(name="鼓楼食堂", chat_id=-1001, created_at=NOW)
    session.add(canteen)
    session.flush()
    people = [
        Member(canteen_id=canteen.id, name=f"村民{n}", telegram_id=5000 + n, joined_at=NOW, approved_at=NOW)
        for n in range(helpers + 1)
    ]
    session.add_all(people)
    session.flush()
    session.add_all(MemberRole(member_id=one.id, role=Role.VOLUNTEER) for one in people[1:])
    session.flush()
    return canteen, people


@pytest.fixture
def open_request(store):
    """A request that thirty volunteers could take."""

    def begin(session):
        canteen, people = village(session, 30)
        act = Act(NOW, people[0].id, canteen.id)
        request = requests.ask(session, canteen, people[0], Wish(RequestKind.REPAIR), act)
        requests.confirm(session, request.id, act)
        return request.id, canteen.id, [one.id for one in people[1:]]

    return store.write_now(begin)


def test_thirty_say_i_go_at_the_same_moment_and_one_has_it(store, open_request):
    number, canteen_id, helpers = open_request

    def take(helper_id):
        def unit(session):
            return errands.take(session, number, Act(NOW, helper_id, canteen_id, helper_id)).taker_id

        try:
            return store.write_now(unit)
        except Refused as refused:
            return refused.key

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(take, helpers))
    (winner,) = [answer for answer in answers if isinstance(answer, int)]
    assert answers.count("requests.taken_already") == 29
    kept = store.read_now(lambda session: session.get_one(Request, number).taker_id)
    assert kept == winner


@contextmanager
def counted(session):
    """How many statements are sent to the store."""
    sent = []
    engine = session.get_bind()

    def listen(connection, cursor, statement, *rest):
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", listen)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", listen)


def cost(session, helpers):
    """What the first call for an urgent request costs."""
    canteen, people = village(session, helpers)
    act = Act(NOW, people[0].id, canteen.id)
    wish = Wish(RequestKind.REPAIR, urgency=Urgency.URGENT)
    request = requests.ask(session, canteen, people[0], wish, act)
    request.state = RequestState.CONFIRMED
    request.next_at = NOW
    session.add(request)
    session.flush()
    with counted(session) as sent:
        escalation.climb(session, request.id, NOW)
        session.flush()
    return len([statement for statement in sent if not statement.startswith("INSERT")])


@pytest.mark.parametrize("helpers", [100])
def test_calling_a_hundred_asks_the_store_no_more_than_calling_two(session, helpers):
    few = cost(session, 2)
    session.exec(select(Canteen)).one().chat_id = -1002
    for member in session.exec(select(Member)).all():
        member.telegram_id += 100_000
        session.add(member)
    session.flush()
    assert cost(session, helpers) <= few + 1


def test_a_page_of_the_list_costs_the_same_however_long_the_list_is(session):
    canteen, people = village(session, 3)
    worker = people[1]
    session.add(MemberRole(member_id=worker.id, role=Role.SOCIAL_WORKER))
    costs = []
    for kind in RequestKind:
        requests.ask(session, canteen, people[0], Wish(kind), Act(NOW, people[0].id, canteen.id))
        session.flush()
        with counted(session) as sent:
            request_lists.visible(session, worker, 0, 6)
        costs.append(len(sent))
    assert max(costs) <= 4
