"""What was found at a visit: a health note, sealed with the elder's key. Written and read only here."""

from datetime import date, timedelta

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from models.homes.visits import Visit, VisitState
from models.members.people import Member, Role, Status, StatusChange
from models.members.vault import Private, opened, seal
from rules import audit
from rules.audit import Act
from rules.members import consents
from rules.members.people import roles_of
from rules.values import Refused, Text

LONGEST = 400
LASTS = timedelta(days=396)
"""Thirteen months: longer than anybody goes without the next visit, and a year's checks can be compared."""
LASTS_AFTER = timedelta(days=30)
"""After somebody has left or died nobody goes there any more: the purpose has ended."""
GONE = (Status.LEFT, Status.DECEASED)


def keep(session: Session, visit: Visit, words: str) -> None:
    """Keep what was found; too much is refused, not cut."""
    if len(words.strip()) > LONGEST:
        raise Refused("visits.too_long", most=LONGEST)
    if words.strip():
        consents.check_health(session, session.get_one(Member, visit.elder_id))
    seal(session, visit, findings=words.strip())


def reveal(session: Session, visit: Visit, reader_id: int | None, act: Act) -> Private:
    """What was found, for a social worker; who read it is kept."""
    if reader_id is None or Role.SOCIAL_WORKER not in roles_of(session, reader_id):
        raise Refused("visits.only_social_worker")
    words = opened(session, visit, "findings")
    if words:
        after = {"reader": reader_id}
        audit.record(session, act, "visits.seen", f"visit:{visit.id}", subject_id=visit.elder_id, after=after)
    return words


def last(session: Session, household_id: int) -> Visit | None:
    """The last visit to a household at which somebody was met or spoken to."""
    done = select(Visit).where(Visit.household_id == household_id, Visit.state == VisitState.DONE)
    done = done.where(Visit.findings != "")
    return session.exec(done.order_by(col(Visit.visited_on).desc(), col(Visit.id).desc()).limit(1)).first()


def last_words(session: Session, visit: Visit) -> Text | None:
    """What was found the last time, if anything was."""
    newest = last(session, visit.household_id)
    if newest is None or newest.id == visit.id:
        return None
    if not consents.by_messenger(session, session.get_one(Member, newest.elder_id)):
        return None
    return Text("visits.last_found", day=newest.visited_on, words=opened(session, newest, "findings"))


def told_back(session: Session, visit: Visit, act: Act) -> Text | None:
    """What was found, told back to who wrote it down, if it may be sent; who read it is kept."""
    elder = session.get_one(Member, visit.elder_id)
    if visit.findings and not consents.by_messenger(session, elder):
        return Text("consents.not_over_messenger", name=elder.name)
    words = reveal(session, visit, act.actor_id, act)
    return Text("visits.check_found", words=words) if words else None


def forget(session: Session, today: date) -> None:
    """Empty what is too old or of no use any more; that there was a visit, when, and what came of it stays."""
    newly = select(StatusChange.member_id).where(col(StatusChange.status).in_(GONE))
    newly = newly.where(col(StatusChange.undone_at).is_(None), StatusChange.starts_on > today - LASTS_AFTER)
    gone = select(Member.id).where(col(Member.status).in_(GONE), col(Member.id).not_in(newly))
    visited_on = func.coalesce(col(Visit.visited_on), col(Visit.day))
    over = or_(visited_on < today - LASTS, col(Visit.elder_id).in_(gone))
    session.execute(update(Visit).where(col(Visit.findings) != "", over).values(findings=""))
