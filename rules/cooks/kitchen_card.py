"""The kitchen's card: what of a meal is done, what is still to do, each by one tap."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models.cooks.kitchen import MealClock, MorningCheck, Sample
from models.lunch.meals import Meal, MealState
from models.members.people import Canteen, Member
from rules.cooks import kitchen, samples
from rules.cooks.kitchen import Step
from rules.values import Button, Message, Rows, Style, Text, lines

Checked = Sequence[tuple[MorningCheck, Member]]


def card(session: Session, canteen: Canteen, now: datetime) -> Message:
    """The card of the meal in hand; without one, what stands in the fridge too long and the way to the book."""
    meal = kitchen.in_hand(session, canteen, now)
    old = [found for _, found in samples.overdue(session, now, canteen.id)]
    overdue = Text("kitchen.overdue", day=old[0].day, sitting=old[0].sitting) if old else None
    if meal is None:
        head = overdue or Text("kitchen.no_meal")
        return Message(head, (*_discard(old), *_more(canteen)))
    made = kitchen.checks(session, canteen.id, meal.day)
    kept = samples.of_meal(session, meal.id)
    clock = kitchen.clock_of(session, meal.id)
    left = [member.name for member in unchecked(session, canteen, meal, made)]
    said = (_head(meal), _checked(made, left), _sampled(meal, kept), _timed(canteen, clock))
    buttons = (*_to_do(meal, kept, clock, unchecked=bool(left)), *_discard(old), *_more(canteen))
    return Message(lines(*said, overdue), buttons)


def _head(meal: Meal) -> Text:
    return Text("kitchen.head", day=meal.day, sitting=meal.sitting)


def unchecked(session: Session, canteen: Canteen, meal: Meal, made: Checked) -> list[Member]:
    """Who works with food today and was not looked at yet."""
    done = {row.member_id for row, _ in made}
    return [member for member in kitchen.staff(session, canteen, meal.day) if member.id not in done]


def _checked(made: Checked, left: list[str]) -> Text:
    fit = [
        Text("kitchen.one_fit", name=m.name, degrees=samples.degrees(row.temperature))
        for row, m in made
        if row.fit
    ]
    unfit = [Text("kitchen.one_unfit", name=m.name) for row, m in made if not row.fit]
    if not made:
        return Text("kitchen.no_checks")
    return Text("kitchen.checks_left" if left else "kitchen.checks", who=[*fit, *unfit], names=left)


def _sampled(meal: Meal, kept: Sequence[Sample]) -> Text:
    left = samples.missing(meal, kept)
    if not meal.dishes:
        return Text("kitchen.no_dishes")
    if left:
        return Text("kitchen.samples_left", kept=len(kept), all=len(meal.dishes), dishes=left)
    cold = next((sample.fridge for sample in kept if sample.fridge is not None), None)
    if cold is None:
        return Text("kitchen.samples", kept=len(kept))
    return Text("kitchen.samples_cold", kept=len(kept), degrees=samples.degrees(cold))


def _timed(canteen: Canteen, clock: MealClock | None) -> Text:
    said = [
        Text("kitchen.at", step=step, time=clock_time(canteen, told_at))
        for step in Step
        if clock is not None and (told_at := getattr(clock, f"{step}_at")) is not None
    ]
    return Text("kitchen.times", steps=said) if said else Text("kitchen.no_times")


def clock_time(canteen: Canteen, moment: datetime) -> time:
    """The time of day in the village."""
    return moment.astimezone(ZoneInfo(canteen.timezone)).time().replace(second=0, microsecond=0)


def next_step(clock: MealClock | None) -> Step | None:
    """What comes next on the way from the fire to the door."""
    return next((step for step in Step if clock is None or getattr(clock, f"{step}_at") is None), None)


def _to_do(meal: Meal, kept: Sequence[Sample], clock: MealClock | None, *, unchecked: bool) -> Rows:
    rows: list[tuple[Button, ...]] = []
    step = next_step(clock) if meal.state != MealState.SERVED else None
    if unchecked:
        rows.append((Button(Text("kitchen.button_check"), f"kcheck:{meal.id}", Style.PRIMARY),))
    if samples.missing(meal, kept):
        rows.append((Button(Text("kitchen.button_sample"), f"ksample:{meal.id}", Style.PRIMARY),))
    if step is not None:
        rows.append((Button(Text("kitchen.button_step", step=step), f"kstep:{meal.id}:{step}"),))
    return tuple(rows)


def _discard(old: Sequence[Meal]) -> Rows:
    if not old:
        return ()
    label = Text("kitchen.button_discard", day=old[0].day, sitting=old[0].sitting)
    return ((Button(label, f"kdiscard:{old[0].id}"),),)


def _more(canteen: Canteen) -> Rows:
    return ((Button(Text("common.more"), f"kmore:{canteen.id}"),),)
