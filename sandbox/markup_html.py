"""Telegram's HTML parse mode, with Telegram's complaints and byte offsets."""

import re
from dataclasses import dataclass, field

from sandbox.records import Json
from sandbox.refusals import ApiError, bad

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_TOKEN = re.compile(r"<[^>]*>|&(?:#x[0-9a-fA-F]+|#[0-9]+|lt|gt|amp|quot);|<")
_TAG = re.compile(r"<(/?)([A-Za-z0-9-]+)(.*?)/?>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_NAMED = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Reading:
    """Where the reader is: plain text so far, its UTF-16 length, open tags, found entities."""

    out: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of an HTML text; a mistake is a 400."""
    reading = _Reading()
    place = 0
    for token in _TOKEN.finditer(source):
        reading.add(source[place : token.start()])
        place = token.end()
        _take(reading, token.group(), _byte_offset(source, token.start()))
    reading.add(source[place:])
    if reading.stack:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{reading.stack[-1].tag}"')
    return "".join(reading.out), reading.entities


def unescaped(text: str) -> str:
    """Replace the character references Telegram knows."""
    return _TOKEN.sub(lambda match: _character(match.group()), text)


def _take(reading: _Reading, token: str, at: int) -> None:
    if token.startswith("&"):
        reading.add(_character(token))
        return
    tag = _TAG.fullmatch(token)
    if tag is None:
        raise _cannot(f'Unsupported start tag "{token.strip("<>")}" at byte offset {at}')
    name = tag[2].lower()
    if tag[1]:
        _close(reading, name, at)
        return
    if name == "br" or name not in _TAGS:
        raise _cannot(f'Unsupported start tag "{name}" at byte offset {at}')
    reading.stack.append(_Open(name, reading.length, _attributes(tag[3])))
    if name == "span" and reading.stack[-1].attributes.get("class") != "tg-spoiler":
        raise _cannot(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')


def _close(reading: _Reading, name: str, at: int) -> None:
    if not reading.stack:
        raise _cannot(f"Unexpected end tag at byte offset {at}")
    opened = reading.stack.pop()
    if opened.tag != name:
        raise _cannot(f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", found "</{name}>"')
    length = reading.length - opened.offset
    if length == 0:
        return
    entity: Json = {"type": _TAGS[name], "offset": opened.offset, "length": length}
    if _complete(entity, opened, "".join(reading.out), reading):
        reading.entities.append(entity)


def _complete(entity: Json, opened: _Open, text: str, reading: _Reading) -> bool:
    """Add what some kinds carry beside their place; false when nothing is to be kept."""
    if opened.tag == "a":
        href = opened.attributes.get("href") or text.encode("utf-16-le")[2 * opened.offset :].decode(
            "utf-16-le"
        )
        return _link(entity, href)
    if opened.tag == "tg-emoji":
        entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
    if opened.tag == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    language = opened.attributes.get("class", "").removeprefix("language-")
    if opened.tag == "code" and reading.stack and reading.stack[-1].tag == "pre":
        if language:
            reading.stack[-1].attributes["language"] = language
        return False
    if opened.tag == "pre" and "language" in opened.attributes:
        entity["language"] = opened.attributes["language"]
    return True


def _link(entity: Json, href: str) -> bool:
    person = re.fullmatch(r"tg://user\?id=(\d+)", href)
    if person:
        entity["type"] = "text_mention"
        entity["user"] = {"id": int(person[1]), "is_bot": False, "first_name": ""}
        return True
    if not re.match(r"(?:https?|tg|tonsite|mailto|tel):|[^\s:/]+\.[^\s]+$", href):
        return False
    entity["url"] = href
    return True


def _attributes(text: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(text)
    return {name.lower(): unescaped(double or single or bare) for name, double, single, bare in found}


def _character(token: str) -> str:
    if token in _NAMED:
        return _NAMED[token]
    if not token.startswith("&#"):
        return token
    number = int(token[3:-1], 16) if token[2] == "x" else int(token[2:-1])
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else token


def _byte_offset(source: str, place: int) -> int:
    return len(source[:place].encode())


def _cannot(why: str) -> ApiError:
    return bad(f"can't parse entities: {why}")
