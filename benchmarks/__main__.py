"""`python -m benchmarks [NAME…] [--quick]`: one table; a whole run is written to docs/performance.md and README.md."""

import argparse
import asyncio
import importlib
import tempfile
from pathlib import Path
from time import monotonic

from benchmarks import paper
from benchmarks.contestants import sit_apart
from benchmarks.figures import Section

NAMES = (
    *("throughput", "latency", "rush", "reminders", "history", "starting", "language", "emergency"),
    "shifts",
)


def main() -> None:
    """Run what was asked for."""
    wish = _parser().parse_args()
    sit_apart()
    begun, sections = monotonic(), []
    for name in wish.names:
        section = _run(name, quick=wish.quick)
        print(paper.table(section), flush=True)
        sections.append(section)
    print(paper.claims(sections))
    if tuple(wish.names) == NAMES and not wish.quick:
        paper.write(sections, monotonic() - begun)


def _run(name: str, *, quick: bool) -> Section:
    module = importlib.import_module(f"benchmarks.{name}")
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
        return asyncio.run(module.run(Path(folder), quick=quick))  # type: ignore[no-any-return]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", default=NAMES, choices=(*NAMES, NAMES), metavar="NAME", help=", ".join(NAMES)
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run: its numbers mean nothing")
    return parser


if __name__ == "__main__":
    main()
