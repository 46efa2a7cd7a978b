"""One shift in the coordinator's hand: its people, one more or one less, whom to put on it, calling it off."""

from collections import defaultdict
from collections.abc import Callable, Sequence
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
from rules.members.presence import mute
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines
from rules.volunteers import assignments, fairness, rosters, shift_endings, shifts
from rules.volunteers.eligibility import Overlaps, Wish
from rules.volunteers.shifts import Plan

T = TypeVar("T")

MOST_BUTTONS = 60
"""The messenger takes a hundred under a message."""
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
    """The days of a week with shifts, each a button that says how many."""
    check(turn)
    monday = read(lambda: date.fromisoformat(arguments[0]))
    last = monday + rosters.WEEK - timedelta(days=1)
    found = rosters.roster(turn.session, turn.village.id, max(monday, turn.today), last)
    by_day: dict[date, list[rosters.Line]] = defaultdict(list)
    for line in found:
        by_day[line.shift.day].append(line)
    rows = [(_day_button(day, planned),) for day, planned in by_day.items()]
    rows.append((Button(Text("shifts.button_week_after"), f"planweek:{monday + rosters.WEEK}"),))
    said = Text("shifts.plan_which_day") if found else Text("shifts.week_empty", first=monday, last=last)
    return Toast(Text("common.done"), edit=Message(said, tuple(rows)))


def _day_button(day: date, found: list[rosters.Line]) -> Button:
    missing = sum(line.missing for line in found)
    key = "shifts.button_day_short" if missing else "shifts.button_day_full"
    return Button(Text(key, day=day, count=len(found), missing=missing), f"planon:{day}")


def day_of_shifts(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The shifts of a day, each a button, however many."""
    check(turn)
    day = read(lambda: date.fromisoformat(arguments[0]))
    found = rosters.roster(turn.session, turn.village.id, day, day)
    rows = [
        (Button(_shift_words(turn, line), f"planshift:{line.shift.id}"),) for line in found[:MOST_BUTTONS]
    ]
    rows.append((Button(Text("common.back"), f"planweek:{rosters.week_of(day)[0]}"),))
    return Toast(Text("common.done"), edit=Message(Text("shifts.plan_which", day=day), tuple(rows)))


def _shift_words(turn: Turn, line: rosters.Line) -> Text:
    facts = shifts.facts(turn.village, line.shift)
    return Text("shifts.button_shift", people=len(line.people), needed=line.shift.needed, **facts)


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
    back = Button(Text("common.back"), f"planon:{shift.day}")
    return Message(head, (*people, (add,), (change, fewer), (off, *more), (back,)))


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
    undo = turn.ask("shiftoff.undo", lasts=UNDO_LASTS, shift=own.id, places=on_it)
    said = Text("shifts.called_off", **shifts.facts(turn.village, own))
    heard = lines(said, *who_heard(turn, people))
    return Message(heard, ((Button(Text("common.undo"), f"planback:{undo.id}"),),))


def who_heard(turn: Turn, people: Sequence[Member]) -> list[Text]:
    """Who was told of something, and who has to be told by mouth."""
    unheard = mute(turn.session, people)
    told = [member.name for member in people if member.id not in unheard]
    by_mouth = [member.name for member in people if member.id in unheard]
    return [
        *([Text("shifts.told_them", people=told)] if told else []),
        *([Text("shifts.tell_them", people=by_mouth)] if by_mouth else []),
    ]


def take_back(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """It takes place after all."""
    card = turn.opened(arguments[0], "shiftoff.undo")
    check(turn)
    shift = shift_endings.reopen(turn.session, card.facts["shift"], card.facts["places"], turn.act)
    return Toast(Text("common.done"), edit=card_of(turn, shift))


BUTTONS = {
    "planweek": week_of_shifts,
    "planon": day_of_shifts,
    "planshift": show,
    "planmore": more,
    "planadd": add,
    "planput": put,
    "planoff": ask_off,
    "planback": take_back,
}
UNDOES = {"shiftoff.undo": take_back}
CARDS = {"shifts.who": who, "shifts.off": call_off}
