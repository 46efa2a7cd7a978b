"""Whoever has an errand in hand and is not here any more: it is searched for again at once, what they hold is fetched."""

from sqlmodel import Session, col, select

from models.elders.emergencies import Emergency, EmergencyState
from models.elders.requests import Request
from models.members.people import Canteen, Member, Status
from models.store import hold
from rules import outbox
from rules.audit import Act
from rules.elders import callouts, emergencies, emergency_notices, errands, escalation, holding, notices
from rules.elders.callouts import About, Call
from rules.values import Text

VANISHED = frozenset({Status.IN_HOSPITAL, Status.LEFT, Status.DECEASED})
"""Who is so cannot do what they took upon themselves, and may not be able to say so."""


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
        escalation.fetch_things(session, about, request, act.now)
        errands.release(session, request, act)
    return released


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
