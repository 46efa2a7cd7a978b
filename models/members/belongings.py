"""What in a copy of the store says who somebody is: sealed on its way out, opened or left out on its way back.

A copy outlives an erasure, so names and words in it are sealed with the keys of the people they belong to, which lie
outside the store. Whoever was erased in between comes back as a number, as they stand in the store itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlmodel import SQLModel

from models.members.keyring import Forgotten
from models.members.vault import MARK, Broken, Sealed, Vault
from models.outbox import NOTHING_SAID

UNDER_WAY = -1
"""Whose key seals what was only under way: questions, messages, what nobody had answered; gone at every erasure."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """The column that names the owner, and what the private columns hold once the owner is forgotten."""

    owner: str
    left: Mapping[str, Any]
    goes: bool = False
    """Whether the whole row goes."""
    state: str = ""
    over: Mapping[str, str] = field(default_factory=dict)
    """The column of its state, and what a state that was not over becomes when nothing is left of the words."""


BELONGINGS: Mapping[str, Belonging] = {
    "member": Belonging(
        "id",
        {"name": "#{id}", "telegram_id": None, "birth_on": None, "hamlet": "", "diet": [], "hardship": False},
    ),
    "account": Belonging("", {"telegram_id": 0, "name": ""}, goes=True),
    "booking": Belonging("eater_id", {"note": "", "guests": []}),
    "standing_booking": Belonging("eater_id", {"note": ""}),
    "care_link": Belonging("elder_id", {"called": ""}),
    "request": Belonging("elder_id", {"photo": ""}),
    "emergency": Belonging("person_id", {"called": ""}),
    "certificate_proof": Belonging("member_id", {"photo": ""}),
    "invitation": Belonging("", {"used_by_telegram_id": None}),
    "signup_list": Belonging("", {"entries": []}),
    "card": Belonging("", {"facts": {}, "telegram_id": 0, "chat_id": 0}),
    "inbox_update": Belonging("", {"raw": "", "chat_id": 0}, state="state", over={"new": "done"}),
    "outbox_message": Belonging(
        "",
        {"body": json.loads(NOTHING_SAID), "chat_id": 0},
        state="status",
        over=dict.fromkeys(("pending", "sending", "uncertain"), "missed"),
    ),
}
"""By table; what has no owner of its own was only under way."""
SAID = {"inbox_update": "raw", "outbox_message": "body"}
"""Words that are not copied at all once they have been heard or said."""


@cache
def sealed_columns() -> dict[str, dict[str, str]]:
    """By table: columns that are sealed in the store already, and the column that names whose key it is."""
    found: dict[str, dict[str, str]] = {}
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                found.setdefault(table.name, {})[column.name] = column.type.owner
    return found


def pack(vault: Vault, table: str, row: dict[str, Any]) -> list[Any]:
    """A row as it leaves: table, what anybody may read, and the rest sealed."""
    belonging = BELONGINGS.get(table)
    if belonging is None:
        return [table, row]
    words = {name: row.pop(name) for name in belonging.left if name in row}
    if table in SAID and row[belonging.state] not in belonging.over:
        words[SAID[table]] = belonging.left[SAID[table]]
    empty = {name: left for name, left in _left(belonging, row).items() if name in words}
    if words == empty:
        return [table, {**row, **words}]
    owner = _owner(belonging, row)
    sealed = vault.seal(owner, _where(table, row), json.dumps(words, ensure_ascii=False))
    return [table, row, {"owner": owner, "sealed": sealed}]


def unpack(vault: Vault, line: list[Any]) -> dict[str, Any] | None:
    """A row as it comes back; of somebody forgotten only what names nobody, or nothing at all."""
    table, row, *rest = line
    if not rest:
        return _emptied(vault, table, row)
    owner, sealed = rest[0]["owner"], rest[0]["sealed"]
    try:
        words = json.loads(vault.open(owner, _where(table, row), sealed))
    except (Forgotten, Broken):
        belonging = BELONGINGS[table]
        if belonging.goes:
            return None
        words = _left(belonging, row)
        if table == "member":
            words["erased_at"] = row.get("erased_at") or datetime.now(UTC).isoformat()
        if belonging.state:
            words[belonging.state] = belonging.over.get(row[belonging.state], row[belonging.state])
    return _emptied(vault, table, {**row, **words})


def _emptied(vault: Vault, table: str, row: dict[str, Any]) -> dict[str, Any]:
    """What is sealed with a key that is no more is nothing."""
    for name, owner in sealed_columns().get(table, {}).items():
        if str(row.get(name) or "").startswith(MARK) and (row[owner] or 0) not in vault.ring.people():
            row[name] = ""
    return row


def _left(belonging: Belonging, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.format(**row) if isinstance(value, str) else value
        for name, value in belonging.left.items()
    }


def _owner(belonging: Belonging, row: Mapping[str, Any]) -> int:
    found = row.get(belonging.owner) if belonging.owner else None
    return UNDER_WAY if found is None else int(found)


def _where(table: str, row: Mapping[str, Any]) -> str:
    return f"copy:{table}:{row.get('id', row.get('update_id'))}"
