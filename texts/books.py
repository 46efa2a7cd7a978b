"""The kitchen book of a month in words: pages to print, and a workbook to count with."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from texts.rendering import Words, plain

NONE = "—"
Table = tuple[str, Sequence[str], Sequence[float], list[list[Any]]]
"""What it is called, its columns, how wide they are beside each other, and its rows."""


def book(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The pages."""
    parts = [
        {
            "title": title,
            "columns": list(columns),
            "widths": list(widths),
            "rows": [_printed(row) for row in rows],
        }
        for title, columns, widths, rows in tables(data, words)
    ]
    return {
        "title": _title(data, words),
        "made": words.template("book.gaps"),
        "footer": plain(data["canteen"]),
        "nothing": words.template("book.nothing"),
        "parts": parts,
        "signatures": [words.template("book.responsible"), words.template("book.inspector")],
    }


def _printed(row: Sequence[Any]) -> list[str]:
    return [NONE if cell in (None, "") else str(cell) for cell in row]


def _title(data: Mapping[str, Any], words: Words) -> str:
    first = date.fromisoformat(data["month"])
    facts = {"year": first.year, "month": first.month, "canteen": plain(data["canteen"])}
    return words.say({"key": "book.title", "facts": facts})


def tables(data: Mapping[str, Any], words: Words) -> list[Table]:
    """Samples, times, morning checks."""
    return [
        (words.template("book.samples"), _columns(words, SAMPLES), WIDE, _samples(data, words)),
        (words.template("book.times"), _columns(words, TIMES), EVEN, _times(data, words)),
        (words.template("book.checks"), _columns(words, CHECKS), EVEN, _checks(data, words)),
    ]


SAMPLES = (
    "day",
    "meal",
    "dish",
    "grams",
    "fridge",
    "kept_at",
    "kept_by",
    "discarded_at",
    "discarded_by",
    "photo",
)
WIDE = (1.4, 0.7, 2.2, 0.7, 0.7, 1.1, 1.1, 1.1, 1.1, 0.6)
TIMES = ("day", "meal", "portions", "cooked", "packed", "handed_over", "cooked_by")
CHECKS = ("day", "name", "temperature", "clean", "fit", "at", "checked_by")
EVEN = (1, 1, 1, 1, 1, 1, 1)


def _columns(words: Words, names: Sequence[str]) -> list[str]:
    return [words.template(f"book.{name}") for name in names]


def _samples(data: Mapping[str, Any], words: Words) -> list[list[Any]]:
    rows = []
    for meal in data["meals"]:
        head = [_day(meal["day"], words), _sitting(meal["sitting"], words)]
        rows += [[*head, *_sample(sample, words)] for sample in meal["samples"]]
        missing = words.template("book.not_kept")
        rows += [[*head, plain(dish, 20), missing, *[None] * 6] for dish in meal["without"]]
    return rows


def _sample(sample: Mapping[str, Any], words: Words) -> list[Any]:
    return [
        plain(sample["dish"], 20),
        sample["grams"],
        None if sample["fridge"] is None else sample["fridge"] / 10,
        _moment(sample["kept_at"], words),
        plain(sample["kept_by"], 12),
        _moment(sample["discarded_at"], words),
        plain(sample["discarded_by"], 12),
        words.template("book.yes") if sample["photo"] else None,
    ]


def _times(data: Mapping[str, Any], words: Words) -> list[list[Any]]:
    return [
        [
            _day(meal["day"], words),
            _sitting(meal["sitting"], words),
            meal["portions"],
            *(_clock(meal[name], words) for name in ("cooked", "packed", "handed_over")),
            plain(meal["cooked_by"], 12),
        ]
        for meal in data["meals"]
    ]


def _checks(data: Mapping[str, Any], words: Words) -> list[list[Any]]:
    return [
        [
            _day(check["day"], words),
            plain(check["name"], 12),
            check["temperature"] / 10,
            words.template("book.yes" if check["clean"] else "book.no"),
            words.template("book.may_work" if check["fit"] else "book.may_not"),
            _clock(check["at"], words),
            plain(check["by"], 12),
        ]
        for check in data["checks"]
    ]


def _day(iso: str, words: Words) -> str:
    return words.fact(date.fromisoformat(iso))


def _sitting(value: str, words: Words) -> str:
    return words.template(f"Sitting.{value}")


def _clock(iso: str | None, words: Words) -> str | None:
    return datetime.fromisoformat(iso).astimezone(words.zone).strftime("%H:%M") if iso else None


def _moment(iso: str | None, words: Words) -> str | None:
    return datetime.fromisoformat(iso).astimezone(words.zone).strftime("%m-%d %H:%M") if iso else None


def workbook(data: Mapping[str, Any], words: Words) -> bytes:
    """The same as a workbook, one sheet for each table."""
    return _workbook(tables(data, words))


def eaters(data: Mapping[str, Any], words: Words) -> bytes:
    """Who ate at a meal, with the phone to call them."""
    names = ("name", "portions", "guests", "mode", "state", "hamlet", "phone")
    rows = [
        [
            plain(row["name"], 20),
            row["portions"],
            words.fact([plain(guest, 20) for guest in row["guests"]]),
            words.template(f"Mode.{row['mode']}"),
            words.template(f"BookingState.{row['state']}"),
            row["hamlet"],
            row["phone"],
        ]
        for row in data["eaters"]
    ]
    title = words.template("book.eaters")
    return _workbook([(title, [words.template(f"book.{name}") for name in names], EVEN, rows)])


def _workbook(made: Sequence[Table]) -> bytes:
    import xlsxwriter

    kept = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(kept, options) as file:
        bold = file.add_format({"bold": True})
        for title, columns, widths, rows in made:
            sheet = file.add_worksheet(title[:31])
            sheet.write_row(0, 0, columns, bold)
            sheet.freeze_panes(1, 0)
            for number, width in enumerate(widths):
                sheet.set_column(number, number, width * 12)
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, ["" if cell is None else cell for cell in row])
    return kept.getvalue()
