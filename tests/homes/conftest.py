"""Those whom visits are about, for the tests of this folder."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from models.homes.visits import Absence, VisitOutcome
from models.members.people import Canteen, Member, Role
from rules.homes import visit_plans, visit_records
from rules.homes.visit_records import Note, Recorded
from tests.conftest import Villager
from tests.homes.visiting import MONDAY, WEDNESDAY


@pytest.fixture
def committee(villager: Villager) -> Member:
    """陆主任 of the village committee."""
    return villager("陆主任", Role.COMMITTEE, telegram_id=1010)


@pytest.fixture
def elders(villager: Villager, granny, neighbour) -> list[Member]:
    """Granny, the neighbour, and four more."""
    more = [
        villager(name, Role.ELDER, hamlet="河边", birth_on=date(1940 + number, 1, 1))
        for number, name in enumerate(("莫爷爷", "韦婶", "黄伯", "蓝奶奶"))
    ]
    return [granny, neighbour, *more]


@pytest.fixture
def wrote(session: Session, canteen: Canteen, social_worker: Member, act) -> Callable[..., Recorded]:
    """The social worker writes a visit down: `wrote(granny, days=40)`."""

    def make(elder: Member, days: int = 0, outcome: VisitOutcome = VisitOutcome.VISITED, **facts) -> Recorded:
        facts = facts if "companion_id" in facts else {"absence": Absence.SUDDEN, **facts}
        note = Note(elder.id, WEDNESDAY - timedelta(days=days), outcome, **facts)
        return visit_records.record(session, canteen, note, act(social_worker))

    return make


@pytest.fixture
def proposed(session, canteen, social_worker, committee, elders, act):
    """Next week as the rule proposes it."""
    return visit_plans.propose(session, canteen, MONDAY, act())


@pytest.fixture
def planned(session, canteen, social_worker, committee, elders, act):
    """This week's visits, settled."""
    visit_plans.propose(session, canteen, MONDAY - timedelta(days=7), act())
    return visit_plans.accept_all(session, canteen, MONDAY - timedelta(days=7), act(social_worker))
