"""What the sandbox's world stands on: records, subscribers, and the one place where messages are kept."""

from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import Clock
from sandbox.limits import Limits, RateMeter
from sandbox.records import CallbackAnswer, Chat, Event, Json, Message, Person, StoredFile, Tap
from sandbox.refusals import NotAllowed
from sandbox.updates import UpdateQueue

Subscriber = Callable[[Event], None]

KEPT_MESSAGES = 20_000
KEPT_CALLS = 20_000
TYPING = timedelta(seconds=5)


class Ground:
    """State and the few ways to change it; synchronous, no input or output."""

    def __init__(
        self,
        clock: Clock,
        *,
        token: str,
        bot_username: str = "gulou_bot",
        bot_name: str = "鼓楼食堂",
        privacy: bool = False,
    ) -> None:
        self.clock = clock
        self.token = token
        self.bot_id = int(token.split(":")[0])
        self.bot_username = bot_username
        self.bot_name = bot_name
        self.privacy = privacy
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.taps: dict[str, Tap] = {}
        self.callback_answers: dict[str, CallbackAnswer] = {}
        self.updates = UpdateQueue(clock)
        self.webhook: Json = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.meter = RateMeter(clock)
        self.counts: Counter[str] = Counter()
        self.calls: deque[tuple[str, Json]] = deque(maxlen=KEPT_CALLS)
        self._messages: dict[int, dict[int, Message]] = {}
        self._last_ids: Counter[int] = Counter()
        self._serial = 0
        self._keyboards: dict[tuple[int, int], Json] = {}
        self._typing: dict[int, datetime] = {}
        self._subscribers: list[Subscriber] = []
        clock.watch(lambda now: self.emit("clock", 0, {"now": now.isoformat()}))

    @property
    def limits(self) -> Limits:
        """The rate limits in force."""
        return self.meter.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self.meter.limits = limits

    @property
    def bot(self) -> Json:
        """The bot as Telegram's `User`."""
        return {"id": self.bot_id, "is_bot": True, "first_name": self.bot_name, "username": self.bot_username}

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Hear of every change; the answer ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def emit(self, kind: str, chat_id: int, payload: Json) -> None:
        """Tell everybody who listens."""
        event = Event(kind, chat_id, payload)
        for subscriber in list(self._subscribers):
            subscriber(event)

    def serial(self) -> int:
        """A number nobody else got: for files, taps, albums, polls."""
        self._serial += 1
        return self._serial

    def now_unix(self) -> int:
        """The present second, as Telegram dates messages."""
        return int(self.clock.now().timestamp())

    def user(self, member_id: int) -> Json:
        """A person or the bot as Telegram's `User`."""
        return self.bot if member_id == self.bot_id else self.person(member_id).raw

    def person(self, person_id: int) -> Person:
        """The person with this id."""
        if person_id not in self.people:
            raise NotAllowed(f"nobody has the id {person_id}")
        return self.people[person_id]

    def chat(self, chat_id: int) -> Chat:
        """The chat with this id; a person's id means their private chat."""
        if chat_id not in self.chats:
            raise NotAllowed(f"there is no chat {chat_id}")
        return self.chats[chat_id]

    def raw_chat(self, chat: Chat) -> Json:
        """The chat as Telegram's `Chat`."""
        return self.people[chat.id].raw_chat if chat.is_private else chat.raw

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """One message, unless it was deleted."""
        return self._messages.get(chat_id, {}).get(message_id)

    def messages(self, chat_id: int, *, viewer: int | None = None) -> list[Message]:
        """All messages of a chat in order; a viewer sees only chats they are in."""
        if viewer is not None and not self.chat(chat_id).has(viewer):
            return []
        return list(self._messages.get(chat_id, {}).values())

    def keep(self, chat: Chat, sender: Json, content: Json) -> Message:
        """Write a message into a chat; nobody is told of it as an update yet."""
        counter = chat.id if chat.kind == "supergroup" else 0
        self._last_ids[counter] += 1
        head = {"message_id": self._last_ids[counter], "from": sender, "chat": self.raw_chat(chat)}
        message = Message(chat.id, {**head, "date": self.now_unix(), **content})
        book = self._messages.setdefault(chat.id, {})
        book[message.id] = message
        if len(book) > KEPT_MESSAGES:
            del book[next(iter(book))]
        self._typing.pop(chat.id, None)
        self.emit("message", chat.id, message.raw)
        return message

    def change(self, message: Message, content: Json) -> None:
        """Replace parts of a message (None removes them) and mark it as edited."""
        for key, value in content.items():
            if value is None:
                message.raw.pop(key, None)
            else:
                message.raw[key] = value
        message.raw["edit_date"] = self.now_unix()
        self.emit("edited", message.chat_id, message.raw)

    def forget(self, message: Message) -> None:
        """Delete a message for everybody."""
        self._messages[message.chat_id].pop(message.id, None)
        self.emit("deleted", message.chat_id, {"message_id": message.id})

    def quoted(self, chat_id: int, message_id: int) -> Json:
        """A message as it stands inside a reply: without its own quotation."""
        found = self.message(chat_id, message_id)
        if found is None:
            raise NotAllowed(f"there is no message {message_id} in {chat_id}")
        return {key: value for key, value in found.raw.items() if key != "reply_to_message"}

    def set_typing(self, chat_id: int, action: str) -> None:
        """The bot does something visible for five seconds or until its next message."""
        self._typing[chat_id] = self.clock.now() + TYPING
        self.emit("typing", chat_id, {"action": action})

    def typing_in(self, chat_id: int) -> bool:
        """Whether the bot is seen typing."""
        until = self._typing.get(chat_id)
        return until is not None and until > self.clock.now()

    def set_keyboard(self, person_id: int, chat_id: int, keyboard: Json | None) -> None:
        """Show a reply keyboard (or force a reply) to one person, or take it away."""
        if keyboard is None:
            self._keyboards.pop((person_id, chat_id), None)
        else:
            self._keyboards[person_id, chat_id] = keyboard
        self.emit("keyboard", chat_id, {"person_id": person_id, "keyboard": keyboard})

    def keyboard_of(self, person_id: int, chat_id: int) -> Json | None:
        """The reply keyboard a person sees in a chat."""
        return self._keyboards.get((person_id, chat_id))

    def keep_file(self, folder: str, name: str, mime_type: str, content: bytes) -> StoredFile:
        """Store a file under a new id."""
        number = self.serial()
        suffix = "." + name.rsplit(".", 1)[1] if "." in name else ""
        path = f"{folder}/file_{number}{suffix}"
        file = StoredFile(f"sandbox-{folder}-{number:08d}", f"u{number:08d}", path, name, mime_type, content)
        self.files[file.file_id] = file
        return file

    def stats(self) -> dict[str, Any]:
        """Figures for tests and benches: calls, answers, 429s, waiting updates."""
        return {
            "counts": dict(self.counts),
            "too_many": self.counts["429"],
            "pending": len(self.updates),
            "delivered": self.updates.delivered,
            "expired": self.updates.expired,
            "messages": sum(len(book) for book in self._messages.values()),
        }
