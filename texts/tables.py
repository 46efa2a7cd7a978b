"""Lists as files: JSON, CSV for spreadsheets, XLSX; nothing in them is ever run as a formula."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")

Record = Mapping[str, Any]


def render(rows: Iterable[Record], form: str, columns: Sequence[str]) -> bytes:
    """The rows in one of the forms json, csv, xlsx."""
    return {"json": to_json, "csv": to_csv, "xlsx": to_xlsx}[form](rows, columns)


def to_json(rows: Iterable[Record], columns: Sequence[str]) -> bytes:
    """A list of flat objects."""
    found = [{name: row.get(name) for name in columns} for row in rows]
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def to_csv(rows: Iterable[Record], columns: Sequence[str]) -> bytes:
    """With a byte order mark, without which spreadsheets misread Chinese."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([guarded(row.get(name)) for name in columns] for row in rows)
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def guarded(value: Any) -> Any:
    """A text a spreadsheet would run as a formula gets a quote in front; numbers stay numbers."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA) else value


def to_xlsx(rows: Iterable[Record], columns: Sequence[str]) -> bytes:
    """A workbook of one sheet."""
    import xlsxwriter

    kept = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(kept, options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, ["" if row.get(name) is None else row[name] for name in columns])
    return kept.getvalue()
