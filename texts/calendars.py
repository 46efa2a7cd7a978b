"""Shifts and visits as a calendar file (RFC 5545): instants in UTC, lines folded at 75 octets, one steady id for each place."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from texts.rendering import Words, plain

FOLD = 75
DOMAIN = "gulou"


def ics(data: Mapping[str, Any], words: Words) -> bytes:
    """A whole calendar; one that is read again replaces what it said before."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Gulou//Canteen//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(words.say({'key': 'shifts.calendar_name', 'facts': {'canteen': data['canteen']}}))}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        *(line for event in data["events"] for line in _event(event, data, words)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _event(event: Mapping[str, Any], data: Mapping[str, Any], words: Words) -> Iterator[str]:
    if "visit" in event:
        yield from _visit(event, words)
        return
    duty = words.fact({"$": "enum", "t": "DutyKind", "v": event["duty"]})
    facts = {"duty": duty, "canteen": plain(data["canteen"])}
    yield "BEGIN:VEVENT"
    yield f"UID:place-{event['id']}@{DOMAIN}"
    yield f"DTSTAMP:{_instant(event['changed_at'])}"
    yield f"DTSTART:{_instant(event['starts_at'])}"
    yield f"DTEND:{_instant(event['ends_at'])}"
    yield f"SUMMARY:{_text(words.say({'key': 'shifts.calendar_event', 'facts': facts}))}"
    yield f"STATUS:{'CONFIRMED' if event['stands'] else 'CANCELLED'}"
    yield "END:VEVENT"


def _visit(event: Mapping[str, Any], words: Words) -> Iterator[str]:
    """A visit takes some part of its day; whom it is to is nobody's business on a calendar."""
    day = date.fromisoformat(event["day"])
    yield "BEGIN:VEVENT"
    yield f"UID:visit-{event['visit']}@{DOMAIN}"
    yield f"DTSTAMP:{_instant(event['changed_at'])}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(words.template('visits.calendar_event'))}"
    yield f"STATUS:{'CONFIRMED' if event['stands'] else 'CANCELLED'}"
    yield "END:VEVENT"


def _instant(iso: str) -> str:
    return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    for letter in ("\\", ";", ","):
        words = words.replace(letter, f"\\{letter}")
    return words.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Cut by octets, never inside a letter; what follows begins with a space."""
    parts, current = [], ""
    for letter in line:
        if len((current + letter).encode()) > FOLD:
            parts.append(current)
            current = " "
        current += letter
    return "\r\n".join([*parts, current])
