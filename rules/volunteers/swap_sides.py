"""The two sides of a swap: held, checked against what is true now, and moved in one unit once nobody is missing."""

from sqlmodel import Session

from models.members.people import Canteen, Member
from models.store import hold
from models.volunteers.shifts import RESPONSIBLE, Assignment, Shift, Swap, SwapKind, SwapPolicy, SwapState
from rules.audit import Act
from rules.members.people import holds
from rules.values import Refused
from rules.volunteers import shifts, swap_posts
from rules.volunteers.eligibility import Wish, check
from rules.volunteers.hand_over import Sides, hand_over
from rules.volunteers.swap_states import check_open, record, seen


def settle(
    session: Session,
    canteen: Canteen,
    swap: Swap,
    taker: Member,
    act: Act,
    *,
    counter_id: int | None = None,
    despite_overlap: bool = False,
) -> Swap:
    """Both sides agree: check both once more, and move the places unless a coordinator has to approve."""
    sides = both(session, swap, taker, counter_id)
    session.refresh(swap)
    check_open(session, swap, sides.place, act)
    check_sides(session, canteen, sides, act, despite_overlap=despite_overlap)
    before, swap.taker_id, swap.agreed_at = seen(swap), taker.id, act.now
    swap.counter_id = sides.counter.id if sides.counter else None
    approved = act.actor_id is not None and holds(session, act.actor_id, *shifts.COORDINATORS)
    if swap.policy == SwapPolicy.COORDINATOR_APPROVES and not approved:
        swap.state = SwapState.AGREED
        record(session, swap, "swaps.agreed", before, act)
        swap_posts.ask_coordinators(session, canteen, swap, act)
        return swap
    swap.state, swap.ended_at = SwapState.TAKEN, act.now
    record(session, swap, "swaps.taken", before, act)
    hand_over(session, sides, act)
    swap_posts.tell_taken(session, canteen, swap, sides, act)
    return swap


def both(session: Session, swap: Swap, taker: Member, counter_id: int | None = None) -> Sides:
    """The two sides of a swap, members and shifts held in one order so that nobody waits for each other."""
    place = session.get_one(Assignment, swap.assignment_id)
    counter = _counter(session, swap, taker, swap.counter_id or counter_id)
    ids = sorted({place.member_id, taker.id})
    for member_id in ids:
        hold(session, Member, member_id)
    for shift_id in sorted({place.shift_id, *([counter.shift_id] if counter else [])}):
        hold(session, Shift, shift_id)
    session.refresh(place)
    if counter is not None:
        session.refresh(counter)
    giver = session.get_one(Member, place.member_id)
    return Sides(place, giver, taker, counter)


def _counter(session: Session, swap: Swap, taker: Member, counter_id: int | None) -> Assignment | None:
    if swap.kind != SwapKind.EXCHANGE:
        return None
    counter = session.get(Assignment, counter_id) if counter_id else None
    if counter is None or counter.member_id != taker.id or counter.state not in RESPONSIBLE:
        raise Refused("swaps.nothing_to_give")
    if swap.wanted_on is not None and counter.day != swap.wanted_on:
        raise Refused("swaps.nothing_to_give")
    return counter


def check_sides(session: Session, canteen: Canteen, sides: Sides, act: Act, *, despite_overlap: bool) -> None:
    """Refuse when the taker cannot do the shift, or the giver not the one they get for it."""
    freed = frozenset({sides.place.id, *([sides.counter.id] if sides.counter else [])})
    shift = session.get_one(Shift, sides.place.shift_id)
    if sides.place.state not in RESPONSIBLE or act.now >= shift.starts_at:
        raise Refused("swaps.over")
    # Only whoever answers now can be asked about two duties at once; the other side has said what they want.
    taps = act.actor_id == sides.taker.id
    soft = despite_overlap or not taps
    check(session, canteen, Wish(shift, sides.taker, freed, early=True, despite_overlap=soft), act.now)
    if sides.counter is None:
        return
    other = session.get_one(Shift, sides.counter.shift_id)
    if act.now >= other.starts_at or other.id == shift.id or sides.counter.state not in RESPONSIBLE:
        raise Refused("swaps.nothing_to_give")
    soft = despite_overlap or taps
    check(session, canteen, Wish(other, sides.giver, freed, early=True, despite_overlap=soft), act.now)
