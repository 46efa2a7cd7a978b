"""The people of the village, for every test."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from sqlmodel import Session

from models.members.people import Canteen, CareLink, Consent, Member, MemberRole, Role
from rules.audit import Act

pytest_plugins = ["tests.stores", "tests.conversations", "tests.processes", "tests.unmeasured"]

settings.register_profile("wandering", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("wandering"), derandomize=True)
settings.load_profile("same")
"""A red test has its cause in the change, not in a busy machine or in luck; `--hypothesis-profile=wandering` looks for new cases."""

GROUP = -1001
_update_ids = itertools.count(1)


@pytest.fixture
def now() -> datetime:
    """Wednesday, ten in the morning, in the village."""
    return datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
def canteen(session: Session, now: datetime) -> Canteen:
    """The Drum Tower Canteen: lunch for sixty, closing at 18:00 the day before."""
    row = Canteen(name="鼓楼食堂", chat_id=GROUP, created_at=now, set_up_at=now)
    session.add(row)
    session.flush()
    return row


Villager = Callable[..., Member]


@pytest.fixture
def villager(session: Session, canteen: Canteen, now: datetime) -> Villager:
    """Makes a member: `villager("覃叔", Role.ELDER, telegram_id=None)`."""

    def make(name: str, *roles: Role, **facts: Any) -> Member:
        row = Member(canteen_id=canteen.id, name=name, joined_at=now, approved_at=now, **facts)
        session.add(row)
        session.flush()
        for role in roles:
            session.add(MemberRole(member_id=row.id, role=role))
        session.flush()
        return row

    return make


@pytest.fixture
def granny(villager: Villager) -> Member:
    """李奶奶 of the upper hamlet, 82."""
    return villager("李奶奶", Role.ELDER, telegram_id=1001, hamlet="上寨", birth_on=date(1944, 3, 1))


@pytest.fixture
def daughter(session: Session, villager: Villager, granny: Member, now: datetime) -> Member:
    """李小红, who works away and calls granny 我妈."""
    row = villager("李小红", Role.FAMILY, telegram_id=1002)
    link = CareLink(
        elder_id=granny.id,
        carer_id=row.id,
        relation="child",
        called="我妈",
        actions=["meals"],
        consent=Consent.SAID,
        created_at=now,
    )
    session.add(link)
    session.flush()
    return row


@pytest.fixture
def cook(villager: Villager) -> Member:
    """王师傅, who cooks."""
    return villager("王师傅", Role.COOK, telegram_id=1003)


@pytest.fixture
def social_worker(villager: Villager) -> Member:
    """陈社工."""
    return villager("陈社工", Role.SOCIAL_WORKER, telegram_id=1004)


@pytest.fixture
def manager(villager: Villager) -> Member:
    """韦主任."""
    return villager("韦主任", Role.MANAGER, telegram_id=1005)


@pytest.fixture
def volunteer(villager: Villager) -> Member:
    """阿军, who carries meals."""
    return villager("阿军", Role.VOLUNTEER, telegram_id=1006)


@pytest.fixture
def neighbour(villager: Villager) -> Member:
    """覃叔, who has no phone."""
    return villager("覃叔", Role.ELDER, hamlet="下寨", birth_on=date(1950, 6, 1))


@pytest.fixture
def act(canteen: Canteen, now: datetime) -> Callable[..., Act]:
    """Somebody's act: `act(granny)`, `act(granny, now=later)`."""

    def make(actor: Member | None = None, now: datetime = now) -> Act:
        return Act(
            now=now, actor_id=actor.id if actor else None, canteen_id=canteen.id, update_id=next(_update_ids)
        )

    return make
