"""Words as people write them, made into words the rules know; the table is words.toml."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LONGEST = 4096
NOISE = re.compile(r"[\u200b-\u200f\u2060\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
SPACES = re.compile(r"[ \t\u3000\xa0]+")
PORTIONS = re.compile(r"(?<=[0-9一二两三四五六七八九十俩仨])分(?![钟之])")
RATED = re.compile(r"打|评|满意|\d\s*分.{0,3}(?:好|差)|满分")


@dataclass(frozen=True, slots=True)
class Table:
    """Heard words and what they mean, with one pattern that finds them all."""

    meant: Mapping[str, str]
    pattern: re.Pattern[str]


@cache
def table() -> Table:
    """The table of words, read once."""
    groups = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    meant = {heard: word for group in groups.values() for heard, word in group.items()}
    longest_first = sorted(meant, key=len, reverse=True)
    return Table(meant, re.compile("|".join(map(re.escape, longest_first))))


def normalise(text: str) -> str:
    """The text in half width, simplified, with homophones and dialect words replaced."""
    words = table()
    text = NOISE.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))[:LONGEST]
    for _ in range(2):
        text = words.pattern.sub(lambda found: words.meant[found[0]], text)
    text = SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    if RATED.search(text):
        return text.strip()
    return PORTIONS.sub("份", text).strip()


def lower(text: str) -> str:
    """Lower case that never changes a length, so that places stay the same."""
    lowered = text.lower()
    return (
        lowered
        if len(lowered) == len(text)
        else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )
