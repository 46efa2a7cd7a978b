"""Scores readings against labelled messages: intents, days, meal slots, lists, wrong acts and false alarms."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from nlu import Context, as_labels, understand
from nlu.normalise import normalise

DATA = Path(__file__).parent / "data"
QUIET = {"chatter", "thanks", "unclear"}
MEALS = {"book_meal", "cancel_meal", "change_meal"}


@dataclass
class Score:
    """How often each thing was asked and right, and what was wrong."""

    asked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[Any, ...]] = field(default_factory=list)

    def note(self, name: str, ok: bool, *details: Any) -> None:
        self.asked[name] += 1
        self.right[name] += ok
        if not ok:
            self.wrong.append((name, *details))

    def share(self, name: str) -> float:
        return self.right[name] / self.asked[name]

    def table(self) -> str:
        return "\n".join(
            f"{n:24s} {self.right[n]:4d}/{self.asked[n]:<4d} {self.share(n):.1%}" for n in self.asked
        )


def records(name: str) -> list[dict[str, Any]]:
    """The labelled messages of a file under tests/data."""
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def score(rows: list[dict[str, Any]]) -> Score:
    """Read every message and compare it with its label."""
    result = Score()
    for row in rows:
        got = as_labels(
            understand(row["text"], datetime.fromisoformat(row["now"]), Context(chat=row["chat"]))
        )
        _compare(result, row, got)
    return result


def _compare(result: Score, row: dict[str, Any], got: dict[str, Any]) -> None:
    gold, intent, text = row["intent"], got["intent"], row["text"]
    right = intent == gold or intent in row.get("accept", [])
    result.note("intent", right, gold, intent, text)
    if gold == "chatter" and row["chat"] == "group":
        result.note("group chatter left alone", got["action"] != "act", intent, text)
    if gold == "emergency":
        result.note("emergency", right and got["action"] == "act", intent, text)
    if gold not in QUIET:
        result.note("no wrong act", right or got["action"] != "act", gold, intent, text)
    if right and gold == intent and "intent_only" not in row["tags"]:
        _compare_slots(result, row, got["slots"])


def _compare_slots(result: Score, row: dict[str, Any], slots: dict[str, Any]) -> None:
    gold, text = row["slots"], row["text"]
    result.note(
        "dates",
        all_dates(gold) == all_dates(slots),
        sorted(all_dates(gold)),
        sorted(all_dates(slots)),
        text,
    )
    if gold["entries"]:
        result.note("lists", _lines(gold) == _lines(slots), _lines(gold), _lines(slots), text)
    elif row["intent"] in MEALS:
        result.note(
            "meal slots", _core(gold, row) == _core(slots, row), _core(gold, row), _core(slots, row), text
        )


def all_dates(slots: dict[str, Any]) -> set[str]:
    """Every day a label or a reading names, wherever it stands."""
    keys = ("dates", "from_dates", "to_dates")
    days = {day for key in keys for day in slots.get(key) or []}
    return days | {day for order in slots.get("orders") or [] for day in order["dates"]}


def _lines(slots: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The lines of a list; 陳嬸 and 陈婶 are one name."""
    return [(normalise(e["name"]), e["count"], e["mode"]) for e in slots["entries"]]


def _core(slots: dict[str, Any], row: dict[str, Any]) -> tuple[Any, ...]:
    if slots.get("orders"):
        return tuple((tuple(o["dates"]), o["meal"], o["count"] or 1, o["mode"]) for o in slots["orders"])
    common = (tuple(slots["dates"]), slots["meal"], slots.get("recur"))
    if row["intent"] == "cancel_meal":
        return common
    if row["intent"] == "change_meal":
        return (
            *common,
            slots["count"],
            slots["mode"],
            slots.get("count_delta"),
            tuple(slots.get("from_dates") or ()),
        )
    return (*common, slots["count"] or 1, slots["mode"])
