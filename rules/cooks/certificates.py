"""Certificates: until when they hold, who lacks one for a duty, and the manager's signature in their place."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.cooks.certificates import Certificate, CertificateKind, CertificateOverride, CertificateProof
from models.members.people import Canteen, Member, MemberRole, Role
from models.store import hold
from models.volunteers.shifts import DutyKind
from rules import audit
from rules.audit import Act
from rules.cooks import signatures
from rules.members.people import holds
from rules.settings import settings_of
from rules.values import Refused, Text

NEEDED: Mapping[DutyKind, tuple[CertificateKind, ...]] = {
    DutyKind.COOK: (CertificateKind.HEALTH,),
    DutyKind.HELP: (CertificateKind.HEALTH,),
}
"""Whoever touches food ready to eat is examined every year (Food Safety Law, article 45)."""

ONCE_SHOWN = (CertificateKind.FOOD_TRAINING,)
"""No law asks every village helper for a training; one that was shown is not to run out unseen."""

LOOKERS = (Role.SOCIAL_WORKER, Role.MANAGER)
LONGEST = timedelta(days=366 * 6)
UNDO = timedelta(minutes=10)
_DAY = re.compile(r"(?<!\d)(20\d{2}|\d{2})\s*\D\s*(\d{1,2})\s*\D\s*(\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Lack:
    """What somebody lacks on a day: a certificate that is over, or one that was never shown."""

    kind: CertificateKind
    over_since: date | None = None


def read_day(words: str) -> date | None:
    """A day with its year, as people write it: 2027-03-01, 27年3月1日, 2027.3.1."""
    found = _DAY.search(words)
    if found is None:
        return None
    year = int(found[1]) % 100 + 2000
    try:
        return date(year, int(found[2]), int(found[3]))
    except ValueError:
        return None


def said_day(day: date) -> Text:
    """A day with its year; the village's short form has none."""
    return Text("certificates.day", year=day.year, month=day.month, day=day.day)


def said_state(row: Certificate, today: date) -> Text:
    """Until when a certificate holds, as it is told on a day."""
    left = (row.valid_until - today).days
    key = "certificates.is_over" if left < 0 else "certificates.holds" if left else "certificates.last_day"
    return Text(key, what=row.kind, until=said_day(row.valid_until), days=abs(left))


def of(session: Session, member_id: int) -> Sequence[Certificate]:
    """All certificates of a member, health first."""
    own = select(Certificate).where(Certificate.member_id == member_id)
    return sorted(session.exec(own).all(), key=lambda row: list(CertificateKind).index(row.kind))


def lacking(
    session: Session, canteen: Canteen, member_ids: Collection[int], duty: DutyKind, day: date
) -> dict[int, Lack]:
    """Who may not do a duty on a day, and what they lack; two statements however many they are."""
    needed = NEEDED.get(duty, ())
    if not needed or not member_ids or settings_of(canteen).certificates != "required":
        return {}
    until_when, signed = held(session, member_ids), signatures.signed(session, member_ids, day)
    found: dict[int, Lack] = {}
    for member_id in [number for number in member_ids if number not in signed]:
        for kind in (*needed, *ONCE_SHOWN):
            until = until_when.get((member_id, kind))
            if (until is None and kind in needed) or (until is not None and until < day):
                found.setdefault(member_id, Lack(kind, until))
    return found


def held(session: Session, member_ids: Collection[int]) -> dict[tuple[int, CertificateKind], date]:
    """Until when which certificates of these members hold."""
    rows = select(Certificate).where(col(Certificate.member_id).in_(member_ids))
    return {(row.member_id, row.kind): row.valid_until for row in session.exec(rows)}


def check_duty(session: Session, canteen: Canteen, member: Member, duty: DutyKind, day: date) -> None:
    """Refuse a duty whose certificate somebody lacks on that day and no manager signed for."""
    lack = lacking(session, canteen, [member.id], duty, day).get(member.id)
    if lack is None:
        return
    if lack.over_since is None:
        raise Refused("certificates.missing", name=member.name, what=lack.kind)
    raise Refused(
        "certificates.expired", name=member.name, what=lack.kind, until=said_day(lack.over_since), day=day
    )


