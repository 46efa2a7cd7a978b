"""How many come, and who did not: what those who cook and care ask all day long, in one sentence."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select

from handlers.lunch import rolls as rolls_room
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.lunch.meals import Booking, BookingState, Meal
from models.members.people import Member
from nlu.dates import find_dates, gathered
from nlu.normalise import normalise
from nlu.spans import find_meals
from rules.lunch import meals, rolls
from rules.values import Answer, Refused, Text, lines

MOST_DAYS = 7
NOT_SEEN = (BookingState.BOOKED, BookingState.NO_SHOW)


def numbers(turn: Turn, words: str) -> Answer:
    """ "How many tomorrow?": portions by how they are eaten; the numbers stand under the post anyway."""
    known(turn)
    said = normalise(words)
    days = gathered(find_dates(said, turn.today)) or _next_day(turn)
    sitting = rolls.sitting_of(turn.village, _meal_in(said))
    found = [meals.find(turn.session, turn.village, day, sitting) for day in days[:MOST_DAYS]]
    return lines(*(rolls_room.numbers(turn, meal) for meal in found))


def _next_day(turn: Turn) -> Sequence[date]:
    meal = meals.next_open(turn.session, turn.village, turn.now)
    return [meal.day] if meal else [turn.today]


def _meal_in(said: str) -> str | None:
    named = {str(span.value) for span in find_meals(said)}
    return named.pop() if len(named) == 1 else None


def absent(turn: Turn, words: str) -> Answer:
    """ "Who has not come today?": names for those who serve and care, in private."""
    known(turn)
    if not turn.may(*rolls_room.KITCHEN):
        raise Refused("meals.only_kitchen")
    if not turn.private:
        return Text("meals.say_in_private")
    begun = select(Meal).where(Meal.canteen_id == turn.village.id, Meal.day == turn.today)
    held = turn.session.exec(begun.where(Meal.starts_at <= turn.now).order_by(col(Meal.starts_at))).all()
    if not held:
        return Text("meals.not_begun_yet")
    return lines(*(_absent(turn, meal) for meal in held))


def _absent(turn: Turn, meal: Meal) -> Text:
    names = select(Member.name).join(Booking, col(Booking.eater_id) == col(Member.id))
    names = names.where(Booking.meal_id == meal.id, col(Booking.state).in_(NOT_SEEN)).order_by(
        col(Member.name)
    )
    found = list(turn.session.exec(names))
    key = "meals.not_seen" if found else "meals.all_seen"
    return Text(key, sitting=meal.sitting, **({"names": found, "count": len(found)} if found else {}))


COMMANDS = {"numbers": numbers, "absent": absent}
