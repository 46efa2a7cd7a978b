"""One shift in the coordinator's hand: its people, one more or one less, whom to put on it, calling it off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from handlers.lunch.bookings import known
from handlers.lunch.rolls import number
from handlers.questions import UNDO_LASTS
from handlers.turn import Turn
from models.cards import Card
from models.members.people import Member
from models.volunteers.shifts import Shift
from rules.members.people import named
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast
from rules.volunteers import assignments, fairness, rosters, shift_endings, shifts
from rules.volunteers.eligibility import Overlaps, Wish
from rules.volunteers.shifts import Plan

T = TypeVar("T")

SHOWN = 12
SUGGESTED = 5


def check(turn: Turn) -> None:
    """Only who plans the roster, and only in private."""
    known(turn)
    if not turn.may(*shifts.COORDINATORS):
        raise Refused("shifts.only_coordinator")
    if not turn.private:
        raise Refused("shifts.plan_in_private")


def read(reading: Callable[[], T]) -> T:
    """What a button says, read; a forged one is refused."""
    try:
        return reading()
    except (ValueError, KeyError) as wrong:
        raise Refused("common.old_button") from wrong


def week_of_shifts(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The shifts of a week, each a button."""
    check(turn)
    monday = read(lambda: date.fromisoformat(arguments[0]))
    first = max(monday, turn.today)
    found = rosters.roster(turn.session, turn.village.id, first, monday + rosters.WEEK - timedelta(days=1))
    rows = [
        (Button(shifts.line(turn.village, line.shift), f"planshift:{line.shift.id}"),)
        for line in found[:SHOWN]
    ]
    rows.append((Button(Text("shifts.button_week_after"), f"planweek:{monday + rosters.WEEK}"),))
    return Toast(Text("common.done"), edit=Message(Text("shifts.plan_which"), tuple(rows)))


def _own(turn: Turn, word: str) -> Shift:
    check(turn)
    return shifts.held(turn.session, number(word), turn.village.id)


def show(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One shift with its people and what can be done about it."""
    return Toast(Text("common.done"), edit=card_of(turn, _own(turn, arguments[0])))


def card_of(turn: Turn, shift: Shift, *more: Button) -> Message:
    """A shift with a button for each of its people, and for what can be done about it."""
    line = next(
        (
            one
            for one in rosters.roster(turn.session, turn.village.id, shift.day, shift.day)
            if one.shift.id == shift.id
        ),
        None,
    )
    if line is None:
        return Message(Text("shifts.is_off", day=shift.day, duty=shift.duty))
    people = [
        (Button(Text("shifts.button_person", name=member.name, state=place.state), f"place:{place.id}"),)
        for place, member in line.people
    ]
    add = Button(Text("shifts.button_add"), f"planadd:{shift.id}", Style.PRIMARY)
    change = Button(Text("shifts.button_one_more"), f"planmore:{shift.id}:more")
    fewer = Button(Text("shifts.button_one_less"), f"planmore:{shift.id}:less")
    off = Button(Text("shifts.button_call_off"), f"planoff:{shift.id}", Style.DANGER)
    head = Text(
        "shifts.shift_card", people=len(line.people), needed=shift.needed, **shifts.facts(turn.village, shift)
    )
    return Message(head, (*people, (add,), (change, fewer), (off, *more)))


def more(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One more is needed, or one less."""
    own = _own(turn, arguments[0])
    step = 1 if arguments[1] == "more" else -1
    facts = shifts.facts(turn.village, own)
    plan = Plan(own.day, facts["starts"], facts["ends"], own.duty, own.needed)
    changed = shifts.make(turn.session, turn.village, replace(plan, needed=own.needed + step), turn.act)
    return Toast(Text("common.done"), edit=card_of(turn, changed))


def add(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Whom to put on it: those who have done least and are free, or a name."""
    own = _own(turn, arguments[0])
    free = fairness.whom_to_ask(turn.session, turn.village, own, turn.now)[:SUGGESTED]
    turn.ask("shifts.who", awaits_text=True, shift=own.id)
    rows = tuple(
        (Button(Text("shifts.button_name", name=load.member.name), f"planput:{own.id}:{load.member.id}"),)
        for load in free
    )
    return Toast(
        Text("common.done"), edit=Message(Text("shifts.plan_who", **shifts.facts(turn.village, own)), rows)
    )


def put(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A suggested person is put on it."""
    own = _own(turn, arguments[0])
    member = turn.session.get(Member, number(arguments[1]))
    if member is None or member.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    return Toast(Text("common.done"), edit=_put(turn, own, member))


def _put(turn: Turn, own: Shift, member: Member, *, despite_overlap: bool = False) -> Message:
    wish = Wish(own, member, early=True, despite_overlap=despite_overlap)
    try:
        assignments.sign_up(turn.session, turn.village, wish, turn.act)
    except Overlaps as at_once:
        raise Refused("shifts.overlaps_other", **at_once.facts) from at_once
    return card_of(turn, own)


def who(turn: Turn, card: Card, words: str) -> Answer:
    """Somebody is named."""
    own = _own(turn, str(card.facts["shift"]))
    found = named(turn.session, turn.village.id, words.strip())
    if len(found) != 1:
        turn.ask("shifts.who", awaits_text=True, shift=own.id)
        return Text("shifts.name_twice" if found else "shifts.name_unknown", name=words.strip()[:20])
    return _put(turn, own, found[0])


def ask_off(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Why is it called off?"""
    own = _own(turn, arguments[0])
    turn.ask("shifts.off", awaits_text=True, shift=own.id)
    return Toast(Text("common.done"), edit=Message(Text("shifts.why_off", **shifts.facts(turn.village, own))))


def call_off(turn: Turn, card: Card, words: str) -> Answer:
    """It is called off; everybody on it is told why."""
    check(turn)
    on_it = [place.id for place in shifts.live(turn.session, card.facts["shift"])]
    people = shift_endings.call_off(turn.session, card.facts["shift"], words, turn.act)
    own = turn.session.get_one(Shift, card.facts["shift"])
    names = [member.name for member in people] or Text("shifts.nobody")
    undo = turn.ask("shiftoff.undo", lasts=UNDO_LASTS, shift=own.id, places=on_it)
    said = Text("shifts.called_off", people=names, **shifts.facts(turn.village, own))
    return Message(said, ((Button(Text("common.undo"), f"planback:{undo.id}"),),))


def take_back(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """It takes place after all."""
    card = turn.opened(arguments[0], "shiftoff.undo")
    check(turn)
    shift = shift_endings.reopen(turn.session, card.facts["shift"], card.facts["places"], turn.act)
    return Toast(Text("common.done"), edit=card_of(turn, shift))


BUTTONS = {
    "planweek": week_of_shifts,
    "planshift": show,
    "planmore": more,
    "planadd": add,
    "planput": put,
    "planoff": ask_off,
    "planback": take_back,
}
UNDOES = {"shiftoff.undo": take_back}
CARDS = {"shifts.who": who, "shifts.off": call_off}
