"""Sheets on paper: A4, large type, one page whatever; data goes in as JSON, never as markup."""

import functools
import json
from collections.abc import Callable, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from texts import books, rosters, visits
from texts.files import FILES
from texts.rendering import Words, plain

TEMPLATES = Path(__file__).parent / "templates"
FONTS = "pylopdf-fonts-zh-cn"


@functools.cache
def fonts() -> Path:
    """The folder of the Chinese fonts that come with the requirements."""
    files = metadata.files(FONTS) or []
    return Path(str(next(file for file in files if file.suffix == ".otf").locate())).parent


def made(sheet: str, data: Mapping[str, Any], words: Words) -> tuple[str, bytes]:
    """A sheet as a file with its name; slow (a second), so in a thread of its own."""
    if sheet in FILES:
        return FILES[sheet](data, words)
    about = f"-{data['month'][:7]}" if "month" in data else ""
    if sheet in WORKBOOKS:
        return f"{sheet}{about}.xlsx", WORKBOOKS[sheet](data, words)
    return f"{sheet}{about}.pdf", pdf(sheet, data, words)


def pdf(sheet: str, data: Mapping[str, Any], words: Words) -> bytes:
    """A sheet as a PDF, of one page but for books."""
    return compiled(sheet, data, words, "pdf")


def compiled(sheet: str, data: Mapping[str, Any], words: Words, form: Literal["pdf", "png"]) -> bytes:
    """A sheet in one of typst's forms."""
    import typst

    template, say = PAGES[sheet]
    spoken = say(data, words)
    made = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=[str(fonts())],
        ignore_system_fonts=True,
        format=form,
        sys_inputs={"data": json.dumps(spoken, ensure_ascii=False)},
    )
    return bytes(made[0] if isinstance(made, list) else made)


def _fact(words: Words, key: str, **facts: Any) -> str:
    return words.say({"key": key, "facts": facts})


def _enum(kind: str, value: str) -> dict[str, str]:
    return {"$": "enum", "t": kind, "v": value}


def _head(data: Mapping[str, Any], words: Words, title: str) -> dict[str, Any]:
    when = words.fact(date.fromisoformat(data["day"]))
    sitting = words.fact(_enum("Sitting", data["sitting"]))
    return {
        "title": f"{words.template(title)} · {plain(data['canteen'])}",
        "when": f"{when} {sitting}",
        "dishes": words.fact(data["dishes"]) if data["dishes"] else words.template("sheets.no_dishes"),
    }


def kitchen(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The kitchen sheet in words: headline numbers, boxes, names."""
    modes = [[words.fact(_enum("Mode", mode)), count] for mode, count in data["modes"]]
    return {
        **_head(data, words, "sheets.title_kitchen"),
        "total": _fact(words, "sheets.total", total=data["total"]),
        "numbers": modes,
        "boxes": [box for box in _boxes(data, words) if box["lines"]],
        "names_title": words.template("sheets.names_title"),
        "names": [_name(eater, words) for eater in data["eaters"]],
    }


def _boxes(data: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    clashes = [
        f"{plain(row['name'], 12)} {_diets(row['wants'], words)} ✗ {words.fact(row['dishes'])}"
        for row in data["clashes"]
    ]
    prepared = [f"{_diets([name], words)}  {count}" for name, count in data["preparations"]]
    guests = [
        f"{plain(name, 12)}: {words.fact([plain(guest, 12) for guest in kept])}"
        for name, kept in data["guests"]
    ]
    calls = [words.fact([plain(name, 12) for name in data["calls"]])] if data["calls"] else []
    return [
        {"title": words.template("sheets.preparation_title"), "lines": prepared},
        {"title": words.template("sheets.clashes"), "lines": clashes},
        {"title": words.template("sheets.call_title"), "lines": calls},
        {"title": words.template("sheets.guest_title"), "lines": guests},
    ]


def _diets(names: list[str], words: Words) -> str:
    return words.fact([words.template(f"sheets.diet_{name}") for name in names])


def _name(eater: Mapping[str, Any], words: Words) -> list[str]:
    wants = _diets(eater["wants"], words) if eater["wants"] else ""
    note = plain(eater.get("note", ""), 20)
    more = " ".join(filter(None, (words.fact(_enum("Mode", eater["mode"])), wants, note)))
    return [plain(eater["name"], 12), f"×{eater['portions']}", more]


def delivery(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The carrier's sheet in words: doors in order."""
    total = sum(stop["portions"] for stop in data["stops"])
    return {
        **_head(data, words, "sheets.title_delivery"),
        "total": _fact(words, "sheets.total", total=total),
        "numbers": [],
        "boxes": [],
        "names_title": "",
        "names": [_stop(number, stop, words) for number, stop in enumerate(data["stops"], 1)],
    }


def _stop(number: int, stop: Mapping[str, Any], words: Words) -> list[str]:
    wants = _diets(stop["wants"], words) if stop["wants"] else ""
    door = " ".join(filter(None, (stop["hamlet"], plain(stop["address"], 40), stop["phone"])))
    note = plain(stop["note"], 20)
    return [
        f"{number}. {plain(stop['name'], 12)}",
        str(stop["portions"]),
        " ".join(filter(None, (door, wants, note))),
    ]


Say = Callable[[Mapping[str, Any], Words], dict[str, Any]]
PAGES: Mapping[str, tuple[str, Say]] = {
    "kitchen": ("sheet.typ", kitchen),
    "delivery": ("sheet.typ", delivery),
    "roster": ("roster.typ", rosters.week),
    "visits": ("visits.typ", visits.week),
    "kitchen_book": ("book.typ", books.book),
}
WORKBOOKS: Mapping[str, Callable[[Mapping[str, Any], Words], bytes]] = {
    "kitchen_table": books.workbook,
    "eaters": books.eaters,
}
