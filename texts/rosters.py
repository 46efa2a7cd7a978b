"""A week of the roster in words, for the wall: a column for each day, nobody's phone."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from texts.rendering import Words, plain

LONGEST_NAME = 8


def week(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The sheet in words."""
    first, last = (words.fact(date.fromisoformat(data[end])) for end in ("first", "last"))
    return {
        "title": f"{words.template('shifts.sheet_title')} · {plain(data['canteen'])}",
        "when": f"{first} – {last}",
        "days": [_day(day, words) for day in data["days"]],
    }


def _day(day: Mapping[str, Any], words: Words) -> dict[str, Any]:
    when = date.fromisoformat(day["day"])
    return {
        "weekday": words.template(f"weekday.{when.isoweekday()}"),
        "date": f"{when.month}.{when.day}",
        "shifts": [_shift(shift, words) for shift in day["shifts"]],
    }


def _shift(shift: Mapping[str, Any], words: Words) -> dict[str, Any]:
    starts, ends = (words.fact(time.fromisoformat(shift[end])) for end in ("starts", "ends"))
    gap = {"key": "shifts.sheet_gap", "facts": {"missing": shift["missing"]}}
    return {
        "time": f"{starts}–{ends}",
        "duty": words.fact({"$": "enum", "t": "DutyKind", "v": shift["duty"]}),
        "people": [plain(name, LONGEST_NAME) for name in shift["people"]],
        "gap": words.say(gap) if shift["missing"] else "",
    }
