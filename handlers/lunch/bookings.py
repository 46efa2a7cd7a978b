"""Booking, changing and cancelling by a sentence, a command or a tap."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import nlu
from handlers.lunch.plans import of_booking, plan_of, with_detail
from handlers.missed import missed
from handlers.turn import Turn
from models.cards import Card
from models.lunch.meals import Booking, Meal
from models.members.people import Member, Role
from nlu import Action, Intent, Slots, Understanding
from rules import outbox
from rules.lunch import bookings, lists, meals, plans, rolls
from rules.lunch.bookings import Order
from rules.lunch.echoes import each_told, echoes
from rules.lunch.plans import Done, Plan
from rules.lunch.rolls import Kept
from rules.members.people import check_may_act, label, resolve
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, as_message, lines

UNDO_LASTS = timedelta(minutes=10)


def order(turn: Turn, understanding: Understanding) -> Answer:
    """Somebody wants a meal, another one, or none."""
    if understanding.action == Action.SILENT:
        return None
    known(turn)
    eaters = eaters_of(turn, understanding.slots.beneficiary)
    plan = plan_of(turn, understanding, eaters[0])
    if len(eaters) > 1:
        return _which(turn, plan, eaters)
    if understanding.action == Action.ASK:
        return ask_first(turn, plan, eaters[0])
    return carry_out(turn, plan)


def known(turn: Turn) -> None:
    """Refuse a stranger kindly: they are told how to join and nothing about anybody."""
    if turn.canteen is None or turn.member is None:
        raise Refused("meals.join_first")
    if turn.member.approved_at is None:
        raise Refused("meals.not_approved")


def eaters_of(turn: Turn, words: str | None) -> list[Member]:
    """Those the words may mean; the asker when nobody is named."""
    if not words:
        return [turn.asker]
    found = resolve(turn.session, turn.asker, words)
    if not found:
        raise Refused("meals.who_is_that", name=words[:20])
    return found


def _which(turn: Turn, plan: Plan, eaters: Sequence[Member]) -> Message:
    """The same name twice: ask, never guess; told apart in private only."""
    if not turn.private:
        return Message(Text("meals.say_in_private"))
    shown = eaters[:3]
    card = turn.ask("meals.which", plan=plans.as_facts(plan), members=[member.id for member in shown])
    rows = tuple(
        (Button(label(member, turn.today), f"mealwho:{card.id}:{n}"),) for n, member in enumerate(shown)
    )
    none = (Button(Text("common.none_of_these"), f"mealwho:{card.id}:none"),)
    return Message(Text("meals.which_one"), (*rows, none))


def chosen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name was meant."""
    number, which = arguments
    card = turn.opened(number, "meals.which")
    if which == "none":
        return _replaced(Text("common.said_again"))
    members = card.facts["members"]
    if not which.isdecimal() or int(which) >= len(members):
        raise Refused("common.old_button")
    return _replaced(carry_out(turn, plans.from_facts(card.facts["plan"], members[int(which)])))


def ask_first(turn: Turn, plan: Plan, eater: Member) -> Message:
    """What was understood on a card, to be confirmed by a tap or a word."""
    card = turn.ask("meals.confirm", plan=plans.as_facts(plan), words=turn.heard.text)
    wanted = lines(*(_wanted(turn, plan, each, eater) for each in plan.orders))
    yes = Button(Text("meals.button_right"), f"domeal:{card.id}:yes", Style.SUCCESS)
    no = Button(Text("meals.button_wrong"), f"domeal:{card.id}:no")
    return Message(Text("meals.confirm", wanted=wanted), ((yes, no),))


def _wanted(turn: Turn, plan: Plan, each: Order, eater: Member) -> Text:
    facts = {"name": eater.name, "day": each.day, "sitting": each.sitting}
    if plan.do == "cancel":
        return Text("meals.wants_cancel", **facts)
    mode = each.mode or Text("meals.usual_mode")
    portions = plans.portions_after(turn.session, turn.village, plan, each)
    return Text("meals.wants", **facts, portions=portions, mode=mode)


