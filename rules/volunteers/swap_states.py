"""One offer as a row: found and held, still open or not, ended, written down with its audit row."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from models.members.people import Member
from models.store import hold
from models.volunteers.shifts import OPEN_SWAPS, RESPONSIBLE, Assignment, Shift, Swap, SwapState
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import holds
from rules.values import Refused
from rules.volunteers import shifts


def open_for(session: Session, place_id: int) -> Swap | None:
    """The open offer of a place."""
    own = select(Swap).where(Swap.assignment_id == place_id, col(Swap.state).in_(OPEN_SWAPS))
    return session.exec(own).first()


def open_of(
    session: Session, member_id: int, now: datetime, days: Sequence[date] = ()
) -> list[tuple[Swap, Shift]]:
    """What somebody has on offer of their own, soonest first; on some days only when they are named."""
    own = select(Swap, Shift).join(Assignment, col(Assignment.id) == col(Swap.assignment_id))
    own = own.join(Shift, col(Shift.id) == col(Assignment.shift_id))
    own = own.where(Assignment.member_id == member_id, col(Assignment.state).in_(RESPONSIBLE))
    own = own.where(col(Swap.state).in_(OPEN_SWAPS), Shift.starts_at > now)
    if days:
        own = own.where(col(Shift.day).in_(days))
    return list(session.exec(own.order_by(col(Shift.starts_at), col(Swap.id))).all())


def answerer_of(swap: Swap, place: Assignment) -> int | None:
    """Who still has to agree: whoever did not ask; None for everybody."""
    return place.member_id if swap.asked_by_id == swap.taker_id and swap.taker_id else swap.taker_id


def may_answer(session: Session, answerer_id: int, act: Act) -> bool:
    """Whether somebody may say yes or no: who was asked, or the coordinator for somebody without a phone."""
    if act.actor_id == answerer_id:
        return True
    asked = session.get_one(Member, answerer_id)
    return (
        outbox.reach(session, asked) is None
        and act.actor_id is not None
        and holds(session, act.actor_id, *shifts.COORDINATORS)
    )


def found(session: Session, swap_id: int, act: Act) -> tuple[Swap, Assignment]:
    """An offer with its place; one of another village, or none at all, is an old button."""
    swap = session.get(Swap, swap_id)
    if swap is None or swap.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    return swap, session.get_one(Assignment, swap.assignment_id)


def held(session: Session, swap_id: int, act: Act) -> tuple[Swap, Assignment]:
    """The same, its shift held: nobody moves the place meanwhile."""
    swap, place = found(session, swap_id, act)
    hold(session, Shift, place.shift_id)
    session.refresh(swap)
    session.refresh(place)
    return swap, place


def check_open(session: Session, swap: Swap, place: Assignment, act: Act) -> None:
    """Refuse an offer that is no longer one; whoever was too late is thanked and told who was first."""
    if swap.state == SwapState.TAKEN and swap.taker_id is not None:
        taker = session.get_one(Member, swap.taker_id)
        key = "swaps.yours_already" if taker.id == act.actor_id else "swaps.already_taken"
        raise Refused(key, name=taker.name)
    if swap.state == SwapState.AGREED:
        raise Refused("swaps.waits_for_coordinator")
    if swap.state != SwapState.OFFERED or act.now >= swap.expires_at or place.state not in RESPONSIBLE:
        raise Refused("swaps.over")


def end(session: Session, swap: Swap, state: SwapState, act: Act) -> None:
    """End an offer that nobody took; the place stays where it is."""
    before, swap.state, swap.ended_at = seen(swap), state, act.now
    record(session, swap, f"swaps.{state}", before, act)
    outbox.touch(session, "swap", swap.id, act.now)


def seen(swap: Swap) -> dict[str, Any]:
    """For the audit: ids and states only."""
    return {"state": swap.state.value, "taker": swap.taker_id, "assignment": swap.assignment_id}


def record(session: Session, swap: Swap, action: str, before: dict[str, Any] | None, act: Act) -> None:
    """Write an offer down with its audit row."""
    session.add(swap)
    session.flush()
    audit.record(session, act, action, f"swap:{swap.id}", before=before, after=seen(swap))
