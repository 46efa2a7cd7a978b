"""Visits as they are planned: wanted by hand, accepted, moved to another day, gone to with somebody else, called off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.homes.visits import OPEN_VISITS, FollowUp, Reason, Visit, VisitState
from models.members.people import Canteen, Household, Member, Role, Status
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.homes import households, visit_teams
from rules.homes.visit_proposals import AT_HOME
from rules.members.people import roles_of
from rules.settings import local_day, settings_of
from rules.values import Refused

FOLLOW_UP_DAYS = 7
"""So many days after a need was closed the elder is asked whether it is really met."""
LONGEST_AHEAD = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit somebody wants: when, by whom, and why."""

    day: date
    worker_id: int | None = None
    reason: Reason = Reason.ASKED
    state: VisitState = VisitState.PLANNED


def check_plans(session: Session, act: Act) -> None:
    """Social workers plan visits; whom they look after closely is nobody else's business."""
    if act.actor_id is None or Role.SOCIAL_WORKER not in roles_of(session, act.actor_id):
        raise Refused("visits.only_social_worker")


def held(session: Session, visit_id: int, act: Act) -> Visit:
    """A visit of the actor's own village, kept from everybody else until the unit ends."""
    visit = hold(session, Visit, visit_id)
    if visit is None or visit.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    return visit


def _open(session: Session, visit_id: int, act: Act) -> Visit:
    check_plans(session, act)
    visit = held(session, visit_id, act)
    if visit.state not in OPEN_VISITS:
        raise Refused("visits.changed_since")
    return visit


SEEN = (
    *("state", "day", "worker_id", "companion_id", "absent_id", "absence"),
    *("outcome", "visited_on", "next_on", "recorded_by_id"),
)


def seen(visit: Visit) -> dict[str, Any]:
    """A visit for the audit and for undoing: states, days and ids, nothing that was found."""
    kept = {name: getattr(visit, name) for name in SEEN}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()}


def moved(session: Session, visit: Visit, act: Act, action: str, before: Mapping[str, Any] | None) -> None:
    """Keep what changed, and by whom."""
    visit.changed_at = act.now
    session.add(visit)
    session.flush()
    audit.record(
        session,
        act,
        action,
        f"visit:{visit.id}",
        subject_id=visit.elder_id,
        before=dict(before) if before is not None else None,
        after=seen(visit),
    )


def open_of(session: Session, household_id: int) -> Visit | None:
    """The visit that is planned for a household, if there is one."""
    own = select(Visit).where(Visit.household_id == household_id, col(Visit.state).in_(OPEN_VISITS))
    return session.exec(own).first()


def plan(session: Session, elder: Member, wanted: Wanted, act: Act) -> Visit:
    """Plan a visit to the household of an elder; one that is planned already comes on the earlier day."""
    canteen = session.get_one(Canteen, elder.canteen_id)
    hold(session, Member, elder.id)
    check_can_plan(canteen, elder, wanted, act)
    household = households.of(session, elder)
    hold(session, Household, household.id)
    planned = open_of(session, household.id)
    if planned is not None:
        return _sooner(session, planned, wanted, act)
    team = visit_teams.team(session, canteen, wanted.day, wanted.worker_id, household.id)
    visit = Visit(
        canteen_id=canteen.id,
        household_id=household.id,
        elder_id=elder.id,
        state=wanted.state,
        reason=wanted.reason,
        day=wanted.day,
        worker_id=team.worker_id,
        companion_id=team.companion_id,
        made_at=act.now,
        changed_at=act.now,
    )
    moved(session, visit, act, f"visits.{wanted.state}", None)
    return visit


def check_can_plan(canteen: Canteen, elder: Member, wanted: Wanted, act: Act) -> None:
    """Only for somebody who is there, not in the past, not next year."""
    today = local_day(canteen, act.now)
    if elder.erased_at is not None:
        raise Refused("common.old_button")
    if elder.status in (Status.LEFT, Status.DECEASED):
        raise Refused("visits.not_there", name=elder.name, status=elder.status)
    if not today <= wanted.day <= today + LONGEST_AHEAD:
        raise Refused("visits.wrong_day")


def _sooner(session: Session, planned: Visit, wanted: Wanted, act: Act) -> Visit:
    if wanted.day >= planned.day and planned.state == wanted.state:
        return planned
    before = seen(planned)
    planned.day, planned.state = min(planned.day, wanted.day), VisitState.PLANNED
    moved(session, planned, act, "visits.moved", before)
    return planned


