"""Bot API: sending words, places, contacts, polls; forwarding and copying."""

from sandbox.places import deliver, found, readable, words, writable
from sandbox.records import Json, Message
from sandbox.refusals import bad
from sandbox.world import World

ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
_HEAD = (
    "message_id",
    "from",
    "chat",
    "date",
    "edit_date",
    "reply_to_message",
    "reply_markup",
    "forward_origin",
)


def send_message(world: World, p: Json) -> Json:
    """sendMessage."""
    text = words(p)
    chat = writable(world, p["chat_id"])
    content: Json = {}
    text.put_into(content, "text")
    return deliver(world, chat, content, p).raw


def send_location(world: World, p: Json) -> Json:
    """sendLocation."""
    place = {"latitude": p["latitude"], "longitude": p["longitude"]}
    return deliver(world, writable(world, p["chat_id"]), {"location": place}, p).raw


def send_contact(world: World, p: Json) -> Json:
    """sendContact."""
    keys = ("phone_number", "first_name", "last_name", "vcard")
    contact = {key: p[key] for key in keys if key in p}
    return deliver(world, writable(world, p["chat_id"]), {"contact": contact}, p).raw


def send_poll(world: World, p: Json) -> Json:
    """sendPoll: the question and its options; votes are not played."""
    options = [option["text"] for option in p["options"]]
    if not 1 <= len(p["question"]) <= 300:
        raise bad("poll question length must not exceed 300")
    if not 1 <= len(options) <= 12:
        raise bad(
            "poll must have at least 1 option" if not options else "poll can't have more than 12 options"
        )
    if any(not 1 <= len(option) <= 100 for option in options):
        raise bad("poll options length must not exceed 100")
    poll: Json = {"id": str(world.serial()), "question": p["question"], "total_voter_count": 0}
    poll["options"] = [
        {"text": option, "voter_count": 0, "persistent_id": str(place)}
        for place, option in enumerate(options)
    ]
    poll |= {"is_closed": p.get("is_closed", False), "is_anonymous": p.get("is_anonymous", True)}
    poll |= {
        "type": p.get("type", "regular"),
        "allows_multiple_answers": p.get("allows_multiple_answers", False),
    }
    poll |= {"allows_revoting": True, "members_only": False}
    return deliver(world, writable(world, p["chat_id"]), {"poll": poll}, p).raw


def send_chat_action(world: World, p: Json) -> bool:
    """sendChatAction."""
    if p["action"] not in ACTIONS:
        raise bad("wrong parameter action in request")
    world.set_typing(writable(world, p["chat_id"], count=0).id, p["action"])
    return True


def forward_message(world: World, p: Json) -> Json:
    """forwardMessage."""
    source = _source(world, p, "message to forward not found")
    origin = {"type": "user", "date": source.raw["date"], "sender_user": source.raw["from"]}
    content = _body(source) | {"forward_origin": origin}
    return deliver(world, writable(world, p["chat_id"]), content, {}).raw


def copy_message(world: World, p: Json) -> Json:
    """copyMessage."""
    source = _source(world, p, "message to copy not found")
    message = deliver(world, writable(world, p["chat_id"]), _body(source), p)
    return {"message_id": message.id}


def _source(world: World, p: Json, what: str) -> Message:
    return found(world, readable(world, p["from_chat_id"]), p["message_id"], what)


def _body(message: Message) -> Json:
    return {key: value for key, value in message.raw.items() if key not in _HEAD}
