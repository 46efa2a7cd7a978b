"""Bot API: the bot itself, its command menus and descriptions, its webhook."""

import re

from sandbox.menus import scope_key
from sandbox.places import readable
from sandbox.records import Json
from sandbox.refusals import bad
from sandbox.world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LENGTHS = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, p: Json) -> Json:
    """getMe."""
    rights = {"can_join_groups": True, "can_read_all_group_messages": not world.privacy}
    return {
        **world.bot,
        **rights,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def end_session(world: World, p: Json) -> bool:
    """logOut and close: nothing to do here."""
    return True


def set_commands(world: World, p: Json) -> bool:
    """setMyCommands."""
    if len(p["commands"]) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in p["commands"]:
        if not _COMMAND.fullmatch(command["command"].removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_menu(world, p)] = p["commands"]
    world.emit("commands", 0, {"scope": p.get("scope") or {"type": "default"}})
    return True


def get_commands(world: World, p: Json) -> list[Json]:
    """getMyCommands."""
    return world.commands.get(_menu(world, p), [])


def delete_commands(world: World, p: Json) -> bool:
    """deleteMyCommands."""
    world.commands.pop(_menu(world, p), None)
    world.emit("commands", 0, {"scope": p.get("scope") or {"type": "default"}})
    return True


def set_text(kind: str, world: World, p: Json) -> bool:
    """setMyName, setMyDescription, setMyShortDescription."""
    if len(p.get(kind, "")) > _LENGTHS[kind]:
        raise bad(f"bot {kind.replace('_', ' ')} is too long")
    world.texts[kind, p.get("language_code", "")] = p.get(kind, "")
    return True


def get_text(kind: str, world: World, p: Json) -> Json:
    """getMyName, getMyDescription, getMyShortDescription."""
    common = world.texts.get((kind, ""), world.bot_name if kind == "name" else "")
    return {kind: world.texts.get((kind, p.get("language_code", ""))) or common}


def set_webhook(world: World, p: Json) -> bool:
    """setWebhook; plain http is taken, as a local Bot API server does."""
    if not p["url"]:
        return delete_webhook(world, p)
    if not re.match(r"https?://[^\s/]+", p["url"]):
        raise bad("bad webhook: invalid url")
    if "secret_token" in p and not _SECRET.fullmatch(p["secret_token"]):
        raise bad("secret token contains unallowed characters")
    set_allowed(world, p)
    if p.get("drop_pending_updates"):
        world.updates.clear()
    world.webhook = {
        "url": p["url"],
        "secret": p.get("secret_token", ""),
        "max_connections": p.get("max_connections", 40),
    }
    world.emit("webhook", 0, {})
    return True


def delete_webhook(world: World, p: Json) -> bool:
    """deleteWebhook."""
    if p.get("drop_pending_updates"):
        world.updates.clear()
    world.webhook = {}
    world.emit("webhook", 0, {})
    return True


def webhook_info(world: World, p: Json) -> Json:
    """getWebhookInfo."""
    info: Json = {
        "url": world.webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    for key in ("last_error_date", "last_error_message", "max_connections"):
        if key in world.webhook:
            info[key] = world.webhook[key]
    if world.updates.allowed is not None:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


def set_allowed(world: World, p: Json) -> None:
    """Keep which kinds of updates the bot wants; an omitted list keeps what was set before."""
    if "allowed_updates" in p:
        world.updates.allowed = frozenset(p["allowed_updates"]) or None


def _menu(world: World, p: Json) -> tuple[str, str]:
    scope = p.get("scope")
    if scope and "chat_id" in scope:
        readable(world, scope["chat_id"])
    return scope_key(scope), p.get("language_code", "")
