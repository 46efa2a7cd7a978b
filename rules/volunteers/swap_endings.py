"""Offers that come to nothing: ended with what they were about, and whoever waited for them is told."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member
from models.volunteers.shifts import OPEN_SWAPS, RESPONSIBLE, Assignment, Shift, Swap, SwapState
from rules import outbox
from rules.audit import Act
from rules.values import Text
from rules.volunteers import shifts, swap_states


def end_offers(session: Session, shift_id: int, state: SwapState, act: Act) -> None:
    """End all open offers about places on a shift."""
    places = session.exec(select(col(Assignment.id)).where(Assignment.shift_id == shift_id)).all()
    end_offers_of(session, places, state, act)


def end_offers_of(session: Session, place_ids: Sequence[int], state: SwapState, act: Act) -> None:
    """End the open offers about some places; their posts say so."""
    about = col(Swap.assignment_id).in_(place_ids) | col(Swap.counter_id).in_(place_ids)
    found = select(Swap).where(about, col(Swap.state).in_(OPEN_SWAPS)).order_by(col(Swap.id))
    for swap in session.exec(found).all():
        drop(session, swap, state, act)


def drop(session: Session, swap: Swap, state: SwapState, act: Act) -> None:
    """End one offer; whoever had said yes, or had offered to come, need not wait any longer."""
    swap_states.end(session, swap, state, act)
    waits = swap.agreed_at is not None or swap.asked_by_id == swap.taker_id
    if not waits or swap.taker_id in (None, act.actor_id):
        return
    place = session.get_one(Assignment, swap.assignment_id)
    giver, shift = session.get_one(Member, place.member_id), session.get_one(Shift, place.shift_id)
    if act.now >= shift.starts_at:
        return
    canteen = session.get_one(Canteen, swap.canteen_id)
    key = "swaps.keeps_it" if place.state in RESPONSIBLE else "swaps.not_needed"
    said = Text(key, name=giver.name, **shifts.facts(canteen, shift))
    taker = session.get_one(Member, swap.taker_id)
    outbox.tell(session, f"swap:{swap.id}:{state}", taker, said, now=act.now, before=shift.starts_at)
