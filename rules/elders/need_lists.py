"""Needs put before people: the owner's list, what is late, what an elder has said; as plain rows, and forgotten in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, text, update
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, or_, select

from models.elders.needs import Need, NeedCategory, NeedState
from models.members.people import Canteen, Member, Role, Status
from models.members.vault import unsealed
from rules import outbox
from rules.elders import need_notices
from rules.elders.needs import UNDONE
from rules.settings import at, local_day
from rules.values import Button, Message, Text, lines

MOST_KEPT = 100
WORDS_LAST = timedelta(days=90)
PAGE = 500
SHOWN = 6
VERY_LATE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Listed:
    """A need with the names a list shows."""

    need: Need
    elder: str
    owner: str


def of_owner(session: Session, member: Member, first: int, many: int) -> tuple[list[Listed], int]:
    """A page of what somebody has to answer or to say, the nearest day first; and how many there are."""
    return _found(session, [Need.owner_id == member.id, col(Need.state).in_(UNDONE)], first, many)


def of_village(session: Session, canteen_id: int, first: int, many: int) -> tuple[list[Listed], int]:
    """A page of everything that is not closed in a village."""
    return _found(session, [Need.canteen_id == canteen_id, col(Need.state).in_(UNDONE)], first, many)


def of_elder(session: Session, elder: Member, first: int, many: int) -> tuple[list[Listed], int]:
    """A page of what an elder has said themself, whatever became of it; the newest first."""
    own: list[Any] = [Need.elder_id == elder.id]
    return _found(session, own, first, many, newest=True)


def _found(
    session: Session, which: Sequence[Any], first: int, many: int, *, newest: bool = False
) -> tuple[list[Listed], int]:
    order = [col(Need.id).desc()] if newest else [col(Need.due_on), col(Need.id)]
    rows = session.exec(select(Need).where(*which).order_by(*order).offset(first).limit(many)).all()
    count = session.exec(select(func.count()).select_from(Need).where(*which)).one()
    return named(session, rows), count


def named(session: Session, rows: Sequence[Need]) -> list[Listed]:
    """Needs with the names of elder and owner; one statement however many."""
    ids = {number for row in rows for number in (row.elder_id, row.owner_id) if number}
    names = dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(ids))).all())
    return [Listed(row, names.get(row.elder_id, ""), names.get(row.owner_id or 0, "")) for row in rows]


def late(session: Session, canteen_id: int, today: date) -> dict[int | None, list[Listed]]:
    """What had to be answered by today, and what is still to be said to an elder, by owner; two statements."""
    due = or_(Need.due_on <= today, Need.state == NeedState.ANSWERED)
    own = select(Need).where(Need.canteen_id == canteen_id, col(Need.state).in_(UNDONE), due)
    found: dict[int | None, list[Listed]] = {}
    for one in named(session, session.exec(own.order_by(col(Need.due_on), col(Need.id))).all()):
        found.setdefault(one.need.owner_id, []).append(one)
    return found


def line(one: Listed, today: date, *, owner: bool = False) -> Text:
    """One need in one line, without its words."""
    facts: dict[str, Any] = {"name": one.elder, "category": one.need.category, "due_on": one.need.due_on}
    if one.need.state == NeedState.ANSWERED:
        said = Text("needs.line_say_it", **facts)
    else:
        said = Text("needs.line_late" if one.need.due_on < today else "needs.line", **facts)
    return Text("needs.line_owner", what=said, owner=one.owner or Text("needs.nobody")) if owner else said


def own_line(need: Need) -> Text:
    """One need for the elder who said it."""
    if need.state == NeedState.CLOSED and need.words:
        return need_notices.answer_said(need)
    return Text(f"needs.own_{need.state}", words=unsealed(need, "words"), due_on=need.due_on)


COLUMNS = (
    *("id", "day", "person", "noted_by", "category", "urgency", "status", "owner", "due_on"),
    *("becomes", "outcome", "text", "answer", "answered_at", "visit"),
)


def page(
    session: Session, canteen: Canteen, span: tuple[date | None, date | None], after: int
) -> list[tuple[int, dict[str, Any]]]:
    """A page of the export, by the day it was said; what was said about health is not in it."""
    first, last = span
    own = select(Need).where(Need.canteen_id == canteen.id, Need.id > after)
    own = own.where(Need.noted_at >= at(canteen, first, time.min)) if first else own
    own = own.where(Need.noted_at < at(canteen, last + timedelta(days=1), time.min)) if last else own
    rows = session.exec(own.order_by(col(Need.id)).limit(PAGE)).all()
    ids = {number for row in rows for number in (row.elder_id, row.owner_id, row.noted_by_id)}
    names = dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(ids))).all())
    return [(row.id, _exported(canteen, row, names)) for row in rows]


def public_words(need: Need) -> str:
    """The elder's words where they may be read by funders: not what is about health."""
    return "" if need.category == NeedCategory.HEALTH else unsealed(need, "words")


