"""Where the bot may write, and what a message is made of: chat, reply, keyboard."""

from typing import Any

from sandbox.entities import CAPTION_LIMIT, TEXT_LIMIT, Formatted, formatted, piece
from sandbox.records import Chat, Json, Message
from sandbox.refusals import bad, forbidden, migrated, too_many
from sandbox.world import World

BUTTON_LIMIT = 100
DATA_LIMIT = 64


def readable(world: World, chat_id: Any) -> Chat:
    """A chat the bot may look at."""
    chat = world.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to:
        raise migrated(chat.migrated_to)
    if not chat.is_private and not chat.has(world.bot_id):
        raise forbidden(_why_out(chat))
    return chat


def writable(world: World, chat_id: Any, *, count: int = 1) -> Chat:
    """A chat the bot may write to now; counts against the rate limits."""
    if chat_id == world.bot_id:
        raise forbidden("bots can't send messages to bots")
    chat = readable(world, chat_id)
    if chat.is_private:
        _check_person(world, chat.id)
    spend(world, chat, count)
    return chat


def spend(world: World, chat: Chat, count: int = 1) -> None:
    """Count a send or edit; 429 when it is too many."""
    wait = world.meter.take(chat.id, count)
    if wait:
        raise too_many(wait)


def ruled(world: World, chat_id: Any, why: str) -> Chat:
    """A group where the bot is an administrator."""
    chat = readable(world, chat_id)
    if not chat.is_private and not chat.is_ruled_by(world.bot_id):
        raise bad(why)
    return chat


def found(world: World, chat: Chat, message_id: int, what: str) -> Message:
    """A message of the chat, or Telegram's `message to … not found`."""
    message = world.message(chat.id, message_id)
    if message is None:
        raise bad(what)
    return message


def words(p: Json) -> Formatted:
    """The checked text of a message."""
    text = formatted(p["text"], p.get("parse_mode"), p.get("entities"), limit=TEXT_LIMIT)
    if not text.text:
        raise bad("message text is empty")
    return text


def caption_into(raw: Json, p: Json) -> None:
    """Write the checked caption into a message object."""
    if p.get("caption"):
        entities = p.get("caption_entities")
        text = formatted(p["caption"], p.get("parse_mode"), entities, limit=CAPTION_LIMIT)
        if text.text:
            text.put_into(raw, "caption")


def deliver(world: World, chat: Chat, content: Json, p: Json) -> Message:
    """Post a message of the bot with its reply and keyboard."""
    reply = _reply(world, chat, p)
    markup = p.get("reply_markup") or {}
    if "inline_keyboard" in markup:
        content["reply_markup"] = inline(markup)
    if p.get("protect_content"):
        content["has_protected_content"] = True
    message = world.keep(chat, world.bot, reply | content)
    message.typed = markup if markup and "inline_keyboard" not in markup else None
    _show_keyboard(world, chat, message)
    return message


def inline(markup: Json) -> Json:
    """A checked inline keyboard."""
    rows = [row for row in markup["inline_keyboard"] if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTON_LIMIT:
        raise bad("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return {"inline_keyboard": rows}


def _check_button(button: Json) -> None:
    if not button["text"].strip():
        raise bad(
            "inline keyboard button text must be non-empty"
            if button["text"]
            else "text buttons are unallowed in the inline keyboard"
        )
    actions = set(button) - {"text", "icon_custom_emoji_id", "style"}
    if not actions:
        raise bad("text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad("an inline keyboard button must have exactly one action")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= DATA_LIMIT:
        raise bad("BUTTON_DATA_INVALID")


def _reply(world: World, chat: Chat, p: Json) -> Json:
    wanted = p.get("reply_parameters")
    if not wanted or "message_id" not in wanted:
        return {}
    if world.message(chat.id, wanted["message_id"]) is None:
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": world.quoted(chat.id, wanted["message_id"])}


def _show_keyboard(world: World, chat: Chat, message: Message) -> None:
    """A reply keyboard reaches everybody in the chat, or only those meant when it is selective."""
    markup = message.typed
    if not markup:
        return
    shown = None if markup.get("remove_keyboard") else markup
    for member in chat.present():
        if member != world.bot_id and (not markup.get("selective") or _is_meant(world, member, message)):
            world.set_keyboard(member, chat.id, shown)


def _is_meant(world: World, member: int, message: Message) -> bool:
    quoted = message.raw.get("reply_to_message")
    if quoted and quoted["from"]["id"] == member:
        return True
    username = world.person(member).username
    return any(
        each.get("user", {}).get("id") == member or piece(message.text, each) == f"@{username}"
        for each in message.raw.get("entities", [])
    )


def _check_person(world: World, person_id: int) -> None:
    person = world.people[person_id]
    if person.deactivated:
        raise forbidden("user is deactivated")
    if person.blocked:
        raise forbidden("bot was blocked by the user")
    if not person.started:
        raise forbidden("bot can't initiate conversation with a user")


def _why_out(chat: Chat) -> str:
    kind = "supergroup" if chat.kind == "supergroup" else "group"
    if chat.bot_was_kicked:
        return f"bot was kicked from the {kind} chat"
    return f"bot is not a member of the {kind} chat"
