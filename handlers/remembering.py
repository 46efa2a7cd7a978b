"""What the village knows of the asker, for words that say too little by themselves: the usual, open meals, names."""

from dataclasses import replace

from sqlmodel import col, select

from handlers.turn import Turn
from models.members.people import Member, Role
from nlu import Context, OpenMeal, Part
from rules import examples
from rules.lunch import meals, rolls
from rules.members import people

WORKING = (Role.COOK, Role.SOCIAL_WORKER)
FEW = 3


def remember(turn: Turn, context: Context) -> Context:
    """The context of a sentence that stayed open, with what is kept about the asker."""
    if turn.member is None or turn.canteen is None:
        return context
    return replace(
        context,
        usual=_usual(turn),
        open_meals=_open_meals(turn),
        names=_names(turn),
        lessons=examples.lessons(turn.session, turn.village.id),
    )


def _usual(turn: Turn) -> Part | None:
    """What the asker had last; the day is never remembered."""
    last = rolls.usual(turn.session, turn.asker.id)
    return Part((), None, last.portions, last.mode.value) if last else None


def _open_meals(turn: Turn) -> tuple[OpenMeal, ...]:
    found = meals.open_meals(turn.session, turn.village, turn.now)[:FEW]
    return tuple(OpenMeal(meal.day, meal.sitting.value, meal.closes_at) for meal in found)


def _names(turn: Turn) -> frozenset[str]:
    """Whom the asker may mean: those they care for; for those who work here everybody."""
    if not turn.may(*WORKING):
        return people.names_cared_for(turn.session, turn.asker)
    own = select(Member.name).where(Member.canteen_id == turn.village.id, col(Member.erased_at).is_(None))
    return frozenset(turn.session.exec(own))
