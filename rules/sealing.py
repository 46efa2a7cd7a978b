"""The audit as a chain: each entry's seal is a hash over itself and the seal before it, in the order of sealing."""

import hashlib
import json

from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.store import in_turn

PAGE = 1_000
FIRST = "0" * 64
SEAL_LOCK = 4_762_013
"""Number of the advisory lock that whoever seals holds: two at once would follow the same seal."""


def seal_of(entry: AuditEntry, before: str) -> str:
    """The seal of an entry that follows another seal; SHA-256, hexadecimal."""
    content = [
        before,
        entry.id,
        entry.canteen_id,
        entry.actor_id,
        entry.subject_id,
        entry.action,
        entry.object,
        entry.before,
        entry.after,
        entry.update_id,
        entry.at.isoformat(),
        *([entry.why] if entry.why else []),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def seal(session: Session) -> int:
    """Seal a page of entries that have none yet, each after the one sealed last; answers how many."""
    in_turn(session, SEAL_LOCK)
    last = session.exec(
        select(AuditEntry)
        .where(col(AuditEntry.sealed_as).is_not(None))
        .order_by(col(AuditEntry.sealed_as).desc())
        .limit(1)
    ).first()
    before = last.seal if last and last.seal else FIRST
    after = last.sealed_as if last and last.sealed_as else 0
    unsealed = select(AuditEntry).where(col(AuditEntry.sealed_as).is_(None)).order_by(col(AuditEntry.id))
    page = session.exec(unsealed.limit(PAGE)).all()
    for place, entry in enumerate(page, after + 1):
        entry.seal = before = seal_of(entry, before)
        entry.sealed_as = place
        session.add(entry)
    return len(page)


def verify(session: Session) -> tuple[int, int | None]:
    """Read the whole chain; answers how many entries hold and the id of the first that does not."""
    before, count, after = FIRST, 0, 0
    while page := session.exec(
        select(AuditEntry)
        .where(col(AuditEntry.sealed_as) > after)
        .order_by(col(AuditEntry.sealed_as))
        .limit(PAGE)
    ).all():
        for entry in page:
            before = seal_of(entry, before)
            if entry.seal != before:
                return count, entry.id
            count += 1
        after = page[-1].sealed_as or after
        session.expunge_all()
    return count, None
