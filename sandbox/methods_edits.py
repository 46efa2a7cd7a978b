"""Bot API: changing, deleting, pinning messages; answering taps."""

from sandbox.methods_media import Upload, input_media
from sandbox.places import caption_into, found, inline, readable, ruled, spend, words
from sandbox.records import CallbackAnswer, Json, Message
from sandbox.refusals import bad, query_too_old
from sandbox.world import TAP_ANSWERABLE, World

DELETABLE_SECONDS = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_KINDS = ("photo", "document", "voice")


def edit_text(world: World, p: Json) -> Json:
    """editMessageText."""
    if "text" not in p:
        raise bad("message text is empty")
    text = words(p)
    message = _editable(world, p)
    if "text" not in message.raw:
        raise bad("there is no text in the message to edit")
    content: Json = {"entities": None}
    text.put_into(content, "text")
    return _apply(world, message, content, p)


def edit_caption(world: World, p: Json) -> Json:
    """editMessageCaption."""
    message = _editable(world, p)
    if not any(kind in message.raw for kind in _KINDS):
        raise bad("there is no caption in the message to edit")
    content: Json = {"caption": None, "caption_entities": None}
    caption_into(content, p)
    return _apply(world, message, content, p)


def edit_markup(world: World, p: Json) -> Json:
    """editMessageReplyMarkup."""
    return _apply(world, _editable(world, p), {}, p)


def edit_media(world: World, p: Json, files: dict[str, Upload]) -> Json:
    """editMessageMedia."""
    message = _editable(world, p)
    content: Json = dict.fromkeys((*_KINDS, "text", "entities", "caption", "caption_entities"))
    content |= input_media(world, p["media"], files)
    return _apply(world, message, content, p)


def delete_message(world: World, p: Json) -> bool:
    """deleteMessage."""
    chat = readable(world, p["chat_id"])
    message = found(world, chat, p["message_id"], "message to delete not found")
    mine = message.sender_id == world.bot_id
    old = world.now_unix() - message.raw["date"] > DELETABLE_SECONDS
    if old or not (mine or chat.is_private or chat.is_ruled_by(world.bot_id)):
        raise bad("message can't be deleted for everyone" if old else "message can't be deleted")
    world.forget(message)
    return True


def delete_messages(world: World, p: Json) -> bool:
    """deleteMessages: what is gone or not deletable is skipped."""
    chat = readable(world, p["chat_id"])
    for message_id in p["message_ids"]:
        message = world.message(chat.id, message_id)
        if message and (
            message.sender_id == world.bot_id or chat.is_private or chat.is_ruled_by(world.bot_id)
        ):
            world.forget(message)
    return True


def answer_callback(world: World, p: Json) -> bool:
    """answerCallbackQuery."""
    tap = world.taps.get(p["callback_query_id"])
    if tap is None or tap.answered or world.clock.now() - tap.at > TAP_ANSWERABLE:
        raise query_too_old()
    text = p.get("text", "")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    tap.answered = True
    answer = CallbackAnswer(tap.query_id, tap.person_id, text, p.get("show_alert", False), p.get("url", ""))
    world.callback_answers[tap.query_id] = answer
    payload = {"query_id": tap.query_id, "person_id": tap.person_id, "message_id": tap.message_id}
    world.emit("callback_answer", tap.chat_id, payload | {"text": text, "show_alert": answer.show_alert})
    return True


def pin_message(world: World, p: Json) -> bool:
    """pinChatMessage."""
    chat = ruled(world, p["chat_id"], "not enough rights to manage pinned messages in the chat")
    message = found(world, chat, p["message_id"], "message to pin not found")
    chat.pinned = [each for each in chat.pinned if each != message.id] + [message.id]
    world.keep(chat, world.bot, {"pinned_message": world.quoted(chat.id, message.id)})
    return True


def unpin_message(world: World, p: Json) -> bool:
    """unpinChatMessage: the given one, else the newest."""
    chat = ruled(world, p["chat_id"], "not enough rights to manage pinned messages in the chat")
    target = p.get("message_id") or (chat.pinned[-1] if chat.pinned else None)
    if target not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(target)
    world.emit("unpinned", chat.id, {"message_id": target})
    return True


def unpin_all(world: World, p: Json) -> bool:
    """unpinAllChatMessages."""
    chat = ruled(world, p["chat_id"], "not enough rights to manage pinned messages in the chat")
    chat.pinned.clear()
    world.emit("unpinned", chat.id, {})
    return True


def set_reaction(world: World, p: Json) -> bool:
    """setMessageReaction."""
    chat = readable(world, p["chat_id"])
    message = found(world, chat, p["message_id"], "message to react not found")
    payload = {"message_id": message.id, "person_id": world.bot_id, "reaction": p.get("reaction", [])}
    world.emit("reaction", chat.id, payload)
    return True


def _editable(world: World, p: Json) -> Message:
    if "inline_message_id" in p or "chat_id" not in p or "message_id" not in p:
        raise bad("message identifier is not specified")
    chat = readable(world, p["chat_id"])
    message = found(world, chat, p["message_id"], "message to edit not found")
    if message.sender_id != world.bot_id or "forward_origin" in message.raw:
        raise bad("message can't be edited")
    return message


def _apply(world: World, message: Message, content: Json, p: Json) -> Json:
    """Change the message; the keyboard stays only when it is given again."""
    markup = p.get("reply_markup")
    rows = inline(markup) if markup else {"inline_keyboard": []}
    content["reply_markup"] = rows if rows["inline_keyboard"] else None
    if all(message.raw.get(key) == value for key, value in content.items()):
        raise bad(NOT_MODIFIED)
    spend(world, world.chats[message.chat_id])
    world.change(message, content)
    return message.raw
