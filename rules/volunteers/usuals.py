"""Who always comes: put on a shift of every week and on those already made, or no longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.volunteers.shifts import RESPONSIBLE, Shift, ShiftState, ShiftTemplate
from rules import outbox
from rules.audit import Act
from rules.values import Refused, Text, lines
from rules.volunteers import assignments, shifts
from rules.volunteers.eligibility import as_written
from rules.volunteers.patterns import changed, held
from rules.volunteers.places import Placed, find

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Usual:
    """Somebody who always comes from now on: the places they got, and the days on which they could not be put."""

    row: ShiftTemplate
    member: Member
    places: tuple[Placed, ...]
    problems: tuple[tuple[date, Text], ...] = ()


def always(session: Session, canteen: Canteen, template_id: int, member: Member, act: Act) -> Usual:
    """Let somebody come every week, on the shifts already made as well where there is room; they are told once."""
    row = held(session, template_id, act)
    if member.id in row.usual_ids:
        raise Refused("shifts.usual_already", name=member.name)
    row.usual_ids = [*row.usual_ids, member.id]
    row.needed = max(row.needed, len(row.usual_ids))
    changed(session, row, {}, {"joins": member.id}, act)
    placed: list[Placed] = []
    problems: list[tuple[date, Text]] = []
    for shift in _ahead(session, row, act):
        try:
            placed.append(assignments.put(session, canteen, as_written(shift, member), act))
        except Refused as refused:
            if refused.key != "shifts.already_on_it":
                problems.append((shift.day, refused.text))
    _tell(session, canteen, Usual(row, member, tuple(placed)), act)
    return Usual(row, member, tuple(placed), tuple(problems))


def every(row: ShiftTemplate) -> dict[str, Any]:
    """A shift of every week as it is told."""
    weekday = Text(f"weekday.{row.weekday}")
    return {"weekday": weekday, "starts": row.starts, "ends": row.ends, "duty": row.duty}


def _tell(session: Session, canteen: Canteen, usual: Usual, act: Act) -> None:
    if usual.member.id == act.actor_id:
        return
    mine = [shifts.line(canteen, found.shift) for found in usual.places]
    said = lines(Text("shifts.usual_notice", **every(usual.row)), *mine)
    key = f"usual:{usual.row.id}:{act.update_id}:{act.now.timestamp():.0f}"
    soonest = min((found.shift.starts_at for found in usual.places), default=act.now + WEEK)
    outbox.tell(session, key, usual.member, said, now=act.now, before=soonest)


def _ahead(session: Session, row: ShiftTemplate, act: Act) -> Sequence[Shift]:
    own = select(Shift).where(Shift.template_id == row.id, Shift.state == ShiftState.OPEN)
    return session.exec(own.where(Shift.starts_at > act.now).order_by(col(Shift.day))).all()


def no_longer(session: Session, template_id: int, member_id: int, act: Act) -> ShiftTemplate:
    """Somebody does not always come any more; what they are on already stays theirs."""
    row = held(session, template_id, act)
    if member_id not in row.usual_ids:
        raise Refused("shifts.changed_since")
    row.usual_ids = [number for number in row.usual_ids if number != member_id]
    changed(session, row, {}, {"leaves": member_id}, act)
    return row


def take_back(
    session: Session, template_id: int, member: Member, place_ids: Sequence[int], act: Act
) -> ShiftTemplate:
    """Undo it within its minutes: out of the pattern, and off the shifts they were just put on; they are told once."""
    row = no_longer(session, template_id, member.id, act)
    for place_id in place_ids:
        found = find(session, place_id, act)
        if found.place.member_id == member.id and found.place.state in RESPONSIBLE:
            assignments.let_go(session, found, "", act)
    if member.id != act.actor_id:
        said = Text("shifts.usual_mistake", **every(row))
        key = f"unusual:{row.id}:{act.update_id}:{act.now.timestamp():.0f}"
        outbox.tell(session, key, member, said, now=act.now, before=act.now + WEEK)
    return row


def names(session: Session, row: ShiftTemplate) -> list[Member]:
    """Who always comes, in the order they were named."""
    found = session.exec(select(Member).where(col(Member.id).in_(row.usual_ids)).order_by(col(Member.id)))
    by_number = {member.id: member for member in found}
    return [by_number[number] for number in row.usual_ids if number in by_number]
