"""What a sentence wants, made into a plan: which meals, how many, how eaten; the day where none was named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import nlu
from handlers.turn import Turn
from models.lunch.meals import Booking, Meal, Mode, Sitting
from models.members.people import Member
from nlu import Intent, Part, Slots, Understanding
from rules.lunch import meals, rolls
from rules.lunch.bookings import Order
from rules.lunch.plans import Plan
from rules.settings import settings_of
from rules.values import Refused

DOES = {Intent.BOOK_MEAL: "book", Intent.CANCEL_MEAL: "cancel", Intent.CHANGE_MEAL: "change"}


def plan_of(turn: Turn, understanding: Understanding, eater: Member) -> Plan:
    """What a sentence asks for, for one eater."""
    slots, do = understanding.slots, DOES[understanding.intent]
    orders = _orders(turn, understanding, eater)
    return Plan(
        do, eater.id, orders, slots.count_delta, _origin(turn, slots, orders) if do == "change" else None
    )


def _origin(turn: Turn, slots: Slots, orders: Sequence[Order]) -> tuple[date, Sitting] | None:
    """The meal a change moves away from, if it is another one than it moves to."""
    if not slots.from_dates and not slots.from_meal:
        return None
    first = orders[0]
    day = slots.from_dates[0] if slots.from_dates else first.day
    origin = (day, Sitting(slots.from_meal) if slots.from_meal else first.sitting)
    return None if origin == (first.day, first.sitting) else origin


def _orders(turn: Turn, understanding: Understanding, eater: Member) -> tuple[Order, ...]:
    slots = understanding.slots
    parts = slots.parts or (Part(slots.dates, slots.meal, None, slots.mode),)
    count = slots.count or _usual_count(turn, understanding, eater)
    common = Part(slots.dates or slots.from_dates, slots.meal or slots.from_meal, count, slots.mode)
    do = DOES[understanding.intent]
    return tuple(one for part in parts for one in _of_part(turn, part, common, (do, eater, slots.notes)))


def _usual_count(turn: Turn, understanding: Understanding, eater: Member) -> int | None:
    """How many the eater had last, when somebody asks for their usual."""
    last = rolls.usual(turn.session, eater.id) if nlu.THE_USUAL in understanding.why else None
    return last.portions if last else None


def _of_part(turn: Turn, part: Part, common: Part, what: tuple[str, Member, str | None]) -> list[Order]:
    do, eater, note = what
    named = part.meal or common.meal
    days: Sequence[date] = part.dates or common.dates
    mode = part.mode or common.mode
    sitting = Sitting(named) if named else None
    wanted = [(day, sitting) for day in days] or [_default(turn, do, eater, sitting)]
    main = meals.main_sitting(settings_of(turn.village))
    count = part.count if part.count is not None else common.count
    return [Order(day, each or main, count, Mode(mode) if mode else None, note) for day, each in wanted]


def _default(turn: Turn, do: str, eater: Member, sitting: Sitting | None) -> tuple[date, Sitting]:
    """The day when none is named: for a booking the next that is open, else the next that is booked."""
    if do == "book":
        meal = meals.next_open(turn.session, turn.village, turn.now, sitting)
        if meal is None:
            raise Refused("meals.none_open")
        return meal.day, meal.sitting
    for _, meal in rolls.upcoming(turn.session, turn.village, eater.id, turn.now):
        if sitting in (None, meal.sitting) and meal.starts_at > turn.now:
            return meal.day, meal.sitting
    raise Refused("meals.nothing_coming", name=eater.name)


def with_detail(plan: Plan, more: Slots) -> Plan:
    """The plan with another count, mode or note; what was not said stays."""
    mode = Mode(more.mode) if more.mode else None
    orders = [
        replace(
            order,
            portions=more.count or order.portions,
            mode=mode or order.mode,
            note=more.notes or order.note,
        )
        for order in plan.orders
    ]
    return replace(plan, orders=tuple(orders), delta=None)


def of_booking(turn: Turn, booking: Booking) -> Order:
    """The order that a booking already fulfils."""
    meal = turn.session.get_one(Meal, booking.meal_id)
    return Order(meal.day, meal.sitting, booking.portions)
