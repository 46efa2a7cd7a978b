"""New audit entries are sealed into the chain soon after they are written, off the path of an update."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from jobs.duties import Due, Duty, Look
from models.audit import AuditEntry
from rules import sealing


def due(look: Look) -> Iterable[Due]:
    """Due when there is an entry without a seal."""
    unsealed = select(AuditEntry.id).where(col(AuditEntry.sealed_as).is_(None)).limit(1)
    if look.session.exec(unsealed).first() is not None:
        yield Due("audit.seal", look.now.date(), "all", 0)


def do(session: Session, due: Due, now: datetime) -> None:
    """Seal a page."""
    sealing.seal(session)


DUTIES = (Duty("audit.seal", due, do, once=False),)
