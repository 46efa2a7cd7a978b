"""A week of the roster for the wall, as plain data."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from models.members.people import Canteen
from rules.volunteers import rosters, shifts
from rules.volunteers.rosters import Line


def week(session: Session, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Monday to Sunday, each day with its shifts and the names on them."""
    canteen = session.get_one(Canteen, int(facts["canteen_id"]))
    monday = date.fromisoformat(facts["monday"])
    days = [monday + timedelta(days=number) for number in range(7)]
    by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for line in rosters.roster(session, canteen.id, days[0], days[-1]):
        by_day[line.shift.day].append(_shift(canteen, line))
    return {
        "canteen": canteen.name,
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "days": [{"day": day.isoformat(), "shifts": by_day[day]} for day in days],
    }


def _shift(canteen: Canteen, line: Line) -> dict[str, Any]:
    told = shifts.facts(canteen, line.shift)
    return {
        "starts": told["starts"].isoformat(),
        "ends": told["ends"].isoformat(),
        "duty": line.shift.duty.value,
        "people": [member.name for _, member in line.people],
        "missing": line.missing,
    }
