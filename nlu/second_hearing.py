"""A second hearing beside the rules of danger: fragments of one to three letters, each with a learnt weight, added up.

The weights lie in second_hearing.txt, written by `python -m benchmarks.second_hearing --write` from the labelled messages of
several hands and from talk that nobody labelled. Rules hear words somebody thought of; this one hears wording that is like them.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("second_hearing.txt")
BREAKS = re.compile(r"[\n。!?]+")
SIGNS = re.compile(r"[\s,。.!?;:、~…\"'“”‘’()《》<>/\-_—·+*#]+")
"""Who writes commas and who does not says nothing about danger."""
PEOPLE = re.compile(
    "爷爷|奶奶|公公|婆婆|爸爸|妈妈|外公|外婆|姥姥|姥爷|老[伴公婆头太豆爸妈爹娘人][子太家]?|阿[公婆爷妈爸叔伯姨嫂嫲太弟妹姐哥]"
    "|[叔伯姨姑舅婶嫂弟妹哥姐][叔伯姨姑舅婶嫂弟妹哥姐妈]?|[孙儿女][子女儿]|孩子|娃[娃儿仔]?|大[爷妈娘伯叔嫂哥姐]|[爸妈爹娘爷奶公婆他她佢]"
    "|(?:grand)?(?:ma|pa|dad|mum|mom|mother|father)(?:my)?\\b"
)
"""A family is named in nearly every cry and in every other order of a meal: all of them count as one."""
SHORT, LONGEST, FURTHEST = 60, 120, 1200
NAMED = 5


@dataclass(frozen=True, slots=True)
class Sieve:
    """What every fragment weighs, and what silence weighs."""

    base: float
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class Heard:
    """How much a piece of a text sounds like a cry for help."""

    score: float
    piece: str

    @property
    def fragments(self) -> tuple[str, ...]:
        """Those that say so the loudest; looked for only where somebody wants to know why."""
        weights = shipped().weights
        known = fragments(self.piece) & weights.keys()
        return tuple(sorted(known, key=lambda said: (-weights[said], said))[:NAMED])


def fragments(low: str) -> set[str]:
    """Every run of one to three letters, with where the text begins and ends."""
    text = f"^{SIGNS.sub('', PEOPLE.sub('P', low))}$"
    return {text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1)}


@cache
def shipped() -> Sieve:
    """The weights that come with the program: a line for each weight, with its fragments."""
    weights: dict[str, float] = {}
    base, *lines = WEIGHTS.read_text(encoding="utf-8").split("\n")
    for line in lines:
        weight, *found = line.split(" ")
        weights.update(dict.fromkeys(found, float(weight or 0)))
    return Sieve(float(base), weights)


@lru_cache(maxsize=64)
def second_hearing(low: str) -> Heard:
    """The piece of a text that sounds the most like a cry; text in lower case."""
    sieve = shipped()
    return max((_heard(sieve, piece) for piece in pieces(low)), key=lambda heard: heard.score)


def pieces(low: str) -> Iterator[str]:
    """A short text whole; of a longer one also every sentence, since the rest of it drowns a cry."""
    yield low[:LONGEST]
    if len(low) > SHORT or "\n" in low:
        yield from (piece[:LONGEST] for piece in BREAKS.split(low[:FURTHEST]) if piece)


def weigh(sieve: Sieve, found: set[str]) -> float:
    """The sum of what is known, made comparable between short and long texts."""
    known = [sieve.weights[fragment] for fragment in found if fragment in sieve.weights]
    return sieve.base + math.fsum(known) / math.sqrt(len(known) or 1)


def _heard(sieve: Sieve, piece: str) -> Heard:
    return Heard(weigh(sieve, fragments(piece)), piece)
