"""Standing bookings: a weekly pattern that books by itself, is told beforehand, and steps aside for a no."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.lunch.meals import Booking, BookingState, Mode, Sitting, Source, StandingBooking
from models.members.people import Canteen, Member
from rules import audit, outbox
from rules.audit import Act
from rules.lunch import bookings, meals
from rules.lunch.echoes import tell_eater
from rules.lunch.rolls import Kept, booking_of, echo, seen, usual_mode
from rules.members.people import check_may_act
from rules.settings import at, local_day, settings_of
from rules.values import Button, Message, Refused, Text

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


def weekdays_of(recur: str) -> tuple[int, ...]:
    """`daily`, `weekdays` or `weekly:2,4` as ISO weekdays; other rhythms cannot stand yet and are refused."""
    if recur == "daily":
        return EVERY_DAY
    if recur == "weekdays":
        return EVERY_DAY[:5]
    kind, _, numbers = recur.partition(":")
    if kind != "weekly" or not numbers:
        raise Refused("meals.standing_unknown_rhythm")
    return tuple(sorted({int(number) for number in numbers.split(",")}))


def make(
    session: Session, canteen: Canteen, eater: Member, pattern: StandingBooking, act: Act
) -> StandingBooking:
    """Let a pattern stand from now on; an older one for the same sitting gives way."""
    _check_entitled(session, canteen, eater, act)
    if pattern.sitting not in settings_of(canteen).sittings:
        raise Refused("meals.not_served", sitting=pattern.sitting)
    if not 1 <= pattern.portions <= bookings.MOST:
        raise Refused("meals.too_many", most=bookings.MOST)
    for old in standing_of(session, eater.id):
        if old.sitting == pattern.sitting:
            _end(session, old, act)
    session.add(pattern)
    session.flush()
    after = {"weekdays": pattern.weekdays, "portions": pattern.portions, "mode": pattern.mode}
    audit.record(session, act, "standing.made", f"standing:{pattern.id}", subject_id=eater.id, after=after)
    return pattern


def drafted(canteen: Canteen, eater: Member, recur: str, sitting: Sitting, act: Act) -> StandingBooking:
    """A pattern as it was said, not yet standing."""
    return StandingBooking(
        eater_id=eater.id,
        sitting=sitting,
        weekdays=list(weekdays_of(recur)),
        starts_on=local_day(canteen, act.now),
        made_by_id=act.actor_id,
        made_at=act.now,
    )


def _check_entitled(session: Session, canteen: Canteen, eater: Member, act: Act) -> None:
    if act.actor_id not in (None, eater.id):
        actor = session.get_one(Member, act.actor_id)
        check_may_act(session, actor, eater, "meals", local_day(canteen, act.now))


def standing_of(session: Session, eater_id: int) -> Sequence[StandingBooking]:
    """The patterns of an eater that stand."""
    mine = select(StandingBooking).where(StandingBooking.eater_id == eater_id)
    return session.exec(mine.where(col(StandingBooking.ended_at).is_(None))).all()


def pause(session: Session, canteen: Canteen, eater: Member, days: tuple[date, date | None], act: Act) -> int:
    """Let an eater's patterns rest over some days; without an end, until resumed."""
    _check_entitled(session, canteen, eater, act)
    patterns = standing_of(session, eater.id)
    for pattern in patterns:
        pattern.paused_from, pattern.paused_until = days
        session.add(pattern)
        _record(session, "standing.paused", pattern, act)
    return len(patterns)


def resume(session: Session, canteen: Canteen, eater: Member, act: Act) -> int:
    """Let an eater's patterns go on."""
    _check_entitled(session, canteen, eater, act)
    patterns = standing_of(session, eater.id)
    for pattern in patterns:
        pattern.paused_from = pattern.paused_until = None
        session.add(pattern)
        _record(session, "standing.resumed", pattern, act)
    return len(patterns)


def end(session: Session, canteen: Canteen, eater: Member, act: Act) -> int:
    """Let an eater's patterns stand no more; what they booked already stays."""
    _check_entitled(session, canteen, eater, act)
    patterns = standing_of(session, eater.id)
    for pattern in patterns:
        _end(session, pattern, act)
    return len(patterns)


def _end(session: Session, pattern: StandingBooking, act: Act) -> None:
    pattern.ended_at = act.now
    session.add(pattern)
    _record(session, "standing.ended", pattern, act)


def _record(session: Session, action: str, pattern: StandingBooking, act: Act) -> None:
    audit.record(session, act, action, f"standing:{pattern.id}", subject_id=pattern.eater_id)


def holds_on(pattern: StandingBooking, day: date) -> bool:
    """Whether a pattern books on a day."""
    if day.isoweekday() not in pattern.weekdays or day < pattern.starts_on:
        return False
    if pattern.ends_on is not None and day > pattern.ends_on:
        return False
    if pattern.paused_from is None or day < pattern.paused_from:
        return True
    return pattern.paused_until is not None and day > pattern.paused_until


