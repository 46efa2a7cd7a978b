"""Somebody was expected and not seen: the elder is asked, then the family, then those responsible."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.lunch.deliveries import AlarmStep, MealAlarm
from models.lunch.meals import Booking, Meal
from models.members.people import Canteen, Member, MemberRole, Role, Status
from models.outbox import MessageClass
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import carers_of, check_may_act, label, status_on
from rules.settings import local_day, settings_of
from rules.values import Button, Message, Refused, Style, Text

FINDINGS = ("fine", "help", "elsewhere", "unreachable")
NEXT = {AlarmStep.ELDER: AlarmStep.FAMILY, AlarmStep.FAMILY: AlarmStep.MANAGER}
STALE = timedelta(hours=6)
RESPONSIBLE = (Role.MANAGER, Role.SOCIAL_WORKER)


def sound(session: Session, booking: Booking, meal: Meal, act: Act) -> MealAlarm | None:
    """Begin to ask after an eater; whoever is away, in hospital or gone is not asked after."""
    eater = session.get_one(Member, booking.eater_id)
    if status_on(session, eater, meal.day) != Status.ACTIVE or _of(session, booking.id) is not None:
        return None
    alarm = MealAlarm(booking_id=booking.id, raised_at=act.now)
    session.add(alarm)
    session.flush()
    audit.record(session, act, "alarms.sounded", f"alarm:{alarm.id}", subject_id=eater.id)
    _ask(session, alarm, act.now)
    return alarm


def _of(session: Session, booking_id: int) -> MealAlarm | None:
    return session.exec(select(MealAlarm).where(MealAlarm.booking_id == booking_id)).first()


def due(session: Session, now: datetime) -> Sequence[tuple[MealAlarm, Meal]]:
    """Alarms whose next step has come, with their meals."""
    waiting = (
        select(MealAlarm, Meal)
        .join(Booking, col(Booking.id) == col(MealAlarm.booking_id))
        .join(Meal, col(Meal.id) == col(Booking.meal_id))
        .where(col(MealAlarm.next_at) <= now, col(MealAlarm.closed_at).is_(None))
    )
    return session.exec(waiting.order_by(col(MealAlarm.next_at))).all()


def rise(session: Session, alarm_id: int, now: datetime) -> None:
    """Go up one step, if its time has come and nobody has found out."""
    alarm = hold(session, MealAlarm, alarm_id)
    if alarm is None or alarm.closed_at is not None or alarm.next_at is None or alarm.next_at > now:
        return
    # After a long silence of the bot nobody's family is asked a day late: those responsible are, at once.
    alarm.step = NEXT[alarm.step] if now - alarm.next_at < STALE else AlarmStep.MANAGER
    _ask(session, alarm, now)


def _ask(session: Session, alarm: MealAlarm, now: datetime) -> None:
    """Ask at this step; where nobody can be asked, the next step follows at once."""
    booking = session.get_one(Booking, alarm.booking_id)
    meal, eater = session.get_one(Meal, booking.meal_id), session.get_one(Member, booking.eater_id)
    canteen = session.get_one(Canteen, meal.canteen_id)
    asked = _write(session, alarm, meal, eater, now)
    while not asked and alarm.step in NEXT:
        alarm.step = NEXT[alarm.step]
        asked = _write(session, alarm, meal, eater, now)
    minutes = timedelta(minutes=settings_of(canteen).alarm_minutes)
    # Counted from when the step was due, not from when a busy or restarted clock came to it.
    alarm.next_at = (alarm.next_at or alarm.raised_at) + minutes if alarm.step in NEXT else None
    session.add(alarm)
    audit.record(
        session,
        Act(now, None, canteen.id),
        "alarms.asked",
        f"alarm:{alarm.id}",
        subject_id=eater.id,
        after={"step": alarm.step.value, "asked": asked},
    )


def _write(session: Session, alarm: MealAlarm, meal: Meal, eater: Member, now: datetime) -> int:
    # A number may come again after a withdrawn alarm; its moment does not.
    key = f"alarm:{alarm.id}:{alarm.step}:{alarm.raised_at.timestamp():.0f}"
    people = _people(session, alarm.step, eater, meal.day)
    said = _question(alarm, meal, eater)
    told = [outbox.tell(session, key, one, said, now=now, kind=MessageClass.CARE) for one in people]
    return sum(row is not None for row in told)


def _people(session: Session, step: AlarmStep, eater: Member, day: date) -> Iterable[Member]:
    if step == AlarmStep.ELDER:
        return [eater]
    if step == AlarmStep.FAMILY:
        return carers_of(session, eater.id, day)
    holding = select(MemberRole.member_id).where(col(MemberRole.role).in_(RESPONSIBLE))
    own = select(Member).where(Member.canteen_id == eater.canteen_id, col(Member.id).in_(holding))
    return session.exec(own.order_by(col(Member.id))).all()


def _question(alarm: MealAlarm, meal: Meal, eater: Member) -> Message:
    if alarm.step == AlarmStep.ELDER:
        said = Text("alarms.ask_elder", name=eater.name, sitting=meal.sitting)
        fine = Button(Text("alarms.i_am_fine"), f"alarm:{alarm.id}:fine", Style.SUCCESS)
        return Message(said, ((fine,), (_button("help", alarm.id, Style.DANGER),)))
    who = label(eater, meal.day)
    key = "alarms.ask_family" if alarm.step == AlarmStep.FAMILY else "alarms.ask_manager"
    said = Text(
        key, who=who, day=meal.day, sitting=meal.sitting, phone=eater.phone or Text("alarms.no_phone")
    )
    rows = [(_button(finding, alarm.id),) for finding in ("fine", "elsewhere", "help")]
    return Message(said, tuple(rows))


def _button(finding: str, alarm_id: int, style: Style = Style.PLAIN) -> Button:
    return Button(Text(f"alarms.{finding}"), f"alarm:{alarm_id}:{finding}", style)


def settle(session: Session, alarm_id: int, finding: str, act: Act) -> MealAlarm:
    """Somebody knows how the eater is; who needs help is not settled until somebody responsible knows."""
    alarm = hold(session, MealAlarm, alarm_id)
    if alarm is None or finding not in FINDINGS:
        raise Refused("common.old_button")
    booking = session.get_one(Booking, alarm.booking_id)
    eater = session.get_one(Member, booking.eater_id)
    canteen = session.get_one(Canteen, eater.canteen_id)
    actor = session.get_one(Member, act.actor_id)
    check_may_act(session, actor, eater, "meals", local_day(canteen, act.now))
    if alarm.closed_at is not None:
        raise Refused("alarms.known", name=eater.name)
    alarm.finding = finding
    after = {"finding": finding, "step": alarm.step.value}
    audit.record(session, act, "alarms.answered", f"alarm:{alarm.id}", subject_id=eater.id, after=after)
    if finding == "help" and alarm.step != AlarmStep.MANAGER:
        return _call_for_help(session, alarm, act.now)
    _close(alarm, act)
    session.add(alarm)
    return alarm


def _call_for_help(session: Session, alarm: MealAlarm, now: datetime) -> MealAlarm:
    """Family and those responsible at once; it stays open until one of them has seen to it."""
    booking = session.get_one(Booking, alarm.booking_id)
    meal, eater = session.get_one(Meal, booking.meal_id), session.get_one(Member, booking.eater_id)
    for step in (AlarmStep.FAMILY, AlarmStep.MANAGER):
        said = Text(
            "alarms.needs_help", who=label(eater, meal.day), phone=eater.phone or Text("alarms.no_phone")
        )
        message = Message(said, ((_button("fine", alarm.id),),))
        for one in _people(session, step, eater, meal.day):
            outbox.tell(session, f"alarm:{alarm.id}:help", one, message, now=now, kind=MessageClass.CARE)
    alarm.step, alarm.next_at = AlarmStep.MANAGER, None
    session.add(alarm)
    return alarm


def _close(alarm: MealAlarm, act: Act) -> None:
    alarm.closed_at, alarm.closed_by_id, alarm.next_at = act.now, act.actor_id, None


def hush(session: Session, booking_id: int, act: Act) -> None:
    """The eater was seen after all."""
    alarm = _of(session, booking_id)
    if alarm is None or alarm.closed_at is not None:
        return
    alarm.finding = "seen"
    _close(alarm, act)
    session.add(alarm)
    audit.record(session, act, "alarms.hushed", f"alarm:{alarm.id}")


def withdraw(session: Session, booking_id: int, act: Act) -> None:
    """The alarm came from a wrong tap: as if it had never been sounded, so that a true one can sound."""
    alarm = _of(session, booking_id)
    if alarm is not None:
        audit.record(session, act, "alarms.withdrawn", f"alarm:{alarm.id}")
        session.delete(alarm)
        session.flush()


def usually_here(session: Session, meal: Meal) -> Sequence[Member]:
    """Who ate on at least 3 of the last 4 such weekdays, and has now neither booked nor cancelled."""
    days = [meal.day - timedelta(weeks=back) for back in range(1, 5)]
    before = select(Meal.id).where(
        Meal.canteen_id == meal.canteen_id, Meal.sitting == meal.sitting, col(Meal.day).in_(days)
    )
    ate = select(Booking.eater_id).where(
        col(Booking.meal_id).in_(before), col(Booking.state).in_(("served", "picked_up", "delivered"))
    )
    now_known = select(Booking.eater_id).where(Booking.meal_id == meal.id)
    counts: dict[int, int] = {}
    for eater_id in session.exec(ate):
        counts[eater_id] = counts.get(eater_id, 0) + 1
    often = [eater_id for eater_id, times in counts.items() if times >= 3]
    asked = select(Member).where(col(Member.id).in_(often), col(Member.id).not_in(now_known))
    found = session.exec(asked.order_by(col(Member.id))).all()
    return [member for member in found if status_on(session, member, meal.day) == Status.ACTIVE]
