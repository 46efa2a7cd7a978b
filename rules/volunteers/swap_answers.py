"""The other answers to an offer: no, never mind, the coordinator's yes or no, time is up, and undone."""

from datetime import datetime

from sqlmodel import Session

from models.members.people import Canteen, Member
from models.volunteers.shifts import (
    OPEN_SWAPS,
    RESPONSIBLE,
    Assignment,
    Swap,
    SwapKind,
    SwapPolicy,
    SwapState,
)
from rules import outbox
from rules.audit import Act
from rules.values import Button, Message, Refused, Text
from rules.volunteers import places, shifts, swap_posts, swap_sides, swap_states
from rules.volunteers.hand_over import Sides, hand_back, hand_over
from rules.volunteers.swap_endings import drop


def decline(session: Session, canteen: Canteen, swap_id: int, act: Act) -> Swap:
    """The one who was asked says no; the asker is told, and may ask everybody."""
    swap, place = swap_states.held(session, swap_id, act)
    asked = swap_states.answerer_of(swap, place)
    if asked is None or not swap_states.may_answer(session, asked, act):
        raise Refused("swaps.not_for_you")
    swap_states.check_open(session, swap, place, act)
    swap_states.end(session, swap, SwapState.DECLINED, act)
    asker = session.get_one(Member, swap.asked_by_id)
    _tell_no(session, canteen, swap, asker, act)
    return swap


def _tell_no(session: Session, canteen: Canteen, swap: Swap, asker: Member, act: Act) -> None:
    _, shift, giver = swap_posts.about(session, swap)
    place = session.get_one(Assignment, swap.assignment_id)
    decliner = session.get_one(Member, swap_states.answerer_of(swap, place))
    facts = shifts.facts(canteen, shift)
    key = f"swap:{swap.id}:declined"
    if asker.id != giver.id:
        outbox.tell(
            session,
            key,
            asker,
            Text("swaps.keeps_it", name=decliner.name, **facts),
            now=act.now,
            before=shift.starts_at,
        )
        return
    everybody = Button(Text("swaps.button_ask_all"), f"shiftno:{swap.assignment_id}")
    said = Message(Text("swaps.declined", name=decliner.name, **facts), ((everybody,),))
    outbox.tell(session, key, asker, said, now=act.now, before=shift.starts_at)


def withdraw(session: Session, swap_id: int, act: Act) -> Swap:
    """Whoever asked, holds the place or plans the roster takes the offer back."""
    swap, place = swap_states.held(session, swap_id, act)
    if act.actor_id not in (swap.asked_by_id, place.member_id):
        shifts.check_coordinates(session, act)
    if swap.state not in OPEN_SWAPS:
        swap_states.check_open(session, swap, place, act)
    drop(session, swap, SwapState.WITHDRAWN, act)
    return swap


def approve(session: Session, canteen: Canteen, swap_id: int, act: Act) -> Swap:
    """The coordinator nods: everything is checked once more, then the places move."""
    shifts.check_coordinates(session, act)
    swap, place = swap_states.held(session, swap_id, act)
    _check_agreed(session, swap, place, act)
    taker = session.get_one(Member, swap.taker_id)
    sides = swap_sides.both(session, swap, taker)
    swap_sides.check_sides(session, canteen, sides, act, despite_overlap=True)
    before = swap_states.seen(swap)
    swap.state, swap.approved_by_id, swap.ended_at = SwapState.TAKEN, act.actor_id, act.now
    swap_states.record(session, swap, "swaps.approved", before, act)
    hand_over(session, sides, act)
    swap_posts.tell_taken(session, canteen, swap, sides, act)
    return swap


def _check_agreed(session: Session, swap: Swap, place: Assignment, act: Act) -> None:
    if swap.state == SwapState.TAKEN:
        raise Refused("swaps.approved_already")
    if swap.state != SwapState.AGREED:
        swap_states.check_open(session, swap, place, act)
        raise Refused("swaps.over")
    if place.state not in RESPONSIBLE:
        raise Refused("swaps.over")


