"""The day a status begins, and the day after a care link ran out."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from jobs.duties import Due, Duty, Look
from models.members.people import Canteen, CareLink, Member, StatusChange
from rules import audit, outbox
from rules.audit import Act
from rules.members import statuses
from rules.settings import after_quiet, local_day
from rules.values import Text

PAGE = 200


def status_due(look: Look) -> Iterable[Due]:
    """Members whose planned status begins today, or began while the bot slept."""
    for canteen in look.canteens:
        day = local_day(canteen, look.now)
        begun = (
            select(Member.id)
            .join(StatusChange, col(StatusChange.member_id) == col(Member.id))
            .where(Member.canteen_id == canteen.id, StatusChange.starts_on <= day)
            .where(col(StatusChange.applied_at).is_(None), col(StatusChange.undone_at).is_(None))
        )
        for member_id in look.session.exec(begun.distinct().limit(PAGE)):
            yield Due("people.status", day, f"member:{member_id}", canteen.id)


def begin_status(session: Session, due: Due, now: datetime) -> None:
    """Write the member's present status down."""
    member = session.get_one(Member, int(due.target.partition(":")[2]))
    statuses.apply_due(session, member, due.day, Act(now=now, canteen_id=due.canteen_id))


def links_due(look: Look) -> Iterable[Due]:
    """Care links whose last day is past."""
    for canteen in look.canteens:
        day = local_day(canteen, look.now)
        over = (
            select(CareLink.id)
            .join(Member, col(Member.id) == col(CareLink.elder_id))
            .where(Member.canteen_id == canteen.id, col(CareLink.until_on) < day)
            .where(col(CareLink.ended_at).is_(None))
        )
        for link_id in look.session.exec(over.limit(PAGE)):
            yield Due("people.link", day, f"care_link:{link_id}", canteen.id)


def end_link(session: Session, due: Due, now: datetime) -> None:
    """End the link and tell the carer, so that nobody relies on it."""
    link = session.get_one(CareLink, int(due.target.partition(":")[2]))
    link.ended_at = now
    session.add(link)
    elder, carer = session.get_one(Member, link.elder_id), session.get_one(Member, link.carer_id)
    act = Act(now=now, canteen_id=due.canteen_id)
    audit.record(session, act, "people.link_ran_out", due.target, subject_id=elder.id)
    later = after_quiet(session.get_one(Canteen, due.canteen_id), now)
    said = Text("people.link_ran_out", name=elder.name)
    outbox.tell(session, f"link_over:{link.id}:{due.day}", carer, said, now=now, due_at=later)


DUTIES = (
    Duty("people.status", status_due, begin_status, once=False),
    Duty("people.link", links_due, end_link, once=False),
)
