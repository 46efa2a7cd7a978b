"""What stands on the sheets for the kitchen wall and the carrier's pocket, as plain data."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from models.lunch.meals import Booking, BookingState, Meal, Mode
from models.members.people import Canteen, Member
from models.members.vault import unsealed
from rules import outbox
from rules.cooks import kitchen_book
from rules.homes import visit_sheets
from rules.lunch import deliveries, diets, regulars, rolls
from rules.lunch.counts import count
from rules.members import consents, privacy
from rules.values import Text, lines
from rules.volunteers import feeds, roster_sheets

Facts = Mapping[str, Any]


def data(session: Session, sheet: str, facts: Facts) -> dict[str, Any]:
    """The facts of a sheet: strings, numbers, lists and mappings only."""
    return SHEETS[sheet](session, facts)


def _meal(session: Session, facts: Facts) -> Meal:
    return session.get_one(Meal, int(facts["meal_id"]))


def kitchen(session: Session, meal: Meal) -> dict[str, Any]:
    """Totals by mode and preparation, clashes with the day's dishes, guests, who needs a call."""
    roll = [pair for pair in rolls.roll(session, meal.id) if pair[0].state != BookingState.WAITLISTED]
    counted = count(session, meal.id)
    wanted = [(booking, eater, diets.preparations(eater.diet, booking.note)) for booking, eater in roll]
    return {
        **_head(session, meal),
        "modes": [[mode.value, counted.by_mode.get(mode, 0)] for mode in Mode],
        "total": counted.taken,
        "preparations": [list(pair) for pair in _preparations(wanted)],
        "clashes": _clashes(wanted, meal.dishes),
        "calls": [eater.name for _, eater in roll if outbox.reach(session, eater) is None],
        "guests": [[eater.name, list(booking.guests)] for booking, eater in roll if booking.guests],
        "eaters": [_eater(booking, eater, names) for booking, eater, names in wanted],
        "ask_after": [member.name for member in regulars.missing(session, meal)],
    }


def _head(session: Session, meal: Meal) -> dict[str, Any]:
    canteen = session.get_one(Canteen, meal.canteen_id)
    return {
        "canteen": canteen.name,
        "day": meal.day.isoformat(),
        "sitting": meal.sitting.value,
        "dishes": list(meal.dishes),
    }


Wanted = list[tuple[Booking, Member, tuple[str, ...]]]


def _preparations(wanted: Wanted) -> list[tuple[str, int]]:
    """Each diet is one portion: guests eat what is cooked for all."""
    counted = Counter(name for _, _, names in wanted for name in names)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _clashes(wanted: Wanted, dishes: list[str]) -> list[dict[str, Any]]:
    found = [(eater.name, names, diets.clashes(names, dishes)) for _, eater, names in wanted]
    return [
        {"name": name, "wants": list(names), "dishes": list(against)}
        for name, names, against in found
        if against
    ]


def _eater(booking: Booking, eater: Member, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": eater.name,
        "portions": booking.portions,
        "mode": booking.mode.value,
        "wants": list(names),
        "note": booking.note,
    }


def delivery(session: Session, meal: Meal, carrier_id: int) -> dict[str, Any]:
    """The doors of one carrier in order, with what to bring; only for that carrier's eyes."""
    mine = [
        stop
        for stop in deliveries.stops(session, meal)
        if stop.delivery and stop.delivery.carrier_id == carrier_id
    ]
    return {**_head(session, meal), "stops": [_stop(session, stop) for stop in mine]}


def _stop(session: Session, stop: deliveries.Stop) -> dict[str, Any]:
    eater = stop.eater
    may = consents.by_messenger(session, eater)
    return {
        "name": eater.name,
        "portions": stop.booking.portions,
        "hamlet": eater.hamlet,
        "address": unsealed(eater, "address") if may else "",
        "phone": unsealed(eater, "phone") if may else "",
        "note": stop.booking.note,
        "wants": list(diets.preparations(eater.diet, stop.booking.note)),
    }


def kitchen_text(session: Session, meal: Meal) -> Text:
    """The kitchen sheet as a message."""
    sheet = kitchen(session, meal)
    head = Text(
        "sheets.kitchen", day=meal.day, sitting=meal.sitting, total=sheet["total"], **dict(sheet["modes"])
    )
    return lines(head, *_kitchen_lines(sheet))


def paper_text(meal: Meal) -> Text:
    """The few words under the sheet on paper."""
    return Text("sheets.paper", day=meal.day, sitting=meal.sitting)


def _kitchen_lines(sheet: dict[str, Any]) -> list[Text]:
    said = [Text("sheets.dishes", dishes=sheet["dishes"] or Text("sheets.no_dishes"))]
    said += [Text("sheets.preparation", what=_diet(name), portions=n) for name, n in sheet["preparations"]]
    said += [
        Text(
            "sheets.clash",
            name=row["name"],
            wants=[_diet(name) for name in row["wants"]],
            dishes=row["dishes"],
        )
        for row in sheet["clashes"]
    ]
    said += [Text("sheets.guests", name=name, guests=guests) for name, guests in sheet["guests"]]
    return said + ([Text("sheets.calls", names=sheet["calls"])] if sheet["calls"] else [])


def _diet(name: str) -> Text:
    return Text(f"sheets.diet_{name}")


SHEETS: Mapping[str, Callable[[Session, Facts], dict[str, Any]]] = {
    "link": lambda session, facts: dict(facts),
    "mine": lambda session, facts: {
        "kept": privacy.kept(session, session.get_one(Member, int(facts["member_id"])))
    },
    "kitchen": lambda session, facts: kitchen(session, _meal(session, facts)),
    "delivery": lambda session, facts: delivery(
        session, _meal(session, facts), int(facts.get("carrier_id", 0))
    ),
    "roster": roster_sheets.week,
    "visits": visit_sheets.week,
    "calendar": lambda session, facts: feeds.calendar(
        session,
        session.get_one(Member, int(facts["member_id"])),
        date.fromisoformat(facts["today"]),
    ),
    "kitchen_book": kitchen_book.month,
    "kitchen_table": kitchen_book.month,
    "eaters": kitchen_book.eaters,
}
