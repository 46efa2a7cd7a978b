"""Places on shifts: signed up for, confirmed, left, excused, marked absent with a reason, and how long they were."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from models.members.people import Canteen, Member
from models.store import hold
from models.volunteers.shifts import (
    HOLDS_SLOT,
    RESPONSIBLE,
    Assignment,
    AssignmentState,
    Shift,
    ShiftState,
    SwapState,
)
from rules import outbox
from rules.audit import Act
from rules.settings import settings_of
from rules.values import Button, Message, Refused, Style, Text
from rules.volunteers import shifts
from rules.volunteers.eligibility import Wish, check, free_slot
from rules.volunteers.places import (
    Placed,
    check_own,
    check_responsible,
    find,
    keep,
    seen,
    tell,
    tell_coordinators,
)
from rules.volunteers.swap_endings import end_offers_of

SAID_YES_LATELY = timedelta(hours=24)
"""Whoever signs up this shortly before need not be asked again whether they come."""

MOST_MINUTES = 24 * 60


def sign_up(session: Session, canteen: Canteen, wish: Wish, act: Act) -> Placed:
    """Put somebody on a shift; the coordinator may put others on it, everybody else only themselves."""
    if act.actor_id != wish.member.id:
        shifts.check_coordinates(session, act)
    found = put(session, canteen, wish, act)
    said = Text("shifts.you_are_on", **shifts.facts(canteen, found.shift))
    tell(session, found.place, Message(said, _can_you_come(found.place)), act)
    return found


def put(session: Session, canteen: Canteen, wish: Wish, act: Act) -> Placed:
    """The same without asking who acts and without telling anybody: for a whole roster at once."""
    hold(session, Member, wish.member.id)
    shift = shifts.held(session, wish.shift.id, canteen.id)
    check(session, canteen, wish, act.now)
    return Placed(add(session, shift, wish.member, act), shift, wish.member)


def add(
    session: Session, shift: Shift, member: Member, act: Act, *, instead_of: Assignment | None = None
) -> Assignment:
    """Keep a place that was checked: the lowest free one, or the one somebody hands over."""
    slot = instead_of.slot if instead_of else free_slot(shifts.live(session, shift.id), shift.needed)
    if slot is None:
        raise Refused("shifts.full", day=shift.day, duty=shift.duty)
    sure = shift.starts_at - act.now <= SAID_YES_LATELY and act.actor_id == member.id
    place = Assignment(
        shift_id=shift.id,
        member_id=member.id,
        day=shift.day,
        slot=slot,
        state=AssignmentState.CONFIRMED if sure else AssignmentState.ASSIGNED,
        confirmed_at=act.now if sure else None,
        from_id=instead_of.id if instead_of else None,
        assigned_by_id=act.actor_id,
        assigned_at=act.now,
    )
    keep(session, place, "shifts.signed_up", None, act)
    shifts.touch(session, shift.id, act.now)
    return place


def _can_you_come(place: Assignment) -> tuple[tuple[Button, ...], ...]:
    yes = Button(Text("shifts.button_coming"), f"shiftok:{place.id}", Style.SUCCESS)
    return ((yes, Button(Text("shifts.button_cannot"), f"shiftno:{place.id}")),)


def confirm(session: Session, place_id: int, act: Act) -> Placed:
    """ "I am coming"; said twice it is still one yes."""
    found = find(session, place_id, act)
    check_own(session, found, act)
    check_responsible(found, act)
    if found.place.state == AssignmentState.ASSIGNED:
        found.place.state, found.place.confirmed_at = AssignmentState.CONFIRMED, act.now
        keep(session, found.place, "shifts.confirmed", found.before, act)
        shifts.touch(session, found.shift.id, act.now)
    return found


def in_time(canteen: Canteen, shift: Shift, act: Act) -> bool:
    """Whether somebody may still leave by themselves; later the coordinator has to let them go."""
    return act.now < shift.starts_at - timedelta(hours=settings_of(canteen).leave_hours)


def leave(session: Session, canteen: Canteen, place_id: int, act: Act) -> tuple[Placed, bool]:
    """Leave a shift: at once when there is time to fill it; else the coordinator is asked, and it stays one's own."""
    found = find(session, place_id, act)
    check_own(session, found, act)
    check_responsible(found, act)
    if act.actor_id != found.member.id:
        return excuse(session, canteen, place_id, "", act), True
    if in_time(canteen, found.shift, act):
        let_go(session, found, "", act)
        said = Text("shifts.left_notice", name=found.member.name, **shifts.facts(canteen, found.shift))
        tell_coordinators(session, f"shiftleft:{found.place.id}", found.shift, said, act)
        return found, True
    said = Text("shifts.asks_leave", name=found.member.name, **shifts.facts(canteen, found.shift))
    grant = Button(Text("shifts.button_excuse"), f"shiftfree:{found.place.id}", Style.SUCCESS)
    key = f"shiftleave:{found.place.id}:{act.update_id}"
    ask = Message(said, ((grant,),))
    told = outbox.tell_role(
        session, key, canteen.id, shifts.COORDINATORS, ask, now=act.now, before=found.shift.starts_at
    )
    if not told:
        raise Refused("shifts.nobody_to_ask")
    return found, False


