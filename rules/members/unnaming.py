"""What still waits to be said when somebody is erased: it says a number instead of the name, or nothing at all."""

from typing import Any

from sqlmodel import Session, col, or_, select

from models.members.people import Member
from models.outbox import OutboxMessage, OutboxState

NOTHING: dict[str, Any] = {"text": {"$": "text", "key": "verbatim", "facts": {"text": ""}}}


def forget_waiting(session: Session, member: Member, name: str) -> None:
    """Nothing private of them leaves any more; what others still need to hear is said without the name."""
    session.flush()
    waiting = select(OutboxMessage).where(OutboxMessage.status == OutboxState.PENDING)
    near = or_(OutboxMessage.canteen_id == member.canteen_id, col(OutboxMessage.canteen_id).is_(None))
    found = waiting.where(near).order_by(col(OutboxMessage.id)).execution_options(populate_existing=True)
    for row in session.exec(found).all():
        if row.body.get("private") == member.id:
            row.status, row.body = OutboxState.MISSED, NOTHING
        elif (
            f":things:{member.id}:" not in row.key
        ):  # who holds another's card and cash: fetched only by the name
            row.body = without(row.body, name, f"#{member.id}")
        session.add(row)


def without(said: Any, name: str, number: str) -> Any:
    """A message with a number in place of a name, in its facts only: keys and buttons' data are no words."""
    if isinstance(said, dict) and said.get("$") == "text":
        return {**said, "facts": _unnamed(said["facts"], name, number)}
    if isinstance(said, dict):
        facts = {"facts": _unnamed(said["facts"], name, number)} if "sheet" in said else {}
        return {key: without(value, name, number) for key, value in said.items()} | facts
    return [without(one, name, number) for one in said] if isinstance(said, list) else said


def _unnamed(fact: Any, name: str, number: str) -> Any:
    if isinstance(fact, str):
        return fact.replace(name, number)
    if isinstance(fact, list):
        return [_unnamed(one, name, number) for one in fact]
    if not isinstance(fact, dict) or "$" in fact:
        return without(fact, name, number)
    return {key: _unnamed(value, name, number) for key, value in fact.items()}
