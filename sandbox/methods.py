"""Every Bot API method the sandbox offers, by name."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from sandbox import methods_bot as bot
from sandbox import methods_chats as chats
from sandbox import methods_edits as edits
from sandbox import methods_media as media
from sandbox import methods_messages as messages
from sandbox.methods_media import Uploads
from sandbox.records import Json
from sandbox.world import World

Method = Callable[[World, Json, Uploads], Any]


def _plain(method: Callable[[World, Json], Any]) -> Method:
    return lambda world, p, files: method(world, p)


def _polled(world: World, p: Json, files: Uploads) -> Any:
    """getUpdates without waiting; the waiting itself is in polling.py."""
    bot.set_allowed(world, p)
    return world.updates.fetch(p.get("offset", 0), p.get("limit", 100))


_PLAIN: dict[str, Callable[[World, Json], Any]] = {
    "getMe": bot.get_me,
    "logOut": bot.end_session,
    "close": bot.end_session,
    "setWebhook": bot.set_webhook,
    "deleteWebhook": bot.delete_webhook,
    "getWebhookInfo": bot.webhook_info,
    "setMyCommands": bot.set_commands,
    "getMyCommands": bot.get_commands,
    "deleteMyCommands": bot.delete_commands,
    "setMyName": partial(bot.set_text, "name"),
    "getMyName": partial(bot.get_text, "name"),
    "setMyDescription": partial(bot.set_text, "description"),
    "getMyDescription": partial(bot.get_text, "description"),
    "setMyShortDescription": partial(bot.set_text, "short_description"),
    "getMyShortDescription": partial(bot.get_text, "short_description"),
    "setChatMenuButton": chats.set_menu_button,
    "getChatMenuButton": chats.get_menu_button,
    "sendMessage": messages.send_message,
    "sendLocation": messages.send_location,
    "sendContact": messages.send_contact,
    "sendPoll": messages.send_poll,
    "sendChatAction": messages.send_chat_action,
    "forwardMessage": messages.forward_message,
    "copyMessage": messages.copy_message,
    "editMessageText": edits.edit_text,
    "editMessageCaption": edits.edit_caption,
    "editMessageReplyMarkup": edits.edit_markup,
    "deleteMessage": edits.delete_message,
    "deleteMessages": edits.delete_messages,
    "answerCallbackQuery": edits.answer_callback,
    "pinChatMessage": edits.pin_message,
    "unpinChatMessage": edits.unpin_message,
    "unpinAllChatMessages": edits.unpin_all,
    "setMessageReaction": edits.set_reaction,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_member,
    "getChatAdministrators": chats.get_administrators,
    "getChatMemberCount": chats.get_member_count,
    "leaveChat": chats.leave_chat,
    "banChatMember": chats.ban_member,
    "exportChatInviteLink": chats.export_link,
    "createChatInviteLink": chats.create_link,
    "getFile": media.get_file,
}

METHODS: Mapping[str, Method] = MappingProxyType(
    {name: _plain(method) for name, method in _PLAIN.items()}
    | {
        "getUpdates": _polled,
        "sendPhoto": media.send_photo,
        "sendDocument": media.send_document,
        "sendVoice": media.send_voice,
        "sendMediaGroup": media.send_media_group,
        "editMessageMedia": edits.edit_media,
    }
)
