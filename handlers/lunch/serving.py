"""At the counter: a paged list of who is expected, ticked off by one tap each."""

from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.lunch.meals import Booking, Meal, MealState
from models.members.people import Member
from rules.lunch import menus, serving
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast

PAGE = 12


def open_list(turn: Turn, argument: str) -> Answer:
    """`/serve`: who is expected at the meal in hand."""
    known(turn)
    serving.check_serves(turn.session, turn.act)
    if not turn.private:
        return Text("serving.say_in_private")
    return _page(turn, meal_in_hand(turn), 0)


def meal_in_hand(turn: Turn) -> Meal:
    """The meal being served now."""
    for meal in menus.coming(turn.session, turn.village.id, turn.today, turn.today):
        near = meal.starts_at - serving.EARLY <= turn.now <= meal.starts_at + serving.LATE
        if near and meal.state != MealState.CANCELLED:
            return meal
    raise Refused("serving.no_meal_now")


def _page(turn: Turn, meal: Meal, first: int) -> Message:
    waiting = serving.expected(turn.session, meal.id)
    first = first if first < len(waiting) else 0
    shown = waiting[first : first + PAGE]
    buttons = [_button(booking, eater, first) for booking, eater in shown]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    if len(waiting) > PAGE:
        following = first + PAGE if first + PAGE < len(waiting) else 0
        rows.append((Button(Text("common.more"), f"servepage:{meal.id}:{following}"),))
    if waiting:
        rows.append((Button(Text("serving.button_all"), f"serveall:{meal.id}"),))
    key = "serving.waiting" if waiting else "serving.all_here"
    return Message(Text(key, day=meal.day, sitting=meal.sitting, count=len(waiting)), tuple(rows))


def _button(booking: Booking, eater: Member, first: int) -> Button:
    label = Text("serving.button_eater", name=eater.name, portions=booking.portions)
    return Button(label, f"here:{booking.id}:{first}")


def _meal(turn: Turn, number: str) -> Meal:
    meal = turn.session.get(Meal, _number(number))
    if meal is None or meal.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    return meal


def _number(word: str) -> int:
    if not word.isascii() or not word.isdecimal():
        raise Refused("common.old_button")
    return int(word)


def turn_page(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Further names of the list."""
    known(turn)
    serving.check_serves(turn.session, turn.act)
    page = _page(turn, _meal(turn, arguments[0]), _number(arguments[1]))
    return Toast(Text("common.more"), edit=page)


def here(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """This eater is here."""
    known(turn)
    booking = serving.check_in(turn.session, _number(arguments[0]), turn.act)
    eater = turn.session.get_one(Member, booking.eater_id)
    page = _page(turn, turn.session.get_one(Meal, booking.meal_id), _number(arguments[1]))
    undo = (Button(Text("serving.button_undo", name=eater.name), f"unserve:{booking.id}"),)
    turn.ask("serving.undo", lasts=serving.UNDO, bookings=[booking.id])
    return Toast(Text("serving.here", name=eater.name), edit=Message(page.text, (*page.buttons, undo)))


def take_back(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong tap."""
    known(turn)
    booking = serving.take_back(turn.session, _number(arguments[0]), turn.act)
    eater = turn.session.get_one(Member, booking.eater_id)
    page = _page(turn, turn.session.get_one(Meal, booking.meal_id), 0)
    return Toast(Text("serving.taken_back", name=eater.name), edit=page)


def ask_all(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Everybody has eaten? One more tap, for this cannot be one wrong tap."""
    known(turn)
    serving.check_serves(turn.session, turn.act)
    meal = _meal(turn, arguments[0])
    count = len(serving.expected(turn.session, meal.id))
    yes = Button(Text("common.yes"), f"serveyes:{meal.id}", Style.SUCCESS)
    no = Button(Text("common.back"), f"servepage:{meal.id}:0")
    return Toast(
        Text("serving.button_all"), edit=Message(Text("serving.sure_all", count=count), ((yes, no),))
    )


def all_here(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Everybody has eaten."""
    known(turn)
    meal = _meal(turn, arguments[0])
    eaters = [booking.id for booking, _ in serving.expected(turn.session, meal.id)]
    served = serving.serve_all(turn.session, meal.id, turn.act)
    back = turn.ask("serving.undo", lasts=serving.UNDO, bookings=eaters)
    page = _page(turn, meal, 0)
    undo = (Button(Text("common.undo"), f"unserveall:{back.id}"),)
    said = Text("serving.served_all", count=served)
    return Toast(said, edit=Message(said, (*page.buttons, undo)))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One or all who were ticked off by mistake are expected again."""
    known(turn)
    card = turn.opened(arguments[0], "serving.undo")
    taken = [serving.take_back(turn.session, number, turn.act) for number in card.facts["bookings"]]
    if not taken:
        raise Refused("common.nothing_to_undo")
    meal = turn.session.get_one(Meal, taken[0].meal_id)
    return Toast(Text("common.undo"), edit=_page(turn, meal, 0))


COMMANDS = {"serve": open_list}
BUTTONS = {
    "servepage": turn_page,
    "here": here,
    "unserve": take_back,
    "serveall": ask_all,
    "serveyes": all_here,
    "unserveall": undo,
}
UNDOES = {"serving.undo": undo}
