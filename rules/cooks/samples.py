"""Samples: 125 g of each dish of each meal, in the fridge for 48 hours, thrown away by whoever kept them."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.cooks.kitchen import Sample
from models.lunch.meals import Meal
from models.members.people import Canteen, Member, Role, Status
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.cooks.kitchen import UNDO, check_works, held
from rules.settings import settings_of
from rules.values import Refused, Text

_DEGREES = re.compile(r"(-|零下)?\s*(?<!\d)(\d{1,2})(?:[.点](\d))?(?!\d)")


def of_meal(session: Session, meal_id: int) -> Sequence[Sample]:
    """What was kept of a meal, in the order it was kept."""
    return session.exec(select(Sample).where(Sample.meal_id == meal_id).order_by(col(Sample.id))).all()


def missing(meal: Meal, kept: Sequence[Sample]) -> list[str]:
    """Dishes of which nothing is kept yet."""
    done = {sample.dish for sample in kept}
    return [dish for dish in meal.dishes if dish[:40] not in done]


def keep(session: Session, meal_id: int, dishes: Collection[str], act: Act) -> list[Sample]:
    """Keep something of these dishes; those already kept are left as they are."""
    meal = held(session, meal_id, act)
    if not meal.dishes:
        raise Refused("kitchen.no_dishes")
    wanted = [dish for dish in missing(meal, of_meal(session, meal.id)) if dish in dishes]
    if not wanted:
        raise Refused("kitchen.kept_already")
    settings = settings_of(session.get_one(Canteen, meal.canteen_id))
    made = [
        Sample(
            meal_id=meal.id,
            dish=dish[:40],
            grams=settings.sample_grams,
            kept_by_id=act.actor_id,
            kept_at=act.now,
            discard_at=act.now + timedelta(hours=settings.sample_hours),
        )
        for dish in wanted
    ]
    session.add_all(made)
    session.flush()
    audit.record(session, act, "kitchen.samples_kept", f"meal:{meal.id}", after={"count": len(made)})
    return made


def take_out(session: Session, ids: Collection[int], act: Act) -> int:
    """A wrong tap: what was written as kept is taken out of the book within ten minutes."""
    found = _own(session, ids, act)
    if not found or any(act.now > sample.kept_at + UNDO or sample.discarded_at for sample in found):
        raise Refused("common.old_button")
    for sample in found:
        session.delete(sample)
    session.flush()
    audit.record(
        session, act, "kitchen.samples_undone", f"meal:{found[0].meal_id}", before={"count": len(found)}
    )
    return len(found)


def _own(session: Session, ids: Collection[int], act: Act) -> list[Sample]:
    check_works(session, act)
    own = select(Sample).join(Meal, col(Meal.id) == col(Sample.meal_id))
    own = own.where(col(Sample.id).in_(ids), Meal.canteen_id == act.canteen_id)
    return list(session.exec(own.order_by(col(Sample.id))))


def read_degrees(words: str) -> int:
    """The fridge's degrees in tenths: 4, 4.5, -1, 零下1度."""
    found = _DEGREES.search(unicodedata.normalize("NFKC", words))
    if found is None:
        raise Refused("kitchen.strange_degrees")
    tenths = int(found[2]) * 10 + int(found[3] or 0)
    return -tenths if found[1] else tenths


def fridge(session: Session, meal_id: int, tenths: int, act: Act) -> bool:
    """Write down how cold the samples stand; answers whether that is cold enough, the manager hears when not."""
    meal = held(session, meal_id, act)
    for sample in of_meal(session, meal.id):
        sample.fridge = tenths
        session.add(sample)
    coldest, warmest = settings_of(session.get_one(Canteen, meal.canteen_id)).fridge
    right = coldest * 10 <= tenths <= warmest * 10
    audit.record(session, act, "kitchen.fridge", f"meal:{meal.id}", after={"tenths": tenths})
    if not right:
        said = Text("kitchen.fridge_news", degrees=degrees(tenths), coldest=coldest, warmest=warmest)
        outbox.tell_role(session, f"fridge:{meal.id}", meal.canteen_id, (Role.MANAGER,), said, now=act.now)
    return right


