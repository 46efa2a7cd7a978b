"""Menus: what is cooked when, read from what a cook writes; and the dishes people wish for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.lunch.meals import Meal, MealState, Sitting
from models.lunch.menus import DayKind, DayMark, MenuWish
from models.members.people import Canteen, Member
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.lunch.meals import main_sitting, meal_on
from rules.settings import settings_of
from rules.values import Refused

MOST_DISHES, LONGEST_DISH = 20, 40
WEEKDAYS = "一二三四五六日"
NEAR = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}
SITTINGS = {"早": Sitting.BREAKFAST, "中": Sitting.LUNCH, "午": Sitting.LUNCH, "晚": Sitting.DINNER}
_LINE = re.compile(
    r"\s*(?P<day>大后天|[今明后]天|[今明]日|(?P<next>下)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    r"|(?P<month>\d{1,2})[月/.](?P<number>\d{1,2})[日号]?|(?P<iso>\d{4}-\d{2}-\d{2}))?"
    r"\s*(?P<sitting>早|中|午|晚)?[饭餐午上]*\s*的?(?:菜单?)?(?:\s*[：:，,\s]|(?<=[菜单])(?:换|改)[成为])\s*(?P<dishes>.+)"
)
CALLED_A_MENU = re.compile(r"菜单|菜(?:换|改)[成为]")
"""Words that say of a line that it is a menu, so that one dish is enough."""


@dataclass(frozen=True, slots=True)
class MenuLine:
    """The dishes of one sitting as somebody wrote them."""

    day: date
    sitting: Sitting
    dishes: tuple[str, ...]


def split(words: str) -> tuple[str, ...]:
    """Dishes out of a line: parted by 、, commas, semicolons or strokes."""
    found = [" ".join(part.split()) for part in re.split(r"[、,，;；/|。\n]+", words)]
    return tuple(dict.fromkeys(part[:LONGEST_DISH] for part in found if part))[:MOST_DISHES]


def read(words: str, canteen: Canteen, today: date) -> list[MenuLine]:
    """Every line that names a day and dishes; plain weekdays mean next week once one of them is over."""
    matches = [match for line in words.splitlines() if (match := _LINE.fullmatch(line))]
    named = [
        WEEKDAYS.index(m["weekday"].replace("天", "日")) for m in matches if m["weekday"] and not m["next"]
    ]
    later = any(number < today.weekday() for number in named)
    main = main_sitting(settings_of(canteen))
    return [line for match in matches if (line := _line(match, today, main, later=later)) is not None]


def _line(match: re.Match[str], today: date, main: Sitting, *, later: bool) -> MenuLine | None:
    day, dishes = _day(match, today, later=later), split(match["dishes"])
    sitting = SITTINGS[match["sitting"]] if match["sitting"] else main
    return MenuLine(day, sitting, dishes) if day and day >= today and dishes else None


def _day(match: re.Match[str], today: date, *, later: bool) -> date | None:
    if match["weekday"]:
        monday = today - timedelta(days=today.weekday())
        number = WEEKDAYS.index(match["weekday"].replace("天", "日"))
        return monday + timedelta(days=number + (7 if match["next"] or later else 0))
    if match["day"] in NEAR:
        return today + timedelta(days=NEAR[match["day"]])
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if not match["month"]:
            return None
        near = date(today.year, int(match["month"]), int(match["number"]))
        return near if near >= today else near.replace(year=today.year + 1)
    except ValueError:
        return None


def write(session: Session, canteen: Canteen, line: MenuLine, act: Act) -> Meal:
    """Write the dishes of one sitting; the post in the group follows."""
    made = meal_on(session, canteen, line.day, line.sitting)
    meal = hold(session, Meal, made.id) or made
    if meal.state in (MealState.SERVED, MealState.CANCELLED):
        raise Refused("menus.too_late", day=line.day, sitting=line.sitting)
    before, meal.dishes = meal.dishes, list(line.dishes)
    session.add(meal)
    audit.record(
        session,
        act,
        "menus.written",
        f"meal:{meal.id}",
        before={"dishes": before},
        after={"dishes": meal.dishes},
    )
    outbox.touch(session, "meal", meal.id, act.now)
    return meal


def coming(session: Session, canteen_id: int, first: date, last: date) -> Sequence[Meal]:
    """The meals of some days that are written down, in order."""
    days = select(Meal).where(Meal.canteen_id == canteen_id, Meal.day >= first, Meal.day <= last)
    return session.exec(days.order_by(col(Meal.day), col(Meal.starts_at))).all()


def missing(session: Session, canteen: Canteen, day: date) -> list[Sitting]:
    """Sittings of a day that are served and have no dishes yet."""
    settings = settings_of(canteen)
    closed = select(DayMark.id).where(
        DayMark.canteen_id == canteen.id, DayMark.day == day, DayMark.kind == DayKind.CLOSED
    )
    if day.isoweekday() not in settings.meal_weekdays or session.exec(closed).first() is not None:
        return []
    written = {
        meal.sitting
        for meal in coming(session, canteen.id, day, day)
        if meal.dishes or meal.state == MealState.CANCELLED
    }
    return [sitting for sitting in settings.sittings if sitting not in written]


def wish(session: Session, member: Member, words: str, act: Act) -> MenuWish:
    """Keep what somebody would like to eat, in their own words."""
    row = MenuWish(
        canteen_id=member.canteen_id, member_id=member.id, text=words.strip()[:200], wished_at=act.now
    )
    session.add(row)
    session.flush()
    audit.record(session, act, "menus.wished", f"wish:{row.id}", subject_id=member.id)
    return row


def wishes(session: Session, canteen_id: int, *, most: int = 10) -> Sequence[MenuWish]:
    """Wishes nobody has planned with yet, oldest first."""
    open_ = select(MenuWish).where(MenuWish.canteen_id == canteen_id, col(MenuWish.seen_at).is_(None))
    return session.exec(open_.order_by(col(MenuWish.id)).limit(most)).all()


def mark_seen(session: Session, found: Iterable[MenuWish], act: Act) -> None:
    """The cook has planned with these wishes before the eyes."""
    for row in found:
        row.seen_at = act.now
        session.add(row)
