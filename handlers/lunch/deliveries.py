"""On the way: a carrier takes a route, sees its doors in private, and taps what happened at each."""

from datetime import date

from handlers.lunch.bookings import known
from handlers.lunch.serving import meal_in_hand
from handlers.turn import Turn
from models.cards import Card
from models.lunch.deliveries import Outcome
from models.lunch.meals import Booking, Meal
from models.members.people import Member, Role
from models.members.vault import unsealed
from nlu.dates import find_dates
from nlu.normalise import normalise
from rules.elders.notices import place
from rules.lunch import deliveries, serving, sheets
from rules.lunch.deliveries import Stop
from rules.members import consents, people
from rules.values import Answer, Attachment, Button, Message, Refused, Text, Toast, lines

FIRST = (Outcome.HANDED_OVER, Outcome.LEFT_AS_AGREED, Outcome.NOT_HOME)
REST = (Outcome.REFUSED, Outcome.WRONG_ADDRESS, Outcome.NOT_READY, Outcome.OTHER)


def routes(turn: Turn, argument: str) -> Answer:
    """`/deliver`: the routes of the meal in hand, to take one over."""
    known(turn)
    serving.check_serves(turn.session, turn.act)
    if not turn.private:
        return Text("serving.say_in_private")
    meal = meal_in_hand(turn)
    counted: dict[str, int] = {}
    for stop in deliveries.stops(turn.session, meal):
        counted[stop.route] = counted.get(stop.route, 0) + 1
    rows = [
        (Button(Text("deliveries.button_route", route=name, count=count), f"carry:{meal.id}:{name}"),)
        for name, count in counted.items()
    ]
    key = "deliveries.which_route" if rows else "deliveries.none"
    return Message(Text(key, day=meal.day, sitting=meal.sitting), tuple(rows))


