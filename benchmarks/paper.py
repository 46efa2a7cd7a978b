"""Tables on the screen, and the same in docs/performance.md and README.md."""

import os
import platform
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from unicodedata import east_asian_width

from benchmarks.figures import Section

HOME = Path(__file__).parent.parent
BEGINS, ENDS = "<!-- measured -->", "<!-- /measured -->"
LIBRARIES = ("python-telegram-bot", "httpx", "aiogram", "aiohttp", "SQLAlchemy", "sqlmodel")


def table(section: Section) -> str:
    """A benchmark as aligned text."""
    return f"\n{section.title}\n{section.how}\n\n{_grid([section.header, *section.rows])}"


def claims(sections: Sequence[Section]) -> str:
    """All claims as one Markdown table, the same on the screen, in the docs and in the README."""
    rows = [
        (claim.what, claim.aim, claim.measured, "yes" if claim.kept else "**no**")
        for section in sections
        for claim in section.claims
    ]
    return "\n" + _grid([("claim", "aim", "measured", "kept"), *rows])


def _grid(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with its columns aligned; a Chinese character is two wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = [f"| {' | '.join(map(_padded, row, widths))} |" for row in rows]
    return "\n".join([lines[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *lines[1:]])


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def machine() -> str:
    """What it was measured on."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{date.today().isoformat()}, {os.cpu_count()} cores (load average {os.getloadavg()[2]:.1f} at the end; a quiet machine "
        f"shows about 1), {_processor()}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {_sqlite()}; {versions}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _sqlite() -> str:
    import sqlite3

    return sqlite3.sqlite_version


def write(sections: Sequence[Section], seconds: float) -> None:
    """docs/performance.md whole, and the claims into the README between their marks."""
    told = claims(sections)
    found = "\n".join(f"\n## {s.title[4:]}\n\n{s.how}\n\n{_grid([s.header, *s.rows])}" for s in sections)
    page = INTRODUCTION.format(
        machine=machine(), minutes=round(seconds / 60), claims=f"{BEGINS}{told}\n{ENDS}"
    )
    (HOME / "docs" / "performance.md").write_text(page + found + "\n", encoding="utf-8")
    readme = HOME / "README.md"
    readme.write_text(replaced(readme.read_text(encoding="utf-8"), told), encoding="utf-8")


def replaced(text: str, told: str) -> str:
    """A page with its measured part replaced; one without marks is a fault."""
    before, mark, rest = text.partition(BEGINS)
    if not mark or ENDS not in rest:
        raise ValueError("no place for the measured claims")
    return f"{before}{BEGINS}{told}\n{ENDS}{rest.partition(ENDS)[2]}"


INTRODUCTION = """# Performance

Written by `make bench`; do not edit by hand. Measured on {machine} The run took {minutes} minutes.

{claims}

## How it is measured

The bot is a process of its own on the last core; the messenger (`benchmarks/messenger.py`, a lean Bot API on loopback that answers at once)
and the people sit on the first. Ratios are taken within one run: variants take turns round by round, each quotient has both its halves from
the same round, and the median of the quotients is shown. Compare ratios, not absolute figures: those move with the machine. The other bots
are what their own documentation shows: each answers every text with the same text, stores nothing and decides nothing. Ours is
`bot.py run` as shipped; only for (1) and (2) it has `pace = "local"`, since the echo bots know no limits either. One run of one part:
`python -m benchmarks throughput`; a smoke run: `--quick`.
"""
