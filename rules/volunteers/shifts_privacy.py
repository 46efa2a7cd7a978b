"""What the roster keeps about a person: shown to them, and forgotten; hours stay as numbers, words and names go."""

from typing import Any

from sqlalchemy import Text as Words
from sqlalchemy import cast, delete, update
from sqlmodel import Session, col, select

from models.cards import Card
from models.members.people import Member
from models.volunteers.shifts import (
    RESPONSIBLE,
    Assignment,
    AssignmentState,
    CalendarFeed,
    Shift,
    ShiftState,
    ShiftTemplate,
    SwapState,
)
from rules.audit import Act
from rules.volunteers import places, shifts
from rules.volunteers.swap_endings import end_offers_of

NAMING_CARDS = ("rosters.keep",)
"""Open questions that hold a roster as somebody pasted it, names and all."""


def kept(session: Session, member_id: int, most: int) -> list[dict[str, Any]]:
    """Someone's places on shifts, the newest only."""
    mine = select(Assignment, Shift).join(Shift, col(Shift.id) == col(Assignment.shift_id))
    mine = mine.where(Assignment.member_id == member_id).order_by(col(Assignment.id).desc()).limit(most)
    return [_place(place, shift) for place, shift in session.exec(mine)]


def _place(place: Assignment, shift: Shift) -> dict[str, Any]:
    return {
        "day": place.day.isoformat(),
        "duty": shift.duty.value,
        "status": place.state.value,
        "minutes": place.minutes,
        "reason": place.reason,
    }


def forget(session: Session, member: Member, act: Act) -> None:
    """Free what is ahead, end what was offered, take the calendar back, and leave no word about them."""
    ahead = select(Assignment).join(Shift, col(Shift.id) == col(Assignment.shift_id))
    ahead = ahead.where(Assignment.member_id == member.id, col(Assignment.state).in_(RESPONSIBLE))
    for place in session.exec(ahead.where(Shift.state == ShiftState.OPEN)).all():
        before = places.seen(place)
        place.state, place.ended_at = AssignmentState.EXCUSED, act.now
        places.keep(session, place, "shifts.excused", before, act)
        end_offers_of(session, [place.id], SwapState.WITHDRAWN, act)
        shifts.touch(session, place.shift_id, act.now)
    session.execute(update(Assignment).where(col(Assignment.member_id) == member.id).values(reason=""))
    session.execute(delete(CalendarFeed).where(col(CalendarFeed.member_id) == member.id))
    _leave_patterns(session, member)
    naming = cast(Card.facts, Words).contains(member.name, autoescape=True)
    held = update(Card).where(col(Card.kind).in_(NAMING_CARDS), naming)
    session.execute(held.values(facts={}, expires_at=Card.asked_at))


def _leave_patterns(session: Session, member: Member) -> None:
    own = select(ShiftTemplate).where(ShiftTemplate.canteen_id == member.canteen_id)
    for template in session.exec(own):
        if member.id in template.usual_ids:
            template.usual_ids = [number for number in template.usual_ids if number != member.id]
            session.add(template)
