"""Certificates, morning checks and samples as plain rows; times in UTC, temperatures in degrees."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, select

from models.cooks.certificates import Certificate
from models.cooks.kitchen import MorningCheck, Sample
from models.lunch.meals import Meal
from models.members.people import Canteen, Member

PAGE = 500
KINDS: Mapping[str, tuple[str, ...]] = {
    "certificates": ("id", "person", "kind", "valid_until"),
    "morning_checks": ("id", "day", "person", "temperature", "clean", "fit", "checked_by", "checked_at"),
    "samples": (
        *("id", "day", "meal", "dish", "grams", "fridge", "kept_by", "kept_at", "discard_at"),
        *("discarded_by", "discarded_at"),
    ),
}
Span = tuple[date | None, date | None]
Page = list[tuple[int, dict[str, Any]]]


def _certificates(session: Session, canteen: Canteen, span: Span, after: int) -> Page:
    own = select(Certificate, Member).join(Member, col(Member.id) == col(Certificate.member_id))
    own = own.where(Member.canteen_id == canteen.id, Certificate.id > after)
    found = session.exec(own.order_by(col(Certificate.id)).limit(PAGE)).all()
    return [(row.id, _certificate(row, member)) for row, member in found]


def _certificate(row: Certificate, member: Member) -> dict[str, Any]:
    until = row.valid_until.isoformat()
    return {"id": row.id, "person": member.name, "kind": row.kind.value, "valid_until": until}


def _checks(session: Session, canteen: Canteen, span: Span, after: int) -> Page:
    own = select(MorningCheck).where(MorningCheck.canteen_id == canteen.id, MorningCheck.id > after)
    own = own.where(*_between(col(MorningCheck.day), span))
    found = session.exec(own.order_by(col(MorningCheck.id)).limit(PAGE)).all()
    names = _names(session, [number for row in found for number in (row.member_id, row.checked_by_id)])
    return [(row.id, _check(row, names)) for row in found]


def _check(row: MorningCheck, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "day": row.day.isoformat(),
        "person": names.get(row.member_id),
        "temperature": row.temperature / 10,
        "clean": row.clean,
        "fit": row.fit,
        "checked_by": names.get(row.checked_by_id or 0),
        "checked_at": _instant(row.checked_at),
    }


def _samples(session: Session, canteen: Canteen, span: Span, after: int) -> Page:
    own = select(Sample, Meal).join(Meal, col(Meal.id) == col(Sample.meal_id))
    own = own.where(Meal.canteen_id == canteen.id, Sample.id > after, *_between(col(Meal.day), span))
    found = session.exec(own.order_by(col(Sample.id)).limit(PAGE)).all()
    names = _names(session, [number for row, _ in found for number in (row.kept_by_id, row.discarded_by_id)])
    return [(row.id, _sample(row, meal, names)) for row, meal in found]


def _sample(row: Sample, meal: Meal, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "day": meal.day.isoformat(),
        "meal": meal.sitting.value,
        "dish": row.dish,
        "grams": row.grams,
        "fridge": None if row.fridge is None else row.fridge / 10,
        "kept_by": names.get(row.kept_by_id or 0),
        "kept_at": _instant(row.kept_at),
        "discard_at": _instant(row.discard_at),
        "discarded_by": names.get(row.discarded_by_id or 0),
        "discarded_at": _instant(row.discarded_at),
    }


def _between(day: Any, span: Span) -> list[Any]:
    first, last = span
    return ([day >= first] if first else []) + ([day <= last] if last else [])


def _names(session: Session, ids: list[int | None]) -> dict[int, str]:
    return dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(ids))).all())


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


PAGES: Mapping[str, Callable[[Session, Canteen, Span, int], Page]] = {
    "certificates": _certificates,
    "morning_checks": _checks,
    "samples": _samples,
}
