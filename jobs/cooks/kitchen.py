"""What the clock does in the kitchen: hands out the card, watches warm food, and asks for old samples to go."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from jobs.duties import Due, Duty, Look
from models.lunch.meals import Meal, MealState
from models.members.people import Canteen, Role
from rules import outbox
from rules.cooks import freshness, kitchen_card, samples
from rules.lunch.counts import count
from rules.settings import after_quiet, local_day, settings_of
from rules.values import Button, Message, Style, Text

TO_COOK = (MealState.PLANNED, MealState.OPEN, MealState.CLOSED)
LONGEST = timedelta(hours=12)
AGAIN = timedelta(hours=24)
Until = Callable[[Canteen, datetime], datetime]
LATE = timedelta(minutes=45)
"""A warning that comes later than this helps nobody."""


def card_due(look: Look) -> Iterable[Due]:
    """Meals of today that are cooked now."""
    canteens = {canteen.id: canteen for canteen in look.canteens}
    near = select(Meal).where(Meal.starts_at > look.now, Meal.starts_at <= look.now + LONGEST)
    for meal in look.session.exec(near.where(col(Meal.state).in_(TO_COOK))):
        canteen = canteens[meal.canteen_id]
        before = timedelta(minutes=settings_of(canteen).kitchen_card_minutes)
        if meal.starts_at - before <= look.now and after_quiet(canteen, look.now) == look.now:
            yield Due("kitchen.card", meal.day, str(meal.id), meal.canteen_id, meal.starts_at)


def hand_out(session: Session, due: Due, now: datetime) -> None:
    """The card for the cooks; a meal nobody eats needs none."""
    if not count(session, int(due.target)).taken:
        return
    card = kitchen_card.card(session, session.get_one(Canteen, due.canteen_id), now)
    key = f"kitchen-card:{due.target}"
    outbox.tell_role(session, key, due.canteen_id, (Role.COOK,), card, now=now)


def cooling_due(look: Look) -> Iterable[Due]:
    """Meals that have to be eaten soon."""
    cooked = [(meal, clock.cooked_at) for clock, meal in freshness.cooling(look.session, look.now)]
    return _pressing(look, "kitchen.cooling", cooked, freshness.eat_by)


def _pressing(
    look: Look, kind: str, begun: Iterable[tuple[Meal, datetime | None]], until: Until
) -> Iterable[Due]:
    """Of what began to count, that which is nearly over, or was over just now."""
    canteens = {canteen.id: canteen for canteen in look.canteens}
    for meal, since in begun:
        over = until(canteens[meal.canteen_id], since or look.now)
        if over - freshness.WARNED <= look.now < over + LATE:
            yield Due(kind, meal.day, str(meal.id), meal.canteen_id)


def warn_of_cooling(session: Session, due: Due, now: datetime) -> None:
    """Say how many still wait."""
    freshness.warn_of_cooling(session, int(due.target), now)


def doors_due(look: Look) -> Iterable[Due]:
    """Boxes that have to arrive soon."""
    packed = [(meal, clock.packed_at) for clock, meal in freshness.on_the_way(look.session, look.now)]
    return _pressing(look, "kitchen.doors", packed, freshness.arrive_by)


def warn_of_doors(session: Session, due: Due, now: datetime) -> None:
    """Say how many boxes are still on the way."""
    freshness.warn_of_waiting_doors(session, int(due.target), now)


def discard_due(look: Look) -> Iterable[Due]:
    """Samples that have stood long enough: whoever kept them is asked, a day later everybody in the kitchen."""
    canteens = {canteen.id: canteen for canteen in look.canteens}
    for meal, keeper_id, over in samples.stood(look.session, look.now):
        canteen, waited = canteens[meal.canteen_id], look.now - over
        if waited >= 2 * AGAIN or after_quiet(canteen, look.now) != look.now:
            continue
        target = f"{meal.id}:{keeper_id or 0}:{int(waited >= AGAIN)}"
        yield Due("kitchen.discard", local_day(canteen, over), target, meal.canteen_id)


def ask_to_discard(session: Session, due: Due, now: datetime) -> None:
    """One message for all samples of a meal that one person kept."""
    meal_id, keeper_id, again = map(int, due.target.split(":"))
    meal = session.get_one(Meal, meal_id)
    standing = [one for one in samples.of_meal(session, meal_id) if one.discarded_at is None]
    old = [one for one in standing if one.discard_at <= now and (one.kept_by_id or 0) == keeper_id]
    if not old:
        return
    said = Text(
        "kitchen.please_discard", day=meal.day, sitting=meal.sitting, dishes=[one.dish for one in old]
    )
    message = Message(said, ((Button(Text("kitchen.button_gone"), f"kdiscard:{meal_id}", Style.PRIMARY),),))
    keeper = samples.keeper_of(session, keeper_id) if not again else None
    key = f"discard:{due.target}"
    if keeper is not None and outbox.tell(session, key, keeper, message, now=now) is not None:
        return
    outbox.tell_role(session, key, due.canteen_id, (Role.COOK, Role.MANAGER), message, now=now)


DUTIES = (
    Duty("kitchen.card", card_due, hand_out),
    Duty("kitchen.cooling", cooling_due, warn_of_cooling),
    Duty("kitchen.doors", doors_due, warn_of_doors),
    Duty("kitchen.discard", discard_due, ask_to_discard),
)
