"""A week's visits on one page, to carry; and as days in the calendar of those who go."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select

from models.homes.visits import OPEN_VISITS, Visit, VisitState
from models.members.people import Canteen, Role
from rules.audit import Act
from rules.homes import visit_findings, visit_plans, visit_talk
from rules.homes.visit_talk import Shown
from rules.members.people import roles_of
from rules.values import Refused, Text, encode

Facts = Mapping[str, Any]


def note_reading(session: Session, canteen: Canteen, monday: date, act: Act) -> None:
    """Somebody takes the week along on paper: that they read it is kept for each elder."""
    for one in visit_talk.shown(session, _open(session, canteen.id, monday)):
        visit_talk.at_the_door(session, one.visit, (one.home, act.actor_id or 0), act)


def _open(session: Session, canteen_id: int, monday: date) -> list[Visit]:
    return [one for one in visit_plans.week(session, canteen_id, monday) if one.state in OPEN_VISITS]


def week(session: Session, facts: Facts) -> dict[str, Any]:
    """The visits still to be made in a week, each with what is needed at the door; for a social worker's eyes only."""
    canteen = session.get_one(Canteen, int(facts["canteen_id"]))
    reader = int(facts["reader_id"])
    if Role.SOCIAL_WORKER not in roles_of(session, reader):
        raise Refused("visits.only_social_worker")
    monday = date.fromisoformat(facts["monday"])
    found = visit_talk.shown(session, _open(session, canteen.id, monday))
    return {
        "canteen": canteen.name,
        "first": monday.isoformat(),
        "last": (monday + timedelta(days=6)).isoformat(),
        "visits": [_visit(session, one) for one in found],
    }


def _visit(session: Session, one: Shown) -> dict[str, Any]:
    day = one.visit.day
    last = visit_findings.last_words(session, one.visit)
    return {
        "day": day.isoformat(),
        "who": encode(one.who),
        "people": _said([visit_talk.person(session, member, day) for member in one.home]),
        "team": [name for name in (one.worker, one.companion) if name],
        "last": _said([last] if last is not None else []),
        "open": _said(visit_talk.to_do(session, one.visit, one.home)),
    }


def _said(texts: Sequence[Text]) -> list[Any]:
    return [encode(text) for text in texts]


def events(session: Session, member_id: int, first: date, last: date) -> list[dict[str, Any]]:
    """Somebody's own visits as whole days of a calendar: nobody's name, no address."""
    own = select(Visit).where(or_(Visit.worker_id == member_id, Visit.companion_id == member_id))
    own = own.where(col(Visit.day).between(first, last), Visit.state != VisitState.PROPOSED)
    found = session.exec(own.order_by(col(Visit.day), col(Visit.id))).all()
    return [
        {
            "visit": visit.id,
            "day": (visit.visited_on or visit.day).isoformat(),
            "changed_at": visit.changed_at.isoformat(),
            "stands": visit.state != VisitState.CALLED_OFF,
        }
        for visit in found
    ]