def refuse(session: Session, canteen: Canteen, swap_id: int, act: Act) -> Swap:
    """The coordinator does not agree: the place stays where it is, and both are told."""
    shifts.check_coordinates(session, act)
    swap, place = swap_states.held(session, swap_id, act)
    _check_agreed(session, swap, place, act)
    swap_states.end(session, swap, SwapState.DECLINED, act)
    _, shift, giver = swap_posts.about(session, swap)
    said = Text("swaps.refused_notice", name=giver.name, **shifts.facts(canteen, shift))
    for member_id in {giver.id, swap.taker_id} - {act.actor_id, None}:
        member = session.get_one(Member, member_id)
        outbox.tell(session, f"swap:{swap.id}:refused", member, said, now=act.now, before=shift.starts_at)
    return swap


def expire(session: Session, swap_id: int, now: datetime) -> bool:
    """Nobody took it in time: its holder and the coordinators are told; a second call changes nothing."""
    swap = session.get_one(Swap, swap_id)
    act = Act(now, None, swap.canteen_id)
    swap, place = swap_states.held(session, swap_id, act)
    if swap.state not in OPEN_SWAPS or now < swap.expires_at:
        return False
    swap_states.end(session, swap, SwapState.EXPIRED, act)
    if place.state in RESPONSIBLE:
        _tell_expired(session, swap, act)
    return True


def _tell_expired(session: Session, swap: Swap, act: Act) -> None:
    canteen, shift, giver = swap_posts.about(session, swap)
    facts, key = shifts.facts(canteen, shift), f"swap:{swap.id}:expired"
    outbox.tell(session, key, giver, Text("swaps.expired", **facts), now=act.now, before=shift.starts_at)
    other = session.get(Member, swap.taker_id) if swap.taker_id else None
    if other is not None and (swap.agreed_at is not None or swap.asked_by_id == other.id):
        outbox.tell(
            session,
            key,
            other,
            Text("swaps.keeps_it", name=giver.name, **facts),
            now=act.now,
            before=shift.starts_at,
        )
    said = Text("swaps.expired_news", name=giver.name, **facts)
    places.tell_coordinators(session, key, shift, said, act)


def undo(session: Session, canteen: Canteen, swap_id: int, act: Act) -> Swap:
    """Give a place back that was just taken; what everybody was asked is asked again."""
    swap, place = swap_states.held(session, swap_id, act)
    unasked = place.member_id if swap.policy == SwapPolicy.OPEN else None
    if act.actor_id not in (swap.taker_id, swap.asked_by_id, unasked):
        shifts.check_coordinates(session, act)
    if swap.state != SwapState.TAKEN or swap.taker_id is None:
        raise Refused("shifts.changed_since")
    taker, giver = session.get_one(Member, swap.taker_id), session.get_one(Member, place.member_id)
    counter = session.get(Assignment, swap.counter_id) if swap.counter_id else None
    before, sides = swap_states.seen(swap), Sides(place, giver, taker, counter)
    back = hand_back(session, sides, act)
    again = _asked_everybody(swap) and swap.asked_by_id == giver.id and act.now < swap.expires_at
    swap.assignment_id = back.id
    swap.state = SwapState.OFFERED if again else SwapState.WITHDRAWN
    swap.taker_id, swap.counter_id, swap.agreed_at = (None if again else taker.id), None, None
    swap.approved_by_id, swap.ended_at = None, None if again else act.now
    swap_states.record(session, swap, "swaps.undone", before, act)
    swap_posts.tell_undone(session, canteen, swap, sides, act)
    return swap


def _asked_everybody(swap: Swap) -> bool:
    """What one person was asked ends with their answer; nobody else could take it."""
    return swap.kind == SwapKind.GIVE or swap.wanted_on is not None
