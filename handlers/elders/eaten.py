"""Has mother eaten? What became of today's meals of oneself or of those one cares for, in private only."""

from handlers.lunch.bookings import eaters_of, known
from handlers.turn import Turn
from models.lunch.meals import Booking, BookingState, Meal
from models.members.people import Member
from rules.elders import care_lists
from rules.elders.care_lists import Missed
from rules.lunch import rolls
from rules.members.people import check_may_act
from rules.values import Answer, Refused, Text, lines

DONE = {
    BookingState.SERVED: "meals.has_eaten",
    BookingState.DELIVERED: "meals.was_brought",
    BookingState.PICKED_UP: "meals.was_fetched",
}


def eaten(turn: Turn, words: str) -> Answer:
    """ "Has mother eaten today?" """
    known(turn)
    if not turn.private:
        return Text("meals.say_in_private")
    found = eaters_of(turn, words)
    if len(found) > 1:
        raise Refused("meals.who_is_that", name=found[0].name)
    eater = found[0]
    if eater.id != turn.asker.id:
        check_may_act(turn.session, turn.asker, eater, "meals", turn.today)
    today = rolls.of_day(turn.session, turn.village, eater.id, turn.today)
    missed = care_lists.on_day(turn.session, eater.id, turn.today)
    said = [_line(turn, eater, booking, meal, missed.pop(meal.id, None)) for booking, meal in today]
    silent = [care_lists.truth(one, turn.zone) for one in missed.values()]
    return lines(*said, *silent) if said or any(silent) else _none(turn, eater)


def _none(turn: Turn, eater: Member) -> Text:
    coming = rolls.upcoming(turn.session, turn.village, eater.id, turn.now)
    if not coming:
        return Text("meals.not_booked_today", name=eater.name)
    booking, meal = coming[0]
    return Text(
        "meals.not_today_but", name=eater.name, day=meal.day, sitting=meal.sitting, portions=booking.portions
    )


def _line(turn: Turn, eater: Member, booking: Booking, meal: Meal, missed: Missed | None) -> Text:
    facts: dict[str, object] = {"name": eater.name, "sitting": meal.sitting}
    if booking.state in DONE and booking.ended_at is not None:
        return Text(DONE[booking.state], **facts, at=booking.ended_at.astimezone(turn.zone).time())
    if booking.state == BookingState.BOOKED and turn.now < meal.starts_at:
        starts = meal.starts_at.astimezone(turn.zone).time()
        return Text("meals.eats_today", **facts, portions=booking.portions, mode=booking.mode, starts=starts)
    if missed is not None and (truth := care_lists.truth(missed, turn.zone)) is not None:
        return truth
    key = {
        BookingState.BOOKED: "meals.not_seen_yet",
        BookingState.NO_SHOW: "meals.did_not_come",
        BookingState.WAITLISTED: "meals.waits_today",
    }.get(booking.state, "meals.cancelled_today")
    return Text(key, **facts)


COMMANDS = {"eaten": eaten}
