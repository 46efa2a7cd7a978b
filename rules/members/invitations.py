"""One-time links: a secret of 128 bits, only its hash kept, good for a day and for the first who opens it."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, select

from models.members.people import Canteen, Consent, Invitation, InvitationPurpose, Member, Role
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.members import care_links, joining
from rules.members.care_links import Care
from rules.members.people import grant, holds
from rules.values import Refused, Text

LASTS = timedelta(hours=24)
BYTES = 16


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link is to do when it is opened."""

    kind: InvitationPurpose
    member_id: int | None = None
    role: Role | None = None
    consent: Consent | None = None


def make(session: Session, maker: Member, purpose: Purpose, act: Act) -> str:
    """A new link's secret: 22 letters that fit into a deep link; it is shown once and kept nowhere."""
    check_can_make(session, maker, purpose)
    secret = secrets.token_urlsafe(BYTES)
    row = Invitation(
        canteen_id=maker.canteen_id,
        purpose=purpose.kind,
        secret_hash=_hash(secret),
        member_id=purpose.member_id,
        role=purpose.role,
        consent=purpose.consent,
        made_by_id=maker.id,
        expires_at=act.now + LASTS,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, act, "people.invited", f"invitation:{row.id}:{purpose.kind}", subject_id=purpose.member_id
    )
    return secret


def check_can_make(session: Session, maker: Member, purpose: Purpose) -> None:
    """Managers and social workers invite; an elder invites those who are to act for them."""
    if purpose.kind == InvitationPurpose.CARE and purpose.member_id == maker.id:
        return
    allowed = (Role.SOCIAL_WORKER,) if purpose.kind != InvitationPurpose.ROLE else ()
    if not holds(session, maker.id, *allowed):
        raise Refused("people.managers_only")
    if purpose.kind == InvitationPurpose.CARE and purpose.consent is None:
        raise Refused("people.consent_missing", name="")
    member = session.get(Member, purpose.member_id) if purpose.member_id else None
    if purpose.member_id and (member is None or member.canteen_id != maker.canteen_id):
        raise Refused("common.old_button")


def open_link(
    session: Session, secret: str, telegram_id: int, name: str, act: Act
) -> tuple[Invitation, Member]:
    """Open a link: the first reader is bound to it, who opens it again is known, anybody else is refused."""
    row = _held(session, secret)
    if row is None or row.used_by_telegram_id not in (None, telegram_id):
        raise Refused("people.link_used")
    if row.used_at is None and row.expires_at <= act.now:
        raise Refused("people.link_old")
    member = joining.of_account(session, row.canteen_id, telegram_id)
    if row.used_at is not None:
        if member is None:
            raise Refused("people.link_used")
        return row, member
    row.used_at, row.used_by_telegram_id = act.now, telegram_id
    session.add(row)
    return row, _fulfil(session, row, (telegram_id, name), act)


def _held(session: Session, secret: str) -> Invitation | None:
    found = session.exec(select(Invitation.id).where(Invitation.secret_hash == _hash(secret))).first()
    return hold(session, Invitation, found) if found is not None else None


def _fulfil(session: Session, row: Invitation, who: tuple[int, str], act: Act) -> Member:
    if row.purpose == InvitationPurpose.CLAIM and row.member_id:
        entry = session.get_one(Member, row.member_id)
        return joining.take_entry(session, entry, who[0], act)
    member = _as_member(session, row, who, act)
    if row.purpose == InvitationPurpose.CARE and row.member_id:
        _pair(session, row, member, act)
    if row.purpose == InvitationPurpose.ROLE and row.role:
        grant(session, member.id, row.role)
        after = {"role": row.role.value}
        subject = f"member:{member.id}"
        audit.record(session, act, "people.role_given", subject, subject_id=member.id, after=after)
    return member


def _as_member(session: Session, row: Invitation, who: tuple[int, str], act: Act) -> Member:
    canteen = session.get_one(Canteen, row.canteen_id)
    member = joining.of_account(session, canteen.id, who[0]) or joining.enter(session, canteen, *who, act)
    return member if member.approved_at else joining.approve(session, member, act)


def _pair(session: Session, row: Invitation, carer: Member, act: Act) -> None:
    elder = session.get_one(Member, row.member_id)
    own = row.made_by_id == elder.id
    consent = Consent.SAID if own else row.consent
    witness = None if own else row.made_by_id
    care_links.link(session, elder, carer, Care(consent=consent, witness_id=witness), act)
    grant(session, carer.id, Role.FAMILY)
    said = Text("people.now_cares", name=carer.name)
    outbox.tell(session, f"paired:{row.id}", elder, said, now=act.now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
