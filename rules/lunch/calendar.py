"""What is special about a day: holidays, lunar festivals, market days, days the canteen is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlmodel import Session, col, select

from models.lunch.meals import MealState
from models.lunch.menus import DayKind, DayMark
from models.members.people import Canteen, Role
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.lunch import meals, menus
from rules.members.people import holds
from rules.settings import local_day, settings_of
from rules.values import Refused, Text
from rules.volunteers import shift_closings

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
PUBLIC = {
    "元旦节": "new_year",
    "春节": "spring",
    "清明节": "qingming",
    "劳动节": "labour",
    "端午节": "duanwu",
    "中秋节": "mid_autumn",
    "国庆中秋": "national",
    "国庆节": "national",
}
"""Public holidays as the table of the almanac names them."""
NAMED_FIRST = (DayKind.CLOSED, DayKind.FESTIVAL, DayKind.HOLIDAY, DayKind.MARKET)


@dataclass(frozen=True, slots=True)
class PublicDay:
    """A day of a public holiday, or a day worked to make up for one; `festival` is a key of the catalogs."""

    festival: str
    works: bool


@lru_cache(maxsize=1024)
def public_day(day: date) -> PublicDay | None:
    """What the State Council has decided about a day; nothing on ordinary days and in years not yet decided."""
    from lunar_python.util import HolidayUtil

    found = HolidayUtil.getHoliday(day.year, day.month, day.day)
    return PublicDay(PUBLIC.get(found.getName(), "holiday"), bool(found.isWork())) if found else None


@lru_cache(maxsize=64)
def is_decided(year: int) -> bool:
    """Whether the holidays of a year are known."""
    from lunar_python.util import HolidayUtil

    return bool(HolidayUtil.getHolidays(str(year)))


def is_market(canteen: Canteen, day: date) -> bool:
    """Whether the village goes to market: on days of the lunar month that end in the digits it chose."""
    digits = settings_of(canteen).market_days
    if not digits:
        return False
    from lunar_python import Solar

    return Solar.fromYmd(day.year, day.month, day.day).getLunar().getDay() % 10 in digits


@lru_cache(maxsize=1024)
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
    names = [*_almanac(day), *([Text("calendar.market")] if is_market(canteen, day) else [])]
    return names[0] if len(names) == 1 else Text("calendar.names", names=names) if names else None


def _almanac(day: date) -> list[Text]:
    festival, public = festival_of(day), public_day(day)
    if public is None or (festival == public.festival and not public.works):
        return [Text(f"calendar.festival_{festival}")] if festival else []
    named = Text(f"calendar.festival_{public.festival}")
    said = Text("calendar.makeup" if public.works else "calendar.public", name=named)
    return [Text(f"calendar.festival_{festival}"), said] if festival else [said]


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
    shift_closings.tell(session, canteen, day, act)
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
    shift_closings.offer_back(session, canteen, row, act)
    audit.record(session, act, "calendar.reopened", f"day:{day}")
