"""The few ways to fail that the messenger has for us, and how its answers name them."""

import json
from typing import Any

from transports.replies import Reply


class Retry(Exception):
    """Surely not sent; try again after so many seconds. `flood`: the messenger itself asked for the pause."""

    def __init__(self, after: float, *, flood: bool = False) -> None:
        super().__init__(f"not sent, again after {after:g} s")
        self.after, self.flood = after, flood


class Unreachable(Exception):
    """This chat cannot be written to: blocked, kicked, gone, or never begun."""


class Uncertain(Exception):
    """Nobody knows whether it was done."""


class Migrated(Exception):
    """The group has another id now; not sent."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__("the group has another id now")
        self.new_chat_id = new_chat_id


class Rejected(Exception):
    """The messenger refuses this request, and would again."""


class TokenRefused(Exception):
    """The messenger does not know this bot."""


class SecondPoller(Exception):
    """Somebody else receives the updates of this bot."""


LONGEST_REST = 3_600.0
GONE = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "user not found",
    "group chat was deleted",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
)


def result(reply: Reply) -> Any:
    """What was asked for; raises what a refusal means. Whatever is no answer of a Bot API leaves it open."""
    try:
        answer = json.loads(reply.body)
    except ValueError:
        raise Uncertain(f"no answer of a Bot API, status {reply.status}") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        raise Uncertain(f"no answer of a Bot API, status {reply.status}")
    if answer["ok"] and "result" in answer:
        return answer["result"]
    raise failure(answer)


def failure(answer: dict[str, Any]) -> Exception:
    """What a refusal means for the one who sends."""
    more, code, words = answer.get("parameters"), answer.get("error_code"), str(answer.get("description", ""))
    more = more if isinstance(more, dict) else {}
    if isinstance(more.get("migrate_to_chat_id"), int):
        return Migrated(more["migrate_to_chat_id"])
    if code == 429:
        return Retry(_seconds(more.get("retry_after")), flood=True)
    return _by_code(code, words)


def _by_code(code: object, words: str) -> Exception:
    match code:
        case 401 | 404:
            return TokenRefused("the messenger does not know this bot")
        case 409:
            return SecondPoller("another program receives the updates of this bot")
        case 403:
            return Unreachable(words)
        case 400:
            gone = any(known in words.lower() for known in GONE)
            return Unreachable(words) if gone else Rejected(words)
        case _:
            return Uncertain(f"error {code}")


def _seconds(given: object) -> float:
    known = isinstance(given, int | float) and given > 0
    return min(float(given), LONGEST_REST) if known else 1.0  # type: ignore[arg-type]