def degrees(tenths: int) -> str:
    """Tenths of a degree as people say them: 36.5, 4, -0.5."""
    return f"{tenths / 10:.1f}".removesuffix(".0")


def photograph(session: Session, meal_id: int, photo: str, act: Act) -> int:
    """Put a picture to what was kept of a meal; only the messenger's name of it is remembered."""
    meal = held(session, meal_id, act)
    kept = of_meal(session, meal.id)
    for sample in kept:
        sample.photo = photo
        session.add(sample)
    audit.record(session, act, "kitchen.photographed", f"meal:{meal.id}", after={"count": len(kept)})
    return len(kept)


def discard(session: Session, meal_id: int, act: Act) -> list[Sample]:
    """What was kept of a meal is thrown away; never before its hours are over."""
    check_works(session, act)
    meal = hold(session, Meal, meal_id)
    if meal is None or meal.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    standing = [sample for sample in of_meal(session, meal.id) if sample.discarded_at is None]
    ready = [sample for sample in standing if sample.discard_at <= act.now]
    if standing and not ready:
        raise Refused("kitchen.too_early", at=min(sample.discard_at for sample in standing))
    if not ready:
        raise Refused("kitchen.discarded_already")
    for sample in ready:
        sample.discarded_at, sample.discarded_by_id = act.now, act.actor_id
        session.add(sample)
    audit.record(session, act, "kitchen.discarded", f"meal:{meal.id}", after={"count": len(ready)})
    return ready


def not_discarded(session: Session, ids: Collection[int], act: Act) -> int:
    """A wrong tap: the samples still stand in the fridge."""
    found = [sample for sample in _own(session, ids, act) if sample.discarded_at is not None]
    if not found or any(act.now > (sample.discarded_at or act.now) + UNDO for sample in found):
        raise Refused("common.old_button")
    for sample in found:
        sample.discarded_at, sample.discarded_by_id = None, None
        session.add(sample)
    audit.record(
        session, act, "kitchen.not_discarded", f"meal:{found[0].meal_id}", after={"count": len(found)}
    )
    return len(found)


def overdue(session: Session, now: datetime, canteen_id: int | None = None) -> Sequence[tuple[Sample, Meal]]:
    """Samples whose hours are over and that nobody has thrown away, oldest first."""
    old = select(Sample, Meal).join(Meal, col(Meal.id) == col(Sample.meal_id))
    old = old.where(col(Sample.discarded_at).is_(None), col(Sample.discard_at) <= now)
    if canteen_id is not None:
        old = old.where(Meal.canteen_id == canteen_id)
    return session.exec(old.order_by(col(Sample.discard_at), col(Sample.id))).all()


def stood(session: Session, now: datetime) -> list[tuple[Meal, int | None, datetime]]:
    """Meals whose samples one person kept and may throw away, all of them: what was kept a little later is waited for."""
    last = func.max(col(Sample.discard_at))
    old = select(Sample.meal_id, Sample.kept_by_id, last).where(col(Sample.discarded_at).is_(None))
    old = old.group_by(col(Sample.meal_id), col(Sample.kept_by_id)).having(last <= now)
    found = session.exec(old.order_by(last, col(Sample.meal_id))).all()
    meals = session.exec(select(Meal).where(col(Meal.id).in_([meal_id for meal_id, _, _ in found])))
    by_number = {meal.id: meal for meal in meals}
    return [(by_number[meal_id], keeper_id, over) for meal_id, keeper_id, over in found]


def keeper_of(session: Session, member_id: int | None) -> Member | None:
    """Who kept a sample, while they are here and can be written to."""
    member = session.get(Member, member_id) if member_id else None
    if member is None or member.status != Status.ACTIVE:
        return None
    return member if outbox.reach(session, member) is not None else None
