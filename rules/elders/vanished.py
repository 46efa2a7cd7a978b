"""Whoever has an errand in hand and is not here any more: it is searched for again at once, what they hold is fetched."""

from sqlmodel import Session, col, select

from models.elders.requests import Request
from models.members.people import Canteen, Member, Status
from rules import outbox
from rules.audit import Act
from rules.elders import errands, escalation, holding, notices
from rules.elders.callouts import About
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
