"""Reading a raw update: strict about types, dates and ids, so that nonsense is set aside and never travels on."""

from dataclasses import dataclass, replace
from typing import Any

from transports.strictness import listed as _list
from transports.strictness import string as _string
from transports.strictness import table as _table
from transports.strictness import whole as _whole
from transports.updates import ANONYMOUS, Heard, Kind, Malformed, Raw

LAST_DATE = 32_503_679_999
"""The end of the year 2999, Unix time."""
MOST_DATA = 64
ELSEWHERE = "@"
"""Stands for a command that names another bot."""


def hear(raw: Any, bot_id: int, bot_username: str) -> Heard:
    """Read one raw update; raises Malformed, and nothing else, when it makes no sense."""
    update = _table(raw)
    update_id = _whole(update, "update_id")
    for name, read in READERS.items():
        if name in update:
            return read(_Reading(update_id, _table(update[name]), bot_id, bot_username.lower()))
    return Heard(update_id, Kind.OTHER)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The body of an update and who reads it."""

    update_id: int
    body: Raw
    bot_id: int
    bot_username: str


def _message(it: _Reading, kind: Kind = Kind.MESSAGE) -> Heard:
    body = it.body
    person = _sender(body)
    heard = Heard(it.update_id, kind, message_id=_whole(body, "message_id"), **_chat(body), **person)
    _whole(body, "date", least=0, most=LAST_DATE)
    service = _service(it, heard)
    if service is not None:
        return service
    if heard.chat_id == 0 or _is_bot(body):
        return replace(heard, kind=Kind.OTHER)
    return _spoken(it, heard)


def _edited(it: _Reading) -> Heard:
    heard = _message(it, Kind.EDITED)
    return heard if heard.kind == Kind.EDITED else replace(heard, kind=Kind.OTHER)


def _spoken(it: _Reading, heard: Heard) -> Heard:
    body = it.body
    words = _string(body, "text") or _string(body, "caption")
    marks = _list(body, "entities") or _list(body, "caption_entities")
    text, mentioned, command, argument = _words(it, words, marks)
    photo, phone, voice = _photo(body), _phone(body, heard.person_id), _voice(body)
    foreign = command == ELSEWHERE
    if foreign or not (text or photo or phone or mentioned or voice):
        return replace(heard, kind=Kind.OTHER)
    said: dict[str, Any] = {"text": text, "command": command, "argument": argument, "mentioned": mentioned}
    return replace(heard, **said, photo=photo, phone=phone, bot=it.bot_username, **voice, **_reply(it))


def _service(it: _Reading, heard: Heard) -> Heard | None:
    body = it.body
    if "migrate_to_chat_id" in body:
        return replace(heard, kind=Kind.MIGRATED, new_chat_id=_whole(body, "migrate_to_chat_id"))
    if "migrate_from_chat_id" in body:
        old = _whole(body, "migrate_from_chat_id")
        return replace(heard, kind=Kind.MIGRATED, chat_id=old, new_chat_id=heard.chat_id)
    if "new_chat_members" in body:
        people = [_table(member) for member in _list(body, "new_chat_members")]
        return _came(heard, Kind.JOINED, people)
    if "left_chat_member" in body:
        return _came(heard, Kind.LEFT, [_table(body["left_chat_member"])])
    return None


def _came(heard: Heard, kind: Kind, people: list[Raw]) -> Heard:
    villagers = tuple((_whole(p, "id"), _name(p)) for p in people if not p.get("is_bot"))
    return replace(heard, kind=kind if villagers else Kind.OTHER, joined=villagers)


def _button(it: _Reading) -> Heard:
    body = it.body
    message = _table(body["message"]) if body.get("message") is not None else None
    data = _string(body, "data")
    kind = Kind.BUTTON if message is not None and data else Kind.OTHER
    place = _chat(message) | {"message_id": _whole(message, "message_id")} if message else {}
    callback_id = _string(body, "id")
    if not callback_id or len(data.encode()) > MOST_DATA:
        raise Malformed("a tap without an id, or with too much on its button")
    place |= _person(body, "from") | {"bot": it.bot_username}
    return Heard(it.update_id, kind, callback_id=callback_id, data=data, **place)


def _membership(it: _Reading) -> Heard:
    status = _string(_table(it.body.get("new_chat_member")), "status")
    if not status:
        raise Malformed("a membership without a status")
    return Heard(
        it.update_id, Kind.MEMBERSHIP, bot_status=status, **_chat(it.body), **_person(it.body, "from")
    )


def _somebodys_membership(it: _Reading) -> Heard:
    member = _table(it.body.get("new_chat_member"))
    kind = {"member": Kind.JOINED, "left": Kind.LEFT, "kicked": Kind.LEFT}.get(_string(member, "status"))
    before = _string(_table(it.body.get("old_chat_member")), "status")
    heard = Heard(it.update_id, Kind.OTHER, **_chat(it.body), **_person(it.body, "from"))
    if kind is None or (kind == Kind.JOINED and before not in ("left", "kicked")):
        return heard
    return _came(heard, kind, [_table(member.get("user"))])


READERS = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _button,
    "my_chat_member": _membership,
    "chat_member": _somebodys_membership,
}


def _chat(body: Raw) -> dict[str, Any]:
    chat = _table(body.get("chat"))
    kind = _string(chat, "type")
    if kind == "channel":
        return {}
    if kind not in ("private", "group", "supergroup"):
        raise Malformed("a chat of no known type")
    return {"chat_id": _whole(chat, "id"), "private": kind == "private", "chat_title": _string(chat, "title")}


def _sender(body: Raw) -> dict[str, Any]:
    if body.get("sender_chat") is not None or body.get("from") is None:
        return {}
    return _person(body, "from")


def _person(body: Raw, name: str) -> dict[str, Any]:
    person = _table(body.get(name))
    person_id = _whole(person, "id", least=1)
    if person_id in ANONYMOUS:
        return {}
    language = _string(person, "language_code")
    return {"person_id": person_id, "person_name": _name(person), "person_language": language[:16]}


def _is_bot(body: Raw) -> bool:
    person = body.get("from")
    if person is None or body.get("sender_chat") is not None:
        return False
    return _table(person).get("is_bot") is True and _whole(_table(person), "id") not in ANONYMOUS


def _name(person: Raw) -> str:
    return f"{_string(person, 'first_name')} {_string(person, 'last_name')}".strip()


def _reply(it: _Reading) -> dict[str, Any]:
    if it.body.get("reply_to_message") is None:
        return {}
    replied = _table(it.body["reply_to_message"])
    author = _table(replied["from"]) if replied.get("from") is not None else {}
    return {
        "reply_to": _whole(replied, "message_id"),
        "reply_to_bot": author.get("id") == it.bot_id,
        "reply_text": _string(replied, "text") or _string(replied, "caption"),
    }


def _words(it: _Reading, words: str, marks: list[Any]) -> tuple[str, bool, str, str]:
    """Text without the bot's own name, whether it was named, and the command with what follows it."""
    wide = words.encode("utf-16-le", "surrogatepass")
    mentioned, command, argument, rest = False, "", "", words
    for mark in map(_table, marks):
        start, length = _whole(mark, "offset", least=0), _whole(mark, "length", least=0)
        part = wide[start * 2 : (start + length) * 2].decode("utf-16-le", "replace")
        kind = _string(mark, "type")
        if kind == "bot_command" and start == 0:
            command = _command(it, part)
            argument = wide[length * 2 :].decode("utf-16-le", "replace").strip()
        if kind == "mention" and part.lower() == f"@{it.bot_username}":
            mentioned, rest = True, rest.replace(part, " ", 1)
        if kind == "text_mention" and _table(mark.get("user")).get("id") == it.bot_id:
            mentioned = True
    return rest.strip(), mentioned, command, argument


def _command(it: _Reading, part: str) -> str:
    name, _, addressee = part.removeprefix("/").lower().partition("@")
    return ELSEWHERE if addressee and addressee != it.bot_username else name


def _photo(body: Raw) -> str:
    sizes = [_table(size) for size in _list(body, "photo")]
    return _string(sizes[-1], "file_id") if sizes else ""


def _voice(body: Raw) -> dict[str, Any]:
    if body.get("voice") is None:
        return {}
    voice = _table(body["voice"])
    size = _whole(voice, "file_size", least=0) if "file_size" in voice else 0
    return {
        "voice": _string(voice, "file_id"),
        "voice_seconds": _whole(voice, "duration", least=0),
        "voice_bytes": size,
    }


def _phone(body: Raw, person_id: int | None) -> str:
    """A shared contact counts only when it is the sender's own."""
    if body.get("contact") is None:
        return ""
    contact = _table(body["contact"])
    own = person_id is not None and contact.get("user_id") == person_id
    return _string(contact, "phone_number")[:32] if own else ""
