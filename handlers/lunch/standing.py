"""Standing bookings by a sentence: every day, on weekdays, every Tuesday; resting, going on, ending."""

from collections.abc import Callable
from datetime import date
from typing import Any

from handlers.lunch.bookings import eaters_of, known
from handlers.lunch.resting import undoable
from handlers.turn import Turn
from models.cards import Card
from models.lunch.meals import Mode, StandingBooking
from models.members.people import Member
from nlu import Intent, Understanding
from rules.lunch import resting, rolls, standing
from rules.lunch.resting import Change
from rules.members.people import check_may_act
from rules.values import Answer, Button, Message, Refused, Text, Toast


def order(turn: Turn, understanding: Understanding) -> Answer:
    """A rhythm is said: it is read back and stands after one tap; a rhythm cancelled ends the same way."""
    eater = eater_of(turn, understanding.slots.beneficiary or "")
    if understanding.intent == Intent.CANCEL_MEAL:
        return _confirm_end(turn, eater)
    slots = understanding.slots
    facts: dict[str, Any] = {
        "eater": eater.id,
        "recur": slots.recur or "daily",
        "sitting": rolls.sitting_of(turn.village, slots.meal).value,
        "portions": slots.count or 1,
        "mode": standing.mode_for(turn.session, eater, Mode(slots.mode) if slots.mode else None).value,
        "note": slots.notes or "",
    }
    card = turn.ask("meals.standing", **facts)
    said = Text("meals.standing_confirm", **_said(_pattern(turn, facts, eater), eater))
    return Message(_noted(turn, said, facts["note"]), _buttons("standmeal", card.id))


def _noted(turn: Turn, said: Text, note: str) -> Text:
    """How it is to be prepared is said back in private only."""
    return Text("meals.with_note", what=said, note=note) if note and turn.private else said


def eater_of(turn: Turn, words: str) -> Member:
    """The one eater meant, for whom the asker may act."""
    known(turn)
    found = eaters_of(turn, words)
    if len(found) > 1:
        raise Refused("meals.who_is_that", name=found[0].name)
    if found[0].id != turn.asker.id:
        check_may_act(turn.session, turn.asker, found[0], "meals", turn.today)
    return found[0]


def _said(pattern: StandingBooking, eater: Member) -> dict[str, object]:
    weekdays = [Text(f"weekday.{number}") for number in pattern.weekdays]
    facts = {"sitting": pattern.sitting, "portions": pattern.portions, "mode": pattern.mode}
    every_day = len(pattern.weekdays) == len(standing.EVERY_DAY)
    return {"name": eater.name, "weekdays": Text("meals.every_day") if every_day else weekdays, **facts}


def _buttons(verb: str, number: int) -> tuple[tuple[Button, ...], ...]:
    yes = Button(Text("meals.button_right"), f"{verb}:{number}:yes")
    return ((yes, Button(Text("meals.button_wrong"), f"{verb}:{number}:no")),)


def _answered(
    turn: Turn, arguments: tuple[str, ...], kind: str, act: Callable[[Turn, Card, Member], Message]
) -> Answer:
    """A card with a yes and a no: the yes does it for the card's eater, the no asks for other words."""
    number, word = arguments
    card = turn.opened(number, kind)
    known(turn)
    if word != "yes":
        return Toast(Text("common.said_again"), edit=Message(Text("common.said_again")))
    eater = turn.session.get_one(Member, card.facts["eater"])
    return Toast(Text("meals.toast_done"), edit=act(turn, card, eater))


def confirmed(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The rhythm was read rightly, or not."""
    return _answered(turn, arguments, "meals.standing", _make)


def _make(turn: Turn, card: Card, eater: Member) -> Message:
    before = resting.seen(turn.session, eater.id)
    drafted = _pattern(turn, card.facts, eater)
    pattern = standing.make(turn.session, turn.village, eater, drafted, turn.act)
    change = Change(eater.id, before, resting.seen(turn.session, eater.id))
    said = _noted(turn, Text("meals.standing_made", **_said(pattern, eater)), pattern.note)
    return undoable(turn, said, change)


def _pattern(turn: Turn, facts: dict[str, Any], eater: Member) -> StandingBooking:
    sitting = rolls.sitting_of(turn.village, facts["sitting"])
    pattern = standing.drafted(turn.village, eater, facts["recur"], sitting, turn.act)
    pattern.portions, pattern.mode = int(facts["portions"]), Mode(facts["mode"])
    pattern.note = str(facts.get("note", ""))
    return pattern


def _confirm_end(turn: Turn, eater: Member) -> Message:
    if not standing.standing_of(turn.session, eater.id):
        raise Refused("meals.no_standing", name=eater.name)
    card = turn.ask("meals.end_standing", eater=eater.id)
    return Message(Text("meals.standing_end_confirm", name=eater.name), _buttons("endmeals", card.id))


def ended(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The standing bookings end, or stay."""
    return _answered(turn, arguments, "meals.end_standing", _end)


def _end(turn: Turn, card: Card, eater: Member) -> Message:
    before = resting.seen(turn.session, eater.id)
    standing.end(turn.session, turn.village, eater, turn.act)
    return undoable(turn, Text("meals.standing_ended", name=eater.name), Change(eater.id, before, []))


def mine(turn: Turn, argument: str) -> Answer:
    """`/standing`: what stands for the asker, or for somebody named, and the ways to change it."""
    eater = eater_of(turn, argument)
    patterns = standing.standing_of(turn.session, eater.id)
    if not patterns:
        return Text("meals.how_to_stand", name=eater.name)
    said = [_line(turn, pattern, eater) for pattern in patterns]
    rests = any(pattern.paused_from for pattern in patterns)
    verb, label = ("wakemeal", "meals.button_go_on") if rests else ("restmeal", "meals.button_rest")
    row = (
        Button(Text(label), f"{verb}:{patterns[0].id}"),
        Button(Text("meals.button_end"), f"endask:{eater.id}"),
    )
    return Message(Text("lines", parts=said), (row,) if turn.private else ())


def _line(turn: Turn, pattern: StandingBooking, eater: Member) -> Text:
    facts = _said(pattern, eater)
    if pattern.paused_from is None or _over(pattern.paused_until, turn.today):
        return Text("meals.standing_line", **facts)
    if pattern.paused_until is None:
        return Text("meals.standing_line_rests", **facts, first=pattern.paused_from)
    return Text(
        "meals.standing_line_rests_until", **facts, first=pattern.paused_from, last=pattern.paused_until
    )


def _over(last: date | None, today: date) -> bool:
    return last is not None and last < today


def ask_end(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """No more of it: asked once."""
    known(turn)
    number = arguments[0]
    eater = turn.session.get(Member, int(number)) if number.isascii() and number.isdecimal() else None
    if eater is None or eater.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    if eater.id != turn.asker.id:
        check_may_act(turn.session, turn.asker, eater, "meals", turn.today)
    return Toast(Text("meals.button_end"), edit=_confirm_end(turn, eater))


COMMANDS = {"standing": mine}
BUTTONS = {"standmeal": confirmed, "endmeals": ended, "endask": ask_end}
REPLIES = {"meals.standing": confirmed, "meals.end_standing": ended}
