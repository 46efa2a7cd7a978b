"""Calling people: who stands behind a name on a ladder, and one message to all of them in few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.elders.requests import RequestKind
from models.members.people import Account, Canteen, Member, MemberRole, Role, Status
from models.outbox import MessageClass, OutboxMessage
from rules import outbox
from rules.elders import on_call
from rules.elders.ladders import Audience
from rules.members.people import carers_of, neighbours_of
from rules.outbox import Receiver
from rules.settings import local_day
from rules.values import Message, Text

EVERYDAY = frozenset({Role.VOLUNTEER, Role.SOCIAL_WORKER, Role.COMMITTEE, Role.ASSOCIATION, Role.COOK})
TRAINED = frozenset({Role.SOCIAL_WORKER, Role.DOCTOR})
MAY_TAKE = {
    RequestKind.MEDICINE: frozenset({Role.VOLUNTEER, Role.SOCIAL_WORKER, Role.COMMITTEE, Role.DOCTOR}),
    RequestKind.ESCORT: frozenset({Role.VOLUNTEER, Role.SOCIAL_WORKER, Role.COMMITTEE, Role.DOCTOR}),
    RequestKind.COUNSELLING: TRAINED,
    RequestKind.HEALTH_CHECK: TRAINED,
    RequestKind.HOME_CARE: frozenset({Role.VOLUNTEER, Role.SOCIAL_WORKER, Role.DOCTOR}),
}
"""Who may take a request of a kind; in every other kind everybody with a part in the village's work."""

ROLES = {
    Audience.DOCTOR: Role.DOCTOR,
    Audience.SOCIAL_WORKER: Role.SOCIAL_WORKER,
    Audience.COMMITTEE: Role.COMMITTEE,
    Audience.MANAGER: Role.MANAGER,
}


@dataclass(frozen=True, slots=True)
class About:
    """Whom a call is about, what kind of help, and who has it in hand."""

    canteen: Canteen
    elder: Member
    kind: RequestKind | None = None
    taker_id: int | None = None


def roles_for(kind: RequestKind) -> frozenset[Role]:
    """Roles that may take a request of a kind."""
    return MAY_TAKE.get(kind, EVERYDAY)


def family(session: Session, elder_id: int, kind: RequestKind | None, today: date) -> list[Member]:
    """Who cares for the elder, with a request only whose link is for that; what weighs on a heart is told to no family."""
    if kind == RequestKind.COUNSELLING:
        return []
    return carers_of(session, elder_id, today, "requests" if kind else "")


def _asked_first(kind: RequestKind | None) -> frozenset[Role]:
    """Volunteers where they may help, else those who are trained for it; the others come further up the ladder."""
    suited = roles_for(kind) if kind else EVERYDAY
    return suited & {Role.VOLUNTEER} or suited


def people(session: Session, about: About, audiences: Iterable[Audience], now: datetime) -> list[Member]:
    """Everybody behind some names, each once; without anybody on call the managers, without them all social workers."""
    found: dict[int, Member] = {}
    for audience in audiences:
        for member in _behind(session, about, audience, now):
            found.setdefault(member.id, member)
    return list(found.values())


def _behind(session: Session, about: About, audience: Audience, now: datetime) -> Sequence[Member]:
    match audience:
        case Audience.ELDER:
            return [about.elder]
        case Audience.TAKER:
            return [session.get_one(Member, about.taker_id)] if about.taker_id else []
        case Audience.FAMILY:
            return family(session, about.elder.id, about.kind, local_day(about.canteen, now))
        case Audience.NEIGHBOUR:
            return neighbours_of(session, about.elder.id, local_day(about.canteen, now))
        case Audience.HELPERS:
            return holders(session, about, _asked_first(about.kind))
        case Audience.ON_CALL:
            return _on_call(session, about, now)
        case _:
            return holders(session, about, {ROLES[audience]})


def _on_call(session: Session, about: About, now: datetime) -> Sequence[Member]:
    calling = on_call.on_call(session, about.canteen.id, now)
    for others in ({Role.MANAGER}, {Role.SOCIAL_WORKER}):
        if any(outbox.reach(session, member) for member in calling if member.id != about.elder.id):
            break
        calling = [*calling, *holders(session, about, others)]
    return calling


def holders(session: Session, about: About, roles: Iterable[Role]) -> Sequence[Member]:
    """Who holds one of the roles and is here; the elder is not asked to help themself."""
    holding = select(MemberRole.member_id).where(col(MemberRole.role).in_(list(roles)))
    own = select(Member).where(Member.canteen_id == about.canteen.id, col(Member.id).in_(holding))
    own = own.where(Member.status == Status.ACTIVE, col(Member.erased_at).is_(None))
    return session.exec(own.where(Member.id != about.elder.id).order_by(col(Member.id))).all()


@dataclass(frozen=True, slots=True)
class Call:
    """One message to several: its key, what it says, when it may leave."""

    key: str
    said: Message | Text
    now: datetime
    due_at: datetime | None = None
    kind: MessageClass = MessageClass.CARE


def call(session: Session, canteen: Canteen, members: Sequence[Member], what: Call) -> list[Member]:
    """Write to all who can be reached and were not written to under this key; two statements however many they are."""
    receivers = reachable(session, canteen, members)
    keys = {member.id: f"{what.key}:{member.id}" for member in members}
    used = set(session.exec(select(OutboxMessage.key).where(col(OutboxMessage.key).in_(list(keys.values())))))
    told = []
    for member in members:
        receiver = receivers.get(member.id)
        if receiver is None or keys[member.id] in used:
            continue
        row = outbox.answer(keys[member.id], receiver, what.said, kind=what.kind, now=what.now)
        row.due_at = what.due_at or what.now
        session.add(row)
        session.info.setdefault("posted", []).append(row)
        told.append(member)
    return told


def reachable(session: Session, canteen: Canteen, members: Sequence[Member]) -> dict[int, Receiver]:
    """Who of them can be written to, and how."""
    phones = {member.telegram_id for member in members if member.telegram_id is not None}
    accounts = session.exec(select(Account).where(col(Account.telegram_id).in_(phones))).all()
    known = {account.telegram_id: account for account in accounts}
    found = {}
    for member in members:
        account = known.get(member.telegram_id or 0)
        if member.telegram_id is None or (account and account.unreachable_since is not None):
            continue
        language = (account.language if account else None) or canteen.language
        found[member.id] = Receiver(member.telegram_id, language, canteen.id, member.id, canteen.timezone)
    return found
