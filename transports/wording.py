"""A message row put into the receiver's words and the messenger's JSON."""

from collections.abc import Callable, Mapping
from typing import Any

from models.outbox import MessageClass, OutboxMessage
from texts import Words

LONGEST_TEXT = 4_096
LONGEST_CAPTION = 1_024
ELLIPSIS = "…"

Say = Callable[[Any], str]
Body = Mapping[str, Any]


def worded(row: OutboxMessage, *, plain: bool = False) -> dict[str, Any]:
    """What sendMessage takes; `plain` leaves out the buttons that the messenger refused."""
    say = Words(row.language, row.timezone).say
    text = _head(row, say) + say(row.body["text"])
    captions = {"attachment", "photo"} & row.body.keys()
    said: dict[str, Any] = {"text": clip(text, LONGEST_CAPTION) if captions else text}
    markup = None if plain else _markup(row.body, say)
    if markup is not None:
        said["reply_markup"] = markup
    return said


def opening(row: OutboxMessage) -> dict[str, Any]:
    """What stands in a message until its words are put in."""
    return {"text": Words(row.language, row.timezone).say({"key": "outbox.opening", "facts": {}})}


def reworded(row: OutboxMessage, *, plain: bool = False) -> dict[str, Any]:
    """What editMessageText takes: only buttons under the message, or none."""
    said = worded(row, plain=plain)
    said["text"] = clip(said["text"], LONGEST_TEXT)
    if "inline_keyboard" not in said.get("reply_markup", {}):
        said.pop("reply_markup", None)
    return said


def _head(row: OutboxMessage, say: Say) -> str:
    """A repetition shows that it is one."""
    if not row.tries:
        return ""
    if row.kind == MessageClass.REMINDER:
        return say({"key": "outbox.again", "facts": {}})
    if row.kind == MessageClass.CARE:
        return say({"key": "outbox.number", "facts": {"number": row.tries + 1}})
    return ""


def _markup(body: Body, say: Say) -> dict[str, Any] | None:
    if body.get("buttons"):
        return {"inline_keyboard": [[_button(b, say) for b in row] for row in body["buttons"]]}
    if body.get("keys"):
        keyboard = [[{"text": say(key)} for key in row] for row in body["keys"]]
        # Not resized: the keys of an old person's phone stay as large as they can be.
        return {"keyboard": keyboard, "is_persistent": True, "resize_keyboard": False}
    if body.get("force_reply"):
        return {"force_reply": True, "selective": True}
    return None


def _button(button: list[Any], say: Say) -> dict[str, Any]:
    label, data, style = button
    return {"text": say(label), "callback_data": data} | ({"style": style} if style else {})


def units(text: str) -> int:
    """Length as the messenger counts: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """A text that is too long for one message as several, parted after whole lines where there are any."""
    found: list[str] = []
    while units(text) > longest:
        kept = _fitting(text, longest)
        found.append(kept)
        text = text[len(kept) :].lstrip("\n")
    return [*found, text]


def _fitting(text: str, longest: int) -> str:
    kept = text.encode("utf-16-le", "surrogatepass")[: longest * 2].decode("utf-16-le", "ignore")
    whole, line_end, _ = kept.rpartition("\n")
    return whole if line_end and len(whole) > len(kept) // 2 else kept


def clip(text: str, longest: int) -> str:
    """Text that is not too long: cut after a whole line where there is one, never inside a character."""
    if units(text) <= longest:
        return text
    return _fitting(text, longest - len(ELLIPSIS)).rstrip() + ELLIPSIS
