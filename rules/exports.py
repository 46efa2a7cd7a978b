"""Lists as plain rows for scripts and funders: names and values as the contract has them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.cooks.certificates import CertificateKind
from models.elders.requests import Request
from models.lunch.meals import Booking, Meal
from models.members.people import Canteen, Member, MemberRole
from models.members.vault import unsealed
from models.outbox import OutboxMessage
from rules.cooks import certificates, kitchen_export
from rules.elders import care_lists, need_lists, request_lists
from rules.homes import visit_coverage
from rules.settings import at
from rules.volunteers import shifts_export

PAGE = 500
KINDS: dict[str, tuple[str, ...]] = {
    "people": (
        *("id", "name", "roles", "telegram_id", "status", "birth_date", "address", "diet"),
        "certificate_until",
    ),
    "menus": ("day", "meal", "dishes", "price", "seats", "closes_at"),
    "meals": (
        *("id", "day", "meal", "dishes", "price", "seats", "closes_at", "starts_at", "status"),
        "reason",
    ),
    "bookings": (
        *("id", "day", "meal", "person", "portions", "mode", "status", "note"),
        *("booked_by", "booked_at", "source"),
    ),
    "requests": (
        *("id", "kind", "person", "asked_by", "status", "assignee", "urgency", "text", "created_at"),
        "due_at",
    ),
    "shifts": shifts_export.COLUMNS,
    **kitchen_export.KINDS,
    "visits": visit_coverage.COLUMNS,
    "needs": need_lists.COLUMNS,
    "care": care_lists.COLUMNS,
    "outbox": ("id", "key", "chat_id", "kind", "status", "due_at", "sent_at", "message_id"),
    "audit": ("id", "at", "actor", "subject", "action", "object", "before", "after", "update_id"),
}

Span = tuple[date | None, date | None]


def rows(
    session: Session, kind: str, canteen: Canteen, first: date | None = None, last: date | None = None
) -> Iterator[dict[str, Any]]:
    """All rows of a kind, page by page; days are the village's."""
    after = 0
    while page := _PAGES[kind](session, canteen, (first, last), after):
        for number, row in page:
            after = number
            yield row


Page = list[tuple[int, dict[str, Any]]]
Paged = Callable[[Session, Canteen, Span, int], Page]
Bounds = Callable[[Canteen, Span], list[Any]]


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _people(session: Session, canteen: Canteen, span: Span, after: int) -> Page:
    own = select(Member).where(
        Member.canteen_id == canteen.id, Member.id > after, col(Member.erased_at).is_(None)
    )
    found = session.exec(own.order_by(col(Member.id)).limit(PAGE)).all()
    roles: dict[int, list[str]] = {}
    held = select(MemberRole).where(col(MemberRole.member_id).in_([member.id for member in found]))
    for row in session.exec(held.order_by(col(MemberRole.id))):
        roles.setdefault(row.member_id, []).append(row.role.value)
    shown = certificates.held(session, [member.id for member in found])
    return [
        (member.id, _person(member, roles.get(member.id, []), shown.get((member.id, CertificateKind.HEALTH))))
        for member in found
    ]


def _person(member: Member, roles: list[str], certificate_until: date | None) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "roles": ";".join(roles),
        "telegram_id": member.telegram_id,
        "status": member.status.value,
        "birth_date": _day(member.birth_on),
        "address": unsealed(member, "address"),
        "diet": ";".join(member.diet),
        "certificate_until": _day(certificate_until),
    }


def _meals_between(canteen: Canteen, span: Span) -> list[Any]:
    first, last = span
    bounds = [Meal.canteen_id == canteen.id]
    bounds += [Meal.day >= first] if first else []
    return bounds + ([Meal.day <= last] if last else [])


def _paged(table: Any, as_row: Callable[[Any], dict[str, Any]], bounds: Bounds) -> Paged:
    """The pages of a table whose every row is one line of the export."""

    def page(session: Session, canteen: Canteen, span: Span, after: int) -> Page:
        own = select(table).where(table.canteen_id == canteen.id, table.id > after, *bounds(canteen, span))
        found = session.exec(own.order_by(col(table.id)).limit(PAGE))
        return [(row.id, as_row(row)) for row in found]

    return page


