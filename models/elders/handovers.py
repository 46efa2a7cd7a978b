"""What is in somebody's hands for an elder: and what was paid: sealed where it lies."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, and_, col, or_, select

from models.elders.requests import Handover, Request, Way
from models.members.vault import opened, seal, unsealed


@dataclass(frozen=True, slots=True)
class Kit:
    """Things, and how much of them is money, in fen."""

    things: tuple[str, ...] = ()
    cash: int = 0


def write(session: Session, row: Handover, kit: Kit) -> Handover:
    """Keep what changed hands with the key of the elder it belongs to."""
    words = json.dumps({"things": kit.things, "cash": kit.cash})
    seal(session, row, kit=words)
    session.flush()
    return row


def kit_in(row: Handover) -> Kit:
    """What changed hands; nothing of somebody forgotten."""
    words = unsealed(row, "kit")
    if not words:
        return Kit()
    said = json.loads(words)
    return Kit(tuple(said["things"]), said["cash"])


def kit_out(session: Session, request: Request) -> Handover | None:
    """What whoever has or had it in hand last has not brought back: their newest hand-over, unless it was counted back."""
    last = next(iter(_through(session, request)), None)
    back = last is not None and last.way == Way.TO_ELDER and last.agreed_at is not None
    return None if last is None or back else last


def kit_of(session: Session, request: Request) -> Handover | None:
    """What whoever has it in hand was given; what was counted back since is theirs no more."""
    for row in _through(session, request):
        if row.way != Way.TO_ELDER:
            return row
        if row.agreed_at is not None:
            return None
    return None


def _through(session: Session, request: Request) -> Sequence[Handover]:
    """What went through the hands of who has it now, the newest first; who passed it on or left holds nothing."""
    holder_id = request.taker_id or request.served_by_id
    taken_over = and_(col(Handover.way) == Way.PASSED_ON, col(Handover.agreed_by_id) == holder_id)
    theirs = select(Handover).where(or_(col(Handover.stated_by_id) == holder_id, taken_over))
    own = theirs.where(Handover.request_id == request.id).order_by(col(Handover.id).desc())
    rows = session.exec(own).all()
    gone = rows and rows[0].way == Way.PASSED_ON and rows[0].agreed_by_id != holder_id
    return [] if gone else rows


def spent_on(session: Session, request: Request) -> int | None:
    """What the helper paid, in fen; None until it was said."""
    words = opened(session, request, "spent")
    return int(words) if words else None


def write_spent(session: Session, request: Request, spent: int | None) -> None:
    """Keep what the helper paid."""
    seal(session, request, spent="" if spent is None else str(spent))