def accept(session: Session, visit_id: int, act: Act) -> Visit:
    """A proposed visit is to be made."""
    visit = _open(session, visit_id, act)
    if visit.state == VisitState.PROPOSED:
        before = seen(visit)
        visit.state = VisitState.PLANNED
        moved(session, visit, act, "visits.planned", before)
    return visit


def move(session: Session, visit_id: int, day: date, act: Act) -> Visit:
    """Another day."""
    visit = _open(session, visit_id, act)
    elder, canteen = session.get_one(Member, visit.elder_id), session.get_one(Canteen, visit.canteen_id)
    check_can_plan(canteen, elder, Wanted(day), act)
    before = seen(visit)
    visit.day = day
    moved(session, visit, act, "visits.moved", before)
    return visit


def go_with(session: Session, visit_id: int, companion_id: int | None, act: Act) -> Visit:
    """Somebody else of the committee comes along, or nobody."""
    visit = _open(session, visit_id, act)
    if companion_id is not None:
        visit_teams.check_companion(session, visit, companion_id)
    before = seen(visit)
    visit.companion_id = companion_id
    moved(session, visit, act, "visits.companion", before)
    return visit


def cannot(session: Session, visit_id: int, act: Act) -> Visit:
    """Who was to come along cannot: the social worker looks for somebody else."""
    visit = held(session, visit_id, act)
    if visit.companion_id is None or visit.companion_id != act.actor_id or visit.state not in OPEN_VISITS:
        raise Refused("visits.changed_since")
    before = seen(visit)
    visit.companion_id = None
    moved(session, visit, act, "visits.companion", before)
    return visit


def call_off(session: Session, visit_id: int, act: Act) -> Visit:
    """Not this time."""
    visit = _open(session, visit_id, act)
    before = seen(visit)
    visit.state = VisitState.CALLED_OFF
    moved(session, visit, act, "visits.called_off", before)
    return visit


def restore(
    session: Session, visit_id: int, before: Mapping[str, Any], after: Mapping[str, Any], act: Act
) -> Visit:
    """As it was before, if nothing has happened to it since."""
    check_plans(session, act)
    visit = held(session, visit_id, act)
    now = seen(visit)
    if now != dict(after):
        raise Refused("visits.changed_since")
    planned = open_of(session, visit.household_id)
    if before["state"] in OPEN_VISITS and planned is not None and planned.id != visit.id:
        raise Refused("visits.changed_since")
    put(visit, before)
    moved(session, visit, act, "visits.undone", now)
    return visit


DAYS = ("day", "visited_on", "next_on")


def put(visit: Visit, state: Mapping[str, Any]) -> None:
    """Give a visit an earlier state back."""
    for name in SEEN:
        value = state[name]
        setattr(visit, name, date.fromisoformat(value) if name in DAYS and value else value)


def plan_follow_up(session: Session, elder: Member, about: str, act: Act) -> FollowUp | None:
    """After a need was closed: the elder, not the helper, is asked whether it is met; `about` is like `need:12`.

    A visit that is planned takes it along, else one is planned within a week; whoever is away is asked once back.
    """
    hold(session, Member, elder.id)
    waiting = select(FollowUp).where(FollowUp.about == about, col(FollowUp.ended_at).is_(None))
    row = session.exec(waiting).first()
    if row is not None or elder.erased_at is not None or elder.status in (Status.LEFT, Status.DECEASED):
        return row
    canteen = session.get_one(Canteen, elder.canteen_id)
    due_on = next_day(canteen, local_day(canteen, act.now) + timedelta(days=FOLLOW_UP_DAYS), back=True)
    row = FollowUp(canteen_id=canteen.id, elder_id=elder.id, about=about[:64], due_on=due_on, made_at=act.now)
    session.add(row)
    session.flush()
    audit.record(session, act, "visits.follow_up", f"follow_up:{row.id}", subject_id=elder.id)
    if elder.status in AT_HOME and visit_teams.workers(session, canteen.id):
        plan(session, elder, Wanted(due_on, None, Reason.FOLLOW_UP), act)
    return row


def next_day(canteen: Canteen, day: date, *, back: bool = False) -> date:
    """The day itself if visits are made on it, else the nearest such day after, or before."""
    weekdays = settings_of(canteen).visit_weekdays or (1, 2, 3, 4, 5)
    step = timedelta(days=-1 if back else 1)
    while day.isoweekday() not in weekdays:
        day += step
    return day
