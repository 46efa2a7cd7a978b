"""Bot API: what a bot may know and change about chats and members."""

from typing import Any

from sandbox.places import readable, ruled
from sandbox.records import Json
from sandbox.refusals import NotAllowed, bad
from sandbox.world import World


def get_chat(world: World, p: Json) -> Json:
    """getChat."""
    chat = readable(world, p["chat_id"])
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    )
    full: Json = {
        **world.raw_chat(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": gifts,
    }
    if chat.pinned and world.message(chat.id, chat.pinned[-1]):
        full["pinned_message"] = world.quoted(chat.id, chat.pinned[-1])
    return full


def get_member(world: World, p: Json) -> Json:
    """getChatMember."""
    chat = readable(world, p["chat_id"])
    try:
        return world.member(chat, p["user_id"])
    except NotAllowed:
        raise bad("invalid user_id specified") from None


def get_administrators(world: World, p: Json) -> list[Json]:
    """getChatAdministrators."""
    chat = readable(world, p["chat_id"])
    if chat.is_private:
        raise bad("there are no administrators in the private chat")
    return [world.member(chat, member) for member in chat.present() if chat.is_ruled_by(member)]


def get_member_count(world: World, p: Json) -> int:
    """getChatMemberCount."""
    return len(readable(world, p["chat_id"]).present())


def leave_chat(world: World, p: Json) -> bool:
    """leaveChat."""
    readable(world, p["chat_id"]).members[world.bot_id] = "left"
    world.emit("members", p["chat_id"], {"person_id": world.bot_id, "status": "left"})
    return True


def ban_member(world: World, p: Json) -> bool:
    """banChatMember."""
    chat = ruled(world, p["chat_id"], "not enough rights to restrict/unrestrict chat member")
    if chat.members.get(p["user_id"]) == "creator":
        raise bad("can't remove chat owner")
    chat.members[p["user_id"]] = "kicked"
    world.emit("members", chat.id, {"person_id": p["user_id"], "status": "kicked"})
    return True


def export_link(world: World, p: Json) -> str:
    """exportChatInviteLink."""
    chat = ruled(world, p["chat_id"], "not enough rights to manage chat invite link")
    return f"https://t.me/+sandbox{abs(chat.id)}x{world.serial()}"


def create_link(world: World, p: Json) -> Json:
    """createChatInviteLink."""
    keys = ("name", "expire_date", "member_limit")
    link: Json = {
        "invite_link": export_link(world, p),
        "creator": world.bot,
        "is_primary": False,
        "is_revoked": False,
    }
    link["creates_join_request"] = p.get("creates_join_request", False)
    return link | {key: p[key] for key in keys if key in p}


def set_menu_button(world: World, p: Json) -> bool:
    """setChatMenuButton."""
    button: Json = p.get("menu_button") or {"type": "default"}
    if "chat_id" in p:
        readable(world, p["chat_id"]).menu_button = button
    else:
        world.texts["menu_button", ""] = button["type"]
    return True


def get_menu_button(world: World, p: Json) -> Any:
    """getChatMenuButton."""
    own = readable(world, p["chat_id"]).menu_button if "chat_id" in p else None
    return own or {"type": world.texts.get(("menu_button", ""), "commands")}
