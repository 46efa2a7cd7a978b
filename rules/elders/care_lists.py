"""Who is still asked after, and how far it has come: for those responsible, and as plain rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.elders.care import Concern
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


def _named(session: Session, rows: Sequence[tuple[Concern, Member, Meal]]) -> list[Missed]:
    ids = {concern.goer_id for concern, _, _ in rows if concern.goer_id}
    names = (
        dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(ids))).all()) if ids else {}
    )
    return [
        Missed(concern, elder, meal, names.get(concern.goer_id or 0, "")) for concern, elder, meal in rows
    ]


def line(missed: Missed) -> Text:
    """One of them in one line."""
    concern = missed.concern
    facts = {"name": missed.elder.name, "day": missed.meal.day, "sitting": missed.meal.sitting}
    what = Text(f"care.line_{concern.cause}", **facts)
    if missed.goer:
        return Text("care.line_with", what=what, by=missed.goer)
    return Text("care.line_pressing" if concern.pressing else "care.line_open", what=what)
