"""Families around misreads by other hands: whatever is said of a sentence in families.txt is read of it."""

from datetime import datetime, timedelta, timezone

import pytest

from nlu import Action, Context, Understanding, as_labels, understand
from tests.scoring import DATA

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def families() -> list[tuple[str, str, str, dict[str, str]]]:
    """Chat, intent, words, and the slots that are told of."""
    found = []
    for line in (DATA / "families.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            said, _, told = line.partition(" | ")
            chat, intent, words = said.split(" ", 2)
            facts = [fact for fact in told.replace(" ", "\n").split("\n") if fact]
            found.append((chat, intent, words.replace("⏎", "\n"), _facts(facts)))
    return found


def _facts(pieces: list[str]) -> dict[str, str]:
    """key=value pairs; what holds no sign belongs to the value before it."""
    facts: dict[str, str] = {}
    for piece in pieces:
        key, sign, value = piece.partition("=")
        if sign:
            facts[key] = value
        else:
            facts[list(facts)[-1]] += " " + key
    return facts


FAMILIES = families()


def read(text: str, chat: str) -> Understanding:
    return understand(text, NOW, Context(chat=chat))


def told(slots: dict, key: str, value: str) -> object:
    """What a reading says of one fact, in the words of the file."""
    if key in ("meal", "mode", "for", "time"):
        return slots.get(key) or "-"
    if key in ("days", "to"):
        return ",".join(day[5:] for day in slots.get("dates" if key == "days" else "to_dates", []))
    if key == "count":
        return str(slots["count"] or 1)
    if key == "delta":
        return str(slots.get("count_delta"))
    if key == "parts":
        return ",".join(part(one) for one in slots.get("orders", []))
    if key == "list":
        return ",".join(entry(one) for one in slots["entries"])
    return value if all(word in (slots["notes"] or "") for word in value.split("；")) else slots["notes"]


def part(one: dict) -> str:
    days = "+".join(day[5:] for day in one["dates"])
    return f"{one['meal']}:{one['count'] or 1}:{one['mode'] or '-'}:{days}"


def entry(one: dict) -> str:
    return ":".join(str(value) for value in (one["name"], one["count"], one["mode"]) if value)


@pytest.mark.parametrize(("chat", "intent", "text", "facts"), FAMILIES)
def test_a_sentence_of_a_family_is_read_for_what_it_is(chat, intent, text, facts):
    got = as_labels(read(text, chat))
    slots = got["slots"]
    found = {key: told(slots, key, value) for key, value in facts.items()}
    assert (got["intent"], found) == (intent, facts), got["why"]


@pytest.mark.parametrize(
    ("chat", "text"),
    [(c, t) for c, intent, t, _ in FAMILIES if intent in ("chatter", "unclear")],
)
def test_nothing_is_done_about_what_was_not_asked(chat, text):
    assert read(text, chat).action is not Action.ACT
