"""Who is still asked after, and how far it has come: for those responsible, and as plain rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.elders.care import Concern, Finding
from models.lunch.meals import Meal
from models.members.people import Member
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
