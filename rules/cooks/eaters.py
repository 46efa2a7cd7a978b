"""Who ate a dish on a day: for the hour when somebody falls ill."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from models.cooks.kitchen import Sample
from models.lunch.meals import Booking, BookingState, Meal, MealState
from models.members.people import Member, Role
from rules import audit
from rules.audit import Act
from rules.lunch.serving import EATEN
from rules.members import readings
from rules.members.people import holds
from rules.values import Refused

MAY_ASK = (Role.COOK, Role.SOCIAL_WORKER)
UNSURE = (BookingState.BOOKED, BookingState.NO_SHOW)


_ASKED = re.compile(r"(?:有)?(?:谁|哪些人|哪几个人|哪几位|哪些老人)(?:都)?吃(?:了|过)?")


@dataclass(frozen=True, slots=True)
class Table:
    """One meal with the dish: who ate, who was booked and not ticked off, what was kept of it."""

    meal: Meal
    dish: str
    ate: Sequence[tuple[Booking, Member]]
    unsure: Sequence[tuple[Booking, Member]]
    sample: Sample | None

    @property
    def portions(self) -> int:
        """How many portions were eaten."""
        return sum(booking.portions for booking, _ in self.ate)


def dish_of(words: str) -> str:
    """The dish in what was asked: 谁吃了红烧肉, 的红烧肉."""
    return _ASKED.sub("", "".join(words.split())).strip(",，。的呢吗?？")


def who_ate(session: Session, canteen_id: int, dish: str, days: tuple[date, date], act: Act) -> list[Table]:
    """Every meal of those days with such a dish, and its eaters; asking is written down."""
    if act.actor_id is None or not holds(session, act.actor_id, *MAY_ASK):
        raise Refused("kitchen.only_those_who_care")
    wanted = dish_of(dish)
    if not wanted:
        raise Refused("kitchen.which_dish")
    meals = select(Meal).where(Meal.canteen_id == canteen_id, col(Meal.day).between(*days))
    meals = meals.where(Meal.state != MealState.CANCELLED).order_by(col(Meal.starts_at))
    found = [(meal, named) for meal in session.exec(meals) if (named := _named(meal, wanted))]
    eaters = _eaters(session, [meal.id for meal, _ in found])
    kept = _kept(session, [meal.id for meal, _ in found])
    audit.record(session, act, "kitchen.asked_who_ate", f"canteen:{canteen_id}", after={"meals": len(found)})
    _note_readers(session, eaters.values(), act)
    return [
        _table(meal, named, eaters.get(meal.id, []), kept.get((meal.id, named[:40]))) for meal, named in found
    ]


def _note_readers(session: Session, eaters: Iterable[list[tuple[Booking, Member]]], act: Act) -> None:
    """The page of a meal says everybody's phone: whoever asks for it has seen them."""
    seen = {member.id: member for rows in eaters for _, member in rows if member.phone}
    for number in sorted(seen):
        readings.shown(session, act, number, ("phone",), (act.actor_id or 0,))


def _named(meal: Meal, wanted: str) -> str:
    """The dish that is meant: the very name before one that only contains it."""
    near = [dish for dish in meal.dishes if wanted in "".join(dish.split())]
    return next((dish for dish in near if dish == wanted), near[0] if near else "")


def _eaters(session: Session, meal_ids: Sequence[int]) -> dict[int, list[tuple[Booking, Member]]]:
    rows = select(Booking, Member).join(Member, col(Member.id) == col(Booking.eater_id))
    rows = rows.where(col(Booking.meal_id).in_(meal_ids), col(Booking.state).in_((*EATEN, *UNSURE)))
    found: dict[int, list[tuple[Booking, Member]]] = {}
    for booking, member in session.exec(rows.order_by(col(Member.name), col(Member.id))):
        found.setdefault(booking.meal_id, []).append((booking, member))
    return found


def _kept(session: Session, meal_ids: Sequence[int]) -> dict[tuple[int, str], Sample]:
    rows = session.exec(select(Sample).where(col(Sample.meal_id).in_(meal_ids)))
    return {(sample.meal_id, sample.dish): sample for sample in rows}


def _table(meal: Meal, dish: str, eaters: list[tuple[Booking, Member]], sample: Sample | None) -> Table:
    ate = [(booking, member) for booking, member in eaters if booking.state in EATEN]
    unsure = [(booking, member) for booking, member in eaters if booking.state in UNSURE]
    return Table(meal, dish, ate, unsure, sample)