def confirmed(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The card was right, or it was not."""
    number, word = arguments
    card = turn.opened(number, "meals.confirm")
    if word != "yes":
        return missed(turn, card.facts.get("words", ""))
    return _replaced(carry_out(turn, plans.from_facts(card.facts["plan"])))


def carry_out(turn: Turn, plan: Plan) -> Answer:
    """Do what was asked, and say it back whole so that a wrong reading is seen."""
    eater = turn.session.get_one(Member, plan.eater_id)
    if eater.id != turn.asker.id:
        check_may_act(turn.session, turn.asker, eater, "meals", turn.today)
    try:
        done = plans.carry_out(turn.session, turn.village, plan, turn.act)
    except Refused as refused:
        if refused.key == "meals.closed" and plan.do == "book":
            return _too_late(turn, plan, refused)
        raise
    return told(turn, eater, done)


def told(turn: Turn, eater: Member, done: Done) -> Message:
    """What was done line by line, what was not, and a way back for ten minutes."""
    return Message(told_lines(turn, eater, done), undo_button(turn, done.kept) if done.kept else ())


def told_lines(turn: Turn, eater: Member, done: Done) -> Text:
    """What was done and what was not, line by line."""
    return lines(*echoes(eater, done.kept, notes=turn.private), *done.refused)


def undo_button(turn: Turn, kept: Sequence[Kept]) -> tuple[tuple[Button, ...], ...]:
    """The way back for ten minutes, as a button."""
    return ((Button(Text("common.undo"), f"mealundo:{keep_undo(turn, kept).id}"),),)


def keep_undo(turn: Turn, kept: Sequence[Kept], **facts: Any) -> Card:
    """Remember how to take acts back, by a button or by a word; a booking touched twice goes all the way back."""
    first: dict[int, Kept] = {}
    for each in kept:
        first.setdefault(each.booking.id, each)
    acts = [
        {"booking": number, "before": each.before, "after": rolls.seen(each.booking)}
        for number, each in first.items()
    ]
    return turn.ask("meals.undo", lasts=UNDO_LASTS, acts=acts, **facts)


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Take back what was just done, if nothing has happened to it since."""
    card = turn.opened(arguments[0], "meals.undo")
    known(turn)
    kept = [
        bookings.restore(turn.session, each["booking"], each["before"], each["after"], turn.act)
        for each in reversed(card.facts["acts"])
    ]
    if "list" in card.facts:
        meal = turn.session.get_one(Meal, card.facts["meal"])
        lists.unmerge(turn.session, turn.village, meal, card.facts["list"], turn.act)
    if not turn.private:
        return _replaced(Text("meals.list_undone"))
    return _replaced(Text("meals.undone", what=lines(*each_told(turn.session, kept[::-1]))))


def _too_late(turn: Turn, plan: Plan, refused: Refused) -> Message:
    """After closing: the next open day by one tap, or a word to the kitchen."""
    first = plan.orders[0]
    coming = meals.next_open(turn.session, turn.village, turn.now, first.sitting)
    row = []
    if coming is not None:
        later = replace(plan, orders=(replace(first, day=coming.day),))
        card = turn.ask("meals.confirm", plan=plans.as_facts(later))
        row.append(Button(Text("meals.button_that_day", day=coming.day), f"domeal:{card.id}:yes"))
    late = meals.find(turn.session, turn.village, first.day, first.sitting)
    if late is not None and turn.now < late.starts_at:
        card = turn.ask("meals.late", plan=plans.as_facts(plan))
        row.append(Button(Text("meals.button_ask_kitchen"), f"mealate:{card.id}"))
    return Message(refused.text, tuple((button,) for button in row))


def ask_kitchen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A latecomer asks the cook, who takes them in with a tap."""
    card = turn.opened(arguments[0], "meals.late")
    known(turn)
    plan = plans.from_facts(card.facts["plan"])
    eater, first = turn.session.get_one(Member, plan.eater_id), plan.orders[0]
    said = Text(
        "meals.latecomer", name=eater.name, day=first.day, sitting=first.sitting, portions=first.portions or 1
    )
    grant = Button(Text("meals.button_grant"), f"grace:{card.id}", Style.SUCCESS)
    key = f"late:{card.id}"
    message = Message(said, ((grant,),))
    told = outbox.tell_role(turn.session, key, turn.village.id, [Role.COOK], message, now=turn.now)
    return _replaced(Text("meals.kitchen_asked" if told else "meals.kitchen_unreachable"))


def _replaced(answer: Answer) -> Answer:
    """The question becomes its answer."""
    if answer is None or isinstance(answer, Toast):
        return answer
    return Toast(Text("meals.toast_done"), edit=as_message(answer))


def by_command(turn: Turn, argument: str) -> Answer:
    """`/book`: the next open meal on a card, or what stands behind the command."""
    return _commanded(turn, argument, Intent.BOOK_MEAL)


def cancel_by_command(turn: Turn, argument: str) -> Answer:
    """`/cancel`: the next booked meal on a card, or what stands behind the command."""
    return _commanded(turn, argument, Intent.CANCEL_MEAL)


def _commanded(turn: Turn, argument: str, intent: Intent) -> Answer:
    known(turn)
    read = nlu.understand(argument, turn.local, nlu.Context(addressed=True))
    return order(turn, replace(read, intent=intent, action=Action.ASK))


def add_detail(turn: Turn, card: Card, more: Slots) -> Answer:
    """ "Two", "to my home", "soft": said about what the card asks, or about what was just done."""
    known(turn)
    if card.kind == "meals.confirm":
        card.answered_at = turn.now
        turn.session.add(card)
        plan = with_detail(plans.from_facts(card.facts["plan"]), more)
        return ask_first(turn, plan, turn.session.get_one(Member, plan.eater_id))
    bookings_done = [turn.session.get_one(Booking, each["booking"]) for each in card.facts["acts"]]
    eaters = {booking.eater_id for booking in bookings_done}
    if len(eaters) != 1:
        raise Refused("common.say_whole")
    orders = [of_booking(turn, booking) for booking in bookings_done]
    return carry_out(turn, with_detail(Plan("book", eaters.pop(), tuple(orders)), more))


BUTTONS = {"mealwho": chosen, "domeal": confirmed, "mealundo": undo, "mealate": ask_kitchen}
REPLIES = {"meals.confirm": confirmed}
DETAILS = {"meals.confirm": add_detail, "meals.undo": add_detail}
UNDOES = {"meals.undo": undo}
