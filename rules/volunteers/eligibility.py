"""Whether somebody may be on a shift: every refusal names its reason, so that nobody has to guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.cooks.certificates import CertificateKind
from models.members.people import Canteen, Member, Role, Status
from models.volunteers.shifts import HOLDS_SLOT, RESPONSIBLE, Assignment, DutyKind, Shift, ShiftState
from rules.cooks import certificates
from rules.members.people import roles_of, status_on
from rules.settings import local_day, settings_of
from rules.values import Refused
from rules.volunteers import shifts

BLOCKING = frozenset({DutyKind.COOK, DutyKind.DRIVING})
"""Nobody watches the stove or drives while doing something else."""

ROLES: dict[DutyKind, frozenset[Role]] = {
    DutyKind.COOK: frozenset({Role.COOK}),
    DutyKind.VISIT: frozenset({Role.VOLUNTEER, Role.SOCIAL_WORKER, Role.COMMITTEE, Role.ASSOCIATION}),
}
"""Which role a duty asks for; what is not here may be done by any member."""


class Overlaps(Refused):
    """Two duties at once that could both be meant: asked, not forbidden."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody is to be on a shift: what they give up for it, and what they or the coordinator have waved through.

    `vouched` is for a roster that already stands: whose role or paper was never written down is taken at the
    coordinator's word and reminded of later; a paper that is known to be over is not.
    """

    shift: Shift
    member: Member
    instead_of: frozenset[int] = frozenset()
    early: bool = False
    despite_overlap: bool = False
    vouched: bool = False


def as_written(shift: Shift, member: Member) -> Wish:
    """The wish of a roster that hangs on the wall already: it counts as its writer meant it."""
    return Wish(shift, member, early=True, despite_overlap=True, vouched=True)


def check(session: Session, canteen: Canteen, wish: Wish, now: datetime) -> None:
    """Refuse by the first reason that holds; what can be asked away is asked last."""
    check_on_time(canteen, wish, now)
    on_it = [place for place in shifts.live(session, wish.shift.id) if place.id not in wish.instead_of]
    check_place(wish, on_it)
    check_person(session, canteen, wish)
    check_load(session, canteen, wish)


def check_on_time(canteen: Canteen, wish: Wish, now: datetime) -> None:
    """Refuse a shift that is over, called off, or not yet open for signing up."""
    shift = wish.shift
    if shift.state == ShiftState.CANCELLED:
        raise Refused("shifts.is_off", day=shift.day, duty=shift.duty)
    if shift.state == ShiftState.DONE or (now >= shift.ends_at and not wish.vouched):
        raise Refused("shifts.over")
    opens = shift.day - timedelta(days=settings_of(canteen).shift_opens_days)
    if not wish.early and local_day(canteen, now) < opens:
        raise Refused("shifts.too_early", day=shift.day, opens=opens)


def check_place(wish: Wish, on_it: Sequence[Assignment]) -> None:
    """Refuse whoever is on it already, and everybody once it is full."""
    if any(place.member_id == wish.member.id for place in on_it):
        raise Refused("shifts.already_on_it", name=wish.member.name, day=wish.shift.day, duty=wish.shift.duty)
    if len(on_it) >= wish.shift.needed:
        raise Refused("shifts.full", day=wish.shift.day, duty=wish.shift.duty)


def check_person(session: Session, canteen: Canteen, wish: Wish) -> None:
    """Refuse whoever is away or ill on that day, or lacks the role or the paper the duty asks for."""
    member, shift = wish.member, wish.shift
    status = status_on(session, member, shift.day)
    if status != Status.ACTIVE or member.approved_at is None or member.erased_at is not None:
        raise Refused("shifts.not_active", name=member.name, day=shift.day)
    if not wish.vouched:
        _check_role(session, wish)
    try:
        certificates.check_duty(session, canteen, member, shift.duty, shift.day)
    except Refused as refused:
        if not (wish.vouched and refused.key == "certificates.missing"):
            raise


def _check_role(session: Session, wish: Wish) -> None:
    """Cooking is for cooks, and for whoever has shown the paper that cooks need."""
    wanted, duty = ROLES.get(wish.shift.duty), wish.shift.duty
    if not wanted or wanted & roles_of(session, wish.member.id):
        return
    papers = certificates.held(session, [wish.member.id])
    if duty != DutyKind.COOK or (wish.member.id, CertificateKind.HEALTH) not in papers:
        raise Refused("shifts.not_qualified", name=wish.member.name, duty=duty)


def check_load(session: Session, canteen: Canteen, wish: Wish) -> None:
    """Refuse too many hours, and two duties at once; the latter is only asked where both could be done."""
    others = around(session, wish)
    _check_hours(canteen, wish, others)
    at_once = [other for other in others if _overlap(other, wish.shift)]
    blocked = next((o for o in at_once if {o.duty, wish.shift.duty} & BLOCKING), None)
    if blocked is not None:
        raise Refused("shifts.overlaps", name=wish.member.name, **shifts.facts(canteen, blocked))
    if at_once and not wish.despite_overlap:
        raise Overlaps("shifts.overlaps_sure", name=wish.member.name, **shifts.facts(canteen, at_once[0]))


def around(session: Session, wish: Wish) -> Sequence[Shift]:
    """What else the person does in the week of the shift, and on the days beside it."""
    monday = wish.shift.day - timedelta(days=wish.shift.day.weekday())
    days = (monday - timedelta(days=1), monday + timedelta(days=7))
    theirs = select(Shift).join(Assignment, col(Assignment.shift_id) == col(Shift.id))
    theirs = theirs.where(Assignment.member_id == wish.member.id, col(Assignment.day).between(*days))
    theirs = theirs.where(col(Assignment.state).in_(HOLDS_SLOT), col(Assignment.id).not_in(wish.instead_of))
    return session.exec(theirs.where(Shift.id != wish.shift.id).order_by(col(Shift.starts_at))).all()


def _check_hours(canteen: Canteen, wish: Wish, others: Sequence[Shift]) -> None:
    settings, shift = settings_of(canteen), wish.shift
    week = [o for o in others if o.day.isocalendar()[:2] == shift.day.isocalendar()[:2]]
    caps = {
        "shifts.cap_day": (settings.shift_hours_day, [o for o in week if o.day == shift.day]),
        "shifts.cap_week": (settings.shift_hours_week, week),
    }
    for key, (most, already) in caps.items():
        minutes = sum(map(shifts.minutes_of, already))
        if most and minutes + shifts.minutes_of(shift) > most * 60:
            raise Refused(key, name=wish.member.name, day=shift.day, most=most, hours=hours(minutes))


def hours(minutes: int) -> str:
    """Minutes as hours people say: 3, 3.5, 3.8."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


def _overlap(one: Shift, other: Shift) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def free_slot(on_it: Sequence[Assignment], needed: int) -> int | None:
    """The lowest place nobody holds; None when all are held."""
    taken = {place.slot for place in on_it if place.state in HOLDS_SLOT}
    return next((slot for slot in range(1, needed + 1) if slot not in taken), None)


def responsible(place: Assignment | None) -> bool:
    """Whether somebody is expected to come on this place."""
    return place is not None and place.state in RESPONSIBLE
