"""How the language layer reads sentences: one for people, or a file of them for measuring."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nlu import Context, Understanding, as_labels, understand


def main(arguments: Namespace) -> int:
    """Explain the sentence given, or label the records of --input."""
    if arguments.sentence:
        context = Context(chat="group" if arguments.group else "private")
        now = arguments.at or datetime.now(ZoneInfo("Asia/Shanghai"))
        explain(understand(" ".join(arguments.sentence), now, context))
        return 0
    source = arguments.input.open(encoding="utf-8") if arguments.input else sys.stdin
    target = arguments.output.open("w", encoding="utf-8") if arguments.output else sys.stdout
    try:
        for record in label(source):
            print(json.dumps(record, ensure_ascii=False), file=target)
    finally:
        if arguments.input:
            source.close()
        if arguments.output:
            target.close()
    return 0


def label(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Read `{id, text, now, chat}` records into labels with the time each took, in milliseconds."""
    for line in lines:
        if not line.strip():
            continue
        record = json.loads(line)
        now = datetime.fromisoformat(record["now"])
        begun = time.perf_counter()
        read = understand(record["text"], now, Context(chat=record.get("chat", "private")))
        spent = (time.perf_counter() - begun) * 1000
        yield {"id": record.get("id"), **as_labels(read), "ms": round(spent, 3)}


def explain(read: Understanding) -> None:
    """Print what was understood and why."""
    labels = as_labels(read)
    print(f"{labels['intent']}  ({labels['action']})")
    for name, value in labels["slots"].items():
        if value not in (None, [], ""):
            print(f"  {name}: {json.dumps(value, ensure_ascii=False)}")
    if labels["choices"]:
        print(f"  offered: {', '.join(labels['choices'])}")
    for reason in read.why:
        print(f"  · {reason}")
