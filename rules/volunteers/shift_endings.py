"""How shifts end: called off with everybody told once, or done with hours for whoever was there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.store import hold
from models.volunteers.shifts import (
    RESPONSIBLE,
    Assignment,
    AssignmentState,
    Shift,
    ShiftState,
    SwapState,
)
from rules import audit, outbox
from rules.audit import Act
from rules.values import Refused, Text, lines
from rules.volunteers import places
from rules.volunteers.shifts import check_coordinates, facts, held, line, live, minutes_of, seen, touch
from rules.volunteers.swap_endings import end_offers

Freed = tuple[Shift, Member]
"""A shift, and somebody who was on it or is on it again."""


def call_off(session: Session, shift_id: int, reason: str, act: Act) -> list[Member]:
    """Cancel a shift: everybody on it is told, and its offers end; answers who was on it."""
    freed = cancel(session, shift_id, reason, act)
    tell_off(session, freed, act)
    return [member for _, member in freed]


def cancel(session: Session, shift_id: int, reason: str, act: Act) -> list[Freed]:
    """The same without a word, for several shifts at once."""
    check_coordinates(session, act)
    shift = held(session, shift_id, act.canteen_id or 0)
    if shift.state != ShiftState.OPEN or act.now >= shift.ends_at:
        raise Refused("shifts.over")
    before = seen(shift)
    shift.state, shift.reason = ShiftState.CANCELLED, reason[:200]
    session.add(shift)
    audit.record(session, act, "shifts.called_off", f"shift:{shift.id}", before=before, after=seen(shift))
    freed = [(shift, _release(session, shift, place, act)) for place in live(session, shift.id)]
    end_offers(session, shift.id, SwapState.WITHDRAWN, act)
    touch(session, shift.id, act.now)
    return freed


def _release(session: Session, shift: Shift, place: Assignment, act: Act) -> Member:
    before = places.seen(place)
    place.state, place.reason = AssignmentState.EXCUSED, shift.reason
    place.ended_at, place.ended_by_id = act.now, act.actor_id
    places.keep(session, place, "shifts.excused", before, act)
    return session.get_one(Member, place.member_id)


def tell_off(session: Session, freed: Iterable[Freed], act: Act) -> None:
    """Tell everybody, once each, which of their shifts are called off."""
    for member, off in _by_member(freed):
        canteen = session.get_one(Canteen, member.canteen_id)
        why = {"reason": off[0].reason} if off[0].reason else {}
        if len(off) == 1:
            key = "shifts.called_off_notice" if why else "shifts.called_off_plain"
            said = Text(key, **why, **facts(canteen, off[0]))
        else:
            head = Text("shifts.several_off" if why else "shifts.several_off_plain", **why)
            said = lines(head, *(line(canteen, shift) for shift in off))
        _tell(session, f"shiftoff:{off[0].id}", (member, off[0]), said, act)


def _by_member(freed: Iterable[Freed]) -> list[tuple[Member, list[Shift]]]:
    found: dict[int, tuple[Member, list[Shift]]] = {}
    for shift, member in freed:
        found.setdefault(member.id, (member, []))[1].append(shift)
    return [found[number] for number in sorted(found)]


def _tell(session: Session, key: str, whom: tuple[Member, Shift], said: Text, act: Act) -> None:
    member, shift = whom
    if member.id != act.actor_id:
        outbox.tell(session, f"{key}:{act.update_id}", member, said, now=act.now, before=shift.starts_at)


def reopen(session: Session, shift_id: int, place_ids: Sequence[int], act: Act) -> Shift:
    """Undo a calling off: whoever was on it is on it again, and is told so."""
    shift, back = bring_back(session, shift_id, place_ids, act)
    tell_on(session, back, act)
    return shift


def bring_back(
    session: Session, shift_id: int, place_ids: Sequence[int], act: Act
) -> tuple[Shift, list[Freed]]:
    """The same without a word, for several shifts at once."""
    check_coordinates(session, act)
    shift = held(session, shift_id, act.canteen_id or 0)
    if shift.state != ShiftState.CANCELLED or act.now >= shift.starts_at:
        raise Refused("shifts.changed_since")
    before, shift.state, shift.reason = seen(shift), ShiftState.OPEN, ""
    session.add(shift)
    audit.record(session, act, "shifts.reopened", f"shift:{shift.id}", before=before, after=seen(shift))
    theirs = select(Assignment, Member).join(Member, col(Member.id) == col(Assignment.member_id))
    theirs = theirs.where(Assignment.shift_id == shift.id, col(Assignment.id).in_(list(place_ids)))
    theirs = theirs.where(Assignment.state == AssignmentState.EXCUSED, col(Member.erased_at).is_(None))
    found = session.exec(theirs.order_by(col(Assignment.slot))).all()
    for place, _ in found:
        _put_back(session, place, act)
    touch(session, shift.id, act.now)
    return shift, [(shift, member) for _, member in found]


def _put_back(session: Session, place: Assignment, act: Act) -> None:
    before = places.seen(place)
    place.state, place.reason = AssignmentState.ASSIGNED, ""
    place.ended_at, place.ended_by_id, place.confirmed_at = None, None, None
    places.keep(session, place, "shifts.restored", before, act)


def tell_on(session: Session, back: Iterable[Freed], act: Act) -> None:
    """Tell everybody, once each, which of their shifts take place after all."""
    for member, on in _by_member(back):
        canteen = session.get_one(Canteen, member.canteen_id)
        said = Text("shifts.on_again_notice", **facts(canteen, on[0]))
        if len(on) > 1:
            said = lines(Text("shifts.several_on"), *(line(canteen, shift) for shift in on))
        _tell(session, f"shifton:{on[0].id}", (member, on[0]), said, act)


def freed_by(session: Session, shifts: Sequence[Shift]) -> dict[int, list[int]]:
    """The places each of some shifts had when it was called off: those that ended last, for its own reason."""
    ended = select(Assignment).where(col(Assignment.shift_id).in_([shift.id for shift in shifts]))
    ended = ended.where(Assignment.state == AssignmentState.EXCUSED, col(Assignment.ended_at).is_not(None))
    found: dict[int, list[Assignment]] = defaultdict(list)
    for place in session.exec(ended.order_by(col(Assignment.slot), col(Assignment.id))):
        found[place.shift_id].append(place)
    return {shift.id: _ended_with(shift, found[shift.id]) for shift in shifts}


def _ended_with(shift: Shift, places_of_it: Sequence[Assignment]) -> list[int]:
    last = max((place.ended_at for place in places_of_it if place.ended_at), default=None)
    return [place.id for place in places_of_it if place.ended_at == last and place.reason == shift.reason]


def finish(session: Session, shift_id: int, now: datetime) -> bool:
    """A shift is over: who was on it has done it, with its hours; a second call changes nothing."""
    shift = hold(session, Shift, shift_id)
    if shift is None or shift.state != ShiftState.OPEN or now < shift.ends_at:
        return False
    shift.state = ShiftState.DONE
    session.add(shift)
    minutes = minutes_of(shift)
    # Hours that were put right stay so when a shift of the past is written down once more.
    for place in [one for one in live(session, shift.id) if one.state in RESPONSIBLE]:
        place.state, place.minutes, place.ended_at = AssignmentState.DONE, minutes, now
        session.add(place)
    act = Act(now, None, shift.canteen_id)
    end_offers(session, shift.id, SwapState.EXPIRED, act)
    audit.record(session, act, "shifts.done", f"shift:{shift.id}")
    touch(session, shift.id, now)
    return True
