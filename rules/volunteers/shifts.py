"""Shifts: made one by one or by the weekly pattern, found by day and part of the day, told in one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member, Role
from models.store import hold
from models.volunteers.shifts import HOLDS_SLOT, Assignment, DutyKind, Shift, ShiftState
from models.volunteers.vacancies import VacancyCall
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import holds
from rules.settings import at, local_day
from rules.values import Button, Message, Refused, Text

COORDINATORS = (Role.MANAGER, Role.SOCIAL_WORKER)
"""Who plans the roster and is told of what moves in it."""

MOST_NEEDED = 50
LONGEST = timedelta(hours=16)
FARTHEST = timedelta(days=366)
CALLED_AHEAD = timedelta(days=14)
"""No call for hands looks further ahead."""

PARTS = {
    "breakfast": (time(0, 0), time(10, 30)),
    "lunch": (time(11, 0), time(14, 0)),
    "dinner": (time(15, 0), time(23, 59)),
}
"""What early, noon and late shift mean on the clock; a shift that touches the part is meant."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A shift as somebody plans it, on the village's clock; one that ends before it starts ends the next day."""

    day: date
    starts: time
    ends: time
    duty: DutyKind
    needed: int = 1


def check_coordinates(session: Session, act: Act) -> None:
    """Refuse whoever does not plan the roster."""
    if act.actor_id is None or not holds(session, act.actor_id, *COORDINATORS):
        raise Refused("shifts.only_coordinator")


def span(canteen: Canteen, plan: Plan) -> tuple[datetime, datetime]:
    """When a planned shift begins and ends, as instants."""
    starts = at(canteen, plan.day, plan.starts)
    later = plan.day if plan.ends > plan.starts else plan.day + timedelta(days=1)
    return starts, at(canteen, later, plan.ends)


