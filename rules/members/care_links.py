"""Who may act for whom: linked with the elder's consent, until a day, ended at any time."""

from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from models.members.people import CareLink, Consent, Member, Role
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import NEIGHBOUR, holds
from rules.values import Button, Message, Refused, Text

ACTIONS = ("meals", "requests")
"""Matters a new link is for when nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Care:
    """What a link is for, how the elder agreed and before whom."""

    called: str = ""
    relation: str = "family"
    actions: tuple[str, ...] = ACTIONS
    until_on: date | None = None
    consent: Consent | None = None
    witness_id: int | None = None


def link(session: Session, elder: Member, carer: Member, care: Care, act: Act) -> CareLink:
    """Let somebody act for an elder of the same village who agreed; linking again changes it."""
    check_can_link(elder, carer, care)
    row = _between(session, elder, carer) or CareLink(
        elder_id=elder.id, carer_id=carer.id, created_at=act.now
    )
    row.relation, row.called = care.relation, care.called[:32] or row.called
    row.actions, row.until_on, row.ended_at = list(care.actions), care.until_on, None
    row.consent, row.consent_witness_id = care.consent, care.witness_id
    session.add(row)
    session.flush()
    after = {"carer": carer.id, "actions": row.actions, "consent": care.consent}
    audit.record(session, act, "people.linked", f"care_link:{row.id}", subject_id=elder.id, after=after)
    return row


def check_can_link(elder: Member, carer: Member, care: Care) -> None:
    """Nobody cares for themself by a link, across villages, or without the elder's consent."""
    if elder.id == carer.id:
        raise Refused("people.link_to_self")
    if elder.canteen_id != carer.canteen_id:
        raise Refused("common.old_button")
    if care.consent is None:
        raise Refused("people.consent_missing", name=elder.name)


def ask_neighbour(session: Session, elder: Member, neighbour: Member, care: Care, act: Act) -> CareLink:
    """Let somebody next door be asked to look in; who already acts for the elder is asked as family."""
    known = _between(session, elder, neighbour)
    if known is not None and known.ended_at is None and known.relation != NEIGHBOUR:
        raise Refused("people.is_family", name=neighbour.name, elder=elder.name)
    if not outbox.reach(session, neighbour):
        raise Refused("people.neighbour_without_phone", name=neighbour.name)
    wanted = replace(care, relation=NEIGHBOUR, actions=("care",))
    row = link(session, elder, neighbour, wanted, act)
    said = Text("people.you_are_neighbour", name=elder.name)
    no = Button(Text("people.button_not_neighbour"), f"unneighbour:{row.id}")
    key = f"neighbour:{row.id}:{act.now.timestamp():.0f}"
    outbox.tell(session, key, neighbour, Message(said, ((no,),)), now=act.now)
    return row


def end(session: Session, link_id: int, actor: Member, act: Act) -> CareLink:
    """End a link: the elder, the carer, a manager or a social worker may."""
    row = session.get(CareLink, link_id)
    if row is None or not may_end(session, row, actor):
        raise Refused("common.old_button")
    row.ended_at = row.ended_at or act.now
    session.add(row)
    audit.record(session, act, "people.unlinked", f"care_link:{row.id}", subject_id=row.elder_id)
    return row


def may_end(session: Session, row: CareLink, actor: Member) -> bool:
    """Whether somebody may end a link."""
    if actor.id in (row.elder_id, row.carer_id):
        return True
    elder = session.get_one(Member, row.elder_id)
    return elder.canteen_id == actor.canteen_id and holds(session, actor.id, Role.SOCIAL_WORKER)


def of_member(session: Session, member_id: int) -> list[CareLink]:
    """Links a member stands in, on either side, that have not ended."""
    either = (CareLink.elder_id == member_id) | (CareLink.carer_id == member_id)
    open_links = select(CareLink).where(either, col(CareLink.ended_at).is_(None))
    return list(session.exec(open_links.order_by(col(CareLink.id))))


def _between(session: Session, elder: Member, carer: Member) -> CareLink | None:
    both = select(CareLink).where(CareLink.elder_id == elder.id, CareLink.carer_id == carer.id)
    return session.exec(both).first()
