"""Who speaks, in which village, with which roles: one statement, and none for somebody who spoke just before."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, and_, bindparam, func
from sqlmodel import Session, col, select

from models.members.people import Account, Canteen, Member, MemberRole, Role
from models.memory import shelf
from rules.outbox import reachable_again
from transports.updates import Heard, Kind

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


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who says something: what their account says of them, and who they are in the village."""

    account_id: int | None = None
    language: str | None = None
    lost: bool = False
    canteen: Canteen | None = None
    member: Member | None = None
    roles: frozenset[Role] = frozenset()


def speaker(session: Session, heard: Heard) -> Speaker:
    """Who speaks; a person never heard before gets an account, one who was out of reach is in reach again."""
    found = _recall(session, heard)
    if found.account_id is None and heard.person_id is not None:
        session.add(Account(telegram_id=heard.person_id, name=heard.person_name[:128]))
        found = _recall(session, heard)
    if found.lost and _reaches(heard):
        reachable_again(session, heard.person_id or 0)
    return found


def _reaches(heard: Heard) -> bool:
    """Whether this proves that the person can be written to: the news that they blocked the bot does not."""
    return heard.private and (heard.kind != Kind.MEMBERSHIP or heard.bot_status == "member")


def _recall(session: Session, heard: Heard) -> Speaker:
    person, chat = heard.person_id, None if heard.private else heard.chat_id
    return Speaker(*SPEAKERS.recall(session, (person, chat), lambda: _of_place(session, person, chat)))


def _of_place(session: Session, person: int | None, chat: int | None) -> tuple[Any, ...]:
    asked = IN_PRIVATE if chat is None else IN_GROUP
    found = session.exec(asked, params={"person": person, "chat": chat}).all()
    if not found:
        return _of_account(session.exec(select(Account).where(Account.telegram_id == person)).first())
    account, canteen, member, roles = next((row for row in found if _chosen(row)), found[0])
    held = frozenset(Role(role) for role in (roles or "").split(",") if role)
    return *_of_account(account), canteen, member, held


def _of_account(account: Account | None) -> tuple[Any, ...]:
    if account is None:
        return None, None, False
    return account.id, account.language, account.unreachable_since is not None


def _chosen(row: Any) -> bool:
    account, canteen, *_ = row
    return account is not None and canteen is not None and account.canteen_id == canteen.id
