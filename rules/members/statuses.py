"""Whether a member is here: dated changes, a planned absence with its return, and undoing both."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member, Role, Status, StatusChange
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.elders import vanished
from rules.members.people import carers_of, holds, status_on
from rules.settings import local_day
from rules.values import Refused
from rules.volunteers import absences

OWN = frozenset({Status.ACTIVE, Status.AWAY, Status.PAUSED})
CARERS = OWN | {Status.IN_HOSPITAL}


@dataclass(frozen=True, slots=True)
class Span:
    """A status from a day on; with `until_on` the member is back the day after."""

    status: Status
    starts_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did, so that it can be undone: rows made, and later plans it replaced."""

    made: list[int] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)


def check_may_set(session: Session, actor: Member, member: Member, status: Status, today: date) -> None:
    """Oneself may go away or pause; carers may say hospital too; the rest is for manager and social worker."""
    if actor.canteen_id == member.canteen_id and holds(session, actor.id, Role.SOCIAL_WORKER):
        return
    cares = any(carer.id == actor.id for carer in carers_of(session, member.id, today))
    allowed = OWN if actor.id == member.id else CARERS if cares else frozenset()
    if status not in allowed:
        raise Refused("people.not_yours", name=member.name)


def set_status(session: Session, actor: Member, member_id: int, span: Span, act: Act) -> Changed:
    """Keep a member's status from a day on; plans that fall into the span give way."""
    member = hold(session, Member, member_id)
    if member is None or member.erased_at is not None:
        raise Refused("common.old_button")
    today = _today(session, member, act)
    check_may_set(session, actor, member, span.status, today)
    if span.until_on is not None and span.until_on < span.starts_on:
        raise Refused("people.days_turned")
    _keep_first(session, member, act)
    before = status_on(session, member, today)
    back = status_on(session, member, span.starts_on - timedelta(days=1))
    replaced = _replace(session, member, span, act)
    changes = [_change(session, actor, member, (span.starts_on, span.status), act)]
    if span.until_on is not None:
        after = span.until_on + timedelta(days=1)
        changes.append(_change(session, actor, member, (after, back), act))
    session.flush()
    apply_due(session, member, today, act)
    _record(session, act, "people.status_set", member, (before, span.status))
    absences.note(session, member, span.status, act)
    return Changed([change.id for change in changes], replaced)


def undo(session: Session, actor: Member, member_id: int, changed: Changed, act: Act) -> Member:
    """As if it had never been said; what it replaced counts again."""
    member = hold(session, Member, member_id)
    if member is None:
        raise Refused("common.old_button")
    today = _today(session, member, act)
    before = status_on(session, member, today)
    made = _rows(session, member, changed.made)
    for change in made:
        check_may_set(session, actor, member, change.status, today)
        change.undone_at = act.now
    for change in _rows(session, member, changed.replaced):
        change.undone_at = None
    session.flush()
    member.status = status_on(session, member, today)
    session.add(member)
    _record(session, act, "people.status_undone", member, (before, member.status))
    vanished.note_back(session, member, min(change.set_at for change in made), act)
    absences.note_back(session, member, {change.set_at for change in made}, act)
    return member


def apply_due(session: Session, member: Member, today: date, act: Act) -> None:
    """Write down the status of today and mark what has begun."""
    begun = select(StatusChange).where(
        StatusChange.member_id == member.id,
        StatusChange.starts_on <= today,
        col(StatusChange.applied_at).is_(None),
        col(StatusChange.undone_at).is_(None),
    )
    changes = session.exec(begun).all()
    for change in changes:
        change.applied_at = act.now
        session.add(change)
    member.status = status_on(session, member, today)
    session.add(member)
    if changes:
        vanished.note(session, member, act)


def _today(session: Session, member: Member, act: Act) -> date:
    return local_day(session.get_one(Canteen, member.canteen_id), act.now)


def _keep_first(session: Session, member: Member, act: Act) -> None:
    """What was so before the first change, to return to."""
    known = select(StatusChange.id).where(StatusChange.member_id == member.id).limit(1)
    if session.exec(known).first() is None:
        first = StatusChange(member_id=member.id, starts_on=date.min, status=member.status, set_at=act.now)
        first.applied_at = act.now
        session.add(first)
        session.flush()


def _replace(session: Session, member: Member, span: Span, act: Act) -> list[int]:
    planned = select(StatusChange).where(
        StatusChange.member_id == member.id,
        StatusChange.starts_on >= span.starts_on,
        col(StatusChange.undone_at).is_(None),
    )
    if span.until_on is not None:
        planned = planned.where(StatusChange.starts_on <= span.until_on)
    rows = session.exec(planned).all()
    for row in rows:
        row.undone_at = act.now
        session.add(row)
    return [row.id for row in rows]


def _change(
    session: Session, actor: Member, member: Member, what: tuple[date, Status], act: Act
) -> StatusChange:
    starts_on, status = what
    row = StatusChange(
        member_id=member.id, starts_on=starts_on, status=status, set_by_id=actor.id, set_at=act.now
    )
    session.add(row)
    return row


def _rows(session: Session, member: Member, ids: list[int]) -> list[StatusChange]:
    own = select(StatusChange).where(StatusChange.member_id == member.id, col(StatusChange.id).in_(ids))
    rows = list(session.exec(own))
    session.add_all(rows)
    return rows


def _record(session: Session, act: Act, action: str, member: Member, states: tuple[Status, Status]) -> None:
    before, after = ({"status": state.value} for state in states)
    audit.record(
        session, act, action, f"member:{member.id}", subject_id=member.id, before=before, after=after
    )
