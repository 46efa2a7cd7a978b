"""Menus from a CSV file: all rows or none, every bad row named."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models.lunch.meals import Meal, Sitting
from models.members.people import Canteen
from rules.audit import Act
from rules.lunch import menus
from rules.lunch.menus import MenuLine
from rules.settings import at, settings_of
from rules.values import Text

HEADERS = {
    "日期": "day",
    "餐次": "meal",
    "菜": "dishes",
    "菜品": "dishes",
    "菜单": "dishes",
    "价格": "price",
    "座位": "seats",
    "份数": "seats",
    "截止": "closes_at",
    "截止时间": "closes_at",
}
SITTINGS = {
    "早餐": Sitting.BREAKFAST,
    "早饭": Sitting.BREAKFAST,
    "午餐": Sitting.LUNCH,
    "午饭": Sitting.LUNCH,
    "中餐": Sitting.LUNCH,
    "中饭": Sitting.LUNCH,
    "晚餐": Sitting.DINNER,
    "晚饭": Sitting.DINNER,
    **{sitting.value: sitting for sitting in Sitting},
}
COLUMNS = ("day", "meal", "dishes", "price", "seats", "closes_at")
MOST_SEATS = 10_000


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong, and where."""

    line: int
    column: str
    reason: Text


@dataclass(frozen=True, slots=True)
class MenuRow:
    """One sitting of the file; what is None stays as the village has set it."""

    line: MenuLine
    price: int | None
    seats: int | None
    closes: time | datetime | None


def read(text: str) -> tuple[list[MenuRow], list[BadRow]]:
    """All rows of the file, and all that is wrong with it."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    names = [HEADERS.get((name or "").strip(), (name or "").strip()) for name in reader.fieldnames or ()]
    reader.fieldnames = names
    absent = [BadRow(1, name, Text("menus.column_missing")) for name in COLUMNS[:3] if name not in names]
    unknown = [BadRow(1, name, Text("menus.column_unknown")) for name in names if name not in COLUMNS]
    if absent or unknown:
        return [], absent + unknown
    rows: list[MenuRow] = []
    bad: list[BadRow] = []
    seen: set[tuple[date, Sitting]] = set()
    for cells in reader:
        _read_row(reader.line_num, cells, rows, bad)
        if rows and not bad and (rows[-1].line.day, rows[-1].line.sitting) in seen:
            bad.append(BadRow(reader.line_num, "day", Text("menus.twice")))
        seen.update((row.line.day, row.line.sitting) for row in rows[-1:])
    return ([], bad) if bad else (rows, [])


def _read_row(number: int, cells: dict[str, str | None], rows: list[MenuRow], bad: list[BadRow]) -> None:
    found: dict[str, object] = {}
    for column, parse in _PARSERS.items():
        value = (cells.get(column) or "").strip()
        try:
            found[column] = parse(value)
        except (ValueError, InvalidOperation, KeyError):
            bad.append(BadRow(number, column, Text(f"menus.bad_{column}")))
    if len(found) == len(_PARSERS):
        rows.append(_row(found))


def _row(found: dict[str, object]) -> MenuRow:
    day, meal, dishes, price, seats, closes = (found[column] for column in COLUMNS)
    line = MenuLine(day, meal, dishes)  # type: ignore[arg-type]
    return MenuRow(line, price, seats, closes)  # type: ignore[arg-type]


def _dishes(value: str) -> tuple[str, ...]:
    if not (dishes := menus.split(value)):
        raise ValueError
    return dishes


def _price(value: str) -> int | None:
    if not value:
        return None
    fen = Decimal(value.removesuffix("元")) * 100
    if not fen.is_finite() or fen != int(fen) or not 0 <= fen <= 1_000_000:
        raise ValueError
    return int(fen)


def _seats(value: str) -> int | None:
    if not value:
        return None
    if not 0 < int(value) <= MOST_SEATS:
        raise ValueError
    return int(value)


def _closes(value: str) -> time | datetime | None:
    if not value:
        return None
    return time.fromisoformat(value.zfill(5)) if len(value) <= 5 else datetime.fromisoformat(value)


_PARSERS = {
    "day": date.fromisoformat,
    "meal": lambda value: SITTINGS[value.lower()],
    "dishes": _dishes,
    "price": _price,
    "seats": _seats,
    "closes_at": _closes,
}


def apply(session: Session, canteen: Canteen, rows: Sequence[MenuRow], act: Act) -> int:
    """Keep all rows; answers how many."""
    for row in rows:
        _overlay(canteen, menus.write(session, canteen, row.line, act), row)
    session.flush()
    return len(rows)


def _overlay(canteen: Canteen, meal: Meal, row: MenuRow) -> None:
    meal.price = meal.price if row.price is None else row.price
    meal.seats = meal.seats if row.seats is None else row.seats
    if isinstance(row.closes, datetime):
        aware = row.closes.tzinfo is not None
        meal.closes_at = row.closes if aware else row.closes.replace(tzinfo=ZoneInfo(canteen.timezone))
    elif row.closes is not None:
        before = settings_of(canteen).times[meal.sitting].days_before
        meal.closes_at = at(canteen, meal.day - timedelta(days=before), row.closes)