def takes_effect_at(canteen: Canteen, closes_at: datetime) -> datetime:
    """When patterns book a meal: at the village's hour for reminders, or a day earlier if that is after closing."""
    settings, day = settings_of(canteen), local_day(canteen, closes_at)
    moments = [at(canteen, day, clock) for clock in (settings.post_at, settings.standing_reminder_at)]
    before = [m if m < closes_at else m - timedelta(days=1) for m in moments]
    return min(before)


def reminded_at(canteen: Canteen, closes_at: datetime) -> datetime:
    """When those booked by a pattern are told, early enough to say no."""
    moment = at(canteen, local_day(canteen, closes_at), settings_of(canteen).standing_reminder_at)
    return moment if moment < closes_at else moment - timedelta(days=1)


def holds_for(session: Session, canteen: Canteen, day: date, sitting: Sitting) -> bool:
    """Whether anybody's pattern holds on a day."""
    return any(holds_on(pattern, day) for pattern, _ in _standing(session, canteen, sitting))


def generate(session: Session, canteen: Canteen, day: date, sitting: Sitting, now: datetime) -> int:
    """Book a meal for everybody whose pattern holds; who already booked, or said no that day, is left alone."""
    patterns = [pair for pair in _standing(session, canteen, sitting) if holds_on(pair[0], day)]
    return sum(_generate_one(session, canteen, pattern, eater, (day, now)) for pattern, eater in patterns)


def _standing(
    session: Session, canteen: Canteen, sitting: Sitting
) -> Sequence[tuple[StandingBooking, Member]]:
    own = select(StandingBooking, Member).join(Member, col(Member.id) == col(StandingBooking.eater_id))
    own = own.where(Member.canteen_id == canteen.id, StandingBooking.sitting == sitting)
    own = own.where(col(StandingBooking.ended_at).is_(None))
    return session.exec(own.order_by(col(StandingBooking.id))).all()


def _generate_one(
    session: Session, canteen: Canteen, pattern: StandingBooking, eater: Member, when: tuple[date, datetime]
) -> bool:
    day, now = when
    mode = pattern.mode
    order = bookings.Order(day, pattern.sitting, pattern.portions, mode, pattern.note, source=Source.STANDING)
    try:
        meal = meals.meal_on(session, canteen, day, pattern.sitting)
        if booking_of(session, meal.id, eater.id) is not None:
            return False
        kept = bookings.book(session, canteen, eater, order, Act(now, None, canteen.id))
    except Refused:
        # Away, in hospital, a day of rest: the pattern simply does not hold today.
        return False
    _remind(session, canteen, eater, kept, now)
    return True


def _remind(session: Session, canteen: Canteen, eater: Member, kept: Kept, now: datetime) -> None:
    said = Text("meals.standing_reminder", what=echo(eater, kept))
    button = Button(Text("meals.button_not_this_time"), f"unbook:{kept.booking.id}")
    due = max(now, reminded_at(canteen, kept.meal.closes_at))
    key = f"standing:{kept.booking.id}"
    outbox.tell(
        session, key, eater, Message(said, ((button,),)), now=now, due_at=due, lasts=kept.meal.closes_at - due
    )


def skip(
    session: Session, canteen: Canteen, eater: Member, when: tuple[date, Sitting], act: Act
) -> Kept | None:
    """A no for a day before its pattern has booked it: kept, so that the pattern steps aside; None without one."""
    day, sitting = when
    patterns = [p for p in standing_of(session, eater.id) if p.sitting == sitting and holds_on(p, day)]
    if not patterns:
        return None
    _check_entitled(session, canteen, eater, act)
    meals.check_day(canteen, day, act.now)
    meal = meals.meal_on(session, canteen, day, sitting)
    meals.check_open(meal, act.now)
    if booking_of(session, meal.id, eater.id) is not None:
        return None
    booking = _no_for(patterns[0], meal.id, act)
    session.add(booking)
    session.flush()
    audit.record(session, act, "standing.skipped", f"booking:{booking.id}", subject_id=eater.id)
    kept = Kept(booking, meal, {**(seen(booking) or {}), "state": BookingState.BOOKED.value})
    tell_eater(session, eater, kept, act)
    return kept


def _no_for(pattern: StandingBooking, meal_id: int, act: Act) -> Booking:
    return Booking(
        meal_id=meal_id,
        eater_id=pattern.eater_id,
        portions=pattern.portions,
        mode=pattern.mode,
        note=pattern.note,
        state=BookingState.CANCELLED,
        booked_by_id=act.actor_id,
        booked_at=act.now,
        ended_at=act.now,
        source=Source.STANDING,
    )


def mode_for(session: Session, eater: Member, mode: Mode | None) -> Mode:
    """The mode that was said, or the usual one."""
    return mode or usual_mode(session, eater.id)
