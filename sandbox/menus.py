"""Command menus per scope and language, and which one a person sees."""

import json

from sandbox.records import Chat, Json

Menus = dict[tuple[str, str], list[Json]]


def scope_key(scope: Json | None) -> str:
    """One name for one scope."""
    kind = (scope or {}).get("type", "default")
    return json.dumps([kind, (scope or {}).get("chat_id"), (scope or {}).get("user_id")])


def commands_shown(menus: Menus, chat: Chat, person_id: int, language_code: str) -> list[Json]:
    """The narrowest menu that was set, in the person's language before the common one."""
    language = language_code.split("-")[0].lower()
    for scope in _narrowest_first(chat, person_id):
        for tongue in (language, ""):
            menu = menus.get((scope_key(scope), tongue))
            if menu:
                return menu
    return []


def _narrowest_first(chat: Chat, person_id: int) -> list[Json]:
    if chat.is_private:
        return [{"type": "chat", "chat_id": chat.id}, {"type": "all_private_chats"}, {"type": "default"}]
    scopes: list[Json] = [{"type": "chat_member", "chat_id": chat.id, "user_id": person_id}]
    rules = chat.is_ruled_by(person_id)
    if rules:
        scopes.append({"type": "chat_administrators", "chat_id": chat.id})
    scopes.append({"type": "chat", "chat_id": chat.id})
    if rules:
        scopes.append({"type": "all_chat_administrators"})
    return [*scopes, {"type": "all_group_chats"}, {"type": "default"}]
