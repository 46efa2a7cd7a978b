"""Who speaks, in which village, with which roles: one statement, and none for somebody who spoke just before."""

from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, and_, bindparam, func
from sqlmodel import Session, col, select

from models.memory import shelf
from models.people import Account, Canteen, Member, MemberRole, Role
from transports.updates import Heard

Speaker = tuple[Account | None, Canteen | None, Member | None, frozenset[Role]]

SPEAKERS = shelf(Account, Canteen, Member, MemberRole)
PERSON: BindParameter[int] = bindparam("person")
CHAT: BindParameter[int] = bindparam("chat")


def _roles() -> ScalarSelect[Any]:
    joined = func.aggregate_strings(col(MemberRole.role), ",")
    return select(joined).where(col(MemberRole.member_id) == col(Member.id)).scalar_subquery()


ALLOWED = and_(col(Member.telegram_id) == PERSON, col(Member.approved_at).is_not(None))
IN_PRIVATE = (
    select(Account, Canteen, Member, _roles())
    .select_from(Account)
    .outerjoin(Member, ALLOWED)
    .outerjoin(Canteen, col(Canteen.id) == col(Member.canteen_id))
    .where(col(Account.telegram_id) == PERSON)
    .order_by(col(Canteen.id))
)
IN_GROUP = (
    select(Account, Canteen, Member, _roles())
    .select_from(Canteen)
    .outerjoin(Member, and_(col(Member.canteen_id) == col(Canteen.id), ALLOWED))
    .outerjoin(Account, col(Account.telegram_id) == PERSON)
    .where(col(Canteen.chat_id) == CHAT)
)


def speaker(session: Session, heard: Heard) -> Speaker:
    """Who speaks; a person never heard before gets an account, one who was out of reach is in reach again."""
    account, canteen, member, roles = _recall(session, heard)
    if account is None and heard.person_id is not None:
        session.add(Account(telegram_id=heard.person_id, name=heard.person_name[:128]))
        account, canteen, member, roles = _recall(session, heard)
    if account is not None and account.unreachable_since is not None and heard.private:
        account.unreachable_since, account.unreachable_reason = None, None
    return account, canteen, member, roles


def _recall(session: Session, heard: Heard) -> Speaker:
    person, chat = heard.person_id, None if heard.private else heard.chat_id
    account, canteen, member, roles = SPEAKERS.recall(
        session, (person, chat), lambda: _of_place(session, person, chat)
    )
    return account, canteen, member, roles


def _of_place(session: Session, person: int | None, chat: int | None) -> Speaker:
    asked = IN_PRIVATE if chat is None else IN_GROUP
    found = session.exec(asked, params={"person": person, "chat": chat}).all()
    if not found:
        known = select(Account).where(Account.telegram_id == person)
        return session.exec(known).first(), None, None, frozenset()
    account, canteen, member, roles = next((row for row in found if _chosen(row)), found[0])
    return account, canteen, member, frozenset(Role(role) for role in (roles or "").split(",") if role)


def _chosen(row: Any) -> bool:
    account, canteen, *_ = row
    return account is not None and canteen is not None and account.canteen_id == canteen.id
