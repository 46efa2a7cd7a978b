"""Branch coverage may not fall below what the project promises: per room, from the data of the last test run."""

import json
import subprocess
import sys
from pathlib import Path

FLOORS = {"rules": 95, "nlu": 95, "models": 95}
OVERALL = 90
"""In percent of lines and branches; floors only ever rise."""


def measured(report: Path) -> dict[str, float]:
    """Per room and overall: covered lines and branches in percent."""
    counts: dict[str, list[int]] = {}
    for name, file in json.loads(report.read_text())["files"].items():
        summary = file["summary"]
        for room in (Path(name).parts[0], "overall"):
            covered, total = counts.setdefault(room, [0, 0])
            counts[room] = [
                covered + summary["covered_lines"] + summary["covered_branches"],
                total + summary["num_statements"] + summary["num_branches"],
            ]
    return {room: 100 * covered / max(1, total) for room, (covered, total) in counts.items()}


def main() -> int:
    """Print the table; 1 when a floor is broken."""
    report = Path("build/coverage.json")
    report.parent.mkdir(exist_ok=True)
    subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], check=True)
    found = measured(report)
    broken = 0
    for room, percent in sorted(found.items()):
        floor = OVERALL if room == "overall" else FLOORS.get(room, 0)
        broken |= percent < floor
        print(f"{room:12} {percent:5.1f} %  (floor {floor} %)")
    return broken


if __name__ == "__main__":
    sys.exit(main())
