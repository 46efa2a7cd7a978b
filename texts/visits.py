"""A week's visits in words, for the paper that is carried along."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from texts.rendering import Words, plain


def week(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The sheet in words."""
    first, last = (words.fact(date.fromisoformat(data[end])) for end in ("first", "last"))
    return {
        "title": f"{words.template('visits.sheet_title')} · {plain(data['canteen'])}",
        "when": f"{first} – {last}",
        "notes": words.template("visits.sheet_notes"),
        "next": words.template("visits.sheet_next"),
        "visits": [_visit(visit, words) for visit in data["visits"]],
    }


def _visit(visit: Mapping[str, Any], words: Words) -> dict[str, Any]:
    return {
        "who": words.fact(visit["who"]),
        "day": words.fact(date.fromisoformat(visit["day"])),
        "people": [words.fact(person) for person in visit["people"]],
        "team": words.fact(visit["team"]),
        "rows": [words.fact(row) for row in (*visit["last"], *visit["open"])],
    }
