"""Large keys instead of a keyboard: two things and the way to more, never a fourth; and booking for one's family."""

from handlers.lunch.bookings import ask_first, known
from handlers.turn import Turn
from models.members.people import Member, Role
from rules.lunch import meals
from rules.lunch.bookings import Order
from rules.lunch.plans import Plan
from rules.lunch.rolls import usual
from rules.members import people
from rules.members.people import check_may_act
from rules.values import Answer, Button, Message, Refused, Text, Toast

Page = tuple[tuple[Text, ...], ...]
MOST = 3

TOMORROW, FAMILY = Text("people.key_tomorrow"), Text("people.key_family")
FIRST, NEXT, BACK = "first", "next", "back"


def page(turn: Turn, name: str = BACK) -> Page:
    """The keys of a page: who cares for somebody finds that first."""
    own, other = (FAMILY, TOMORROW) if cares(turn) else (TOMORROW, FAMILY)
    pages = {
        BACK: (own, Text("people.key_menu"), Text("people.key_more")),
        FIRST: (Text("people.key_mine"), Text("people.key_cancel"), Text("people.key_next")),
        NEXT: (other, Text("people.key_account"), Text("people.key_back")),
    }
    return tuple((key,) for key in pages.get(name, pages[BACK]))


def cares(turn: Turn) -> bool:
    """Whether somebody is here for their family more than for themselves."""
    return Role.FAMILY in turn.roles and Role.ELDER not in turn.roles


def more(turn: Turn, name: str) -> Answer:
    """`/more`: the next keys."""
    known(turn)
    if not turn.private:
        return Text("people.help_group")
    said = Text("people.back_again") if name == BACK else Text("people.more_keys")
    return Message(said, keys=page(turn, name or FIRST))


def family(turn: Turn, argument: str) -> Answer:
    """`/family`: whom to book for, of those the asker cares for; one alone is asked about at once."""
    known(turn)
    if not turn.private:
        return Text("meals.say_in_private")
    elders = people.cared_for(turn.session, turn.asker)
    if not elders:
        staff = turn.may(Role.COOK, Role.SOCIAL_WORKER)
        return Text("people.say_for_whom" if staff else "people.nobody_to_care_for")
    if len(elders) == 1:
        return _next_meal(turn, elders[0])
    rows = tuple(
        (Button(Text("verbatim", text=elder.name), f"bookfor:{elder.id}"),) for elder in elders[:MOST]
    )
    return Message(Text("people.for_whom"), rows)


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of the family was tapped."""
    known(turn)
    number = arguments[0]
    elder = turn.session.get(Member, int(number)) if number.isascii() and number.isdecimal() else None
    if elder is None or elder.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    return Toast(Text("people.key_family"), edit=_next_meal(turn, elder))


def _next_meal(turn: Turn, elder: Member) -> Message:
    """The next open meal as the elder usually has it, to be confirmed or said otherwise."""
    check_may_act(turn.session, turn.asker, elder, "meals", turn.today)
    meal = meals.next_open(turn.session, turn.village, turn.now)
    if meal is None:
        raise Refused("meals.none_open")
    last = usual(turn.session, elder.id)
    order = Order(meal.day, meal.sitting, last.portions if last else 1, last.mode if last else None)
    return ask_first(turn, Plan("book", elder.id, (order,)), elder)


COMMANDS = {"more": more, "family": family}
BUTTONS = {"bookfor": tapped}
