"""Which commands the messenger shows behind its `/` key: elders' first, in each kind of chat what is of use there."""

from collections.abc import Collection, Mapping

MINE = (
    "menu",
    "book",
    "cancel",
    "mine",
    "account",
    "away",
    "pair",
    "ask",
    "medicine",
    "need",
    "privacy",
    "language",
    "help",
)
WORKING = (
    "shifts",
    "swap",
    "roster",
    "plan",
    "hours",
    "list",
    "sheet",
    "kitchen",
    "whoate",
    "certificate",
    "serve",
    "deliver",
    "visits",
    "household",
    "requests",
    "care",
    "needs",
    "neighbour",
    "oncall",
    "invite",
    "settings",
)
TOGETHER = ("menu", "book", "cancel", "mine", "calendar", "help")
RULING = ("language", "storm")

SHOWN: Mapping[str, tuple[str, ...]] = {
    "all_private_chats": (*MINE, *WORKING),
    "all_group_chats": TOGETHER,
    "all_chat_administrators": (*TOGETHER, *RULING),
}
"""By the messenger's names for kinds of chats."""


def shown(scope: str, known: Collection[str]) -> tuple[str, ...]:
    """The commands to show in a kind of chat: only those that somebody hears."""
    return tuple(name for name in SHOWN[scope] if name in known)
