"""The kitchen's morning: who works, and whether they are fit to; when a meal was cooked, packed and had arrived."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from models.cooks.kitchen import MealClock, MorningCheck
from models.lunch.meals import Meal, MealState
from models.members.people import Canteen, Member, MemberRole, Role, Status
from models.store import hold
from models.volunteers.shifts import HOLDS_SLOT, Assignment, DutyKind, Shift
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import holds
from rules.settings import local_day, settings_of
from rules.values import Refused, Text

WORKERS = (Role.COOK, Role.VOLUNTEER, Role.SOCIAL_WORKER)
TOUCHES_FOOD = (DutyKind.COOK, DutyKind.HELP)
UNDO = timedelta(minutes=10)
AFTER = timedelta(hours=6)
"""How long after its beginning a meal is still in hand."""
_TEMPERATURE = re.compile(r"(?<!\d)(3[4-9]|4[0-3])(?:\s*[.。,点度]?\s*(\d))?(?!\d)")


class Step(StrEnum):
    """What happens to a meal on its way from the fire to the door."""

    COOKED = "cooked"
    PACKED = "packed"
    HANDED_OVER = "handed_over"


def check_works(session: Session, act: Act) -> None:
    """Refuse whoever does not work in the kitchen."""
    if act.actor_id is None or not holds(session, act.actor_id, *WORKERS):
        raise Refused("kitchen.only_kitchen")


def in_hand(session: Session, canteen: Canteen, now: datetime) -> Meal | None:
    """Today's meal that is cooked or served now, or the next one today."""
    own = select(Meal).where(Meal.canteen_id == canteen.id, Meal.day == local_day(canteen, now))
    own = own.where(Meal.state != MealState.CANCELLED, col(Meal.starts_at) > now - AFTER)
    today = session.exec(own.order_by(col(Meal.starts_at))).all()
    waiting = [meal for meal in today if meal.state != MealState.SERVED]
    return next(iter([*waiting, *reversed(today)]), None)


def held(session: Session, meal_id: int, act: Act) -> Meal:
    """A meal of the actor's own village on its own day, locked."""
    check_works(session, act)
    meal = hold(session, Meal, meal_id)
    if meal is None or meal.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    canteen = session.get_one(Canteen, meal.canteen_id)
    if meal.state == MealState.CANCELLED or local_day(canteen, act.now) != meal.day:
        raise Refused("kitchen.not_today", day=meal.day, sitting=meal.sitting)
    return meal


def staff(session: Session, canteen: Canteen, day: date) -> Sequence[Member]:
    """Whom the morning check is for: on a shift with food that day; where nobody is, all cooks."""
    on_duty = select(Assignment.member_id).join(Shift, col(Shift.id) == col(Assignment.shift_id))
    on_duty = on_duty.where(Shift.canteen_id == canteen.id, Shift.day == day)
    on_duty = on_duty.where(col(Shift.duty).in_(TOUCHES_FOOD), col(Assignment.state).in_(HOLDS_SLOT))
    cooks = select(MemberRole.member_id).where(MemberRole.role == Role.COOK)
    here = select(Member).where(Member.canteen_id == canteen.id, Member.status == Status.ACTIVE)
    here = here.order_by(col(Member.id))
    working = session.exec(here.where(col(Member.id).in_(on_duty))).all()
    return working or session.exec(here.where(col(Member.id).in_(cooks))).all()


def checks(session: Session, canteen_id: int, day: date) -> Sequence[tuple[MorningCheck, Member]]:
    """The morning checks of a day, in the order they were made."""
    made = select(MorningCheck, Member).join(Member, col(Member.id) == col(MorningCheck.member_id))
    made = made.where(MorningCheck.canteen_id == canteen_id, MorningCheck.day == day)
    return session.exec(made.order_by(col(MorningCheck.checked_at), col(MorningCheck.id))).all()


def checks_of(session: Session, member_id: int, most: int) -> Sequence[MorningCheck]:
    """The latest morning checks of one person."""
    own = select(MorningCheck).where(MorningCheck.member_id == member_id)
    return session.exec(own.order_by(col(MorningCheck.day).desc()).limit(most)).all()


