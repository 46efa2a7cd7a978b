"""Who is called first: social workers and the village doctor say when they are on call and when not any more."""

from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from models.elders.emergencies import OnCall
from models.members.people import Canteen, Member, Role, Status
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.members.people import roles_of
from rules.values import Refused

MAY = frozenset({Role.SOCIAL_WORKER, Role.DOCTOR, Role.MANAGER, Role.COMMITTEE})


def on_call(session: Session, canteen_id: int, now: datetime) -> list[Member]:
    """Who is on call now, the first who began first; whoever is away is not."""
    current = or_(col(OnCall.ends_at).is_(None), col(OnCall.ends_at) > now)
    calling = select(Member).join(OnCall, col(OnCall.member_id) == col(Member.id))
    calling = calling.where(OnCall.canteen_id == canteen_id, OnCall.starts_at <= now, current)
    calling = calling.where(Member.status == Status.ACTIVE, col(Member.erased_at).is_(None))
    return list(session.exec(calling.order_by(col(OnCall.id))))


def begin(session: Session, member: Member, act: Act) -> bool:
    """Be on call from now on; answers whether that is new."""
    if not roles_of(session, member.id) & MAY:
        raise Refused("emergencies.not_on_call")
    hold(session, Canteen, member.canteen_id)
    if _open(session, member, act.now) is not None:
        return False
    row = OnCall(canteen_id=member.canteen_id, member_id=member.id, starts_at=act.now)
    session.add(row)
    session.flush()
    audit.record(session, act, "emergencies.on_call", f"on_call:{row.id}", subject_id=member.id)
    return True


def end(session: Session, member: Member, act: Act) -> bool:
    """Be called first no more; answers whether one was."""
    row = _open(session, member, act.now)
    if row is None:
        return False
    row.ends_at = act.now
    session.add(row)
    session.flush()
    audit.record(session, act, "emergencies.off_call", f"on_call:{row.id}", subject_id=member.id)
    return True


def is_on_call(session: Session, member: Member, now: datetime) -> bool:
    """Whether somebody is on call."""
    return _open(session, member, now) is not None


def _open(session: Session, member: Member, now: datetime) -> OnCall | None:
    own = select(OnCall).where(OnCall.canteen_id == member.canteen_id, OnCall.member_id == member.id)
    return session.exec(own.where(or_(col(OnCall.ends_at).is_(None), col(OnCall.ends_at) > now))).first()