def check_plan(canteen: Canteen, plan: Plan, now: datetime, *, history: bool = False) -> None:
    """Refuse a shift that makes no sense: over already, too far away, too long, for nobody or for a crowd."""
    starts, ends = span(canteen, plan)
    if ends <= now and not history:
        raise Refused("shifts.plan_over", day=plan.day)
    if plan.day > local_day(canteen, now) + FARTHEST:
        raise Refused("shifts.plan_too_far", day=plan.day)
    if ends - starts > LONGEST:
        raise Refused("shifts.plan_too_long", hours=int(LONGEST.total_seconds() // 3600))
    if not 1 <= plan.needed <= MOST_NEEDED:
        raise Refused("shifts.plan_needed", most=MOST_NEEDED)


def make(
    session: Session,
    canteen: Canteen,
    plan: Plan,
    act: Act,
    *,
    template_id: int | None = None,
    history: bool = False,
) -> Shift:
    """Keep a shift; the same duty at the same time is the same shift, and planning it again changes it."""
    check_plan(canteen, plan, act.now, history=history)
    hold(session, Canteen, canteen.id)
    found = find(session, canteen, plan)
    shift = found or _new(canteen, plan)
    before = seen(found) if found else None
    shift.needed, shift.state, shift.reason = plan.needed, ShiftState.OPEN, ""
    _, shift.ends_at = span(canteen, plan)
    shift.template_id = template_id or shift.template_id
    _check_room(session, shift)
    session.add(shift)
    session.flush()
    if before != seen(shift):
        audit.record(session, act, "shifts.planned", f"shift:{shift.id}", before=before, after=seen(shift))
        touch(session, shift.id, act.now)
    if before is not None and before["ends_at"] != seen(shift)["ends_at"]:
        _tell_times(session, canteen, shift, act)
    return shift


def _new(canteen: Canteen, plan: Plan) -> Shift:
    starts, ends = span(canteen, plan)
    return Shift(
        canteen_id=canteen.id,
        day=plan.day,
        starts_at=starts,
        ends_at=ends,
        duty=plan.duty,
        needed=plan.needed,
    )


def _tell_times(session: Session, canteen: Canteen, shift: Shift, act: Act) -> None:
    """Whoever is on a shift hears that it now ends at another time, and may still say no."""
    if act.now >= shift.ends_at:
        return
    for place in [one for one in live(session, shift.id) if one.member_id != act.actor_id]:
        cannot = Button(Text("shifts.button_cannot"), f"shiftno:{place.id}")
        said = Message(Text("shifts.times_changed", **facts(canteen, shift)), ((cannot,),))
        member = session.get_one(Member, place.member_id)
        key = f"shifttime:{place.id}:{act.update_id}:{act.now.timestamp():.0f}"
        outbox.tell(session, key, member, said, now=act.now, before=shift.starts_at)


def find(session: Session, canteen: Canteen, plan: Plan) -> Shift | None:
    """The shift with this duty at this time, whatever became of it."""
    own = select(Shift).where(Shift.canteen_id == canteen.id, Shift.day == plan.day)
    starts, _ = span(canteen, plan)
    return session.exec(own.where(Shift.duty == plan.duty, Shift.starts_at == starts)).first()


def _check_room(session: Session, shift: Shift) -> None:
    """Nobody is put out by a number: who is too many is first excused by a person."""
    on_it = live(session, shift.id) if shift.id else []
    if len(on_it) > shift.needed:
        raise Refused("shifts.plan_too_small", day=shift.day, duty=shift.duty, on_it=len(on_it))


def seen(shift: Shift) -> dict[str, Any]:
    """For the audit and for an undo."""
    ends_at = shift.ends_at.astimezone(UTC).isoformat()
    return {"needed": shift.needed, "state": shift.state.value, "ends_at": ends_at}


def live(session: Session, shift_id: int) -> Sequence[Assignment]:
    """Who is on a shift or was on it to the end, in the order of their places."""
    on_it = [place for place in everybody(session, shift_id) if place.state in HOLDS_SLOT]
    return sorted(on_it, key=lambda place: place.slot)


def everybody(session: Session, shift_id: int) -> Sequence[Assignment]:
    """All who ever had a place on a shift."""
    return session.exec(select(Assignment).where(Assignment.shift_id == shift_id)).all()


def held(session: Session, shift_id: int, canteen_id: int) -> Shift:
    """The shift, kept from everybody else; one of another village is nobody's business."""
    shift = hold(session, Shift, shift_id)
    if shift is None or shift.canteen_id != canteen_id:
        raise Refused("common.old_button")
    return shift


def on_day(session: Session, canteen: Canteen, day: date, part: str | None = None) -> list[Shift]:
    """The open shifts of a day, of a part of it when one is named and has any."""
    own = select(Shift).where(
        Shift.canteen_id == canteen.id, Shift.day == day, Shift.state == ShiftState.OPEN
    )
    found = list(session.exec(own.order_by(col(Shift.starts_at), col(Shift.id))))
    return in_part(canteen, found, part)


def in_part(canteen: Canteen, shifts: Sequence[Shift], part: str | None) -> list[Shift]:
    """Those that touch a part of the day; all when none does, for people say these words loosely."""
    if part not in PARTS:
        return list(shifts)
    first, last = PARTS[part]
    met = [shift for shift in shifts if _clock(canteen, shift) < last and first < _ends(canteen, shift)]
    return met or list(shifts)


def _clock(canteen: Canteen, shift: Shift) -> time:
    return shift.starts_at.astimezone(ZoneInfo(canteen.timezone)).time()


def _ends(canteen: Canteen, shift: Shift) -> time:
    ends = shift.ends_at.astimezone(ZoneInfo(canteen.timezone))
    return ends.time() if ends.date() == shift.day else time.max


def facts(canteen: Canteen, shift: Shift) -> dict[str, Any]:
    """A shift as it is told: day with weekday, from, to, duty."""
    zone = ZoneInfo(canteen.timezone)
    return {
        "day": shift.day,
        "starts": shift.starts_at.astimezone(zone).time(),
        "ends": shift.ends_at.astimezone(zone).time(),
        "duty": shift.duty,
    }


def line(canteen: Canteen, shift: Shift) -> Text:
    """A shift in one line."""
    return Text("shifts.line", **facts(canteen, shift))


def touch(session: Session, shift_id: int, now: datetime) -> None:
    """Ask for the calls for hands that name a shift to be brought up to date."""
    shift = session.get_one(Shift, shift_id)
    calls = select(VacancyCall).where(VacancyCall.canteen_id == shift.canteen_id)
    for row in session.exec(calls.where(col(VacancyCall.day).between(shift.day - CALLED_AHEAD, shift.day))):
        if shift_id in row.shift_ids:
            outbox.touch(session, "vacancies", row.id, now)


def minutes_of(shift: Shift) -> int:
    """How long a shift lasts."""
    return int((shift.ends_at - shift.starts_at).total_seconds() // 60)
