"""The small values every room speaks in: Text, Refused, and what an answer is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any


class Fen(int):
    """An amount of money in fen; rendered in yuan."""


class Text:
    """Something to say: a key of the catalogs and the facts it is said with."""

    __slots__ = ("facts", "key")

    def __init__(self, key: str, /, **facts: Any) -> None:
        self.key = key
        self.facts: Mapping[str, Any] = facts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.key, self.facts) == (other.key, other.facts)

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Text({self.key!r}, {', '.join(sorted(self.facts))})"


class Refused(Exception):
    """A polite no, told to the person; the unit it is raised in is rolled back."""

    def __init__(self, key: str, /, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    @property
    def text(self) -> Text:
        """The refusal as something to say."""
        return Text(self.key, **self.facts)


class Style(StrEnum):
    """How a button looks where the messenger can show it."""

    PLAIN = ""
    SUCCESS = "success"
    DANGER = "danger"
    PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `data` is `verb:id[:argument]`, at most 64 bytes, never a state."""

    label: Text
    data: str
    style: Style = Style.PLAIN


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file made when it leaves: which sheet, and for what."""

    sheet: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message: words, buttons under it, large keys instead of a keyboard, maybe a file."""

    text: Text
    buttons: Rows = ()
    keys: tuple[tuple[Text, ...], ...] = ()
    attachment: Attachment | None = None
    force_reply: bool = False
    photo: str = ""
    """The messenger's name of a picture; a message with one cannot be edited into words."""
    urgent: bool = False
    """Whether it goes before everything else."""
    revocable: bool = False
    """Whether its words must be taken back one day: they leave only once the message has a number to find it by."""


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a tap: a short word for the tapper, and maybe what the message becomes."""

    text: Text
    alert: bool = False
    edit: Message | None = None


Answer = Message | Text | Toast | None


def lines(*texts: Text | None) -> Text:
    """Several texts under one another; empty ones are left out."""
    return Text("lines", parts=[text for text in texts if text is not None])


def encode(value: Any, owners: list[int] | None = None) -> Any:
    """Facts as JSON: what a message row keeps until it is put into words; whose private words are in it is noted."""
    if isinstance(value, Text):
        facts = {k: encode(v, owners) for k, v in value.facts.items()}
        return {"$": "text", "key": value.key, "facts": facts}
    if isinstance(value, Fen):
        return {"$": "fen", "v": int(value)}
    if isinstance(value, StrEnum):
        return {"$": "enum", "t": type(value).__name__, "v": value.value}
    if isinstance(value, datetime):
        return {"$": "at", "v": value.isoformat()}
    if isinstance(value, date):
        return {"$": "day", "v": value.isoformat()}
    if isinstance(value, time):
        return {"$": "time", "v": value.isoformat()}
    if isinstance(value, list | tuple):
        return [encode(item, owners) for item in value]
    # Private words (`models.members.vault`) say whose they are; this file is read before anything that remembers.
    if owners is not None and isinstance(value, str) and hasattr(value, "owner"):
        owners.append(value.owner)
    return value


def encode_message(message: Message) -> dict[str, Any]:
    """A whole message as the JSON body of an outbox row; one with private words is sealed where it lies."""
    owners: list[int] = []
    body: dict[str, Any] = {"text": encode(message.text, owners)}
    if message.buttons:
        body["buttons"] = [
            [[encode(b.label, owners), b.data, b.style.value] for b in row] for row in message.buttons
        ]
    if message.keys:
        body["keys"] = [[encode(key) for key in row] for row in message.keys]
    if message.attachment:
        facts = {k: encode(v) for k, v in message.attachment.facts.items()}
        body["attachment"] = {"sheet": message.attachment.sheet, "facts": facts}
    if message.force_reply:
        body["force_reply"] = True
    if message.photo:
        body["photo"] = message.photo
    if message.revocable:
        body["revocable"] = True
    if owners:
        body["private"] = owners[0]
    return body


def as_message(said: Message | Text) -> Message:
    """A bare text is a message without buttons."""
    return said if isinstance(said, Message) else Message(said)
