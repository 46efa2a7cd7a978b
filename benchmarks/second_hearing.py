"""Learns the weights of the second hearing, and says how it reads hands it has not learnt from.

`python -m benchmarks.second_hearing` prints the table (each hand left out in turn); with `--write` nlu/second_hearing.txt is
written anew. The same data gives the same file. Talk that nobody labelled comes with requirements/bench.txt.
"""

import argparse
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from benchmarks.language import background
from nlu.dangers import danger_in
from nlu.normalise import lower, normalise
from nlu.second_hearing import WEIGHTS, Sieve, fragments, pieces, weigh
from tests.scoring import DATA, records

HANDS = {
    "first author": ("utterances", "utterances_held"), "voices": ("voices", "voices_sealed"), "a, b": ("others_tune", "others_final"),
    "c": ("others_c",), "d": ("others_d",), "e": ("others_e",), "g": ("others_g",),
    "f": ("others_f",), "h": ("others_h",),
}  # fmt: skip
OURS = {"own": {"dangers": True, "no_dangers": False}, "own, later": {"cries": True, "look_alikes": False}}
AROUND = {
    "a, b": "own",
    "c": "own",
    "d": "own",
    "g": "own, later",
    "e": "own, later",
    "f": "own, later",
    "h": "own, later",
}
"""Around what these hands said our own sentences were written: they are left out together."""
EPOCHS, RATE, DECAY, HEAVIER, LIGHTEST, SEED = 12, 0.2, 1e-4, 2.0, 0.25, 7
BASE = -2.0
"""Words of which nothing is known are no cry."""
SEEN, CRIES_COUNT = 9, 5
"""A fragment is kept when it was met in two cries, in nine other texts, or in one cry and four others."""
THRESHOLDS = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one hand, and whether they are a cry for help."""

    hand: str
    low: str
    cry: bool


def labelled() -> list[Said]:
    """Everything that somebody labelled."""
    found = [
        Said(hand, as_heard(row["text"]), row["intent"] == "emergency")
        for hand, names in HANDS.items()
        for name in names
        for row in records(name)
    ]
    found += [Said("wordings", as_heard(text), intent == "emergency") for intent, text in _wordings()]
    return found + [
        Said(hand, as_heard(text), cry)
        for hand, names in OURS.items()
        for name, cry in names.items()
        for text in (DATA / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1]
    ]


def _wordings() -> Iterable[tuple[str, str]]:
    """Intents and sentences of the files of plain wording."""
    for name in ("wordings", "families"):
        for line in (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                _, intent, text = line.split(" |")[0].split(" ", 2)
                yield intent, text


def as_heard(text: str) -> str:
    """The words as the language layer sees them."""
    return lower(normalise(text))


def unlabelled() -> list[Said]:
    """Talk and reviews, taken to hold no cry; what the rules call one may be one and teaches nothing."""
    found = [Said("background", as_heard(text), False) for _, text in background()]
    random.Random(SEED).shuffle(found)
    return found


def learn(said: Iterable[Said]) -> Sieve:
    """Weights by descent; then once more with only the fragments that weighed something."""
    rows = [
        (fragments(piece), one.cry)
        for one in said
        for piece in ([one.low] if one.cry else dict.fromkeys(pieces(one.low)))
    ]
    counted: Counter[str] = Counter()
    for found, cry in rows:
        counted.update(dict.fromkeys(found, CRIES_COUNT if cry else 1))
    first = _descend(rows, {fragment for fragment, n in counted.items() if n >= SEEN})
    return _descend(rows, {fragment for fragment, weight in first.weights.items() if abs(weight) >= LIGHTEST})


def _descend(rows: Sequence[tuple[set[str], bool]], kept: set[str]) -> Sieve:
    """Log-linear, one row at a time, each fragment with a pace of its own."""
    places = {fragment: place for place, fragment in enumerate(sorted(kept))}
    data = [(sorted(places[one] for one in found & kept), cry) for found, cry in rows]
    weights, paces, dice = [0.0] * len(places), [1e-6] * len(places), random.Random(SEED)
    for _ in range(EPOCHS):
        dice.shuffle(data)
        for found, cry in data:
            scale = 1 / math.sqrt(len(found) or 1)
            score = BASE + scale * sum([weights[place] for place in found])
            off = (1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - cry) * (HEAVIER if cry else 1.0)
            if abs(off) < 1e-3:
                continue
            for place in found:
                slope = off * scale + DECAY * weights[place]
                paces[place] += slope * slope
                weights[place] -= RATE * slope / math.sqrt(paces[place])
    return Sieve(BASE, {fragment: weights[place] for fragment, place in places.items()})


def written(sieve: Sieve) -> str:
    """The file: what silence weighs, then a line for each weight with its fragments."""
    rounded = sorted((round(20 * weight) / 20, fragment) for fragment, weight in sieve.weights.items())
    lines = [
        " ".join((f"{weight:g}", *(fragment for _, fragment in some)))
        for weight, some in groupby(rounded, key=lambda pair: pair[0])
    ]
    return "\n".join((f"{sieve.base:.3f}", *lines))


def table(said: Sequence[Said], talk: Sequence[Said], hands: Sequence[str]) -> None:
    """How each hand is read by weights that never saw it, and talk by weights that never saw that half of it."""
    half = len(talk) // 2
    for hand in hands or (*HANDS, "wordings", "talk"):
        out = {hand, AROUND.get(hand)}
        if hand == "talk":
            pairs = ((talk[:half], talk[half:]), (talk[half:], talk[:half]))
            read = [
                (one, weigh(sieve, fragments(one.low)))
                for learnt, left in pairs
                for sieve in [learn([*said, *learnt])]
                for one in left
            ]
        else:
            sieve = learn([*(one for one in said if one.hand not in out), *talk])
            read = [(one, weigh(sieve, fragments(one.low))) for one in said if one.hand == hand]
        print(f"{hand}:", *(_line(read, threshold) for threshold in THRESHOLDS), sep="\n  ")


def _line(read: Sequence[tuple[Said, float]], threshold: float) -> str:
    """Cries heard and others taken for cries: by the rules, by the weights, by both."""
    counts = []
    for cry in (True, False):
        some = [(danger_in(one.low), score >= threshold) for one, score in read if one.cry is cry]
        rules = [bool(alarm and alarm.sure) for alarm, _ in some]
        heard = [high for _, high in some]
        both = [rule or high for rule, high in zip(rules, heard, strict=True)]
        counts.append(f"{sum(rules)} | {sum(heard)} | {sum(both)} of {len(some)}")
    return f"{threshold:+.1f}  cries {counts[0]}   others {counts[1]}"


def main() -> None:
    """The table, and the file when asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.second_hearing", description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help="write nlu/second_hearing.txt anew, without the table"
    )
    said, talk = labelled(), unlabelled()
    parser.add_argument("hand", nargs="*", help="only these, or talk")
    asked = parser.parse_args()
    if asked.write:
        WEIGHTS.write_text(written(learn([*said, *talk])), encoding="utf-8")
    else:
        table(said, talk, asked.hand)


if __name__ == "__main__":
    main()
