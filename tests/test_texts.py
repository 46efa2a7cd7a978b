"""The catalogs are whole: the same keys and placeholders in both languages, and words for every key the code uses."""

import ast
import re
import string
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from models.lunch.meals import Mode, Sitting
from rules.values import Fen, Text, encode
from texts import Words, load
from texts.rendering import plain

HOME = Path(__file__).parent.parent
CATALOGS = load()
SAYS = ("handlers", "jobs", "rules", "commands", "transports", "web", "sandbox")
ASSEMBLED = {"lines", "verbatim"}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def keys_used() -> dict[str, str]:
    """Every literal key given to Text, Refused, say or complain, and where."""
    found = {}
    for room in SAYS:
        for path in (HOME / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = ast.unparse(node.func).rpartition(".")[2]
                first = node.args[0]
                if name in ("Text", "Refused", "say", "complain") and isinstance(first, ast.Constant):
                    found[str(first.value)] = f"{path.relative_to(HOME)}:{node.lineno}"
    return found


def test_both_languages_have_the_same_keys():
    assert set(CATALOGS["zh_CN"]) == set(CATALOGS["en"])


def test_both_languages_take_the_same_facts():
    chinese, english = CATALOGS["zh_CN"], CATALOGS["en"]
    differing = {key for key in chinese if placeholders(chinese[key]) != placeholders(english.get(key, ""))}
    assert differing <= {"format.day"}, (
        "a day is named by its number in one language and by its month's name in the other"
    )


def test_every_key_the_code_uses_has_words():
    missing = {key: where for key, where in keys_used().items() if key not in CATALOGS["zh_CN"]}
    assert {key: where for key, where in missing.items() if key not in ASSEMBLED} == {}


def test_no_words_are_empty():
    assert [key for words in CATALOGS.values() for key, said in words.items() if not said.strip()] == []


@pytest.mark.parametrize("path", sorted((HOME / "texts").rglob("*.po")), ids=lambda path: path.name)
def test_the_translators_tools_read_every_catalog_as_we_do(path):
    with path.open("rb") as file:
        theirs = {message.id: message.string for message in read_po(file) if message.id}
    ours = CATALOGS[path.stem.rpartition(".")[2]]
    assert {key: ours[key] for key in theirs} == theirs


def test_no_key_is_given_words_twice():
    for language in CATALOGS:
        seen: dict[str, str] = {}
        for path in sorted((HOME / "texts").rglob(f"*{language}.po")):
            for key in re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), flags=re.MULTILINE):
                assert key not in seen, f"{key} in {path.name} and {seen.get(key)}"
                seen[key] = path.name


def test_a_day_a_time_and_money_read_as_the_village_says_them():
    words = Words("zh_CN", "Asia/Shanghai")
    assert words.fact(date(2026, 11, 26)) == "11月26日 周四"
    assert words.fact(time(9, 5)) == "9:05"
    assert words.fact(datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("UTC"))) == "11月25日 周三 18:00"
    assert words.fact(Fen(350)) == "3.50元"
    assert words.fact(Fen(-300)) == "-3元"
    assert words.fact(["韦", "覃", "蒙"]) == "韦、覃、蒙"


@given(
    st.one_of(
        st.integers(),
        st.text(),
        st.dates(),
        st.times().map(lambda t: t.replace(microsecond=0)),
        st.sampled_from([*Mode, *Sitting]),
        st.integers(-(10**9), 10**9).map(Fen),
    )
)
def test_a_fact_reads_the_same_when_it_waited_in_the_outbox(value):
    words = Words("zh_CN", "Asia/Shanghai")
    assert words.fact(encode(value)) == words.fact(value)


@given(st.text())
def test_a_strangers_name_keeps_to_one_line_and_turns_nothing_around(name):
    shown = plain(name)
    assert "\n" not in shown
    assert len(shown) <= 64
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b")


def test_a_key_without_words_shows_itself_instead_of_failing():
    assert Words("en", "UTC").say(Text("no.such.key")) == "⟦no.such.key⟧"