def excuse(session: Session, canteen: Canteen, place_id: int, reason: str, act: Act) -> Placed:
    """The coordinator lets somebody go; they are told."""
    shifts.check_coordinates(session, act)
    found = find(session, place_id, act)
    check_responsible(found, act)
    let_go(session, found, reason, act)
    said = Text("shifts.excused_notice", **shifts.facts(canteen, found.shift))
    tell(session, found.place, said, act)
    return found


def let_go(session: Session, found: Placed, reason: str, act: Act) -> None:
    """A place is free again, without a word to anybody."""
    place = found.place
    place.state, place.reason = AssignmentState.EXCUSED, reason[:200]
    place.ended_at, place.ended_by_id = act.now, act.actor_id
    keep(session, place, "shifts.excused", found.before, act)
    end_offers_of(session, [place.id], SwapState.WITHDRAWN, act)
    shifts.touch(session, found.shift.id, act.now)


def mark_absent(session: Session, canteen: Canteen, place_id: int, reason: str, act: Act) -> Placed:
    """A person says that somebody did not come, and why they think so; the volunteer reads the same words."""
    shifts.check_coordinates(session, act)
    found = find(session, place_id, act)
    place, shift = found.place, found.shift
    if place.state not in HOLDS_SLOT or act.now < shift.starts_at:
        raise Refused("shifts.not_absent_yet")
    if act.actor_id == found.member.id:
        raise Refused("shifts.not_about_yourself")
    if len(reason.strip()) < 2:
        raise Refused("shifts.say_why")
    place.state, place.minutes, place.reason = AssignmentState.ABSENT, 0, reason.strip()[:200]
    place.ended_at, place.ended_by_id = act.now, act.actor_id
    keep(session, place, "shifts.absent", found.before, act)
    end_offers_of(session, [place.id], SwapState.WITHDRAWN, act)
    by = session.get_one(Member, act.actor_id)
    said = Text("shifts.absent_notice", by=by.name, reason=place.reason, **shifts.facts(canteen, shift))
    tell(session, place, said, act)
    return found


def record_hours(session: Session, place_id: int, minutes: int, act: Act) -> Placed:
    """The coordinator puts right how long somebody worked."""
    shifts.check_coordinates(session, act)
    found = find(session, place_id, act)
    if found.place.state != AssignmentState.DONE or not 0 < minutes <= MOST_MINUTES:
        raise Refused("shifts.no_hours_there")
    found.place.minutes = minutes
    keep(session, found.place, "shifts.hours", found.before, act)
    return found


def restore(
    session: Session, place_id: int, states: tuple[Mapping[str, Any] | None, Any], act: Act
) -> Placed:
    """Undo an act on a place, if nothing has happened to it since and its room is still free."""
    before, after = states
    found = find(session, place_id, act)
    check_own(session, found, act)
    if seen(found.place) != dict(after) or found.shift.state == ShiftState.CANCELLED:
        raise Refused("shifts.changed_since")
    undone = found.place.state
    if before is None:
        let_go(session, found, "", act)
    else:
        take_up(session, found, AssignmentState(before["state"]), before["minutes"], act)
    _tell_restored(session, found, undone, act)
    return found


def take_up(session: Session, found: Placed, state: AssignmentState, minutes: int, act: Act) -> None:
    """The place is again what it was; on a shift that ended meanwhile it is done."""
    _check_room_for(session, found, state)
    place = found.place
    ended = found.shift.state == ShiftState.DONE and state in RESPONSIBLE
    place.state = AssignmentState.DONE if ended else state
    place.minutes = shifts.minutes_of(found.shift) if ended else minutes
    place.ended_at, place.ended_by_id, place.reason = None, None, ""
    keep(session, place, "shifts.restored", found.before, act)
    shifts.touch(session, found.shift.id, act.now)


def _tell_restored(session: Session, found: Placed, undone: AssignmentState, act: Act) -> None:
    """Whoever was told of what was undone hears that it is so no longer."""
    canteen = session.get_one(Canteen, found.shift.canteen_id)
    facts = shifts.facts(canteen, found.shift)
    news = {
        AssignmentState.EXCUSED: "shifts.mistake_excused",
        AssignmentState.ABSENT: "shifts.mistake_absent",
    }.get(undone, "shifts.mistake_put" if found.place.state == AssignmentState.EXCUSED else "")
    if news:
        tell(session, found.place, Text(news, **facts), act)
    if undone == AssignmentState.EXCUSED:
        said = Text("shifts.back_notice", name=found.member.name, **facts)
        tell_coordinators(session, f"shiftback:{found.place.id}", found.shift, said, act)


def _check_room_for(session: Session, found: Placed, state: AssignmentState) -> None:
    """The place may have been filled meanwhile; then another free one is taken, or none."""
    place, shift = found.place, found.shift
    if state not in HOLDS_SLOT or place.state in HOLDS_SLOT:
        return
    on_it = shifts.live(session, shift.id)
    slot = free_slot(on_it, shift.needed)
    if slot is None or any(other.member_id == place.member_id for other in on_it):
        raise Refused("shifts.full", day=shift.day, duty=shift.duty)
    place.slot = place.slot if place.slot not in {other.slot for other in on_it} else slot
