"""A manager's signature in the place of a certificate: for some days, with a reason, and taken back."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from models.cooks.certificates import CertificateKind, CertificateOverride
from models.members.people import Canteen, Member
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.members.people import holds
from rules.settings import local_day, settings_of
from rules.values import Refused

LONGEST = 14


def signed(session: Session, member_ids: Collection[int], day: date) -> set[int]:
    """For whom of these members a manager signed that they may work on a day."""
    rows = select(col(CertificateOverride.member_id)).where(
        col(CertificateOverride.member_id).in_(member_ids),
        CertificateOverride.starts_on <= day,
        CertificateOverride.until_on >= day,
        col(CertificateOverride.ended_at).is_(None),
    )
    return set(session.exec(rows))


def last_day(canteen: Canteen, days: int, now: datetime) -> date:
    """The last of some days in the kitchen; once tomorrow's people are reminded, the first of them is tomorrow."""
    local = now.astimezone(ZoneInfo(canteen.timezone))
    evening = local.time() >= settings_of(canteen).shift_reminder_at
    return local.date() + timedelta(days=days - 1 + evening)


def sign(session: Session, member_id: int, days: int, reason: str, act: Act) -> CertificateOverride:
    """The manager signs that somebody works without a certificate from now on, for some days, and why."""
    if act.actor_id is None or not holds(session, act.actor_id):
        raise Refused("certificates.only_manager")
    if not 1 <= days <= LONGEST or len(reason.strip()) < 2:
        raise Refused("certificates.say_why")
    member = hold(session, Member, member_id)
    if member is None or member.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    row = _signature(session, member, days, reason, act)
    session.add(row)
    session.flush()
    after = {"override": row.id, "until": row.until_on.isoformat()}
    audit.record(
        session, act, "certificates.signed", f"member:{member.id}", subject_id=member.id, after=after
    )
    return row


def _signature(session: Session, member: Member, days: int, reason: str, act: Act) -> CertificateOverride:
    canteen = session.get_one(Canteen, member.canteen_id)
    return CertificateOverride(
        member_id=member.id,
        kind=CertificateKind.HEALTH,
        starts_on=local_day(canteen, act.now),
        until_on=last_day(canteen, days, act.now),
        reason=reason.strip()[:200],
        signed_by_id=act.actor_id or 0,
        signed_at=act.now,
    )


def end(session: Session, override_id: int, act: Act) -> CertificateOverride:
    """The manager takes the signature back."""
    if act.actor_id is None or not holds(session, act.actor_id):
        raise Refused("certificates.only_manager")
    row = hold(session, CertificateOverride, override_id)
    member = session.get(Member, row.member_id) if row else None
    if row is None or member is None or member.canteen_id != act.canteen_id or row.ended_at is not None:
        raise Refused("common.old_button")
    row.ended_at = act.now
    session.add(row)
    audit.record(session, act, "certificates.unsigned", f"member:{row.member_id}", subject_id=row.member_id)
    return row
