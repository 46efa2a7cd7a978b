"""Who is here on a day, for many at once: nothing is said to the absent, the ill and the dead."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlmodel import Session, col, select

from models.members.people import Account, Member, Status, StatusChange


def statuses(session: Session, members: Iterable[Member], day: date) -> dict[int, Status]:
    """Each one's status on a day; one statement however many they are."""
    found = {member.id: member.status for member in members}
    changes = select(StatusChange).where(
        col(StatusChange.member_id).in_(list(found)),
        StatusChange.starts_on <= day,
        col(StatusChange.undone_at).is_(None),
    )
    for change in session.exec(changes.order_by(col(StatusChange.starts_on), col(StatusChange.id))):
        found[change.member_id] = change.status
    return found


def here(session: Session, members: Collection[Member], *days: date) -> set[int]:
    """Those who are active on all of these days and have not asked to be forgotten."""
    kept = {member.id for member in members if member.erased_at is None}
    for day in days:
        known = statuses(session, members, day)
        kept = {number for number in kept if known[number] == Status.ACTIVE}
    return kept


def days_here(session: Session, member: Member, days: Collection[date]) -> set[date]:
    """On which of some days one member is active; one statement however many they are."""
    changes = select(StatusChange).where(
        StatusChange.member_id == member.id, col(StatusChange.undone_at).is_(None)
    )
    course = session.exec(changes.order_by(col(StatusChange.starts_on), col(StatusChange.id))).all()
    found: set[date] = set()
    for day in set(days):
        known = [change.status for change in course if change.starts_on <= day]
        if (known[-1] if known else member.status) == Status.ACTIVE:
            found.add(day)
    return found


def mute(session: Session, members: Iterable[Member]) -> set[int]:
    """Who cannot be written to: no phone, or the bot was blocked; one statement."""
    phones = {member.id: member.telegram_id for member in members}
    shut = select(Account.telegram_id).where(
        col(Account.telegram_id).in_([number for number in phones.values() if number is not None]),
        col(Account.unreachable_since).is_not(None),
    )
    blocked = set(session.exec(shut))
    return {number for number, phone in phones.items() if phone is None or phone in blocked}
