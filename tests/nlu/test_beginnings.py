"""A pattern that is tried only at some letters would miss what begins with another: none may be missing."""

import re
from importlib import import_module
from pkgutil import iter_modules
from re import _constants as said  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import pytest

import nlu
from nlu.beginnings import begins

HEAD = re.compile(r"\(\?=(\[.+?\])\)\(\?:", re.DOTALL)
LETTERS = [
    chr(code) for code in (*range(0x20, 0x7F), 0xD7, 0xFF0B, *range(0x3000, 0x3040), *range(0x4E00, 0xA000))
]


def patterns():
    modules = [import_module(f"nlu.{found.name}") for found in iter_modules(nlu.__path__)]
    named = {(module.__name__, name): one for module in modules for name, one in vars(module).items()}
    return {
        f"{module}.{name}": one
        for (module, name), one in named.items()
        if isinstance(one, re.Pattern) and HEAD.match(one.pattern)
    }


def first(steps):
    """Which sets of letters can stand first, and whether all of it may be left out."""
    found = []
    for step, what in steps:
        if step in (said.ASSERT, said.ASSERT_NOT, said.AT):
            continue
        if step in (said.LITERAL, said.IN):
            return [*found, (step, what)], False
        assert step in (said.SUBPATTERN, said.BRANCH, said.MAX_REPEAT, said.MIN_REPEAT), f"{step} is new here"
        branches = [first(branch) for branch in (what[1] if step is said.BRANCH else [what[-1]])]
        found += [one for letters, _ in branches for one in letters]
        repeated = step in (said.MAX_REPEAT, said.MIN_REPEAT)
        if not (any(empty for _, empty in branches) or (repeated and what[0] == 0)):
            return found, False
    return found, True


def holds(step, what, letter):
    if step is said.LITERAL:
        return what == ord(letter)
    kinds = {said.CATEGORY_DIGIT: r"\d", said.CATEGORY_SPACE: r"\s", said.CATEGORY_WORD: r"\w"}
    return any(
        (kind is said.LITERAL and value == ord(letter))
        or (kind is said.RANGE and value[0] <= ord(letter) <= value[1])
        or (kind is said.CATEGORY and re.match(kinds[value], letter))
        for kind, value in what
    )


def missing(pattern):
    head = HEAD.match(pattern.pattern)
    steps, empty = first(parser.parse(pattern.pattern[head.end() - 3 :], pattern.flags & ~re.UNICODE))
    assert not empty, "a pattern that may be nothing begins everywhere"
    return "".join(
        one for one in LETTERS if any(holds(*step, one) for step in steps) and not re.match(head[1], one)
    )


@pytest.mark.parametrize("name", sorted(patterns()))
def test_no_word_of_a_villager_is_missed_for_its_first_letter(name):
    assert missing(patterns()[name]) == ""


def test_there_are_such_patterns():
    assert {"nlu.moments.ATOM", "nlu.day_groups.GROUP", "nlu.spans.MODES"} <= patterns().keys()


def test_a_letter_that_is_missing_is_seen():
    assert missing(begins("ab", "a|(?P<x>b|c)|(?<!z)[d-e]x|f?g")) == "cdefg"
