"""Whom a sentence about a visit names: the elder, and whoever came along."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member, MemberRole, Role
from rules.homes.visit_teams import MAY_COME, companions
from rules.members.naming import KINSHIP, matches


def meant(session: Session, canteen: Canteen, names: Sequence[str], said: str) -> list[Member]:
    """The elders a sentence names, the first one's namesakes; told apart by the hamlet when it was said."""
    holding = select(MemberRole.member_id).where(MemberRole.role == Role.ELDER)
    own = select(Member).where(Member.canteen_id == canteen.id, col(Member.id).in_(holding))
    elders = session.exec(own.where(col(Member.erased_at).is_(None)).order_by(col(Member.id))).all()
    for name in names:
        found = [elder for elder in elders if _said(name, elder.name)]
        placed = [elder for elder in found if elder.hamlet and f"{elder.hamlet}{elder.name}" in said]
        if found:
            return placed or [elder for elder in found if elder.name == name] or found
    return []


def _said(words: str, name: str) -> bool:
    """Whether words end in a name as people say it; a bare 奶奶 means nobody."""
    endings = (words[at:] for at in range(max(len(words) - 1, 0)))
    return any(end == name or (end not in KINSHIP and matches(end, name)) for end in endings)


def companion_in(session: Session, canteen: Canteen, said: str, besides: int) -> Member | None:
    """Whoever of those who may come along is named in a sentence."""
    return next((one for one in may_come(session, canteen, besides) if one.name in said), None)


def may_come(session: Session, canteen: Canteen, besides: int) -> list[Member]:
    """Who may come along: the committee first."""
    holding = select(MemberRole.member_id).where(col(MemberRole.role).in_(sorted(MAY_COME)))
    own = select(Member).where(Member.canteen_id == canteen.id, col(Member.id).in_(holding))
    own = own.where(col(Member.erased_at).is_(None), Member.id != besides).order_by(col(Member.id))
    first = {one.id for one in companions(session, canteen.id)}
    return sorted(session.exec(own), key=lambda one: (one.id not in first, one.id))


def names_here(session: Session, canteen_id: int) -> frozenset[str]:
    """Everybody's name, so that the sentence is cut rightly."""
    own = select(Member.name).where(Member.canteen_id == canteen_id, col(Member.erased_at).is_(None))
    return frozenset(session.exec(own))
