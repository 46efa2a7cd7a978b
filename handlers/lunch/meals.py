"""The meal in the group and its questions: taps under the post, freed seats, latecomers, who comes, calling off."""

from dataclasses import replace
from typing import Any

from handlers import questions
from handlers.elders import eaten
from handlers.lunch import answers, headcounts, lists, resting, several, standing
from handlers.lunch import bookings as orders
from handlers.lunch import rolls as rolls_room
from handlers.lunch.bookings import known, told
from handlers.turn import Turn
from models.cards import Card
from models.lunch.meals import Booking, Meal, Mode, Source
from models.members.people import Member, Role
from nlu import Action, Intent, Understanding
from nlu.phrases import each_of, mode_instead, names_somebody
from rules.lunch import bookings, meals, plans, rolls, waitlist
from rules.lunch.bookings import Order
from rules.lunch.plans import Done
from rules.members import joining
from rules.members.people import check_may_act, resolve
from rules.values import Answer, Button, Message, Refused, Text, Toast, lines

PAGE = 20


def order(turn: Turn, understanding: Understanding) -> Answer:
    """A list, a rhythm, or a single wish for a meal."""
    if understanding.action == Action.SILENT:
        return None
    if understanding.slots.entries or understanding.slots.rename:
        return lists.pasted(turn, understanding)
    instead = mode_instead(turn.heard.text)
    if instead and understanding.intent == Intent.CANCEL_MEAL:
        slots = replace(understanding.slots, mode=instead)
        understanding = replace(understanding, intent=Intent.CHANGE_MEAL, slots=slots)
    if understanding.slots.recur:
        return standing.order(turn, understanding)
    several_people = each_of(turn.heard.text)
    if several_people:
        return several.order(turn, understanding, several_people)
    if understanding.action == Action.ACT and not understanding.slots.beneficiary:
        # Somebody may be named without it being clear what for: then nobody is booked unasked.
        doubt = turn.private and names_somebody(turn.heard.text)
        understanding = replace(understanding, action=Action.ASK) if doubt else understanding
    return orders.order(turn, understanding)


