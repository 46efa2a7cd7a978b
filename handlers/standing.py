"""Standing bookings by a sentence: every day, on weekdays, every Tuesday; resting, going on, ending."""

from typing import Any

from handlers.bookings import eaters_of, known
from handlers.turn import Turn
from models.meals import Mode, StandingBooking
from models.people import Member
from nlu import Intent, Understanding
from rules import rolls, standing
from rules.people import check_may_act
from rules.values import Answer, Button, Message, Refused, Text, Toast


def order(turn: Turn, understanding: Understanding) -> Answer:
    """A rhythm is said: it is read back and stands after one tap; a rhythm cancelled ends the same way."""
    known(turn)
    found = eaters_of(turn, understanding.slots.beneficiary)
    if len(found) > 1:
        raise Refused("meals.who_is_that", name=found[0].name)
    eater = found[0]
    if understanding.intent == Intent.CANCEL_MEAL:
        return _confirm_end(turn, eater)
    slots = understanding.slots
    facts: dict[str, Any] = {
        "eater": eater.id,
        "recur": slots.recur or "daily",
        "sitting": rolls.sitting_of(turn.village, slots.meal).value,
        "portions": slots.count or 1,
        "mode": standing.mode_for(turn.session, eater, Mode(slots.mode) if slots.mode else None).value,
    }
    card = turn.ask("meals.standing", **facts)
    return Message(
        Text("meals.standing_confirm", **_said(turn, facts, eater)), _buttons("standmeal", card.id)
    )


def _said(turn: Turn, facts: dict[str, object], eater: Member) -> dict[str, object]:
    weekdays = [Text(f"weekday.{number}") for number in standing.weekdays_of(str(facts["recur"]))]
    sitting = rolls.sitting_of(turn.village, str(facts["sitting"]))
    return {
        "name": eater.name,
        "weekdays": weekdays,
        "sitting": sitting,
        "portions": facts["portions"],
        "mode": Mode(str(facts["mode"])),
    }


def _buttons(verb: str, number: int) -> tuple[tuple[Button, ...], ...]:
    yes = Button(Text("meals.button_right"), f"{verb}:{number}:yes")
    return ((yes, Button(Text("meals.button_wrong"), f"{verb}:{number}:no")),)


def confirmed(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The rhythm was read rightly, or not."""
    number, word = arguments
    card = turn.opened(number, "meals.standing")
    known(turn)
    if word != "yes":
        return Toast(Text("common.said_again"), edit=Message(Text("common.said_again")))
    eater = turn.session.get_one(Member, card.facts["eater"])
    pattern = standing.make(turn.session, turn.village, eater, _pattern(turn, card.facts, eater), turn.act)
    said = Text("meals.standing_made", **_said(turn, card.facts, eater))
    rest = Button(Text("meals.button_rest"), f"restmeal:{pattern.id}")
    return Toast(Text("meals.toast_done"), edit=Message(said, ((rest,),)))


def _pattern(turn: Turn, facts: dict[str, object], eater: Member) -> StandingBooking:
    sitting = rolls.sitting_of(turn.village, str(facts["sitting"]))
    pattern = standing.drafted(turn.village, eater, str(facts["recur"]), sitting, turn.act)
    pattern.portions = int(str(facts["portions"]))
    pattern.mode = Mode(str(facts["mode"]))
    return pattern


def _confirm_end(turn: Turn, eater: Member) -> Answer:
    if eater.id != turn.asker.id:
        check_may_act(turn.session, turn.asker, eater, "meals", turn.today)
    if not standing.standing_of(turn.session, eater.id):
        raise Refused("meals.no_standing", name=eater.name)
    card = turn.ask("meals.end_standing", eater=eater.id)
    return Message(Text("meals.standing_end_confirm", name=eater.name), _buttons("endmeals", card.id))


def ended(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The standing bookings end, or stay."""
    number, word = arguments
    card = turn.opened(number, "meals.end_standing")
    known(turn)
    if word != "yes":
        return Toast(Text("common.said_again"), edit=Message(Text("common.said_again")))
    eater = turn.session.get_one(Member, card.facts["eater"])
    standing.end(turn.session, turn.village, eater, turn.act)
    return Toast(Text("meals.toast_done"), edit=Message(Text("meals.standing_ended", name=eater.name)))


def rest(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A standing booking rests until it is tapped again."""
    return _pause(turn, arguments, resting=True)


def go_on(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A resting standing booking goes on."""
    return _pause(turn, arguments, resting=False)


def _pause(turn: Turn, arguments: tuple[str, ...], *, resting: bool) -> Answer:
    known(turn)
    number = arguments[0]
    pattern = (
        turn.session.get(StandingBooking, int(number)) if number.isascii() and number.isdecimal() else None
    )
    if pattern is None or pattern.ended_at is not None:
        raise Refused("common.old_button")
    eater = turn.session.get_one(Member, pattern.eater_id)
    if eater.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    if resting:
        standing.pause(turn.session, turn.village, eater, (turn.today, None), turn.act)
    else:
        standing.resume(turn.session, turn.village, eater, turn.act)
    verb, label = ("wakemeal", "meals.button_go_on") if resting else ("restmeal", "meals.button_rest")
    said = Text("meals.standing_rests" if resting else "meals.standing_goes_on", name=eater.name)
    return Toast(
        Text("meals.toast_done"), edit=Message(said, ((Button(Text(label), f"{verb}:{pattern.id}"),),))
    )


BUTTONS = {"standmeal": confirmed, "endmeals": ended, "restmeal": rest, "wakemeal": go_on}
