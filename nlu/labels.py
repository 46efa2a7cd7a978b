"""The reading of a message in the form of the contract, for files and for scoring."""

from datetime import date
from typing import Any

from nlu.values import Part, Slots, Understanding


def as_labels(understanding: Understanding) -> dict[str, Any]:
    """The reading in the form of the contract, for files and people."""
    return {
        "intent": str(understanding.intent),
        "slots": _slot_labels(understanding.slots),
        "action": str(understanding.action),
        "choices": [str(choice) for choice in understanding.choices],
        "why": list(understanding.why),
    }


def _slot_labels(slots: Slots) -> dict[str, Any]:
    labels: dict[str, Any] = {
        "dates": _days(slots.dates),
        "meal": slots.meal,
        "count": slots.count,
        "mode": slots.mode,
    }
    labels |= {"for": slots.beneficiary, "notes": slots.notes, "entries": []}
    labels["entries"] = [
        {"name": e.name, "count": e.count, "mode": e.mode, "notes": e.notes} for e in slots.entries
    ]
    extra = {
        "orders": [_part_label(part) for part in slots.parts],
        "recur": slots.recur,
        "from_dates": _days(slots.from_dates),
        "from_meal": slots.from_meal,
        "count_delta": slots.count_delta,
        "to_dates": _days(slots.to_dates),
        "time": slots.time,
        "rating": slots.rating,
        "rename": list(slots.rename or ()),
    }
    return labels | {key: value for key, value in extra.items() if value}


def _part_label(part: Part) -> dict[str, Any]:
    return {"dates": _days(part.dates), "meal": part.meal, "count": part.count, "mode": part.mode}


def _days(dates: tuple[date, ...]) -> list[str]:
    return [day.isoformat() for day in dates]
