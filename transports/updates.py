"""A raw update read into what was heard: one small value, or a clear fault when it makes no sense."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nlu.suggestions import Suggestion

Raw = Mapping[str, Any]

ANONYMOUS = frozenset({1087968824, 136817688, 777000})
"""Senders that stand for nobody: anonymous group admin, channel bot, service notifications (facts/reliability §4)."""


class Malformed(Exception):
    """An update that cannot be read; it is set aside and never blocks the others."""


class Kind(StrEnum):
    """What happened in the chat."""

    MESSAGE = "message"
    EDITED = "edited"
    BUTTON = "button"
    MEMBERSHIP = "membership"
    JOINED = "joined"
    LEFT = "left"
    MIGRATED = "migrated"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one update says, whoever carried it. Ids are the messenger's."""

    update_id: int
    kind: Kind
    chat_id: int = 0
    private: bool = False
    chat_title: str = ""
    person_id: int | None = None
    person_name: str = ""
    person_language: str = ""
    text: str = ""
    message_id: int = 0
    command: str = ""
    argument: str = ""
    mentioned: bool = False
    reply_to: int | None = None
    reply_to_bot: bool = False
    reply_text: str = ""
    callback_id: str = ""
    data: str = ""
    photo: str = ""
    voice: str = ""
    voice_seconds: int = 0
    voice_bytes: int = 0
    voice_fault: str = ""
    """Why nobody could make out what was said; empty when it was written down."""
    suggestion: Suggestion | None = None
    phone: str = ""
    bot_status: str = ""
    joined: tuple[tuple[int, str], ...] = ()
    new_chat_id: int | None = None
    bot: str = ""
    """The bot's own name, where the answer may hold a link to it."""
    web: str = ""
    """Where the bot's own pages are found from outside, if anywhere."""

    @property
    def addressed(self) -> bool:
        """Whether it was said to the bot."""
        return self.private or self.mentioned or self.reply_to_bot or bool(self.command)
