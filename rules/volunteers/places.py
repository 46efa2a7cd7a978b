"""One person's place on a shift: found and held, kept with its audit row, told to whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models.members.people import Member
from models.volunteers.shifts import RESPONSIBLE, Assignment, Shift, ShiftState
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import holds
from rules.values import Message, Refused, Text
from rules.volunteers import shifts


@dataclass(frozen=True, slots=True)
class Placed:
    """An act on a place: the place, its shift, whose it is, and how it was before."""

    place: Assignment
    shift: Shift
    member: Member
    before: dict[str, Any] | None = None


def find(session: Session, place_id: int, act: Act) -> Placed:
    """A place with its shift held; one of another village, or none at all, is an old button."""
    place = session.get(Assignment, place_id)
    if place is None:
        raise Refused("common.old_button")
    shift = shifts.held(session, place.shift_id, act.canteen_id or 0)
    session.refresh(place)
    return Placed(place, shift, session.get_one(Member, place.member_id), seen(place))


def seen(place: Assignment) -> dict[str, Any]:
    """What an undo brings back, and what the audit keeps."""
    return {"state": place.state.value, "minutes": place.minutes, "member": place.member_id}


def check_own(session: Session, found: Placed, act: Act) -> None:
    """Refuse whoever neither holds the place nor plans the roster."""
    if act.actor_id != found.member.id:
        shifts.check_coordinates(session, act)


def check_responsible(found: Placed, act: Act) -> None:
    """Refuse a place nobody has to come to any more."""
    if found.place.state not in RESPONSIBLE or found.shift.state != ShiftState.OPEN:
        raise Refused("shifts.not_yours_now", day=found.shift.day, duty=found.shift.duty)
    if act.now >= found.shift.ends_at:
        raise Refused("shifts.over")


def keep(
    session: Session, place: Assignment, action: str, before: Mapping[str, Any] | None, act: Act
) -> None:
    """Write a place down, with what it was and what it is for the audit."""
    session.add(place)
    session.flush()
    audit.record(
        session,
        act,
        action,
        f"assignment:{place.id}",
        subject_id=place.member_id,
        before=dict(before) if before else None,
        after=seen(place),
    )


def tell(session: Session, place: Assignment, said: Message | Text, act: Act) -> None:
    """Tell the holder of a place what somebody else did about it."""
    if act.actor_id == place.member_id:
        return
    member = session.get_one(Member, place.member_id)
    key = f"shift:{place.id}:{place.state}:{act.update_id}:{act.now.timestamp():.0f}"
    shift = session.get_one(Shift, place.shift_id)
    outbox.tell(session, key, member, said, now=act.now, before=shift.starts_at)


def tell_coordinators(session: Session, key: str, shift: Shift, said: Message | Text, act: Act) -> int:
    """Tell those who plan the roster what has happened to a shift, except whoever just did it."""
    if act.actor_id is not None and holds(session, act.actor_id, *shifts.COORDINATORS):
        return 0
    return outbox.tell_role(
        session,
        f"{key}:{act.update_id}",
        shift.canteen_id,
        shifts.COORDINATORS,
        said,
        now=act.now,
        before=shift.starts_at,
    )
