"""Pictures of certificates: shown to a person who writes the day down, and not kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.cooks.certificates import Certificate, CertificateKind, CertificateProof
from models.inbox import InboxUpdate
from models.members.people import Canteen, Member, MemberRole
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.cooks import certificates
from rules.settings import after_quiet
from rules.values import Button, Message, Refused, Style, Text

KEPT = timedelta(hours=40)
"""The messenger lets a bot take its own messages back for 48 hours."""


def send(
    session: Session, member: Member, kind: CertificateKind, photo: str, act: Act
) -> tuple[CertificateProof, list[Member]]:
    """Show a picture to those who may write the day down; answers who sees it."""
    proof = CertificateProof(member_id=member.id, kind=kind, photo=photo, sent_at=act.now)
    session.add(proof)
    session.flush()
    looking = [one for one in lookers(session, member) if outbox.reach(session, one) is not None]
    if not looking:
        raise Refused("certificates.nobody_looks")
    proof.shown_to = [one.id for one in looking]
    for one in looking:
        outbox.tell(session, f"proof:{proof.id}", one, _shown(member, proof), now=act.now)
    # The raw update names the picture as well; what it asked for is done in this unit.
    session.execute(update(InboxUpdate).where(col(InboxUpdate.update_id) == act.update_id).values(raw=""))
    audit.record(session, act, "certificates.proof_sent", f"proof:{proof.id}", subject_id=member.id)
    return proof, looking


def lookers(session: Session, member: Member) -> Sequence[Member]:
    """Social workers and managers; nobody looks at their own unless there is nobody else."""
    holding = select(MemberRole.member_id).where(col(MemberRole.role).in_(certificates.LOOKERS))
    found = select(Member).where(Member.canteen_id == member.canteen_id, col(Member.id).in_(holding))
    everybody = session.exec(found.order_by(col(Member.id))).all()
    return [one for one in everybody if one.id != member.id] or everybody


def _shown(member: Member, proof: CertificateProof) -> Message:
    write = Button(Text("certificates.button_write"), f"proof:{proof.id}:write", Style.PRIMARY)
    unreadable = Button(Text("certificates.button_unreadable"), f"proof:{proof.id}:no")
    said = Text("certificates.please_look", name=member.name, what=proof.kind)
    return Message(said, ((write,), (unreadable,)), photo=proof.photo)


def waiting(session: Session, proof_id: int, act: Act) -> tuple[CertificateProof, Member]:
    """A picture nobody has decided on yet, and whose it is."""
    certificates.check_looks(session, act)
    proof = hold(session, CertificateProof, proof_id)
    member = session.get(Member, proof.member_id) if proof else None
    if proof is None or member is None or member.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    if proof.seen_at is not None:
        raise Refused("certificates.seen_already", name=member.name)
    return proof, member


def accept(session: Session, proof_id: int, words: str, act: Act) -> tuple[Certificate, Member]:
    """The day on the picture was read: it is kept, the picture is not, the owner is told."""
    proof, member = waiting(session, proof_id, act)
    until = certificates.read_day(words)
    if until is None:
        raise Refused("certificates.which_day")
    row, _ = certificates.record(session, member.id, proof.kind, until, act)
    _forget(session, proof, act)
    said = Text("certificates.accepted", what=row.kind, until=certificates.said_day(until))
    outbox.tell(session, f"proof-seen:{proof.id}", member, said, now=act.now)
    return row, member


def turn_down(session: Session, proof_id: int, act: Act) -> Member:
    """Nothing can be read on the picture: the owner is asked for another one."""
    proof, member = waiting(session, proof_id, act)
    _forget(session, proof, act)
    said = Text("certificates.unreadable", what=proof.kind)
    outbox.tell(session, f"proof-seen:{proof.id}", member, said, now=act.now)
    audit.record(session, act, "certificates.proof_unreadable", f"proof:{proof.id}", subject_id=member.id)
    return member


def overdue(session: Session, now: datetime) -> Sequence[tuple[CertificateProof, Member]]:
    """Pictures nobody has looked at in time."""
    old = select(CertificateProof, Member).join(Member, col(Member.id) == col(CertificateProof.member_id))
    old = old.where(CertificateProof.sent_at <= now - KEPT, col(CertificateProof.seen_at).is_(None))
    return session.exec(old.order_by(col(CertificateProof.id))).all()


def lapse(session: Session, proof_id: int, act: Act) -> None:
    """Nobody has looked: the picture is forgotten all the same, and its owner told to show the paper."""
    proof = hold(session, CertificateProof, proof_id)
    if proof is None or proof.seen_at is not None:
        return
    _forget(session, proof, act)
    member = session.get_one(Member, proof.member_id)
    said = Text("certificates.nobody_looked", what=proof.kind)
    later = after_quiet(session.get_one(Canteen, member.canteen_id), act.now)
    outbox.tell(session, f"proof-seen:{proof.id}", member, said, now=act.now, due_at=later)
    audit.record(session, act, "certificates.proof_lapsed", f"proof:{proof.id}", subject_id=member.id)


def forget_all(session: Session, member_id: int, act: Act) -> None:
    """Whoever asked to be forgotten: their pictures leave the chats they were shown in."""
    open_ = select(CertificateProof).where(CertificateProof.member_id == member_id)
    for proof in session.exec(open_.where(col(CertificateProof.seen_at).is_(None))).all():
        _forget(session, proof, act)


def _forget(session: Session, proof: CertificateProof, act: Act) -> None:
    outbox.retract(session, [f"proof:{proof.id}:{number}" for number in proof.shown_to], act.now)
    proof.photo, proof.seen_by_id, proof.seen_at = "", act.actor_id, act.now
    session.add(proof)
    session.flush()
