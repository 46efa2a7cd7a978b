"""The scene of a missed lunch, with the clock that comes by; and requests on their way: asked, confirmed, taken, bought."""

import pytest
from sqlmodel import select

from jobs.elders import care as clock
from jobs.scheduler import due_items, perform
from models.elders.care import Concern
from models.elders.requests import RequestKind
from models.lunch.meals import Sitting
from models.members.people import CareLink, Consent, Role
from rules.elders import errands, kits, requests
from rules.elders.requests import Wish
from rules.lunch import bookings, meals, serving
from rules.lunch.bookings import Order
from tests.elders import caring
from tests.elders.caring import THURSDAY, noon


@pytest.fixture
def lunch(session, canteen):
    return meals.meal_on(session, canteen, THURSDAY, Sitting.LUNCH)


@pytest.fixture
def neighbour_aunt(session, villager, granny, now):
    """莫嫂, the volunteer next door who has agreed to look in on granny."""
    row = villager("莫嫂", Role.VOLUNTEER, telegram_id=1011)
    link = CareLink(elder_id=granny.id, carer_id=row.id, relation="neighbour", actions=["care"], consent=Consent.SAID, created_at=now)  # fmt: skip
    session.add(link)
    session.flush()
    return row


@pytest.fixture
def missed(session, canteen, lunch, granny, act):
    """Granny booked lunch and did not come; the meal is over at 12:30."""
    order = Order(THURSDAY, Sitting.LUNCH)
    bookings.book(session, canteen, granny, order, act(granny))
    serving.finish(session, lunch.id, act(now=noon(0)))
    return session.exec(select(Concern)).one()


@pytest.fixture
def clock_at(session):
    """The clock comes by; answers who has been asked since the test began, in order."""

    def look(minutes):
        for duty, due in due_items(session, clock.DUTIES[:1], noon(minutes)):
            perform(session, duty, due, noon(minutes))
        session.flush()
        return caring.asked(session)

    return look


@pytest.fixture
def linked(session, daughter):
    """The daughter may ask for her mother."""
    link = session.exec(select(CareLink)).one()
    link.actions = ["meals", "requests"]
    session.add(link)
    session.flush()
    return daughter


@pytest.fixture
def asked(session, canteen, granny, act):
    """Granny needs a repair."""
    return requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯坏了"), act(granny))


@pytest.fixture
def confirmed(session, asked, granny, act):
    """Granny has said yes."""
    return requests.confirm(session, asked.id, act(granny))


@pytest.fixture
def taken(session, confirmed, volunteer, act):
    """阿军 has it in hand."""
    return errands.take(session, confirmed.id, act(volunteer))


@pytest.fixture
def bought(session, canteen, granny, volunteer, act):
    """阿军 bought medicine for 68 with granny's card and 100 in cash."""
    request = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE, item="降压药"), act(granny))
    requests.confirm(session, request.id, act(granny))
    errands.take(session, request.id, act(volunteer))
    kits.hand_out(session, request.id, ["card", "cash"], 10000, act(volunteer))
    kits.hand_back(session, request.id, 6800, act(volunteer))
    return request
