"""Whoever has an errand in hand and is not here any more: it is searched for again at once, what they hold is fetched."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.elders import handovers
from models.elders.emergencies import Emergency, EmergencyState
from models.elders.requests import Request, RequestState
from models.members.people import Canteen, Member, Status
from models.store import hold
from rules import outbox
from rules.audit import Act
from rules.elders import (
    callouts,
    emergencies,
    emergency_notices,
    errands,
    escalation,
    holding,
    ladders,
    notices,
)
from rules.elders.callouts import About, Call
from rules.elders.escalation import MUTED_FOR
from rules.elders.ladders import Audience
from rules.values import Text

VANISHED = frozenset({Status.IN_HOSPITAL, Status.LEFT, Status.DECEASED})
"""Who is so cannot do what they took upon themselves, and may not be able to say so."""
RELEASED = "requests.released"
LOOKS = ("requests.called", "requests.seen")
"""What the audit keeps of a request without anything having changed."""


def note(session: Session, member: Member, act: Act) -> None:
    """Somebody's status has begun: who cannot go any more has nothing in hand any more."""
    if member.status not in VANISHED:
        return
    released = release_all(session, member, act)
    if member.status == Status.DECEASED:
        return
    for request in released:
        said = Text("requests.told_released", **holding.brief(session, request, act))
        key = f"request:{request.id}:released:{act.update_id or int(act.now.timestamp())}"
        outbox.tell(session, key, member, said, now=act.now)


def release_all(session: Session, member: Member, act: Act) -> list[Request]:
    """Everything they have in hand is searched for again; a human fetches what they were given for it."""
    own = select(Request.id).where(Request.taker_id == member.id, col(Request.state).in_(notices.ON_DUTY))
    released = [holding.held(session, number) for number in session.exec(own.order_by(col(Request.id))).all()]
    for request in released:
        elder = session.get_one(Member, request.elder_id)
        about = About(session.get_one(Canteen, request.canteen_id), elder, request.kind)
        before = holding.seen(request)
        escalation.fetch_things(session, about, request, act.now)
        errands.release(session, request, act)
        holding.moved(session, request, act, RELEASED, before)
    return released


def note_back(session: Session, member: Member, since: datetime, act: Act) -> None:
    """It was a mistake: what nobody took since is in their hands again; who called for their own is called for at once."""
    if member.status in VANISHED:
        return
    free = select(Request).where(
        Request.canteen_id == member.canteen_id, col(Request.state).in_(notices.FREE)
    )
    for request in session.exec(free.order_by(col(Request.id))).all():
        before = _released_from(session, request, since)
        if before is not None and before["taker_id"] == member.id:
            _give_back(session, holding.held(session, request.id), member, before, act)
    muted = select(Request).where(Request.elder_id == member.id, Request.next_at == since + MUTED_FOR)
    for request in session.exec(muted).all():
        request.next_at = act.now
        session.add(request)


def _released_from(session: Session, request: Request, since: datetime) -> dict[str, Any] | None:
    """How it was before it was taken from somebody's hands; None when something else happened to it after that."""
    own = select(AuditEntry).where(
        AuditEntry.subject_id == request.elder_id, AuditEntry.object == f"request:{request.id}"
    )
    own = own.where(AuditEntry.at >= since, col(AuditEntry.action).not_in(LOOKS))
    last = session.exec(own.order_by(col(AuditEntry.id).desc()).limit(1)).first()
    return last.before if last is not None and last.action == RELEASED else None


def _give_back(
    session: Session, request: Request, member: Member, before: Mapping[str, Any], act: Act
) -> None:
    canteen, now = session.get_one(Canteen, request.canteen_id), holding.seen(request)
    request.state, request.taker_id = RequestState(before["state"]), member.id
    ladders.begin(canteen, request, act.now)
    holding.moved(session, request, act, "requests.given_back", now)
    errands.brief_taker(session, request, member, act)
    outbox.touch(session, "request", request.id, act.now)
    holding.tell_sides(session, request, act, "requests.told_taken", name=member.name)
    if handovers.kit_out(session, request) is None:
        return
    about = About(canteen, session.get_one(Member, request.elder_id), request.kind)
    said = Text("requests.fetch_no_things", who=notices.who(about.elder), name=member.name)
    key = f"request:{request.id}:given_back:{act.update_id or int(act.now.timestamp())}"
    on_call = callouts.people(session, about, (Audience.ON_CALL,), act.now)
    callouts.call(session, canteen, [one for one in on_call if one.id != member.id], Call(key, said, act.now))


def end_cries(session: Session, person: Member, act: Act) -> None:
    """Somebody is erased: nobody is called for a number, and whoever was called is told."""
    own = select(Emergency.id).where(
        Emergency.person_id == person.id, col(Emergency.state).in_(emergencies.OPEN)
    )
    for number in session.exec(own.order_by(col(Emergency.id))).all():
        emergency = hold(session, Emergency, number)
        if emergency is None:
            continue
        emergency.state, emergency.reason = EmergencyState.CLOSED, "erased"
        emergency.closed_at, emergency.closed_by_id, emergency.next_at = act.now, act.actor_id, None
        emergency_notices.noted(session, emergency, act, "emergencies.closed")
        _tell_erased(session, emergency, act)


def _tell_erased(session: Session, emergency: Emergency, act: Act) -> None:
    """Everybody called, and who raised it or goes; without the name, which is to be forgotten."""
    canteen = session.get_one(Canteen, emergency.canteen_id)
    concerned = {
        member.id: member for member in emergency_notices.called(session, canteen, emergency, act.now)
    }
    for number in {emergency.raised_by_id, emergency.answered_by_id} - {None, emergency.person_id}:
        concerned[number or 0] = session.get_one(Member, number)
    concerned.pop(act.actor_id or 0, None)
    call = Call(f"emergency:{emergency.id}:erased", Text("emergencies.over_erased"), act.now)
    callouts.call(session, canteen, list(concerned.values()), call)
