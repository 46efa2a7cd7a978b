"""接龙 in the group: a list comes in, one line says what it changed."""

from handlers.lunch.bookings import keep_undo, known
from handlers.turn import Turn
from models.lunch.meals import Meal, Mode, Sitting
from nlu import Entry, Intent, Understanding
from rules.lunch import lists, meals
from rules.lunch.lists import Line, Merged
from rules.values import Answer, Button, Message, Refused, Text


def pasted(turn: Turn, understanding: Understanding) -> Answer:
    """Merge a list, a `+1` or a change of name into the bookings of the meal it is for."""
    known(turn)
    meal, slots = _meal(turn, understanding), understanding.slots
    if slots.rename:
        renamed = lists.renamed(turn.session, turn.village, meal, slots.rename[1:], turn.act)
        return _undoable(turn, renamed, meal)
    leaving = understanding.intent == Intent.CANCEL_MEAL
    merged = lists.merge(
        turn.session, turn.village, meal, [_line(entry, leaving) for entry in slots.entries], turn.act
    )
    return _undoable(turn, merged, meal)


def _undoable(turn: Turn, merged: Merged, meal: Meal) -> Answer:
    """What a list changed, with the way back for whoever pasted it."""
    said = _changes(merged, meal)
    if not merged.kept:
        return said
    card = keep_undo(turn, merged.kept, list=merged.earlier, meal=meal.id)
    return Message(said, ((Button(Text("common.undo"), f"mealundo:{card.id}"),),))


def _meal(turn: Turn, understanding: Understanding) -> Meal:
    slots = understanding.slots
    sitting = Sitting(slots.meal) if slots.meal else None
    if slots.dates:
        meals.check_day(turn.village, slots.dates[0], turn.now)
        return meals.meal_on(turn.session, turn.village, slots.dates[0], sitting or Sitting.LUNCH)
    found = meals.next_open(turn.session, turn.village, turn.now, sitting)
    if found is None:
        raise Refused("meals.none_open")
    return found


def _line(entry: Entry, leaving: bool) -> Line:
    return Line(
        entry.name.strip(),
        0 if leaving else entry.count,
        Mode(entry.mode) if entry.mode else None,
        entry.notes,
    )


def _changes(merged: Merged, meal: Meal) -> Text:
    told = (
        ("meals.list_added", merged.added),
        ("meals.list_changed", merged.changed),
        ("meals.list_removed", merged.removed),
        ("meals.list_waiting", merged.waiting),
        ("meals.list_unclear", merged.unclear),
    )
    changes = [Text(key, names=names) for key, names in told if names]
    facts = {"day": meal.day, "sitting": meal.sitting, "taken": merged.taken}
    if not changes:
        return Text("meals.list_same", **facts)
    return Text("meals.list_merged", changes=changes, **facts)
