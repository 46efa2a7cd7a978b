"""Shifts from a CSV file: all rows or none, every bad row named."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlmodel import Session

from models.members.people import Canteen
from models.volunteers.shifts import DutyKind
from rules import audit
from rules.audit import Act
from rules.values import Refused, Text
from rules.volunteers import roster_entries
from rules.volunteers.roster_entries import Entry
from rules.volunteers.rosters_read import DUTIES

HEADERS = {
    "日期": "day",
    "开始": "starts",
    "从": "starts",
    "结束": "ends",
    "到": "ends",
    "班次": "duty",
    "工作": "duty",
    "岗位": "duty",
    "人数": "needed",
    "需要": "needed",
    "人员": "people",
    "姓名": "people",
    "名单": "people",
}
COLUMNS = ("day", "starts", "ends", "duty", "needed", "people")
ASKED = COLUMNS[:4]
MOST_PEOPLE = 50


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong, and where."""

    line: int
    column: str
    reason: Text


def read(text: str) -> tuple[list[Entry], list[BadRow]]:
    """All rows of the file, and all that is wrong with it."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    names = [HEADERS.get((name or "").strip(), (name or "").strip()) for name in reader.fieldnames or ()]
    reader.fieldnames = names
    absent = [BadRow(1, name, Text("shifts.column_missing")) for name in ASKED if name not in names]
    unknown = [BadRow(1, name, Text("shifts.column_unknown")) for name in names if name not in COLUMNS]
    if absent or unknown:
        return [], absent + unknown
    rows: list[Entry] = []
    bad: list[BadRow] = []
    seen: set[tuple[date, time, DutyKind]] = set()
    for cells in reader:
        if None in cells:
            bad.append(BadRow(reader.line_num, "", Text("shifts.too_many_cells")))
            continue
        row = _row(reader.line_num, cells, bad)
        if row is not None and (row.day, row.starts, row.duty) in seen:
            bad.append(BadRow(row.line, "day", Text("shifts.row_twice")))
        if row is not None:
            seen.add((row.day, row.starts, row.duty))
            rows.append(row)
    return ([], bad) if bad else (rows, [])


def _row(number: int, cells: dict[str, str | None], bad: list[BadRow]) -> Entry | None:
    found: dict[str, object] = {}
    for column, parse in _PARSERS.items():
        try:
            found[column] = parse((cells.get(column) or "").strip())
        except (ValueError, KeyError):
            bad.append(BadRow(number, column, Text(f"shifts.bad_{column}")))
    if len(found) < len(_PARSERS):
        return None
    return Entry(number, **found)  # type: ignore[arg-type]


def _clock(value: str) -> time:
    return time.fromisoformat(value.replace("：", ":").zfill(5))


def _needed(value: str) -> int:
    if value and not 0 < int(value) <= MOST_PEOPLE:
        raise ValueError
    return int(value or 1)


def _people(value: str) -> tuple[str, ...]:
    names = value.replace("；", ";").replace("、", ";").split(";")
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


_PARSERS = {
    "day": date.fromisoformat,
    "starts": _clock,
    "ends": _clock,
    "duty": lambda value: DUTIES.get(value) or DutyKind(value.lower()),
    "needed": _needed,
    "people": _people,
}


def check(session: Session, canteen: Canteen, rows: Sequence[Entry], act: Act) -> list[BadRow]:
    """What only the village knows to be wrong: nobody of that name, away on that day, a paper that is over."""
    looked = roster_entries.look(session, canteen, rows, act)
    return [BadRow(one.entry.line, "people", problem) for one in looked for problem in one.problems]


def apply(session: Session, canteen: Canteen, rows: Sequence[Entry], act: Act) -> int:
    """Keep all rows; answers how many."""
    kept = roster_entries.write(session, canteen, rows, act)
    for problem in kept.problems:
        # Two rows of the file that cannot both be done: only the second one knows.
        raise Refused(problem.key, **problem.facts)
    audit.record(session, act, "shifts.imported", f"canteen:{canteen.id}", after={"shifts": kept.shifts})
    return len(rows)
