"""The words of danger: each becomes one letter, so that what may stand near what is said in a few letters."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

ALONE = "!"
"""The letter of a word that is danger by itself."""
EITHER = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Words:
    """Every word with its letter and, for danger alone, its kind; how long words with a first letter may be."""

    letters: Mapping[str, tuple[str, str]]
    lengths: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Marks:
    """A text with words as letters, where each letter began, and the kinds of the words that are danger alone."""

    text: str
    places: tuple[int, ...]
    kinds: Mapping[int, str]


def spread(word: str) -> Iterator[str]:
    """(喘|透)不上气 as the words it stands for; a low line is a space."""
    parts = EITHER.split(word.replace("_", " "))
    choices = [part.split("|") if n % 2 else [part] for n, part in enumerate(parts)]
    return ("".join(chosen) for chosen in product(*choices))


@cache
def lexicon() -> Words:
    """The words of danger, read once."""
    found = tomllib.loads(Path(__file__).with_name("dangers.toml").read_text(encoding="utf-8"))
    harmless = found["classes"].pop(".")
    letters = {
        said: (letter, "")
        for letter, words in found["classes"].items()
        for word in words.split()
        for said in spread(word)
    }
    letters |= {
        said: (ALONE, kind)
        for kind, words in found["alone"].items()
        for word in words.split()
        for said in spread(word)
    }
    letters |= {said: (".", "") for word in harmless.split() for said in spread(word)}
    lengths: dict[str, set[int]] = {}
    for said in letters:
        lengths.setdefault(said[0], set()).add(len(said))
    return Words(letters, {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()})


def marked(low: str) -> Marks:
    """The text with the longest word at each place as one letter."""
    words = lexicon()
    out: list[str] = []
    places: list[int] = []
    kinds: dict[int, str] = {}
    letters, lengths, place, end = words.letters, words.lengths, 0, len(low)
    while place < end:
        letter, step = low[place], 1
        for length in lengths.get(letter, ()):
            found = letters.get(low[place : place + length])
            if found:
                letter, step = found[0], length
                if found[1]:
                    kinds[len(out)] = found[1]
                break
        out.append(letter)
        places.append(place)
        place += step
    return Marks("".join(out), (*places, end), kinds)