def _exported(canteen: Canteen, need: Need, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": need.id,
        "day": local_day(canteen, need.noted_at).isoformat(),
        "person": names.get(need.elder_id),
        "noted_by": names.get(need.noted_by_id or 0),
        "category": need.category.value,
        "urgency": need.urgency.value,
        "status": need.state.value,
        "owner": names.get(need.owner_id or 0),
        "due_on": need.due_on.isoformat(),
        "becomes": need.becomes.value if need.becomes else None,
        "outcome": need.outcome.value if need.outcome else None,
        "text": public_words(need),
        "answer": "" if need.category == NeedCategory.HEALTH else unsealed(need, "answer"),
        "answered_at": _instant(need.answered_at),
        "visit": need.visit_id,
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def kept(session: Session, member_id: int) -> list[dict[str, Any]]:
    """What is kept of somebody's own needs; the newest only."""
    own = select(Need).where(Need.elder_id == member_id).order_by(col(Need.id).desc()).limit(MOST_KEPT)
    return [
        {
            "said_at": need.noted_at.isoformat(),
            "words": unsealed(need, "words"),
            "status": need.state.value,
            "answer": unsealed(need, "answer"),
        }
        for need in session.exec(own)
    ]


def _old(now: datetime) -> ColumnElement[bool]:
    # Said as the index of these rows says it: what has been forgotten is not looked at again.
    return (col(Need.closed_at) < now - WORDS_LAST) & text("words != ''")


def forgets(session: Session, now: datetime) -> bool:
    """Whether any words are older than they may become."""
    return session.exec(select(Need.id).where(_old(now)).limit(1)).first() is not None


def forget(session: Session, now: datetime) -> None:
    """Empty a page of what was said; that something was needed and answered stays, for the counts."""
    ids = session.exec(select(Need.id).where(_old(now)).order_by(col(Need.id)).limit(PAGE)).all()
    session.execute(update(Need).where(col(Need.id).in_(ids)).values(words="", answer=""))


def forget_member(session: Session, member: Member, now: datetime) -> None:
    """Somebody is erased: nothing they said is kept, nobody has to answer it any more."""
    own = col(Need.elder_id) == member.id
    session.execute(update(Need).where(own).values(words="", answer=""))
    waiting = update(Need).where(own, col(Need.state).in_(UNDONE))
    session.execute(waiting.values(state=NeedState.CLOSED, closed_at=now))


def tell_late(session: Session, canteen: Canteen, today: date, now: datetime) -> int:
    """Every morning one message to each owner; what has no owner here goes to the social workers, what is a week late to the managers too."""
    found = late(session, canteen.id, today)
    here = _here(session, [number for number in found if number])
    orphaned = [one for owner, needs in found.items() if owner not in here for one in needs]
    told = 0
    for owner_id, owner in here.items():
        key = f"needs-late:{canteen.id}:{today}"
        told += outbox.tell(session, key, owner, _message(found[owner_id], today), now=now) is not None
    if orphaned:
        key, said = f"needs-nobodys:{canteen.id}:{today}", _message(orphaned, today)
        told += outbox.tell_role(session, key, canteen.id, (Role.SOCIAL_WORKER,), said, now=now)
    very = [one for needs in found.values() for one in needs if one.need.due_on <= today - VERY_LATE]
    if very:
        said = Message(Text("needs.very_late", count=len(very)), _look("all"))
        key = f"needs-very-late:{canteen.id}:{today}"
        told += outbox.tell_role(session, key, canteen.id, (Role.MANAGER,), said, now=now)
    return told


def _here(session: Session, ids: list[int]) -> dict[int, Member]:
    own = select(Member).where(col(Member.id).in_(ids), Member.status == Status.ACTIVE)
    return {owner.id: owner for owner in session.exec(own.order_by(col(Member.id)))}


def _message(found: list[Listed], today: date) -> Message:
    shown = [line(one, today) for one in found[:SHOWN]]
    return Message(lines(Text("needs.late", count=len(found)), *shown), _look("mine"))


def _look(whose: str) -> tuple[tuple[Button, ...], ...]:
    return ((Button(Text("needs.button_list"), f"needpage:0:{whose}"),),)
