"""The kitchen book of a month, as an inspector wants to see it: nothing left out, and gaps shown as gaps."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.cooks.kitchen import MealClock, MorningCheck, Sample
from models.lunch.deliveries import Delivery
from models.lunch.meals import Booking, Meal, MealState
from models.members.people import Canteen, Member
from models.members.vault import unsealed
from rules.cooks.eaters import UNSURE
from rules.cooks.kitchen import Step
from rules.lunch.serving import EATEN

Facts = Mapping[str, Any]
BEGUN = (MealState.CLOSED, MealState.SERVED)


def month(session: Session, facts: Facts) -> dict[str, Any]:
    """Meals with their samples and times, and morning checks, of one month; the same few statements whatever month."""
    canteen = session.get_one(Canteen, int(facts["canteen_id"]))
    first = date.fromisoformat(facts["month"])
    last = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    meals = _meals(session, canteen, first, last)
    checks = _checks(session, canteen, first, last)
    return {
        "canteen": canteen.name,
        "month": first.isoformat(),
        "meals": _told(session, meals),
        "checks": _looked_at(session, checks),
    }


def _meals(session: Session, canteen: Canteen, first: date, last: date) -> Sequence[Meal]:
    own = select(Meal).where(Meal.canteen_id == canteen.id, Meal.day >= first, Meal.day < last)
    own = own.where(col(Meal.state).in_(BEGUN)).order_by(col(Meal.day), col(Meal.starts_at))
    return session.exec(own).all()


def _checks(
    session: Session, canteen: Canteen, first: date, last: date
) -> Sequence[tuple[MorningCheck, Member]]:
    made = select(MorningCheck, Member).join(Member, col(Member.id) == col(MorningCheck.member_id))
    made = made.where(MorningCheck.canteen_id == canteen.id)
    made = made.where(MorningCheck.day >= first, MorningCheck.day < last)
    return session.exec(made.order_by(col(MorningCheck.day), col(MorningCheck.checked_at))).all()


def _told(session: Session, meals: Sequence[Meal]) -> list[dict[str, Any]]:
    ids = [meal.id for meal in meals]
    kept = session.exec(select(Sample).where(col(Sample.meal_id).in_(ids)).order_by(col(Sample.id))).all()
    clocks = session.exec(select(MealClock).where(col(MealClock.meal_id).in_(ids))).all()
    eaten, arrived = _eaten(session, ids), _arrived(session, ids)
    names = _names(session, _who(kept, clocks))
    by_meal: dict[int, list[dict[str, Any]]] = {}
    for sample in kept:
        by_meal.setdefault(sample.meal_id, []).append(_sample(sample, names))
    timed = {clock.meal_id: _clock(clock, names, arrived.get(clock.meal_id)) for clock in clocks}
    return [_meal(meal, eaten, by_meal, timed) for meal in meals]


def _who(kept: Iterable[Sample], clocks: Iterable[MealClock]) -> set[int]:
    found = {number for sample in kept for number in (sample.kept_by_id, sample.discarded_by_id)}
    found |= {getattr(clock, f"{step}_by_id") for clock in clocks for step in Step}
    return {number for number in found if number}


def _names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    return dict(session.exec(select(Member.id, Member.name).where(col(Member.id).in_(list(ids)))).all())


def _eaten(session: Session, ids: Sequence[int]) -> dict[int, int]:
    counted = select(Booking.meal_id, func.sum(Booking.portions)).where(col(Booking.meal_id).in_(ids))
    counted = counted.where(col(Booking.state).in_(EATEN)).group_by(col(Booking.meal_id))
    return {number: int(portions) for number, portions in session.exec(counted)}


def _arrived(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    """When the last door was reached, for a meal whose clock nobody stopped."""
    reached = select(Booking.meal_id, Delivery.outcome_at).join(
        Booking, col(Booking.id) == col(Delivery.booking_id)
    )
    reached = reached.where(col(Booking.meal_id).in_(ids), col(Delivery.outcome_at).is_not(None))
    found: dict[int, datetime] = {}
    for number, moment in session.exec(reached):
        if moment is not None:
            found[number] = max(moment, found.get(number, moment))
    return found


def _sample(sample: Sample, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "dish": sample.dish,
        "grams": sample.grams,
        "fridge": sample.fridge,
        "kept_at": sample.kept_at.isoformat(),
        "kept_by": names.get(sample.kept_by_id or 0, ""),
        "discarded_at": sample.discarded_at.isoformat() if sample.discarded_at else None,
        "discarded_by": names.get(sample.discarded_by_id or 0, ""),
        "photo": bool(sample.photo),
    }


def _clock(clock: MealClock, names: Mapping[int, str], arrived: datetime | None) -> dict[str, Any]:
    over = clock.handed_over_at or (arrived if clock.packed_at else None)
    moments = {"cooked": clock.cooked_at, "packed": clock.packed_at, "handed_over": over}
    said: dict[str, Any] = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    return {**said, "cooked_by": names.get(clock.cooked_by_id or 0, "")}


def _meal(
    meal: Meal,
    eaten: Mapping[int, int],
    kept: Mapping[int, list[dict[str, Any]]],
    timed: Mapping[int, dict[str, Any]],
) -> dict[str, Any]:
    mine = kept.get(meal.id, [])
    done = {sample["dish"] for sample in mine}
    never = {"cooked": None, "packed": None, "handed_over": None, "cooked_by": ""}
    return {
        "day": meal.day.isoformat(),
        "sitting": meal.sitting.value,
        "portions": eaten.get(meal.id, 0),
        "samples": mine,
        "without": [dish for dish in meal.dishes if dish[:40] not in done],
        **timed.get(meal.id, never),
    }


def _looked_at(session: Session, made: Sequence[tuple[MorningCheck, Member]]) -> list[dict[str, Any]]:
    names = _names(session, {row.checked_by_id for row, _ in made if row.checked_by_id})
    return [
        {
            "day": row.day.isoformat(),
            "name": member.name,
            "temperature": row.temperature,
            "clean": row.clean,
            "fit": row.fit,
            "at": row.checked_at.isoformat(),
            "by": names.get(row.checked_by_id or 0, ""),
        }
        for row, member in made
    ]


def eaters(session: Session, facts: Facts) -> dict[str, Any]:
    """Everybody who ate or may have eaten at a meal, with the phone to call them."""
    meal = session.get_one(Meal, int(facts["meal_id"]))
    rows = select(Booking, Member).join(Member, col(Member.id) == col(Booking.eater_id))
    rows = rows.where(Booking.meal_id == meal.id, col(Booking.state).in_((*EATEN, *UNSURE)))
    found = session.exec(rows.order_by(col(Member.name), col(Member.id))).all()
    return {
        "day": meal.day.isoformat(),
        "sitting": meal.sitting.value,
        "dishes": list(meal.dishes),
        "eaters": [_eater(booking, member) for booking, member in found],
    }


def _eater(booking: Booking, member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "portions": booking.portions,
        "guests": list(booking.guests),
        "mode": booking.mode.value,
        "state": booking.state.value,
        "hamlet": member.hamlet,
        "phone": unsealed(member, "phone"),
    }
