"""Telegram's MarkdownV2 parse mode: strict about reserved characters, as Telegram is."""

import re
from dataclasses import dataclass, field

from sandbox.records import Json
from sandbox.refusals import ApiError, bad

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler"}
_MARK = re.compile(r"__|\|\||[*_~]")
_ADDRESS = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")
_FENCE = re.compile(r"```(?:([^\s`]*)\n)?((?:\\.|[^`\\])*)```", re.DOTALL)
_INLINE_CODE = re.compile(r"`((?:\\.|[^`\\])*)`", re.DOTALL)


@dataclass(slots=True)
class _Reading:
    source: str
    place: int = 0
    length: int = 0
    out: list[str] = field(default_factory=list)
    stack: list[tuple[str, int, int]] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text.encode("utf-16-le")) // 2

    def keep(self, kind: str, offset: int, **more: str) -> None:
        if self.length > offset:
            self.entities.append({"type": kind, "offset": offset, "length": self.length - offset, **more})


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of a MarkdownV2 text; a mistake is a 400."""
    reading = _Reading(source)
    while reading.place < len(source):
        _step(reading)
    if reading.stack:
        mark, _, at = reading.stack[-1]
        kind = "text_link" if mark == "[" else _MARKS[mark]
        raise _cannot(f"Can't find end of {kind} entity at byte offset {_bytes(source, at)}")
    return "".join(reading.out), reading.entities


def _step(reading: _Reading) -> None:
    rest = reading.source[reading.place : reading.place + 3]
    if rest[0] == "\\" and len(rest) > 1 and ord(rest[1]) < 127:
        reading.add(rest[1])
        reading.place += 2
    elif rest[0] == "`":
        _code(reading)
    elif rest[0] == "[":
        reading.stack.append(("[", reading.length, reading.place))
        reading.place += 1
    elif rest[0] == "]" and reading.stack and reading.stack[-1][0] == "[":
        _link(reading)
    elif rest[0] == ">" and (reading.place == 0 or reading.source[reading.place - 1] == "\n"):
        _quote(reading)
    elif mark := _MARK.match(reading.source, reading.place):
        _mark(reading, mark.group())
    else:
        _plain(reading, rest[0])


def _plain(reading: _Reading, character: str) -> None:
    if character in _RESERVED:
        raise _cannot(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
    reading.add(character)
    reading.place += 1


def _mark(reading: _Reading, mark: str) -> None:
    reading.place += len(mark)
    if reading.stack and reading.stack[-1][0] == mark:
        _, offset, _ = reading.stack.pop()
        reading.keep(_MARKS[mark], offset)
        return
    reading.stack.append((mark, reading.length, reading.place - len(mark)))


def _code(reading: _Reading) -> None:
    fence = _FENCE.match(reading.source, reading.place)
    match = fence or _INLINE_CODE.match(reading.source, reading.place)
    if match is None:
        raise _cannot(f"Can't find end of Code entity at byte offset {_bytes(reading.source, reading.place)}")
    offset = reading.length
    reading.add(_unescaped(match[2] if fence else match[1]))
    reading.place = match.end()
    if fence and fence[1]:
        reading.keep("pre", offset, language=fence[1])
        return
    reading.keep("pre" if fence else "code", offset)


def _link(reading: _Reading) -> None:
    address = _ADDRESS.match(reading.source, reading.place)
    if address is None:
        raise _cannot(
            "Can't find end of a URL"
            if "](" in reading.source
            else "Character ']' is reserved and must be escaped with the preceding '\\'"
        )
    _, offset, _ = reading.stack.pop()
    reading.place = address.end()
    reading.keep("text_link", offset, url=_unescaped(address[1]))


def _quote(reading: _Reading) -> None:
    """A run of lines that begin with > is one blockquote; its inside is read like any text."""
    offset = reading.length
    first = reading.place
    lines = re.match(r"(?:>[^\n]*(?:\n|$))+", reading.source[first:])
    body = lines.group() if lines else ">"
    inner = "\n".join(line[1:] for line in body.rstrip("\n").split("\n"))
    text, entities = parse_markdown(inner)
    reading.entities.extend({**each, "offset": each["offset"] + offset} for each in entities)
    reading.add(text)
    reading.keep("blockquote", offset)
    reading.add("\n" if body.endswith("\n") else "")
    reading.place = first + len(body)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _bytes(source: str, place: int) -> int:
    return len(source[:place].encode())


def _cannot(why: str) -> ApiError:
    return bad(f"can't parse entities: {why}")
