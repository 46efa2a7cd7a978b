"""Who is still asked after, and how far it has come: for those responsible, and as plain rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.elders.care import Concern, Finding
from models.lunch.meals import Meal
from models.members.people import Canteen, Member
from rules.values import Text


@dataclass(frozen=True, slots=True)
class Missed:
    """A concern with what a list shows of it."""

    concern: Concern
    elder: Member
    meal: Meal
    goer: str = ""
    by: str = ""


def open_ones(session: Session, canteen_id: int, first: int, many: int) -> tuple[list[Missed], int]:
    """A page of the open concerns, pressing ones first; and how many there are."""
    is_open = (Concern.canteen_id == canteen_id, col(Concern.closed_at).is_(None))
    found = _with_names().where(*is_open)
    order = found.order_by(col(Concern.pressing).desc(), col(Concern.raised_at), col(Concern.id))
    rows = session.exec(order.offset(first).limit(many)).all()
    count = session.exec(select(func.count()).select_from(Concern).where(*is_open)).one()
    return _named(session, rows), count


def one(session: Session, concern: Concern) -> Missed:
    """One concern with its names."""
    rows = session.exec(_with_names().where(Concern.id == concern.id)).all()
    return _named(session, rows)[0]


def _with_names() -> Select[Concern, Member, Meal]:
    found = select(Concern, Member, Meal).join(Member, col(Member.id) == col(Concern.elder_id))
    return found.join(Meal, col(Meal.id) == col(Concern.meal_id))


def awaiting(session: Session, member: Member) -> list[Concern]:
    """Open concerns about which somebody was asked: about themself, or about an elder of theirs."""
    is_open = (Concern.canteen_id == member.canteen_id, col(Concern.closed_at).is_(None))
    rows = session.exec(select(Concern).where(*is_open).order_by(col(Concern.id))).all()
    own = [row for row in rows if row.elder_id == member.id and row.calls]
    return own or [row for row in rows if member.id in row.asked_ids]


def on_day(session: Session, elder_id: int, day: date) -> dict[int, Missed]:
    """What is known of an elder who was missed on a day, by meal."""
    rows = session.exec(_with_names().where(Concern.elder_id == elder_id, Meal.day == day)).all()
    return {missed.meal.id: missed for missed in _named(session, rows)}


def _named(session: Session, rows: Sequence[tuple[Concern, Member, Meal]]) -> list[Missed]:
    ids = {number for concern, _, _ in rows for number in (concern.goer_id, concern.closed_by_id) if number}
    own = select(Member.id, Member.name).where(col(Member.id).in_(ids))
    names = dict(session.exec(own).all()) if ids else {}
    return [
        Missed(
            concern,
            elder,
            meal,
            names.get(concern.goer_id or 0, ""),
            names.get(concern.closed_by_id or 0, ""),
        )
        for concern, elder, meal in rows
    ]


def truth(missed: Missed, zone: ZoneInfo) -> Text | None:
    """What the family hears when it asks; None where what became of the booking says it all."""
    concern = missed.concern
    facts = {"name": missed.elder.name, "sitting": missed.meal.sitting}
    if concern.closed_at is None:
        asking = Text("care.truth_pressing" if concern.pressing else f"care.truth_{concern.cause}", **facts)
        return Text("care.truth_going", what=asking, by=missed.goer) if missed.goer else asking
    if concern.finding not in (Finding.FINE, Finding.ELSEWHERE, Finding.HOSPITAL):
        return None
    at = concern.closed_at.astimezone(zone).time()
    return Text(f"care.truth_{concern.finding}", **facts, at=at, by=missed.by)


def line(missed: Missed) -> Text:
    """One of them in one line."""
    concern = missed.concern
    facts = {"name": missed.elder.name, "day": missed.meal.day, "sitting": missed.meal.sitting}
    what = Text(f"care.line_{concern.cause}", **facts)
    if missed.goer:
        return Text("care.line_with", what=what, by=missed.goer)
    return Text("care.line_pressing" if concern.pressing else "care.line_open", what=what)


COLUMNS = (
    "id",
    "day",
    "meal",
    "person",
    "cause",
    "status",
    "asked",
    "goer",
    "finding",
    "raised_at",
    "closed_at",
)
MOST = 500


def page(
    session: Session, canteen: Canteen, span: tuple[date | None, date | None], after: int
) -> list[tuple[int, dict[str, Any]]]:
    """A page of the export: who was missed at which meal, and how it was found out that they are well."""
    first, last = span
    own = _with_names().where(Concern.canteen_id == canteen.id, Concern.id > after)
    own = own.where(Meal.day >= first) if first else own
    own = own.where(Meal.day <= last) if last else own
    rows = session.exec(own.order_by(col(Concern.id)).limit(MOST)).all()
    return [(missed.concern.id, _row(missed)) for missed in _named(session, rows)]


def _row(missed: Missed) -> dict[str, Any]:
    concern = missed.concern
    return {
        "id": concern.id,
        "day": missed.meal.day.isoformat(),
        "meal": missed.meal.sitting.value,
        "person": missed.elder.name,
        "cause": concern.cause.value,
        "status": "open" if concern.closed_at is None else "closed",
        "asked": len(concern.asked_ids),
        "goer": missed.goer or None,
        "finding": concern.finding.value if concern.finding else None,
        "raised_at": _instant(concern.raised_at),
        "closed_at": _instant(concern.closed_at),
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
