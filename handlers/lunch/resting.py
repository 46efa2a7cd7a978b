"""Standing bookings at rest: "not next week", "again from now on", and taking any such word back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from handlers.lunch.bookings import UNDO_LASTS, eaters_of, known
from handlers.lunch.bookings import order as order_meal
from handlers.turn import Turn
from models.lunch.meals import StandingBooking
from models.members.people import Member
from nlu import Action, Intent, Slots, Understanding
from nlu.dates import find_dates, gathered
from nlu.normalise import normalise
from nlu.phrases import endless
from nlu.spans import find_person
from rules.lunch import bookings, resting, rolls, standing
from rules.lunch.resting import Change
from rules.members import people
from rules.members.people import check_may_act
from rules.values import Answer, Button, Message, Refused, Text, Toast, lines


def rest(turn: Turn, words: str) -> Answer:
    """`/rest 下周`: the standing bookings rest over the days named, else from today until they are woken."""
    known(turn)
    said = normalise(words)
    days = gathered(find_dates(said, turn.today))
    eater = _eater(turn, said)
    if not standing.standing_of(turn.session, eater.id):
        return _without_pattern(turn, eater, days)
    span = (days[0], days[-1] if len(days) > 1 or not endless(said) else None) if days else (turn.today, None)
    change = resting.rest(turn.session, turn.village, eater, span, turn.act)
    return undoable(turn, _rests(eater, span, change), change)


def _eater(turn: Turn, said: str) -> Member:
    person = find_person(said, people.names_cared_for(turn.session, turn.asker))
    found = eaters_of(turn, person)
    if len(found) > 1:
        raise Refused("meals.who_is_that", name=found[0].name)
    if found[0].id != turn.asker.id:
        check_may_act(turn.session, turn.asker, found[0], "meals", turn.today)
    return found[0]


def _without_pattern(turn: Turn, eater: Member, days: Sequence[date]) -> Answer:
    """Nothing stands: what is booked on those days is meant."""
    if not days:
        raise Refused("meals.no_standing", name=eater.name)
    name = None if eater.id == turn.asker.id else eater.name
    slots = Slots(dates=tuple(days), beneficiary=name)
    return order_meal(turn, Understanding(Intent.CANCEL_MEAL, slots, Action.ACT))


def _rests(eater: Member, span: tuple[date, date | None], change: Change) -> Text:
    first, last = span
    said = (
        Text("meals.standing_rests_until", name=eater.name, first=first, last=last)
        if last
        else Text("meals.standing_rests", name=eater.name, first=first)
    )
    return lines(said, *(rolls.echo(eater, kept) for kept in change.given_up))


def go_on(turn: Turn, words: str) -> Answer:
    """`/resume`: the standing bookings go on."""
    known(turn)
    eater = _eater(turn, normalise(words))
    change = resting.go_on(turn.session, turn.village, eater, turn.act)
    return undoable(turn, Text("meals.standing_goes_on", name=eater.name), change)


def tapped_rest(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A standing booking rests until it is tapped again."""
    eater = _behind(turn, arguments[0])
    span = (turn.today, None)
    change = resting.rest(turn.session, turn.village, eater, span, turn.act)
    return Toast(Text("meals.toast_done"), edit=undoable(turn, _rests(eater, span, change), change))


def tapped_go_on(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A resting standing booking goes on."""
    eater = _behind(turn, arguments[0])
    change = resting.go_on(turn.session, turn.village, eater, turn.act)
    said = Text("meals.standing_goes_on", name=eater.name)
    return Toast(Text("meals.toast_done"), edit=undoable(turn, said, change))


def _behind(turn: Turn, number: str) -> Member:
    """The eater of the pattern behind a button."""
    known(turn)
    pattern = (
        turn.session.get(StandingBooking, int(number)) if number.isascii() and number.isdecimal() else None
    )
    if pattern is None or pattern.ended_at is not None:
        raise Refused("common.old_button")
    eater = turn.session.get_one(Member, pattern.eater_id)
    if eater.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    return eater


def undoable(turn: Turn, said: Text, change: Change) -> Message:
    """What was done to somebody's patterns, with the way back for ten minutes."""
    acts = [
        {"booking": kept.booking.id, "before": kept.before, "after": rolls.seen(kept.booking)}
        for kept in change.given_up
    ]
    facts: dict[str, Any] = {
        "eater": change.eater_id,
        "before": change.before,
        "after": change.after,
        "acts": acts,
    }
    card = turn.ask("standing.undo", lasts=UNDO_LASTS, **facts)
    row = [Button(Text("common.undo"), f"standundo:{card.id}")]
    if change.after:
        row.append(_other_way(change))
    return Message(said, (tuple(row),))


def _other_way(change: Change) -> Button:
    """What an elder may want next: to rest what goes on, to wake what rests."""
    pattern = change.after[0]
    if pattern["from"]:
        return Button(Text("meals.button_go_on"), f"wakemeal:{pattern['id']}")
    return Button(Text("meals.button_rest"), f"restmeal:{pattern['id']}")


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The patterns stand as before, and what was given up with them is booked again."""
    card = turn.opened(arguments[0], "standing.undo")
    known(turn)
    eater = turn.session.get_one(Member, card.facts["eater"])
    resting.restore(turn.session, eater, card.facts["before"], card.facts["after"], turn.act)
    kept = [
        bookings.restore(turn.session, each["booking"], each["before"], each["after"], turn.act)
        for each in reversed(card.facts["acts"])
    ]
    said = lines(Text("meals.standing_undone", name=eater.name), *(rolls.echo(eater, one) for one in kept))
    return Toast(Text("common.undo"), edit=Message(said))


COMMANDS = {"rest": rest, "resume": go_on}
BUTTONS = {"restmeal": tapped_rest, "wakemeal": tapped_go_on, "standundo": undo}
UNDOES = {"standing.undo": undo}
