"""A person's own shifts for their calendar: a secret address that they may take back at any time."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.members.people import Account, Canteen, Member
from models.volunteers.shifts import HOLDS_SLOT, Assignment, CalendarFeed, Shift, ShiftState
from rules import audit
from rules.audit import Act
from rules.homes import visit_sheets
from rules.settings import local_day

SECRET_BYTES = 24
BEHIND = timedelta(days=60)
AHEAD = timedelta(days=366)


def make(session: Session, member: Member, act: Act) -> str:
    """A new secret; the older one opens nothing any more. Only its hash is kept."""
    revoke(session, member, act)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(CalendarFeed(member_id=member.id, secret_hash=_hash(secret), made_at=act.now))
    session.flush()
    audit.record(session, act, "shifts.feed_made", f"member:{member.id}", subject_id=member.id)
    return secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def revoke(session: Session, member: Member, act: Act) -> bool:
    """Take the address back; answers whether there was one."""
    own = select(CalendarFeed).where(
        CalendarFeed.member_id == member.id, col(CalendarFeed.revoked_at).is_(None)
    )
    found = session.exec(own).all()
    for feed in found:
        feed.revoked_at = act.now
        session.add(feed)
        audit.record(session, act, "shifts.feed_revoked", f"member:{member.id}", subject_id=member.id)
    session.flush()
    return bool(found)


def owner(session: Session, secret: str) -> Member | None:
    """Whose calendar a secret opens; None for one that was taken back or never given."""
    own = select(Member).join(CalendarFeed, col(CalendarFeed.member_id) == col(Member.id))
    own = own.where(CalendarFeed.secret_hash == _hash(secret), col(CalendarFeed.revoked_at).is_(None))
    return session.exec(own.where(col(Member.erased_at).is_(None))).first()


def calendar(session: Session, member: Member, today: date) -> dict[str, Any]:
    """Someone's shifts as plain data: nobody else's name, no address, no phone."""
    canteen = session.get_one(Canteen, member.canteen_id)
    own = select(Assignment, Shift).join(Shift, col(Shift.id) == col(Assignment.shift_id))
    own = own.where(Assignment.member_id == member.id)
    own = own.where(col(Assignment.day).between(today - BEHIND, today + AHEAD))
    found = session.exec(own.order_by(col(Shift.starts_at), col(Assignment.id))).all()
    return {
        "canteen": canteen.name,
        "timezone": canteen.timezone,
        "language": _language(session, member, canteen),
        "events": [
            *(_event(place, shift) for place, shift in found),
            *visit_sheets.events(session, member.id, today - BEHIND, today + AHEAD),
        ],
    }


def _language(session: Session, member: Member, canteen: Canteen) -> str:
    spoken = select(col(Account.language)).where(Account.telegram_id == member.telegram_id)
    return (session.exec(spoken).first() if member.telegram_id else None) or canteen.language


def _event(place: Assignment, shift: Shift) -> dict[str, Any]:
    stands = place.state in HOLDS_SLOT and shift.state != ShiftState.CANCELLED
    changed = place.ended_at or place.confirmed_at or place.assigned_at
    return {
        "id": place.id,
        "duty": shift.duty.value,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
        "changed_at": changed.isoformat(),
        "stands": stands,
    }


def by_secret(session: Session, secret: str, now: datetime) -> dict[str, Any] | None:
    """The calendar behind an address; None when there is none."""
    member = owner(session, secret)
    if member is None:
        return None
    canteen = session.get_one(Canteen, member.canteen_id)
    return calendar(session, member, local_day(canteen, now))