def check_looks(session: Session, act: Act) -> None:
    """Only a social worker or a manager writes down what they have seen."""
    if act.actor_id is None or not holds(session, act.actor_id, *LOOKERS):
        raise Refused("certificates.only_lookers")


def record(
    session: Session, member_id: int, kind: CertificateKind, until: date, act: Act
) -> tuple[Certificate, date | None]:
    """Write down until when a certificate holds; answers it with what stood there before."""
    check_looks(session, act)
    member = hold(session, Member, member_id)
    if member is None or member.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    if abs(until - act.now.date()) > LONGEST:
        raise Refused("certificates.strange_day", until=said_day(until))
    return keep(session, member_id, kind, until, act)


def keep(
    session: Session, member_id: int, kind: CertificateKind, until: date, act: Act
) -> tuple[Certificate, date | None]:
    """Keep a certificate already checked, from a person or from a file; a new day is reminded of anew."""
    own = select(Certificate).where(Certificate.member_id == member_id, Certificate.kind == kind)
    row = session.exec(own).first()
    before = row.valid_until if row else None
    row = row or Certificate(member_id=member_id, kind=kind, valid_until=until, set_at=act.now)
    if before != until:
        row.valid_until, row.reminded = until, None
        row.set_by_id, row.set_at = act.actor_id, act.now
        _audit(session, act, row, "certificates.recorded", before)
    session.add(row)
    session.flush()
    return row, before


def _audit(session: Session, act: Act, row: Certificate, action: str, before: date | None) -> None:
    kind = {"kind": row.kind.value}
    audit.record(
        session,
        act,
        action,
        f"member:{row.member_id}",
        subject_id=row.member_id,
        before={**kind, "valid_until": before.isoformat()} if before else None,
        after={**kind, "valid_until": row.valid_until.isoformat()},
    )


def take_back(session: Session, certificate_id: int, before: date | None, act: Act) -> Certificate:
    """Undo a wrong day within ten minutes."""
    check_looks(session, act)
    row = hold(session, Certificate, certificate_id)
    if row is None or act.now > row.set_at + UNDO:
        raise Refused("common.old_button")
    was = row.valid_until
    if before is None:
        session.delete(row)
    else:
        row.valid_until, row.reminded = before, None
        session.add(row)
    _audit(session, act, row, "certificates.taken_back", was)
    session.flush()
    return row


def in_kitchen(session: Session, canteen_id: int) -> list[tuple[Member, Certificate | None]]:
    """Everybody who cooks or has a health certificate, those whose is over or missing first."""
    cooking = select(MemberRole.member_id).where(MemberRole.role == Role.COOK)
    health = select(Certificate).where(Certificate.kind == CertificateKind.HEALTH).subquery()
    shown = aliased(Certificate, health)
    found = select(Member, shown).outerjoin(health, health.c.member_id == col(Member.id))
    found = found.where(Member.canteen_id == canteen_id, col(Member.erased_at).is_(None))
    found = found.where(or_(health.c.id.is_not(None), col(Member.id).in_(cooking)))
    rows: list[tuple[Member, Certificate | None]] = [(member, row) for member, row in session.exec(found)]
    return sorted(rows, key=lambda pair: (pair[1].valid_until if pair[1] else date.min, pair[0].id))


def forget(session: Session, member_id: int) -> None:
    """Nothing of somebody's certificates stays; that a manager signed does, without the words."""
    session.execute(delete(Certificate).where(col(Certificate.member_id) == member_id))
    session.execute(delete(CertificateProof).where(col(CertificateProof.member_id) == member_id))
    signed = update(CertificateOverride).where(col(CertificateOverride.member_id) == member_id)
    session.execute(signed.values(reason=""))
