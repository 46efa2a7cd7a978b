"""The audit as a chain: each entry's seal is a hash over itself and the seal before it."""

import hashlib
import json

from sqlmodel import Session, col, select

from models.audit import AuditEntry

PAGE = 1_000
FIRST = "0" * 64


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
    """Seal a page of entries that have none yet; answers how many."""
    last = session.exec(
        select(AuditEntry)
        .where(col(AuditEntry.seal).is_not(None))
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    ).first()
    before = last.seal if last and last.seal else FIRST
    after = last.id if last else 0
    page = session.exec(
        select(AuditEntry).where(AuditEntry.id > after).order_by(col(AuditEntry.id)).limit(PAGE)
    ).all()
    for entry in page:
        entry.seal = before = seal_of(entry, before)
        session.add(entry)
    return len(page)


def verify(session: Session) -> tuple[int, int | None]:
    """Read the whole chain; answers how many entries hold and the id of the first that does not."""
    before, count, after = FIRST, 0, 0
    while page := session.exec(
        select(AuditEntry).where(AuditEntry.id > after).order_by(col(AuditEntry.id)).limit(PAGE)
    ).all():
        for entry in page:
            if entry.seal is None:
                return count, None
            before = seal_of(entry, before)
            if entry.seal != before:
                return count, entry.id
            count += 1
        after = page[-1].id
        session.expunge_all()
    return count, None
