"""The days that a library of dates finds in messages: `python dates.py NAME < records.jsonl`, one JSON answer on stdout.

Each library is asked as its manual says, with the moment of the message, and looking forward where it can.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

Finder = Callable[[str, datetime], Iterable[date]]
LONGEST = 62


def _jionlp() -> Finder:
    import jionlp

    def find(text: str, now: datetime) -> Iterable[date]:
        for found in jionlp.ner.extract_time(text, time_base=now.timestamp(), with_parsing=True):
            detail = found.get("detail") or {}
            if detail.get("type") in ("time_point", "time_span"):
                first, last = (datetime.fromisoformat(moment).date() for moment in detail["time"])
                yield from _between(first, last)

    return find


def _dateparser() -> Finder:
    from dateparser.search import search_dates

    def find(text: str, now: datetime) -> Iterable[date]:
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future"}
        for _, moment in search_dates(text, languages=["zh"], settings=settings) or ():
            yield moment.date()

    return find


def _recognizers() -> Finder:
    from recognizers_date_time import Culture, recognize_datetime

    def find(text: str, now: datetime) -> Iterable[date]:
        for found in recognize_datetime(text, Culture.Chinese, reference=now):
            value = ((found.resolution or {}).get("values") or [{}])[-1]
            if value.get("type", "").startswith("date") and "value" in value:
                yield date.fromisoformat(value["value"][:10])
            elif value.get("type") == "daterange" and "start" in value and "end" in value:
                first, end = (date.fromisoformat(value[key]) for key in ("start", "end"))
                yield from _between(first, end - timedelta(1))
            elif value.get("type") == "datetimerange" and "start" in value:
                yield date.fromisoformat(value["start"][:10])

    return find


def _between(first: date, last: date) -> Iterable[date]:
    length = (last - first).days
    return (first + timedelta(n) for n in range(min(length, LONGEST) + 1))


LIBRARIES: dict[str, Callable[[], Finder]] = {
    "jionlp": _jionlp,
    "dateparser": _dateparser,
    "recognizers-text-suite": _recognizers,
}


def _resident() -> float:
    with open("/proc/self/statm", encoding="ascii") as found:
        return int(found.read().split()[1]) * 4096 / 1e6


def main() -> None:
    """Read the records, find the days, answer what was found and what it cost."""
    records = [json.loads(line) for line in sys.stdin]
    before, begun = _resident(), time.process_time()
    find = LIBRARIES[sys.argv[1]]()
    _found(find, records[0])
    start = time.process_time() - begun
    answers, spent = [], []
    for record in records:
        begun = time.process_time()
        answers.append(_found(find, record))
        spent.append((time.process_time() - begun) * 1000)
    report: dict[str, Any] = {
        "days": answers,
        "ms": spent,
        "start_ms": start * 1000,
        "mb": _resident() - before,
    }
    print("\n" + json.dumps(report))


def _found(find: Finder, record: dict[str, str]) -> list[str] | None:
    try:
        now = datetime.fromisoformat(record["now"]).replace(tzinfo=None)
        return sorted({day.isoformat() for day in find(record["text"], now)})
    except Exception:  # whatever a library falls over is a message it did not read
        return None


if __name__ == "__main__":
    main()
