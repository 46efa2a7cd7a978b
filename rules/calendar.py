"""What is special about a day: holidays, lunar festivals, market days, days the canteen is closed."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.meals import MealState
from models.menus import DayKind, DayMark
from models.people import Canteen, Role
from models.store import hold
from rules import audit, meals, menus
from rules.audit import Act
from rules.people import holds
from rules.settings import local_day
from rules.values import Refused, Text

FESTIVALS = {
    (1, 1): "spring",
    (1, 15): "lantern",
    (2, 2): "dragon",
    (3, 3): "sanyuesan",
    (5, 5): "duanwu",
    (7, 7): "qixi",
    (7, 14): "zhongyuan",
    (8, 15): "mid_autumn",
    (9, 9): "chongyang",
    (12, 8): "laba",
}
HOLIDAYS = {(1, 1): "new_year", (5, 1): "labour", (10, 1): "national"}
NAMED_FIRST = (DayKind.CLOSED, DayKind.FESTIVAL, DayKind.HOLIDAY, DayKind.MARKET)


def festival_of(day: date) -> str:
    """Which lunar festival or fixed holiday a day is; empty on ordinary days."""
    from lunar_python import Solar

    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    # A leap month has a negative number: its days are no festivals a second time.
    named = FESTIVALS.get((lunar.getMonth(), lunar.getDay()), "")
    if not named and lunar.next(1).getMonth() == 1 and lunar.next(1).getDay() == 1:
        named = "eve"
    if not named and lunar.getJieQi() == "清明":
        named = "qingming"
    return named or HOLIDAYS.get((day.month, day.day), "")


def marks(session: Session, canteen_id: int, first: date, last: date) -> Sequence[DayMark]:
    """What the village has written about some days."""
    own = select(DayMark).where(DayMark.canteen_id == canteen_id, DayMark.day >= first, DayMark.day <= last)
    return session.exec(own.order_by(col(DayMark.day), col(DayMark.kind))).all()


def name_of(session: Session, canteen: Canteen, day: date) -> Text | None:
    """What a day is called: the village's own name first, else the festival; often nothing."""
    own = {mark.kind: mark.name for mark in marks(session, canteen.id, day, day)}
    given = next((own[kind] for kind in NAMED_FIRST if own.get(kind)), "")
    if given:
        return Text("verbatim", text=given)
    festival = festival_of(day)
    return Text(f"calendar.festival_{festival}") if festival else None


def is_workday(session: Session, canteen: Canteen, day: date) -> bool:
    """Monday to Friday, but for holidays and make-up days that somebody has written down."""
    kinds = {mark.kind for mark in marks(session, canteen.id, day, day)}
    if DayKind.WORKDAY in kinds:
        return True
    return day.isoweekday() <= 5 and not kinds & {DayKind.HOLIDAY, DayKind.CLOSED}


def mark(session: Session, canteen: Canteen, day: date, what: tuple[DayKind, str], act: Act) -> DayMark:
    """Write a fact about a day; again changes its name."""
    _check_keeper(session, act)
    kind, name = what
    own = select(DayMark).where(DayMark.canteen_id == canteen.id, DayMark.day == day, DayMark.kind == kind)
    row = session.exec(own).first() or DayMark(canteen_id=canteen.id, day=day, kind=kind)
    row.name = name[:64]
    session.add(row)
    session.flush()
    audit.record(session, act, "calendar.marked", f"day:{day}", after={"kind": kind.value})
    return row


def _check_keeper(session: Session, act: Act) -> None:
    if act.actor_id is None or not holds(session, act.actor_id, Role.SOCIAL_WORKER):
        raise Refused("calendar.only_manager")


def close(session: Session, canteen: Canteen, day: date, reason: str, act: Act) -> int:
    """Close the canteen for a day; everybody booked is told. Answers how many messages that takes."""
    today = local_day(canteen, act.now)
    if not today <= day <= today + timedelta(days=400):
        raise Refused("calendar.wrong_day", day=day)
    # Nobody makes a meal of that day while it is being closed.
    hold(session, Canteen, canteen.id)
    mark(session, canteen, day, (DayKind.CLOSED, reason), act)
    going = [
        meal
        for meal in menus.coming(session, canteen.id, day, day)
        if meal.state not in (MealState.SERVED, MealState.CANCELLED)
    ]
    return sum(meals.call_off(session, meal.id, reason, act) for meal in going)


def reopen(session: Session, canteen: Canteen, day: date, act: Act) -> None:
    """Take a closed day back; who was booked books again, nobody is signed up unasked."""
    _check_keeper(session, act)
    own = select(DayMark).where(
        DayMark.canteen_id == canteen.id, DayMark.day == day, DayMark.kind == DayKind.CLOSED
    )
    row = session.exec(own).first()
    if row is None:
        raise Refused("calendar.not_closed", day=day)
    session.delete(row)
    for meal in menus.coming(session, canteen.id, day, day):
        if meal.state == MealState.CANCELLED and act.now < meal.starts_at:
            meal.state, meal.reason = MealState.OPEN, ""
            session.add(meal)
    audit.record(session, act, "calendar.reopened", f"day:{day}")
