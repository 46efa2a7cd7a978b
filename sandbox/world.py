"""The world as people see it: they speak, edit, press, send and share; the bot hears what it may hear."""

from datetime import timedelta

from sandbox.entities import CAPTION_LIMIT, TEXT_LIMIT, Formatted, formatted, piece, with_found
from sandbox.images import picture_size
from sandbox.menus import commands_shown
from sandbox.records import Chat, Json, Message, Tap
from sandbox.refusals import NotAllowed
from sandbox.village import CHANNEL_BOT, GROUP_BOT, Village

TAP_ANSWERABLE = timedelta(seconds=60)


class World(Village):
    """The one core of the sandbox: synchronous, without input or output, under a given clock."""

    def say(
        self,
        person_id: int,
        chat_id: int,
        text: str,
        *,
        reply_to: int | None = None,
        via_mention: bool = False,
    ) -> Message:
        """A person writes; chat_id == person_id is the private chat with the bot."""
        words = f"@{self.bot_username} {text}" if via_mention else text
        content: Json = {}
        formatted(words, None, None, limit=TEXT_LIMIT).put_into(content, "text")
        if not content["text"]:
            raise NotAllowed("an empty message can't be sent")
        return self._post(person_id, chat_id, content, reply_to)

    def start(self, person_id: int, payload: str = "") -> Message:
        """A person presses START, perhaps through a deep link."""
        if self.person(person_id).blocked:
            self.unblock(person_id)
        return self.say(person_id, person_id, f"/start {payload}".strip())

    def edit(self, person_id: int, chat_id: int, message_id: int, text: str) -> Message:
        """A person changes what they wrote."""
        message = self._own(person_id, chat_id, message_id)
        parts = with_found(Formatted(text.strip()))
        self.change(message, {"text": parts.text, "entities": list(parts.entities) or None})
        self._deliver("edited_message", message)
        return message

    def delete(self, person_id: int, chat_id: int, message_id: int) -> None:
        """A person deletes what they wrote; Telegram tells the bot nothing."""
        self.forget(self._own(person_id, chat_id, message_id))

    def press(self, person_id: int, chat_id: int, message_id: int, data: str, *, forge: bool = False) -> str:
        """A person presses an inline button; `forge` allows data that stands on no button."""
        chat, message = self._where(person_id, chat_id), self.message(chat_id, message_id)
        if message is None:
            raise NotAllowed(f"there is no message {message_id} in {chat_id}")
        if not forge and data not in [button.get("callback_data") for button in message.buttons]:
            raise NotAllowed(f"no button of message {message_id} carries {data!r}")
        tap = Tap(str(4_400_000_000 + self.serial()), person_id, chat_id, message_id, data, self.clock.now())
        self.taps[tap.query_id] = tap
        self.emit("callback", chat_id, {"query_id": tap.query_id, "person_id": person_id, "data": data})
        body: Json = {"id": tap.query_id, "from": self.user(person_id), "message": dict(message.raw)}
        body |= {"chat_instance": str(chat.id), "data": data}
        self.updates.put("callback_query", body, f"person:{person_id}")
        return tap.query_id

    def send_photo(self, person_id: int, chat_id: int, content: bytes, caption: str = "") -> Message:
        """A person sends a picture."""
        file = self.keep_file("photos", "photo.jpg", "image/jpeg", content)
        width, height = picture_size(content)
        size = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}
        message: Json = {"photo": [{**size, "width": width, "height": height}]}
        if caption:
            formatted(caption, None, None, limit=CAPTION_LIMIT).put_into(message, "caption")
        return self._post(person_id, chat_id, message)

    def send_voice(self, person_id: int, chat_id: int, content: bytes, duration: int = 3) -> Message:
        """A person sends a voice note (OGG with Opus)."""
        file = self.keep_file("voice", "voice.oga", "audio/ogg", content)
        voice: Json = {"file_id": file.file_id, "file_unique_id": file.unique_id, "duration": duration}
        voice |= {"mime_type": file.mime_type, "file_size": file.size}
        return self._post(person_id, chat_id, {"voice": voice})

    def send_document(self, person_id: int, chat_id: int, content: bytes, name: str) -> Message:
        """A person sends a file."""
        file = self.keep_file("documents", name, "application/octet-stream", content)
        document: Json = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_name": name}
        document |= {"mime_type": file.mime_type, "file_size": file.size}
        return self._post(person_id, chat_id, {"document": document})

    def share_contact(
        self, person_id: int, chat_id: int | None = None, phone: str = "13800000000"
    ) -> Message:
        """A person shares their phone number."""
        person = self.person(person_id)
        contact = {"phone_number": phone, "first_name": person.name, "user_id": person.id}
        return self._post(person_id, chat_id or person_id, {"contact": contact})

    def say_as_anonymous_admin(self, chat_id: int, text: str) -> Message:
        """An administrator writes in the name of the group."""
        chat = self.chat(chat_id)
        return self._speak_as(chat, GROUP_BOT, chat.raw, text)

    def say_as_channel(
        self, chat_id: int, text: str, *, title: str = "村广播", channel_id: int = -1009000000001
    ) -> Message:
        """Somebody writes in the group in the name of a channel."""
        channel = {"id": channel_id, "title": title, "type": "channel"}
        return self._speak_as(self.chat(chat_id), CHANNEL_BOT, channel, text)

    def commands_for(self, person_id: int, chat_id: int) -> list[Json]:
        """The command menu a person sees in a chat."""
        chat = self.chat(chat_id)
        return commands_shown(self.commands, chat, person_id, self.person(person_id).language_code)

    def inject(self, raw: Json) -> int:
        """Hand the bot any object as an update, however malformed."""
        return self.updates.inject(raw)

    def _speak_as(self, chat: Chat, sender: Json, sender_chat: Json, text: str) -> Message:
        content: Json = {"sender_chat": sender_chat}
        formatted(text, None, None, limit=TEXT_LIMIT).put_into(content, "text")
        message = self.keep(chat, sender, content)
        self._deliver("message", message)
        return message

    def _post(self, person_id: int, chat_id: int, content: Json, reply_to: int | None = None) -> Message:
        chat = self._where(person_id, chat_id)
        if chat.is_private:
            self._open(person_id)
        if reply_to is not None:
            content["reply_to_message"] = self.quoted(chat_id, reply_to)
        message = self.keep(chat, self.person(person_id).raw, content)
        self._use_keyboard(person_id, chat_id)
        self._deliver("message", message)
        return message

    def _open(self, person_id: int) -> None:
        person = self.person(person_id)
        if person.blocked:
            raise NotAllowed("who blocked the bot must unblock it before writing")
        person.started = True

    def _use_keyboard(self, person_id: int, chat_id: int) -> None:
        keyboard = self.keyboard_of(person_id, chat_id)
        if keyboard and (keyboard.get("one_time_keyboard") or "force_reply" in keyboard):
            self.set_keyboard(person_id, chat_id, None)

    def _where(self, person_id: int, chat_id: int) -> Chat:
        chat = self.chat(chat_id)
        if chat.migrated_to:
            raise NotAllowed("this group moved on to a supergroup")
        if not chat.has(self.person(person_id).id):
            raise NotAllowed(f"{person_id} is not in {chat_id}")
        return chat

    def _own(self, person_id: int, chat_id: int, message_id: int) -> Message:
        message = self.message(chat_id, message_id)
        if message is None or message.sender_id != person_id:
            raise NotAllowed(f"{person_id} wrote no message {message_id} in {chat_id}")
        return message

    def _deliver(self, kind: str, message: Message) -> None:
        chat = self.chats[message.chat_id]
        if self._hears(chat, message):
            self.updates.put(kind, dict(message.raw), f"chat:{chat.id}")

    def _hears(self, chat: Chat, message: Message) -> bool:
        """Privacy mode: in a group, only what is said to the bot, unless it rules there."""
        if not chat.has(self.bot_id):
            return False
        if chat.is_private or not self.privacy or chat.is_ruled_by(self.bot_id):
            return True
        quoted = message.raw.get("reply_to_message")
        if quoted and quoted["from"]["id"] == self.bot_id:
            return True
        return any(self._is_to_bot(message, each) for each in message.raw.get("entities", []))

    def _is_to_bot(self, message: Message, entity: Json) -> bool:
        words = piece(message.text, entity)
        if entity["type"] == "mention":
            return words.lower() == f"@{self.bot_username}".lower()
        if entity["type"] != "bot_command":
            return False
        return "@" not in words or words.lower().endswith(f"@{self.bot_username}".lower())
