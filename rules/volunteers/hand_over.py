"""The one step in which places change hands: old out, new in, nothing in between, and the way back."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.members.people import Member
from models.volunteers.shifts import RESPONSIBLE, Assignment, AssignmentState, Shift, SwapState
from rules.audit import Act
from rules.values import Refused
from rules.volunteers import assignments, places, shifts
from rules.volunteers.swap_endings import end_offers_of


@dataclass(frozen=True, slots=True)
class Sides:
    """Whose place goes to whom, and what is given for it."""

    place: Assignment
    giver: Member
    taker: Member
    counter: Assignment | None = None


def hand_over(session: Session, sides: Sides, act: Act) -> tuple[Assignment, ...]:
    """Move the places; other offers about them are over. Answers the new places, the taker's first."""
    moves = [(sides.place, sides.taker)] + ([(sides.counter, sides.giver)] if sides.counter else [])
    for place, _ in moves:
        _let_go(session, place, act)
    end_offers_of(session, [place.id for place, _ in moves], SwapState.WITHDRAWN, act)
    return tuple(
        assignments.add(session, session.get_one(Shift, place.shift_id), member, act, instead_of=place)
        for place, member in moves
    )


def _let_go(session: Session, place: Assignment, act: Act) -> None:
    before = places.seen(place)
    place.state, place.ended_at, place.ended_by_id = AssignmentState.HANDED_OVER, act.now, act.actor_id
    places.keep(session, place, "shifts.handed_over", before, act)
    shifts.touch(session, place.shift_id, act.now)


def heir(session: Session, place_id: int) -> Assignment:
    """The place that followed a handed-over one, if its holder is still expected to come."""
    followed = select(Assignment).where(Assignment.from_id == place_id)
    place = session.exec(followed.order_by(col(Assignment.id).desc())).first()
    if place is None or place.state not in RESPONSIBLE:
        raise Refused("shifts.changed_since")
    return place


def hand_back(session: Session, sides: Sides, act: Act) -> Assignment:
    """Undo a hand-over nothing has followed: each has again what was theirs; answers the giver's new place."""
    back = Sides(
        heir(session, sides.place.id),
        sides.taker,
        sides.giver,
        heir(session, sides.counter.id) if sides.counter else None,
    )
    return hand_over(session, back, act)[0]
