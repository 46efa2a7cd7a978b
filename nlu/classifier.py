"""A tiny naive Bayes over one to three letters of the skeleton; it only fills buttons, it never acts."""

import math
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlu.values import Intent


@dataclass(frozen=True, slots=True)
class Model:
    """Log weights of pieces per intent, and of a piece never seen."""

    weights: dict[Intent, dict[str, float]]
    unseen: dict[Intent, float]


def pieces(text: str) -> list[str]:
    """Every run of one to three letters."""
    return [text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1)]


@cache
def model() -> Model:
    """The model trained from the examples shipped, once."""
    examples = tomllib.loads(Path(__file__).with_name("examples.toml").read_text(encoding="utf-8"))
    counted = {
        Intent(intent): Counter(p for text in texts for p in set(pieces(text)))
        for intent, texts in examples.items()
    }
    vocabulary = len(set().union(*counted.values()))
    weights, unseen = {}, {}
    for intent, counts in counted.items():
        total = sum(counts.values()) + 0.3 * vocabulary
        weights[intent] = {piece: math.log((n + 0.3) / total) for piece, n in counts.items()}
        unseen[intent] = math.log(0.3 / total)
    return Model(weights, unseen)


def likely(text: str, most: int) -> tuple[Intent, ...]:
    """The likeliest intents, best first."""
    trained, found = model(), set(pieces(text))
    score = {
        intent: sum(weights.get(piece, trained.unseen[intent]) for piece in found)
        for intent, weights in trained.weights.items()
    }
    return tuple(sorted(score, key=lambda intent: score[intent], reverse=True)[:most])