def _meal(meal: Meal) -> dict[str, Any]:
    return {
        "id": meal.id,
        "day": _day(meal.day),
        "meal": meal.sitting.value,
        "dishes": ";".join(meal.dishes),
        "price": meal.price,
        "seats": meal.seats,
        "closes_at": _instant(meal.closes_at),
        "starts_at": _instant(meal.starts_at),
        "status": meal.state.value,
        "reason": meal.reason,
    }


def _menus(session: Session, canteen: Canteen, span: Span, after: int) -> Page:
    found = _PAGES["meals"](session, canteen, span, after)
    return [(number, {name: row[name] for name in KINDS["menus"]}) for number, row in found]


def _bookings(session: Session, canteen: Canteen, span: Span, after: int) -> Page:
    own = (
        select(Booking, Meal, Member)
        .join(Meal, col(Meal.id) == col(Booking.meal_id))
        .join(Member, col(Member.id) == col(Booking.eater_id))
        .where(*_meals_between(canteen, span), Booking.id > after)
        .order_by(col(Booking.id))
        .limit(PAGE)
    )
    found = session.exec(own).all()
    by = [booking.booked_by_id for booking, _, _ in found]
    names = dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(by))).all())
    return [(booking.id, _booking(booking, meal, eater, names)) for booking, meal, eater in found]


def _booking(booking: Booking, meal: Meal, eater: Member, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": booking.id,
        "day": _day(meal.day),
        "meal": meal.sitting.value,
        "person": eater.name,
        "portions": booking.portions,
        "mode": booking.mode.value,
        "status": booking.state.value,
        "note": booking.note,
        "booked_by": names.get(booking.booked_by_id or 0),
        "booked_at": _instant(booking.booked_at),
        "source": booking.source.value,
    }


def _instants(canteen: Canteen, span: Span, column: Any) -> list[Any]:
    first, last = span
    midnight = datetime.min.time()
    bounds = [column >= at(canteen, first, midnight)] if first else []
    return bounds + ([column < at(canteen, last + timedelta(days=1), midnight)] if last else [])


def _requests(session: Session, canteen: Canteen, span: Span, after: int) -> Page:
    bounds = [Request.canteen_id == canteen.id, *_instants(canteen, span, Request.asked_at)]
    found = request_lists.exported(session, bounds, after, PAGE)
    return [(request.id, _request(request, names)) for request, *names in found]


def _request(request: Request, names: Sequence[str]) -> dict[str, Any]:
    person, asked_by, assignee = names
    return {
        "id": request.id,
        "kind": request.kind.value,
        "person": person,
        "asked_by": asked_by or None,
        "status": request.state.value,
        "assignee": assignee or None,
        "urgency": request.urgency.value,
        "text": unsealed(request, "words") or unsealed(request, "item"),
        "created_at": _instant(request.asked_at),
        "due_at": _instant(request.due_at),
    }


def _message(message: OutboxMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "key": message.key,
        "chat_id": message.chat_id,
        "kind": message.kind.value,
        "status": message.status.value,
        "due_at": _instant(message.due_at),
        "sent_at": _instant(message.sent_at),
        "message_id": message.message_id,
    }


def _entry(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": _instant(entry.at),
        "actor": entry.actor_id,
        "subject": entry.subject_id,
        "action": entry.action,
        "object": entry.object,
        "before": _flat(entry.before),
        "after": _flat(entry.after),
        "update_id": entry.update_id,
    }


def _flat(state: dict[str, Any] | None) -> str | None:
    return "; ".join(f"{name}={value}" for name, value in state.items()) if state else None


_PAGES: dict[str, Paged] = {
    "people": _people,
    "menus": _menus,
    "meals": _paged(Meal, _meal, _meals_between),
    "bookings": _bookings,
    "requests": _requests,
    "visits": visit_coverage.page,
    "needs": need_lists.page,
    "care": care_lists.page,
    "shifts": shifts_export.page,
    **kitchen_export.PAGES,
    "outbox": _paged(OutboxMessage, _message, partial(_instants, column=OutboxMessage.due_at)),
    "audit": _paged(AuditEntry, _entry, partial(_instants, column=AuditEntry.at)),
}
