"""Formatted text: entities, their UTF-16 lengths, trimming and limits, as Telegram applies them."""

import re
from dataclasses import dataclass

from sandbox.markup_html import parse_html
from sandbox.markup_markdown import parse_markdown
from sandbox.records import Json
from sandbox.refusals import bad

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100

_FOUND = (
    ("url", re.compile(r"(?:https?://|(?<![\w@.])www\.)[^\s<>\"'，。！？）]+", re.ASCII | re.IGNORECASE)),
    ("email", re.compile(r"(?<![\w.+-])[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])")),
    ("mention", re.compile(r"(?<![\w@.])@[A-Za-z0-9_]{4,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<!\w)#(?=\w*[^\W\d])\w{1,256}")),
)
_SIGNS = frozenset("/@#.")


@dataclass(frozen=True, slots=True)
class Formatted:
    """Text with its entities."""

    text: str
    entities: tuple[Json, ...] = ()

    def put_into(self, raw: Json, text_key: str) -> None:
        """Write both into a message object."""
        raw[text_key] = self.text
        if self.entities:
            raw["entities" if text_key == "text" else "caption_entities"] = list(self.entities)


def utf16_length(text: str) -> int:
    """Length in Telegram's unit."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def formatted(text: str, parse_mode: str | None, entities: list[Json] | None, *, limit: int) -> Formatted:
    """Parse, trim and check a text or caption; what remains is what people see."""
    parsed = _parse(text, parse_mode, entities)
    _check_entities(parsed)
    trimmed = _trim(parsed)
    if utf16_length(trimmed.text) > limit:
        raise bad("message is too long" if limit == TEXT_LIMIT else "message caption is too long")
    return with_found(trimmed)


def with_found(text: Formatted) -> Formatted:
    """Add the entities Telegram finds by itself: links, commands, mentions, hashtags."""
    if _SIGNS.isdisjoint(text.text):
        return text
    mine = [(each["offset"], each["offset"] + each["length"]) for each in text.entities]
    found: list[Json] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text.text):
            start = utf16_length(text.text[: match.start()])
            end = start + utf16_length(match.group())
            if all(end <= other[0] or start >= other[1] for other in mine):
                mine.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    if not found:
        return text
    return Formatted(text.text, _in_order([*text.entities, *found]))


def piece(text: str, entity: Json) -> str:
    """The part of the text an entity covers."""
    units = text.encode("utf-16-le")
    start = 2 * int(entity["offset"])
    return units[start : start + 2 * int(entity["length"])].decode("utf-16-le")


def _parse(text: str, parse_mode: str | None, entities: list[Json] | None) -> Formatted:
    if not parse_mode:
        return Formatted(text, _in_order(entities or [])[:ENTITY_LIMIT])
    mode = parse_mode.lower()
    if mode == "html":
        plain, found = parse_html(text)
    elif mode == "markdownv2":
        plain, found = parse_markdown(text)
    elif mode == "markdown":
        raise bad("the sandbox does not offer the legacy parse mode Markdown, use MarkdownV2 or HTML")
    else:
        raise bad("unsupported parse_mode")
    return Formatted(plain, _in_order(found)[:ENTITY_LIMIT])


def _check_entities(text: Formatted) -> None:
    whole = utf16_length(text.text)
    for entity in text.entities:
        start, length = entity["offset"], entity["length"]
        if start < 0 or length <= 0 or start + length > whole:
            raise bad(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {start + length}"
            )


def _trim(text: Formatted) -> Formatted:
    """Cut white space at both ends and shift or clip the entities."""
    body = text.text.rstrip()
    cut = len(body) - len(body.lstrip())
    body = body[cut:]
    if not text.entities or body == text.text:
        return Formatted(body, text.entities if body else ())
    shift, whole = utf16_length(text.text[:cut]), utf16_length(body)
    kept = []
    for entity in text.entities:
        start = max(entity["offset"] - shift, 0)
        end = min(entity["offset"] + entity["length"] - shift, whole)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return Formatted(body, tuple(kept))


def _in_order(entities: list[Json]) -> tuple[Json, ...]:
    return tuple(sorted(entities, key=lambda each: (each["offset"], -each["length"])))
