"""Who is who: roles, names as the village says them, status by the day, and who may act for whom."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, or_
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from models.base import table_of
from models.members.people import CareLink, Member, MemberRole, Role, Status, StatusChange
from models.memory import shelf
from rules.members.naming import matches, parent_words, surname_of
from rules.values import Refused, Text

MEAL_HELPERS = frozenset({Role.MANAGER, Role.COOK, Role.SOCIAL_WORKER})
ENTITLED: dict[str, frozenset[Role]] = {"meals": MEAL_HELPERS}
"""Who may act for anybody in a matter; in every other matter managers and social workers."""
NEIGHBOUR = "neighbour"
"""The relation of a care link that only lets somebody be asked to look in."""


STATUSES = shelf(StatusChange)
CHANGE = table_of(StatusChange).c
CHANGES = (
    select(CHANGE.starts_on, CHANGE.status)
    .where(CHANGE.member_id == bindparam("member"), CHANGE.undone_at.is_(None))
    .order_by(CHANGE.starts_on.desc(), CHANGE.id.desc())
)


def roles_of(session: Session, member_id: int) -> frozenset[Role]:
    """All roles of a member."""
    return frozenset(session.exec(select(col(MemberRole.role)).where(MemberRole.member_id == member_id)))


def holds(session: Session, member_id: int, *roles: Role) -> bool:
    """Whether a member holds one of the roles; a manager may what any role may."""
    return bool(roles_of(session, member_id) & {Role.MANAGER, *roles})


def grant(session: Session, member_id: int, *roles: Role) -> None:
    """Give roles; those already held stay."""
    held = roles_of(session, member_id)
    session.add_all(MemberRole(member_id=member_id, role=role) for role in roles if role not in held)
    session.flush()


def named(session: Session, canteen_id: int, name: str) -> list[Member]:
    """Members meant by a name: exactly that name, else the forms people use, such as 李奶奶 for an elder 李秀英."""
    living = select(Member).where(Member.canteen_id == canteen_id, col(Member.erased_at).is_(None))
    exact = session.exec(living.where(Member.name == name).order_by(col(Member.id))).all()
    if exact or not name:
        return list(exact)
    placed = living.where((col(Member.hamlet) + col(Member.name)) == name, col(Member.hamlet) != "")
    if of_hamlet := session.exec(placed.order_by(col(Member.id))).all():
        return list(of_hamlet)
    near = or_(
        col(Member.name).endswith(name, autoescape=True), col(Member.name).startswith(surname_of(name))
    )
    likely = session.exec(living.where(near).order_by(col(Member.id))).all()
    return [member for member in likely if matches(name, member.name)]


def resolve(session: Session, actor: Member, words: str) -> list[Member]:
    """Members meant by 我妈, 老爸 or a name, those the actor cares for first; nobody is guessed."""
    cared = [(elder, link) for elder, link in _cared_for(session, actor) if link.relation != NEIGHBOUR]
    wanted = parent_words(words)
    called = [elder for elder, link in cared if link.called and parent_words(link.called) & wanted]
    if called:
        return called
    if wanted:
        return [cared[0][0]] if len(cared) == 1 and not cared[0][1].called else []
    found = named(session, actor.canteen_id, words)
    own = [member for member in found if any(elder.id == member.id for elder, _ in cared)]
    return own or found


def _cared_for(session: Session, actor: Member) -> Sequence[tuple[Member, CareLink]]:
    linked = select(Member, CareLink).join(CareLink, col(CareLink.elder_id) == col(Member.id))
    linked = linked.where(CareLink.carer_id == actor.id, col(CareLink.ended_at).is_(None))
    return session.exec(linked.order_by(col(CareLink.id))).all()


def cared_for(session: Session, actor: Member) -> list[Member]:
    """Those somebody cares for, first linked first."""
    return [elder for elder, link in _cared_for(session, actor) if link.relation != NEIGHBOUR]


def names_cared_for(session: Session, actor: Member) -> frozenset[str]:
    """How somebody calls those they care for: by name, and as kin."""
    return frozenset(
        name for elder, link in _cared_for(session, actor) for name in (elder.name, link.called) if name
    )


def status_on(session: Session, member: Member, day: date) -> Status:
    """A member's status on a day: the latest change that has begun by then; without one, what is written down."""
    changes = STATUSES.recall(session, member.id, lambda: _changes(session, member.id))
    return next((status for starts_on, status in changes if starts_on <= day), member.status)


def _changes(session: Session, member_id: int) -> tuple[tuple[date, Status], ...]:
    """All changes of a member's status that were not taken back, the latest first."""
    session.flush()
    found = session.connection().execute(CHANGES, {"member": member_id})
    return tuple((starts_on, status) for starts_on, status in found)


def check_may_act(session: Session, actor: Member, elder: Member, action: str, today: date) -> None:
    """Refuse whoever is neither the elder, nor entitled by role, nor linked in this matter."""
    if actor.id == elder.id:
        return
    if actor.canteen_id == elder.canteen_id and _entitled(session, actor, action):
        return
    if not _linked(session, actor, elder, action, today):
        raise Refused("people.not_yours", name=elder.name)


def _entitled(session: Session, actor: Member, action: str) -> bool:
    roles = ENTITLED.get(action, frozenset({Role.MANAGER, Role.SOCIAL_WORKER}))
    return bool(roles_of(session, actor.id) & roles)


def _linked(session: Session, actor: Member, elder: Member, action: str, today: date) -> bool:
    link = session.exec(
        select(CareLink).where(
            CareLink.elder_id == elder.id, CareLink.carer_id == actor.id, col(CareLink.ended_at).is_(None)
        )
    ).first()
    return link is not None and action in link.actions and (link.until_on is None or today <= link.until_on)


def carers_of(session: Session, elder_id: int, today: date, matter: str = "") -> list[Member]:
    """Who cares for an elder today, in a matter where one is named; neighbours look in, they do not act for them."""
    return _linked_with(session, elder_id, today, col(CareLink.relation) != NEIGHBOUR, matter)


def neighbours_of(session: Session, elder_id: int, today: date) -> list[Member]:
    """Who has agreed to look in on an elder, first linked first."""
    return _linked_with(session, elder_id, today, col(CareLink.relation) == NEIGHBOUR)


def _linked_with(
    session: Session, elder_id: int, today: date, as_what: ColumnElement[bool], matter: str = ""
) -> list[Member]:
    linked = select(Member, CareLink).join(CareLink, col(CareLink.carer_id) == col(Member.id))
    linked = linked.where(CareLink.elder_id == elder_id, col(CareLink.ended_at).is_(None))
    current = or_(col(CareLink.until_on).is_(None), col(CareLink.until_on) >= today)
    rows = session.exec(linked.where(current, as_what).order_by(col(CareLink.id)))
    return [member for member, link in rows if not matter or matter in link.actions]


def age_on(member: Member, day: date) -> int | None:
    """Full years on a day; None when the birth date is not known."""
    born = member.birth_on
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def label(member: Member, today: date) -> Text:
    """A member told apart from others of the same name: by hamlet and age."""
    age = age_on(member, today)
    if member.hamlet and age is not None:
        return Text("people.label_hamlet_age", name=member.name, hamlet=member.hamlet, age=age)
    if member.hamlet:
        return Text("people.label_hamlet", name=member.name, hamlet=member.hamlet)
    return Text("people.label_number", name=member.name, number=member.id)
