"""How long what was said about a request is kept: the photograph a week after its end, the words a month; a medicine's name while it is taken."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from models.elders import handovers
from models.elders.emergencies import Emergency
from models.elders.requests import Handover, Request, RequestState, Supply
from models.members.people import Canteen, Member
from rules import audit
from rules.audit import Act
from rules.elders import escalation, holding, notices
from rules.elders.callouts import About
from rules.elders.requests import OPEN
from rules.values import Message, Text, lines

PHOTO_LASTS = timedelta(days=7)
WORDS_LAST = timedelta(days=30)
PAGE = 500
UNSAID = {"words": "", "item": "", "spent": ""}


def _old_photos(now: datetime) -> ColumnElement[bool]:
    return and_(col(Request.closed_at) < now - PHOTO_LASTS, col(Request.photo) != "")


def _old_words(now: datetime) -> ColumnElement[bool]:
    said = or_(col(Request.words) != "", col(Request.item) != "", col(Request.spent) != "")
    return and_(col(Request.closed_at) < now - WORDS_LAST, said)


def _old_kits(now: datetime) -> ColumnElement[bool]:
    over = select(Request.id).where(col(Request.closed_at) < now - WORDS_LAST)
    return and_(col(Handover.kit) != "", col(Handover.request_id).in_(over))


def _old_cries(now: datetime) -> ColumnElement[bool]:
    said = or_(col(Emergency.words) != "", col(Emergency.called) != "")
    return and_(col(Emergency.closed_at) < now - WORDS_LAST, said)


def _ended_supplies() -> ColumnElement[bool]:
    return and_(col(Supply.ended_at).is_not(None), col(Supply.item) != "")


def waits(session: Session, now: datetime) -> bool:
    """Whether anything is older than it may become."""
    old = or_(_old_photos(now), _old_words(now))
    if session.exec(select(Request.id).where(old).limit(1)).first() is not None:
        return True
    if session.exec(select(Handover.id).where(_old_kits(now)).limit(1)).first() is not None:
        return True
    if session.exec(select(Supply.id).where(_ended_supplies()).limit(1)).first() is not None:
        return True
    return session.exec(select(Emergency.id).where(_old_cries(now)).limit(1)).first() is not None


def forget(session: Session, now: datetime) -> None:
    """Empty a page of what is too old; that there was a request stays, for the counts."""
    pictures = session.exec(select(Request.id).where(_old_photos(now)).limit(PAGE)).all()
    session.execute(update(Request).where(col(Request.id).in_(pictures)).values(photo=""))
    said = session.exec(select(Request.id).where(_old_words(now)).limit(PAGE)).all()
    session.execute(update(Request).where(col(Request.id).in_(said)).values(**UNSAID))
    kits = session.exec(select(Handover.id).where(_old_kits(now)).limit(PAGE)).all()
    session.execute(update(Handover).where(col(Handover.id).in_(kits)).values(kit=""))
    ended = session.exec(select(Supply.id).where(_ended_supplies()).limit(PAGE)).all()
    session.execute(update(Supply).where(col(Supply.id).in_(ended)).values(item=""))
    cries = session.exec(select(Emergency.id).where(_old_cries(now)).limit(PAGE)).all()
    session.execute(update(Emergency).where(col(Emergency.id).in_(cries)).values(words="", called=""))


def forget_member(session: Session, member: Member, act: Act) -> None:
    """Somebody is erased: their open requests end, nothing of them stays readable; what is open for others goes on whole."""
    mine = select(Request).where(Request.elder_id == member.id, col(Request.state).in_(OPEN))
    for request in session.exec(mine).all():
        _take_from_hands(session, request, member, act)
        request.state = RequestState.CANCELLED
        holding.close(session, request, act)
        session.add(request)
        notices.withdraw(session, request, act.now)
        notices.unpublish(session, request, act.now)
        audit.record(session, act, "requests.ended", f"request:{request.id}", subject_id=member.id)
    asked = and_(col(Request.asked_by_id) == member.id, col(Request.closed_at).is_not(None))
    said = or_(col(Request.elder_id) == member.id, asked)
    session.execute(update(Request).where(said).values(words="", item="", photo=""))
    spent = col(Request.elder_id) == member.id
    session.execute(update(Request).where(spent).values(spent=""))
    session.execute(update(Handover).where(col(Handover.elder_id) == member.id).values(kit=""))
    own = col(Supply.elder_id) == member.id
    session.execute(update(Supply).where(own).values(item="", ended_at=act.now))
    raised = and_(col(Emergency.raised_by_id) == member.id, col(Emergency.closed_at).is_not(None))
    cried = or_(col(Emergency.person_id) == member.id, raised)
    session.execute(update(Emergency).where(cried).values(words="", called=""))


def _take_from_hands(session: Session, request: Request, elder: Member, act: Act) -> None:
    """Who is on the way hears that it is over, and to give back what they hold, which is fetched as well."""
    if request.taker_id is None or request.state not in notices.ON_DUTY:
        return
    facts = holding.brief(session, request, act)
    kit = handovers.kit_of(session, request) if handovers.kit_out(session, request) else None
    things = holding.things_said(kit, sealed=False) if kit else []
    back = Text("requests.bring_back", who=facts["who"], things=things) if things else None
    said = Message(lines(Text("requests.told_cancelled", **facts), back))
    holding.tell(session, request, session.get_one(Member, request.taker_id), act, said)
    about = About(session.get_one(Canteen, request.canteen_id), elder, request.kind)
    escalation.fetch_things(session, about, request, act.now)