def read_temperature(words: str) -> int:
    """Degrees as people write them, in tenths: 36.5, 36.5℃, 36度5, 365."""
    found = _TEMPERATURE.search(unicodedata.normalize("NFKC", words))
    if found is None:
        raise Refused("kitchen.strange_temperature")
    return int(found[1]) * 10 + int(found[2] or 0)


def check(session: Session, member_id: int, temperature: int, act: Act, *, fit: bool) -> MorningCheck:
    """Write down the morning check of one person; whoever has a fever is not fit, and the manager arranges."""
    check_works(session, act)
    member = hold(session, Member, member_id)
    if member is None or member.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    canteen = session.get_one(Canteen, member.canteen_id)
    day = local_day(canteen, act.now)
    row = _checked(session, member, day) or MorningCheck(
        canteen_id=canteen.id,
        member_id=member.id,
        day=day,
        temperature=0,
        clean=True,
        fit=False,
        checked_at=act.now,
    )
    row.temperature, row.checked_by_id, row.checked_at = temperature, act.actor_id, act.now
    row.fit = fit and temperature < settings_of(canteen).fever
    session.add(row)
    session.flush()
    obj, after = f"morning_check:{row.id}", {"fit": row.fit}
    audit.record(session, act, "kitchen.checked", obj, subject_id=member.id, after=after)
    if not row.fit:
        said = Text("kitchen.arrange_another", name=member.name, day=row.day)
        outbox.tell_role(
            session,
            f"unfit:{member.id}:{act.now:%Y%m%d%H%M%S}",
            canteen.id,
            (Role.MANAGER,),
            said,
            now=act.now,
        )
    return row


def _checked(session: Session, member: Member, day: date) -> MorningCheck | None:
    own = select(MorningCheck).where(MorningCheck.member_id == member.id, MorningCheck.day == day)
    return session.exec(own).first()


def uncheck(session: Session, check_id: int, act: Act) -> MorningCheck:
    """A wrong morning check is taken out within ten minutes."""
    check_works(session, act)
    row = hold(session, MorningCheck, check_id)
    if row is None or row.canteen_id != act.canteen_id or act.now > row.checked_at + UNDO:
        raise Refused("common.old_button")
    audit.record(
        session,
        act,
        "kitchen.unchecked",
        f"morning_check:{row.id}",
        subject_id=row.member_id,
        before={"fit": row.fit},
    )
    session.delete(row)
    session.flush()
    return row


def clock_of(session: Session, meal_id: int) -> MealClock | None:
    """The clock of a meal, if it ever began."""
    return session.exec(select(MealClock).where(MealClock.meal_id == meal_id)).first()


def reach(session: Session, meal_id: int, step: Step, act: Act) -> MealClock:
    """A meal has come so far; the first who says so is believed."""
    meal = held(session, meal_id, act)
    clock = clock_of(session, meal.id) or MealClock(meal_id=meal.id)
    told_at = getattr(clock, f"{step}_at")
    if told_at is not None:
        raise Refused("kitchen.told_already", step=step, at=told_at)
    setattr(clock, f"{step}_at", act.now)
    setattr(clock, f"{step}_by_id", act.actor_id)
    session.add(clock)
    session.flush()
    audit.record(session, act, f"kitchen.{step}", f"meal:{meal.id}")
    return clock


def take_back(session: Session, meal_id: int, step: Step, act: Act) -> MealClock:
    """A wrong tap on the clock, within ten minutes."""
    meal = held(session, meal_id, act)
    clock = clock_of(session, meal.id)
    told_at = getattr(clock, f"{step}_at") if clock else None
    if clock is None or told_at is None or act.now > told_at + UNDO:
        raise Refused("common.old_button")
    setattr(clock, f"{step}_at", None)
    setattr(clock, f"{step}_by_id", None)
    session.add(clock)
    audit.record(session, act, f"kitchen.not_{step}", f"meal:{meal.id}")
    return clock
