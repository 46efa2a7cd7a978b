"""What the sandbox keeps: people, chats, messages, files, taps and their answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

PRESENT = frozenset({"creator", "administrator", "member"})
RULING = frozenset({"creator", "administrator"})


@dataclass(slots=True)
class Person:
    """Somebody with a phone: their private chat with the bot has their own id."""

    id: int
    name: str
    username: str | None = None
    language_code: str = "zh-hans"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    @property
    def raw(self) -> Json:
        """The person as Telegram's `User`."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username:
            user["username"] = self.username
        user["language_code"] = self.language_code
        return user

    @property
    def raw_chat(self) -> Json:
        """The private chat with this person as Telegram's `Chat`."""
        chat: Json = {"id": self.id, "first_name": self.name, "type": "private"}
        if self.username:
            chat["username"] = self.username
        return chat


@dataclass(slots=True)
class Chat:
    """A private chat (id of the person) or a group; members maps a person's (or the bot's) id to a status."""

    id: int
    kind: str
    title: str
    members: dict[int, str] = field(default_factory=dict)
    migrated_to: int | None = None
    pinned: list[int] = field(default_factory=list)
    menu_button: Json | None = None
    bot_was_kicked: bool = False

    @property
    def is_private(self) -> bool:
        """Whether this is one person's chat with the bot."""
        return self.kind == "private"

    def has(self, member_id: int) -> bool:
        """Whether the person (or the bot) is in this chat now."""
        return self.members.get(member_id) in PRESENT

    def is_ruled_by(self, member_id: int) -> bool:
        """Whether the person (or the bot) is an administrator here."""
        return self.members.get(member_id) in RULING

    def present(self) -> list[int]:
        """Ids of everybody in this chat, the bot among them."""
        return [member for member, status in self.members.items() if status in PRESENT]

    @property
    def raw(self) -> Json:
        """The group as Telegram's `Chat`; a private chat is told by its person."""
        return {"id": self.id, "title": self.title, "type": self.kind}


@dataclass(slots=True)
class Message:
    """One message, kept as the very object Telegram would show."""

    chat_id: int
    raw: Json
    typed: Json | None = None
    """The reply keyboard (or removal) sent with it, which Telegram never shows again."""

    @property
    def id(self) -> int:
        """Its number in the chat."""
        return int(self.raw["message_id"])

    @property
    def text(self) -> str:
        """Its words: text, else caption, else nothing."""
        return str(self.raw.get("text", self.raw.get("caption", "")))

    @property
    def sender_id(self) -> int:
        """Who wrote it; the bot's messages carry the bot's id."""
        return int(self.raw["from"]["id"])

    @property
    def by_bot(self) -> bool:
        """Whether the bot under test wrote it (Telegram's own service bots are not it)."""
        return bool(self.raw["from"].get("is_bot")) and "sender_chat" not in self.raw

    @property
    def edited(self) -> bool:
        """Whether its words changed after it was sent."""
        return "edit_date" in self.raw

    @property
    def reply_markup(self) -> Json | None:
        """Its inline keyboard, as Telegram shows it."""
        return self.raw.get("reply_markup")

    @property
    def buttons(self) -> list[Json]:
        """Its inline buttons in reading order."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    def button(self, words: str) -> str:
        """The callback data of the first button whose label contains the words."""
        for button in self.buttons:
            if words in button["text"] and "callback_data" in button:
                return str(button["callback_data"])
        raise LookupError(f"no button with {words!r} among {[b['text'] for b in self.buttons]}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something changed: kind, the chat it happened in (0 = none) and the changed thing as JSON."""

    kind: str
    chat_id: int
    payload: Json


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file somebody sent; `path` is its place under /file/bot<token>/."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime_type: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.content)


@dataclass(slots=True)
class Tap:
    """A pressed inline button that waits for its answer."""

    query_id: str
    person_id: int
    chat_id: int
    message_id: int
    data: str
    at: datetime
    answered: bool = False


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What the bot answered to a tap: a toast, or an alert when `show_alert`."""

    query_id: str
    person_id: int
    text: str
    show_alert: bool
    url: str = ""
