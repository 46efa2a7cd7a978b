"""Who saw what is private of somebody: kept at every look, and shown to the person it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.members.people import Member
from rules import audit
from rules.audit import Act
from rules.values import Text

SEEN = ("privacy.shown", "requests.seen", "visits.seen", "needs.seen")
"""What an audit row is called when somebody saw something private; the object says of what."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look: who, when, and at what."""

    name: str
    at: datetime
    what: Text


def shown(session: Session, act: Act, subject_id: int, fields: Sequence[str], to: Iterable[int]) -> None:
    """Keep who was shown an address, a phone or the like of somebody; one's own eyes do not count."""
    readers = sorted({number for number in to if number != subject_id})
    if readers:
        after = {"fields": list(fields), "to": readers}
        audit.record(
            session, act, "privacy.shown", f"member:{subject_id}", subject_id=subject_id, after=after
        )


@dataclass(frozen=True, slots=True)
class Matter:
    """What is told to several, maybe again and again: of whom, what, and since when."""

    subject_id: int
    fields: tuple[str, ...]
    since: datetime


def told(session: Session, act: Act, matter: Matter, to: Iterable[int]) -> None:
    """Keep who was told of a matter, each reader once however often they are."""
    noted = select(AuditEntry).where(
        AuditEntry.subject_id == matter.subject_id,
        AuditEntry.action == "privacy.shown",
        AuditEntry.at >= matter.since,
    )
    rows = [row.after or {} for row in session.exec(noted)]
    known = {number for after in rows if after.get("fields") == list(matter.fields) for number in after["to"]}
    shown(session, act, matter.subject_id, matter.fields, [number for number in to if number not in known])


def of(session: Session, member: Member, most: int) -> list[Reading]:
    """The latest looks at somebody's private words by others, the newest first."""
    rows = select(AuditEntry).where(AuditEntry.subject_id == member.id, col(AuditEntry.action).in_(SEEN))
    found = session.exec(rows.order_by(col(AuditEntry.id).desc()).limit(most)).all()
    looks = [(row, number) for row in found for number in _readers(row) if number != member.id]
    numbers = {number for _, number in looks}
    names = dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(numbers))).all())
    return [Reading(names.get(number, ""), row.at, _what(row)) for row, number in looks][:most]


def _readers(row: AuditEntry) -> list[int]:
    after = row.after or {}
    if "to" in after:
        return [int(number) for number in after["to"]]
    reader = after.get("reader", row.actor_id)
    return [] if reader is None else [int(reader)]


def _what(row: AuditEntry) -> Text:
    return Text(f"consents.saw_{row.object.partition(':')[0]}")
