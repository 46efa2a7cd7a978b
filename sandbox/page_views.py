"""What the chat page is shown: the world's people, chats and messages as small JSON objects."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.records import Chat, Event, Json, Message
from sandbox.world import World

ZONE = "Asia/Shanghai"
LATEST = 100


def state(world: World, roles: Mapping[int, str], person_id: int) -> Json:
    """Everything the page needs to show the village through one person's eyes."""
    return {
        "now": world.clock.now().isoformat(),
        "zone": ZONE,
        "me": person_id,
        "bot": {"id": world.bot_id, "name": world.bot_name, "username": world.bot_username},
        "people": [_person(world, roles, each) for each in _cast_first(world, roles)],
        "chats": [_chat(world, chat, person_id) for chat in world.chats_of(person_id)],
    }


def _cast_first(world: World, roles: Mapping[int, str]) -> list[int]:
    cast = [person_id for person_id in roles if person_id in world.people]
    return [*cast, *(person_id for person_id in world.people if person_id not in roles)]


def _person(world: World, roles: Mapping[int, str], person_id: int) -> Json:
    chats = [chat.id for chat in world.chats_of(person_id)]
    name = world.person(person_id).name
    return {"id": person_id, "name": name, "role": roles.get(person_id), "chats": chats}


def _chat(world: World, chat: Chat, person_id: int) -> Json:
    page = older(world, chat.id, person_id)
    return {
        "id": chat.id,
        "kind": "private" if chat.is_private else "group",
        "title": chat.title,
        "count": len([member for member in chat.present() if member != world.bot_id]),
        "started": world.person(person_id).started,
        "commands": world.commands_for(person_id, chat.id),
        "keyboard": world.keyboard_of(person_id, chat.id),
        **page,
    }


def older(world: World, chat_id: int, person_id: int, before: int | None = None) -> Json:
    """The newest messages below an id, and whether there are still older ones."""
    known = [each for each in world.messages(chat_id, viewer=person_id) if before is None or each.id < before]
    shown = [message_view(each) for each in known[-LATEST:]]
    return {"messages": shown, "more": len(known) > LATEST}


def message_view(message: Message) -> Json:
    """One message for the page; a field that has nothing to show is None."""
    raw = message.raw
    return {
        "id": message.id,
        "chat": message.chat_id,
        "from": _sender(raw),
        "at": _instant(raw["date"]),
        "edited": message.edited and not (message.by_bot and message.buttons),
        "text": message.text,
        "entities": raw.get("entities", raw.get("caption_entities", [])),
        "reply": _reply(raw.get("reply_to_message")),
        "buttons": _buttons(message.reply_markup),
        "service": _service(raw),
        "for": raw.get("ephemeral_for"),
        **_media(raw),
    }


def _sender(raw: Json) -> Json:
    if "sender_chat" in raw:
        spoken_for = raw["sender_chat"]
        return {"id": spoken_for["id"], "name": spoken_for["title"], "bot": False}
    sender = raw["from"]
    return {"id": sender["id"], "name": sender["first_name"], "bot": sender["is_bot"]}


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _reply(raw: Json | None) -> Json | None:
    if raw is None:
        return None
    words = str(raw.get("text", raw.get("caption", "")))
    return {"id": raw["message_id"], "name": _sender(raw)["name"], "text": words[:120]}


def _buttons(markup: Json | None) -> list[list[Json]] | None:
    rows: list[list[Json]] = (markup or {}).get("inline_keyboard", [])
    return [[_button(key) for key in row] for row in rows] if rows else None


def _button(key: Json) -> Json:
    copied = key.get("copy_text", {}).get("text")
    return {"text": key["text"], "data": key.get("callback_data"), "url": key.get("url"), "copy": copied}


def _service(raw: Json) -> Json | None:
    if "new_chat_members" in raw:
        return {"kind": "joined", "names": [each["first_name"] for each in raw["new_chat_members"]]}
    if "left_chat_member" in raw:
        return {"kind": "left", "names": [raw["left_chat_member"]["first_name"]]}
    if "new_chat_title" in raw:
        return {"kind": "titled", "title": raw["new_chat_title"]}
    if "pinned_message" in raw:
        return {"kind": "pinned"}
    if "migrate_to_chat_id" in raw or "migrate_from_chat_id" in raw:
        return {"kind": "migrated"}
    return None


def _media(raw: Json) -> Json:
    return {
        "photo": _photo(raw.get("photo")),
        "file": _file(raw.get("document")),
        "voice": _voice(raw.get("voice")),
        "location": raw.get("location"),
        "contact": _contact(raw.get("contact")),
        "poll": _poll(raw.get("poll")),
    }


def _photo(sizes: list[Json] | None) -> Json | None:
    if not sizes:
        return None
    largest = sizes[-1]
    return {"url": file_url(largest["file_id"]), "width": largest["width"], "height": largest["height"]}


def _file(document: Json | None) -> Json | None:
    if document is None:
        return None
    size = document.get("file_size", 0)
    return {"url": file_url(document["file_id"]), "name": document.get("file_name", "file"), "size": size}


def _voice(voice: Json | None) -> Json | None:
    return voice and {"url": file_url(voice["file_id"])}


def _contact(contact: Json | None) -> Json | None:
    return contact and {"name": contact["first_name"], "phone": contact["phone_number"]}


def _poll(poll: Json | None) -> Json | None:
    if poll is None:
        return None
    options = [{"text": each["text"], "count": each.get("voter_count", 0)} for each in poll["options"]]
    return {"question": poll["question"], "options": options}


def file_url(file_id: str) -> str:
    """Where the page serves a file from."""
    return f"/page/file/{file_id}"


def news(event: Event) -> Json | None:
    """An event of the world as the page hears it; None for what it need not know."""
    tell: Any = _NEWS.get(event.kind)
    return tell(event) if tell else None


def _message_news(event: Event) -> Json:
    view = message_view(Message(event.chat_id, event.payload))
    return {"kind": event.kind, "chat": event.chat_id, "message": view, "for": view["for"]}


def _keyboard_news(event: Event) -> Json:
    facts = event.payload
    return {
        "kind": "keyboard",
        "chat": event.chat_id,
        "person": facts["person_id"],
        "keyboard": facts["keyboard"],
    }


def _answer_news(event: Event) -> Json:
    facts = event.payload
    words = {"text": facts.get("text") or "", "alert": bool(facts.get("show_alert"))}
    return {"kind": "answer", "query": facts["query_id"], "person": facts["person_id"], **words}


def _deleted_news(event: Event) -> Json:
    return {"kind": "deleted", "chat": event.chat_id, "ids": [event.payload["message_id"]]}


_NEWS = {
    "message": _message_news,
    "edited": _message_news,
    "deleted": _deleted_news,
    "keyboard": _keyboard_news,
    "answer": _answer_news,
    "callback_answer": _answer_news,
    "typing": lambda event: {"kind": "typing", "chat": event.chat_id},
    "clock": lambda event: {"kind": "clock", "now": event.payload["now"]},
    "chat": lambda _: {"kind": "chats"},
    "members": lambda _: {"kind": "chats"},
    "commands": lambda _: {"kind": "chats"},
}
