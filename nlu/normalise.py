"""Words as people write them, made into words the rules know; the table is words.toml, and the village may add to it."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

LONGEST = 4096
NOISE = re.compile(r"[\u200b-\u200f\u2060\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
CIRCLED = re.compile("[\u2460-\u2473](?=\\D)")
"""①韦叔: the number of a line in a list."""
SPACES = re.compile(r"[ \t\u3000\xa0]+")
PORTIONS = re.compile(r"(?<=[0-9一二两三四五六七八九十俩仨])分(?![钟之])")
RATED = re.compile(r"[扣评][一二三四五\d]分|打(?![包饭抱])|评|满意|\d\s*分.{0,3}(?:好|差)|满分")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Heard words and what they mean, with one pattern that finds them all; shapes look at what stands beside."""

    meant: Mapping[str, str]
    letters: Mapping[int, str]
    pattern: re.Pattern[str]
    shapes: tuple[tuple[re.Pattern[str], str], ...] = ()


@cache
def table() -> Table:
    """The table of words, read once."""
    groups = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    shapes = tuple((re.compile(shape), word) for shape, word in groups.pop("shapes").items())
    meant = {heard: word for group in groups.values() for heard, word in group.items()}
    return _table(meant, shapes)


@lru_cache(maxsize=64)
def extended(own: Pairs) -> Table:
    """The table with a village's own words, which win over those shipped."""
    return _table({**table().meant, **dict(own)}, table().shapes) if own else table()


def _table(meant: Mapping[str, str], shapes: tuple[tuple[re.Pattern[str], str], ...]) -> Table:
    letters = {ord(heard): word for heard, word in meant.items() if len(heard) == 1}
    longest_first = sorted((heard for heard in meant if len(heard) > 1), key=len, reverse=True)
    return Table(meant, letters, re.compile(_alternation(longest_first)), shapes)


def _alternation(words: list[str]) -> str:
    """One branch per first letter, so that most places of a text cost one step."""
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_letter.items())


def normalise(text: str, own: Pairs = ()) -> str:
    """The text in half width, simplified, with homophones and dialect words replaced."""
    return _normalised(text, own)  # one name for `()` said and not said: else each would be kept by itself


@lru_cache(maxsize=256)
def _normalised(text: str, own: Pairs) -> str:
    """A sentence is looked at by several readers, and by the first of them long before the others: a batch is a hundred."""
    words = extended(own)
    text = CIRCLED.sub(lambda found: f"{found[0]}、", text[:LONGEST])
    text = NOISE.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))[:LONGEST]
    text = _replaced(_replaced(text, words).translate(words.letters), words)
    for shape, word in words.shapes:
        text = shape.sub(word, text)
    text = SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    if RATED.search(text):
        return text.strip()
    return PORTIONS.sub("份", text).strip()


def _replaced(text: str, words: Table) -> str:
    return words.pattern.sub(lambda found: words.meant[found[0]], text)


def lower(text: str) -> str:
    """Lower case that never changes a length, so that places stay the same."""
    lowered = text.lower()
    return (
        lowered
        if len(lowered) == len(text)
        else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )
