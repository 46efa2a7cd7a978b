"""Requests put before people: the elder who is to confirm, those who keep an eye on all of them, and one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, or_, select

from models.elders import handovers
from models.elders.emergencies import Emergency
from models.elders.requests import Handover, Request, Supply
from models.members.people import Canteen, Member, Role
from models.members.vault import unsealed
from rules.audit import Act
from rules.elders import callouts, escalation, ladders, notices
from rules.elders.callouts import Call
from rules.elders.requests import OPEN
from rules.members.people import roles_of
from rules.values import Message, Text, lines

MOST_KEPT = 100
STAFF = frozenset({Role.SOCIAL_WORKER, Role.DOCTOR, Role.COMMITTEE, Role.MANAGER})


@dataclass(frozen=True, slots=True)
class Listed:
    """A request with the names a list shows."""

    request: Request
    elder: Member
    taker: str


def ask_elder(session: Session, request: Request, act: Act) -> None:
    """Somebody asked for an elder: the elder says whether they want it; who has no phone is asked by a human."""
    canteen, elder = session.get_one(Canteen, request.canteen_id), session.get_one(Member, request.elder_id)
    asker = session.get(Member, request.asked_by_id) if request.asked_by_id else None
    kind = Text(f"RequestKind.{request.kind}")
    said = Text("requests.do_you_want", by=asker.name if asker else "", kind=kind)
    item = Text("requests.details_item", item=unsealed(request, "item")) if request.item else None
    message = Message(lines(said, item), escalation.confirming(request.id))
    due_at = ladders.waits(canteen, request.urgency, act.now)
    key = f"request:{request.id}:elder:{act.update_id or int(act.now.timestamp())}"
    if not callouts.call(session, canteen, [elder], Call(key, message, act.now, due_at)):
        request.next_at = due_at
        session.add(request)
        escalation.climb(session, request.id, act.now)


def visible(session: Session, member: Member, first: int, many: int) -> tuple[Sequence[Listed], int]:
    """A page of the open requests a member may know of: all for those responsible, else their own; and how many there are."""
    mine = or_(
        col(Request.elder_id) == member.id,
        col(Request.asked_by_id) == member.id,
        col(Request.taker_id) == member.id,
    )
    own: list[Any] = [Request.canteen_id == member.canteen_id, col(Request.state).in_(OPEN)]
    if not roles_of(session, member.id) & STAFF:
        own.append(mine)
    ids = session.exec(select(Request.id).where(*own).order_by(col(Request.due_at), col(Request.id))).all()
    page = ids[first : first + many]
    found = select(Request, Member).join(Member, col(Member.id) == col(Request.elder_id))
    rows = session.exec(
        found.where(col(Request.id).in_(page)).order_by(col(Request.due_at), col(Request.id))
    ).all()
    takers = {request.taker_id for request, _ in rows if request.taker_id}
    names = dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(takers))).all())
    return [Listed(request, elder, names.get(request.taker_id or 0, "")) for request, elder in rows], len(ids)


def exported(
    session: Session, bounds: Sequence[ColumnElement[bool]], after: int, limit: int
) -> list[tuple[Request, str, str, str]]:
    """A page of requests with the names of the elder, of who asked and of who has or had it in hand."""
    found = select(Request).where(*bounds, Request.id > after).order_by(col(Request.id)).limit(limit)
    rows = session.exec(found).all()
    numbers = {
        number for row in rows for number in (row.elder_id, row.asked_by_id, row.taker_id, row.served_by_id)
    }
    names = dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(numbers))).all())
    return [
        (
            row,
            names.get(row.elder_id, ""),
            names.get(row.asked_by_id or 0, ""),
            names.get(row.taker_id or row.served_by_id or 0, ""),
        )
        for row in rows
    ]


def kept(session: Session, member_id: int) -> dict[str, Any]:
    """What is kept about somebody's own requests, supplies and emergencies; the newest only."""
    asked = (
        select(Request).where(Request.elder_id == member_id).order_by(col(Request.id).desc()).limit(MOST_KEPT)
    )
    handed = select(Handover).where(Handover.elder_id == member_id).order_by(col(Handover.id).desc())
    cries = select(Emergency).where(Emergency.person_id == member_id).order_by(col(Emergency.id).desc())
    return {
        "requests": [_kept(request) for request in session.exec(asked)],
        "handed_over": [_handed(row) for row in session.exec(handed.limit(MOST_KEPT))],
        "medicines": [
            {"item": unsealed(row, "item"), "runs_out": row.runs_out_on.isoformat()}
            for row in session.exec(
                select(Supply).where(Supply.elder_id == member_id, col(Supply.ended_at).is_(None))
            )
        ],
        "emergencies": [
            {"at": cry.raised_at.isoformat(), "words": unsealed(cry, "words"), "status": cry.state.value}
            for cry in session.exec(cries.limit(MOST_KEPT))
        ],
    }


def _handed(row: Handover) -> dict[str, Any]:
    kit = handovers.kit_in(row)
    return {
        "at": row.stated_at.isoformat(),
        "way": row.way.value,
        "things": list(kit.things),
        "cash": kit.cash,
    }


def _kept(request: Request) -> dict[str, Any]:
    return {
        "kind": request.kind.value,
        "status": request.state.value,
        "asked_at": request.asked_at.isoformat(),
        "item": unsealed(request, "item"),
        "words": unsealed(request, "words"),
        "spent": int(unsealed(request, "spent") or 0),
        "rating": request.rating,
    }


def line(canteen: Canteen, listed: Listed, act: Act) -> Text:
    """One request in one line, without anything private."""
    facts = notices.brief(canteen, listed.request, listed.elder, act.now)
    state = Text("requests.with_taker", name=listed.taker) if listed.taker else listed.request.state
    return Text("requests.line", number=listed.request.id, **facts, state=state)
