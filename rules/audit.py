"""Every change leaves a row: who, for whom, what, before, after, when, through which update."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.audit import AuditEntry
from models.store import note


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when, and through which update; handed to every act that changes something."""

    now: datetime
    actor_id: int | None = None
    canteen_id: int | None = None
    update_id: int | None = None
    why: str | None = None
    """How the sentence was read: the name of the rule and what was not said; never its words."""


def record(
    session: Session,
    act: Act,
    action: str,
    obj: str,
    *,
    subject_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Keep one audit row: ids and states only."""
    note(
        session,
        AuditEntry,
        canteen_id=act.canteen_id,
        actor_id=act.actor_id,
        subject_id=subject_id,
        action=action,
        object=obj,
        before=before,
        after=after,
        update_id=act.update_id,
        why=act.why,
        at=act.now,
    )