def eat(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A tap under the day's post: a second tap changes nothing, one more portion is its own button."""
    number, how = arguments
    if not _let_in(turn):
        # Not a refusal: what was asked of the manager must be kept.
        return Toast(Text("meals.manager_asked"), alert=True)
    known(turn)
    meal = rolls_room.own_meal(turn, number)
    if how == "no":
        return _not_eating(turn, meal)
    return _tapped_done(
        turn, bookings.book(turn.session, turn.village, turn.asker, _tapped(turn, meal, how), turn.act)
    )


def _tapped_done(turn: Turn, kept: rolls.Kept) -> Toast:
    """A tap shows no button to take it back: the other button under the post does, and so does a word in private."""
    if rolls.seen(kept.booking) != kept.before:
        orders.keep_undo(turn, [kept])
    return Toast(rolls.echo(turn.asker, kept))


def _let_in(turn: Turn) -> bool:
    """Somebody of the group who taps for the first time comes in as the village's policy says."""
    heard = turn.heard
    if turn.member is not None or turn.canteen is None or heard.private or heard.person_id is None:
        return True
    turn.member = joining.join(turn.session, turn.canteen, heard.person_id, heard.person_name, turn.act)
    return turn.member is not None


def _tapped(turn: Turn, meal: Meal, how: str) -> Order:
    mine = rolls.booking_of(turn.session, meal.id, turn.asker.id)
    had = mine.portions if mine and mine.state in rolls.LIVE else 0
    portions = had + 1 if how == "more" else max(had, 1)
    mode = {"in": Mode.DINE_IN, "home": Mode.DELIVERY}.get(how)
    return Order(meal.day, meal.sitting, portions, mode, source=Source.BUTTON)


def _not_eating(turn: Turn, meal: Meal) -> Answer:
    mine = rolls.booking_of(turn.session, meal.id, turn.asker.id)
    if mine is None or mine.state not in rolls.LIVE:
        return Toast(Text("meals.not_eating", day=meal.day, sitting=meal.sitting))
    return _tapped_done(turn, bookings.cancel(turn.session, mine.id, turn.act))


def unbook(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "Not this time", under a reminder or in one's own list."""
    known(turn)
    booking = turn.session.get(Booking, rolls_room.number(arguments[0]))
    if booking is None:
        raise Refused("common.old_button")
    eater = turn.session.get_one(Member, booking.eater_id)
    if eater.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    kept = bookings.cancel(turn.session, booking.id, turn.act)
    return Toast(Text("meals.toast_done"), edit=told(turn, eater, Done((kept,), ())))


def seat(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The answer to an offered seat."""
    number, word = arguments
    known(turn)
    booking, meal = waitlist.answer(turn.session, rolls_room.number(number), turn.act, take=word == "yes")
    eater = turn.session.get_one(Member, booking.eater_id)
    kept = rolls.Kept(booking, meal, None)
    if word == "yes":
        return Toast(Text("meals.toast_done"), edit=told(turn, eater, Done((kept,), ())))
    card = turn.ask("seats.undo", lasts=orders.UNDO_LASTS, booking=booking.id)
    again = Button(Text("meals.button_take_after_all"), f"seatback:{card.id}")
    return Toast(Text("meals.toast_done"), edit=Message(rolls.echo(eater, kept), ((again,),)))


def take_after_all(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A seat that was left is wanted after all: it is booked again, if there still is one."""
    card = turn.opened(arguments[0], "seats.undo")
    known(turn)
    booking = turn.session.get_one(Booking, card.facts["booking"])
    meal, eater = turn.session.get_one(Meal, booking.meal_id), turn.session.get_one(Member, booking.eater_id)
    order = Order(meal.day, meal.sitting, booking.portions, booking.mode)
    kept = bookings.book(turn.session, turn.village, eater, order, turn.act)
    return Toast(Text("meals.toast_done"), edit=told(turn, eater, Done((kept,), ())))


def grant(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The cook takes a latecomer in."""
    known(turn)
    if not turn.may(Role.COOK):
        raise Refused("meals.only_kitchen")
    card = turn.session.get(Card, rolls_room.number(arguments[0]))
    if card is None or card.kind != "meals.late" or card.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    plan = plans.from_facts(card.facts["plan"])
    eater, first = turn.session.get_one(Member, plan.eater_id), plan.orders[0]
    meal = meals.meal_on(turn.session, turn.village, first.day, first.sitting)
    kept = bookings.grant_grace(turn.session, meal.id, eater, first, turn.act)
    back = Button(Text("common.undo"), f"mealundo:{orders.keep_undo(turn, [kept]).id}")
    said = Text("meals.granted", what=rolls.echo(eater, kept))
    return Toast(Text("meals.toast_done"), edit=Message(said, ((back,),)))


def query(turn: Turn, understanding: Understanding) -> Answer:
    """What have I booked, what has mother, how many come."""
    if understanding.action == Action.SILENT:
        return None
    known(turn)
    slots = understanding.slots
    if slots.beneficiary:
        return _of_other(turn, slots.beneficiary)
    if turn.may(*rolls_room.KITCHEN) and slots.dates:
        sitting = rolls.sitting_of(turn.village, slots.meal)
        return lines(
            *(
                rolls_room.numbers(turn, meals.find(turn.session, turn.village, day, sitting))
                for day in slots.dates[:7]
            )
        )
    return mine(turn, "")


def _of_other(turn: Turn, words: str) -> Answer:
    found = resolve(turn.session, turn.asker, words)
    if len(found) != 1:
        raise Refused("meals.who_is_that", name=words[:20])
    check_may_act(turn.session, turn.asker, found[0], "meals", turn.today)
    return _coming(turn, found[0])


def mine(turn: Turn, argument: str) -> Answer:
    """`/mine`: what the asker has booked."""
    known(turn)
    return _coming(turn, turn.asker)


def _coming(turn: Turn, eater: Member) -> Answer:
    coming = rolls.upcoming(turn.session, turn.village, eater.id, turn.now)
    if not coming:
        return Text("meals.nothing_coming", name=eater.name)
    said = lines(*(rolls.echo(eater, rolls.Kept(booking, meal, None)) for booking, meal in coming[:PAGE]))
    ahead = [(booking, meal) for booking, meal in coming if meal.starts_at > turn.now][:3]
    rows = tuple(
        (Button(Text("meals.button_cancel_day", day=m.day, sitting=m.sitting), f"unbook:{b.id}"),)
        for b, m in ahead
    )
    return Message(said, rows if turn.private else ())


def still(turn: Turn, argument: str) -> Answer:
    """ "I want it after all": what was just given up is booked again; without such a thing it asks for more words."""
    card = questions.last_undo(turn)
    if card is None or card.kind != "meals.undo" or not all(_given_up(each) for each in card.facts["acts"]):
        return Text("common.not_understood")
    answer = orders.undo(turn, (str(card.id), ""))
    return (answer.edit or answer.text) if isinstance(answer, Toast) else answer


def _given_up(done: dict[str, Any]) -> bool:
    return done["after"]["state"] in rolls.ENDED


COMMANDS = {
    "still": still,
    **answers.COMMANDS,
    **eaten.COMMANDS,
    **headcounts.COMMANDS,
    "book": orders.by_command,
    "cancel": orders.cancel_by_command,
    "mine": mine,
    **standing.COMMANDS,
    **resting.COMMANDS,
    **rolls_room.COMMANDS,
}
INTENTS = {
    Intent.BOOK_MEAL: order,
    Intent.CANCEL_MEAL: order,
    Intent.CHANGE_MEAL: order,
    Intent.QUERY_BOOKINGS: query,
}
BUTTONS = {
    **orders.BUTTONS,
    **standing.BUTTONS,
    **resting.BUTTONS,
    "eat": eat,
    "unbook": unbook,
    "seat": seat,
    "seatback": take_after_all,
    "grace": grant,
    **rolls_room.BUTTONS,
}
CARDS = rolls_room.CARDS
REPLIES = {**orders.REPLIES, **standing.REPLIES}
DETAILS = orders.DETAILS
UNDOES = {**orders.UNDOES, **resting.UNDOES, **rolls_room.UNDOES, "seats.undo": take_after_all}
