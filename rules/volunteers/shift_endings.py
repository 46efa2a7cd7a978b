"""How shifts end: called off with everybody told, or done with hours for whoever was there."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.store import hold
from models.volunteers.shifts import (
    OPEN_SWAPS,
    Assignment,
    AssignmentState,
    Shift,
    ShiftState,
    Swap,
    SwapState,
)
from rules import audit, outbox
from rules.audit import Act
from rules.values import Refused, Text
from rules.volunteers.shifts import check_coordinates, facts, held, live, minutes_of, seen, touch


def call_off(session: Session, shift_id: int, reason: str, act: Act) -> list[Member]:
    """Cancel a shift: everybody on it is told, and its offers end; answers who was on it."""
    check_coordinates(session, act)
    shift = held(session, shift_id, act.canteen_id or 0)
    if shift.state != ShiftState.OPEN or act.now >= shift.ends_at:
        raise Refused("shifts.over")
    canteen = session.get_one(Canteen, shift.canteen_id)
    before = seen(shift)
    shift.state, shift.reason = ShiftState.CANCELLED, reason[:200]
    session.add(shift)
    people = [_release(session, canteen, shift, place, act) for place in live(session, shift.id)]
    end_offers(session, shift.id, SwapState.WITHDRAWN, act.now)
    audit.record(session, act, "shifts.called_off", f"shift:{shift.id}", before=before, after=seen(shift))
    touch(session, shift.id, act.now)
    return people


def reopen(session: Session, shift_id: int, place_ids: Sequence[int], act: Act) -> Shift:
    """Undo a calling off within its minutes: whoever was on it is on it again, and is told so."""
    check_coordinates(session, act)
    shift = held(session, shift_id, act.canteen_id or 0)
    if shift.state != ShiftState.CANCELLED or act.now >= shift.starts_at:
        raise Refused("shifts.changed_since")
    canteen = session.get_one(Canteen, shift.canteen_id)
    before, shift.state, shift.reason = seen(shift), ShiftState.OPEN, ""
    session.add(shift)
    audit.record(session, act, "shifts.reopened", f"shift:{shift.id}", before=before, after=seen(shift))
    for place in session.exec(select(Assignment).where(col(Assignment.id).in_(list(place_ids)))):
        place.state, place.ended_at, place.ended_by_id = AssignmentState.ASSIGNED, None, None
        session.add(place)
        said = Text("shifts.on_again_notice", **facts(canteen, shift))
        member = session.get_one(Member, place.member_id)
        if member.id != act.actor_id:
            outbox.tell(session, f"shifton:{shift.id}:{act.update_id}", member, said, now=act.now)
    touch(session, shift.id, act.now)
    return shift


def _release(session: Session, canteen: Canteen, shift: Shift, place: Assignment, act: Act) -> Member:
    place.state, place.ended_at, place.ended_by_id = AssignmentState.EXCUSED, act.now, act.actor_id
    session.add(place)
    member = session.get_one(Member, place.member_id)
    why = {"reason": shift.reason} if shift.reason else {}
    key = "shifts.called_off_notice" if why else "shifts.called_off_plain"
    said = Text(key, **why, **facts(canteen, shift))
    if member.id != act.actor_id:
        outbox.tell(session, f"shiftoff:{shift.id}:{act.update_id}", member, said, now=act.now)
    return member


def end_offers(session: Session, shift_id: int, state: SwapState, now: datetime) -> None:
    """End all open offers about places on a shift."""
    places = session.exec(select(col(Assignment.id)).where(Assignment.shift_id == shift_id)).all()
    end_offers_of(session, places, state, now)


def end_offers_of(session: Session, place_ids: Sequence[int], state: SwapState, now: datetime) -> None:
    """End the open offers about some places; their posts say so."""
    about = col(Swap.assignment_id).in_(place_ids) | col(Swap.counter_id).in_(place_ids)
    for swap in session.exec(select(Swap).where(about, col(Swap.state).in_(OPEN_SWAPS))):
        swap.state, swap.ended_at = state, now
        session.add(swap)
        outbox.touch(session, "swap", swap.id, now)
    session.flush()


def finish(session: Session, shift_id: int, now: datetime) -> bool:
    """A shift is over: who was on it has done it, with its hours; a second call changes nothing."""
    shift = hold(session, Shift, shift_id)
    if shift is None or shift.state != ShiftState.OPEN or now < shift.ends_at:
        return False
    shift.state = ShiftState.DONE
    session.add(shift)
    minutes = minutes_of(shift)
    for place in live(session, shift.id):
        place.state, place.minutes, place.ended_at = AssignmentState.DONE, minutes, now
        session.add(place)
    end_offers(session, shift.id, SwapState.EXPIRED, now)
    audit.record(session, Act(now, None, shift.canteen_id), "shifts.done", f"shift:{shift.id}")
    touch(session, shift.id, now)
    return True