def carry(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """This route is mine: its doors, one message each, and the whole on paper."""
    known(turn)
    if not turn.private:
        raise Refused("serving.say_in_private")
    meal = turn.session.get(Meal, int(arguments[0])) if arguments[0].isdecimal() else None
    if meal is None or meal.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    mine = deliveries.carry(turn.session, meal, ":".join(arguments[1:]), turn.act)
    for number, stop in enumerate(mine, 1):
        turn.answer(_door(turn, number, stop))
    if mine:
        facts = {"meal_id": meal.id, "carrier_id": turn.asker.id}
        turn.answer(Message(sheets.paper_text(meal), attachment=Attachment("delivery", facts)))
    said = Text("deliveries.yours", count=len(mine))
    return Toast(said, edit=Message(said))


def _door(turn: Turn, number: int, stop: Stop) -> Message:
    eater, booking = stop.eater, stop.booking
    may = consents.by_messenger(turn.session, eater)
    ask = Text("consents.in_person")
    said = Text(
        "deliveries.door",
        number=number,
        name=eater.name,
        portions=booking.portions,
        address=(place(eater) or Text("deliveries.no_address")) if may else ask,
        phone=(unsealed(eater, "phone") or Text("deliveries.no_phone")) if may else ask,
    )
    note = Text("deliveries.note", note=booking.note) if booking.note else None
    return Message(lines(said, note), _outcomes(booking.id, FIRST, more=True))


def _outcomes(
    booking_id: int, outcomes: tuple[Outcome, ...], *, more: bool
) -> tuple[tuple[Button, ...], ...]:
    rows = [(Button(Text(f"Outcome.{one}"), f"door:{booking_id}:{one}"),) for one in outcomes]
    if more:
        rows.append((Button(Text("common.more"), f"doormore:{booking_id}"),))
    return tuple(rows)


def _number(word: str) -> int:
    if not word.isascii() or not word.isdecimal():
        raise Refused("common.old_button")
    return int(word)


def more(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The rarer outcomes."""
    known(turn)
    booking = turn.session.get(Booking, _number(arguments[0]))
    if booking is None or not turn.private:
        raise Refused("common.old_button")
    delivery = deliveries.delivery_of(turn.session, booking.id)
    if delivery is None or delivery.carrier_id != turn.asker.id:
        raise Refused("deliveries.not_your_stop")
    eater = turn.session.get_one(Member, booking.eater_id)
    asked = Text("deliveries.what_happened", name=eater.name)
    return Toast(Text("common.more"), edit=Message(asked, _outcomes(booking.id, REST, more=False)))


def door(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What happened at this door."""
    known(turn)
    number, word = arguments
    if word not in set(Outcome):
        raise Refused("common.old_button")
    outcome = Outcome(word)
    booking = deliveries.report(turn.session, _number(number), outcome, turn.act)
    eater = turn.session.get_one(Member, booking.eater_id)
    said = Text("deliveries.reported", name=eater.name, outcome=outcome)
    undo = ((Button(Text("common.undo"), f"undoor:{booking.id}"),),)
    turn.ask("deliveries.undo", lasts=serving.UNDO, booking=booking.id)
    return Toast(said, edit=Message(said, undo))


def take_back(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong tap: the door is open again."""
    known(turn)
    booking = deliveries.take_back(turn.session, _number(arguments[0]), turn.act)
    eater = turn.session.get_one(Member, booking.eater_id)
    asked = Text("deliveries.what_happened", name=eater.name)
    return Toast(Text("common.undo"), edit=Message(asked, _outcomes(booking.id, FIRST, more=True)))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The same by a word."""
    card = turn.opened(arguments[0], "deliveries.undo")
    return take_back(turn, (str(card.facts["booking"]), ""))


def arrange(turn: Turn, argument: str) -> Answer:
    """`/route`: the next words name the elders of a route in order."""
    known(turn)
    if not turn.may(Role.COOK) or not turn.private:
        raise Refused("deliveries.only_kitchen")
    if argument:
        return _arranged(turn, argument)
    turn.ask("deliveries.arrange", awaits_text=True)
    return Text("deliveries.how_to_arrange")


def arranged(turn: Turn, card: Card, words: str) -> Answer:
    """The names in order."""
    return _arranged(turn, words)


def _arranged(turn: Turn, words: str) -> Answer:
    route, parted, names = words.replace("：", ":").partition(":")
    day, route = _day_of(turn, route) if parted else (None, "1")
    names = names if parted else words
    if not route or len(route.encode()) > 32:
        raise Refused("deliveries.route_too_long")
    order = [
        _one(turn, name) for name in names.replace("、", " ").replace("，", " ").replace(",", " ").split()
    ]
    if not order:
        raise Refused("deliveries.how_to_arrange")
    facts = {"route": route, "names": [member.name for member in order]}
    if day is None:
        deliveries.arrange(turn.session, route, order, turn.act)
        return Text("deliveries.arranged", **facts)
    for position, eater in enumerate(order, 1):
        deliveries.arrange_once(turn.session, eater, day, (route, position), turn.act)
    return Text("deliveries.arranged_once", day=day, **facts)


def _day_of(turn: Turn, words: str) -> tuple[date | None, str]:
    """A day before the name of the route: then it is for that day only."""
    said = normalise(words)
    span = next(iter(find_dates(said, turn.today)), None)
    if span is None or span.start > 0 or len(span.dates) != 1:
        return None, words.strip()
    return span.dates[0], said[span.end :].strip() or "1"


def _one(turn: Turn, name: str) -> Member:
    found = people.named(turn.session, turn.village.id, name)
    if len(found) != 1:
        raise Refused("deliveries.who_is_that", name=name[:20], count=len(found))
    return found[0]


COMMANDS = {"deliver": routes, "route": arrange}
BUTTONS = {"carry": carry, "door": door, "doormore": more, "undoor": take_back}
CARDS = {"deliveries.arrange": arranged}
UNDOES = {"deliveries.undo": undo}
