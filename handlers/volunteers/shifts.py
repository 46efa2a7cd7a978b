"""Shifts by a sentence, a command or a tap: who is on, I will do it, I am coming, I cannot."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from handlers.lunch.bookings import known
from handlers.lunch.rolls import number
from handlers.questions import UNDO_LASTS
from handlers.turn import Turn
from models.volunteers.shifts import Assignment, AssignmentState, Shift
from nlu import Slots, Understanding
from nlu.doubts import DOUBT
from rules import outbox
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines
from rules.volunteers import assignments, places, reminders, rosters, shifts, swap_states
from rules.volunteers.eligibility import Overlaps, Wish
from rules.volunteers.places import Placed
from rules.volunteers.reminders import Expected
from rules.volunteers.rosters_read import duties_in

FEW = 3


def own(turn: Turn, understanding: Understanding) -> list[tuple[Assignment, Shift]]:
    """The asker's places that the words mean: on the day and part named, else the next one."""
    slots, days = understanding.slots, days_meant(turn, understanding)
    found = rosters.mine(turn.session, turn.asker.id, turn.today, days)
    ahead = [pair for pair in found if pair[1].ends_at > turn.now]
    met = {shift.id for shift in shifts.in_part(turn.village, [shift for _, shift in ahead], slots.meal)}
    kept = of_duty([pair for pair in ahead if pair[1].id in met], turn)
    return kept if slots.dates else kept[:1]


def of_duty(found: list[tuple[Assignment, Shift]], turn: Turn) -> list[tuple[Assignment, Shift]]:
    """Those whose duty is named, where one is; 送餐 the verb must not lose what was meant otherwise."""
    duties = duties_in(turn.heard.text)
    return [pair for pair in found if pair[1].duty in duties] or found


def days_meant(turn: Turn, understanding: Understanding) -> tuple[date, ...]:
    """The days named; a bare Wednesday said on a Wednesday may be this one, and the roster knows."""
    days = understanding.slots.dates
    return (turn.today, *days) if DOUBT in understanding.why else days


def pick(turn: Turn, found: Sequence[tuple[int, Shift]], key: str, verb: str) -> Message:
    """Several could be meant: one button for each, at most three."""
    rows = [
        (Button(Text("shifts.line", **shifts.facts(turn.village, shift)), f"{verb}:{row_id}"),)
        for row_id, shift in found[:FEW]
    ]
    return Message(Text(key), tuple(rows))


def leave(turn: Turn, understanding: Understanding) -> Answer:
    """ "I cannot come on Wednesday": shall somebody be found, or is it a day off?"""
    known(turn)
    found = own(turn, understanding)
    if not found:
        return nothing_of_yours(understanding.slots)
    if len(found) > 1:
        return pick(turn, [(place.id, shift) for place, shift in found], "shifts.which_leave", "shiftcant")
    return cannot_come(turn, *found[0])


def nothing_of_yours(slots: Slots) -> Text:
    """No shift of the asker's is meant."""
    return Text("shifts.none_on", days=list(slots.dates)) if slots.dates else Text("shifts.none_coming")


def cannot_come(turn: Turn, place: Assignment, shift: Shift) -> Message:
    """Shall somebody be found, or is it a day off?"""
    ask = Button(Text("shifts.button_find"), f"shiftno:{place.id}", Style.PRIMARY)
    off = Button(Text("shifts.button_quit"), f"shiftquit:{place.id}")
    return Message(Text("shifts.cannot", **shifts.facts(turn.village, shift)), ((ask, off),))


def cannot(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several was meant that cannot be done."""
    known(turn)
    found = places.find(turn.session, number(arguments[0]), turn.act)
    places.check_own(turn.session, found, turn.act)
    return Toast(Text("shifts.button_cannot"), edit=cannot_come(turn, found.place, found.shift))


def quit_it(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A day off: at once when there is time, else the coordinator is asked."""
    known(turn)
    found, gone = assignments.leave(turn.session, turn.village, number(arguments[0]), turn.act)
    facts = shifts.facts(turn.village, found.shift)
    if not gone:
        return Toast(Text("common.done"), edit=Message(Text("shifts.leave_asked", **facts)))
    return Toast(Text("common.done"), edit=undoable(turn, Text("shifts.left", **facts), found))


def undoable(turn: Turn, said: Text, found: Placed) -> Message:
    """What was done to a place, with a way back for ten minutes."""
    before, after = found.before, places.seen(found.place)
    card = turn.ask("shifts.undo", lasts=UNDO_LASTS, place=found.place.id, before=before, after=after)
    return Message(said, ((Button(Text("common.undo"), f"shiftundo:{card.id}"),),))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Take back what was just done to a place."""
    card = turn.opened(arguments[0], "shifts.undo")
    known(turn)
    states = (card.facts["before"], card.facts["after"])
    found = assignments.restore(turn.session, card.facts["place"], states, turn.act)
    key = "shifts.undone_off" if card.facts["before"] is None else "shifts.undone_on"
    said = Text(key, name=found.member.name, **shifts.facts(turn.village, found.shift))
    return Toast(Text("common.done"), edit=Message(said))


def coming(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "I am coming", under a reminder; or heard by those who plan, of somebody without a phone."""
    known(turn)
    found = assignments.confirm(turn.session, number(arguments[0]), turn.act)
    facts = shifts.facts(turn.village, found.shift)
    if found.member.id == turn.asker.id:
        said = Message(Text("shifts.confirmed", **facts))
        return Toast(Text("common.done"), edit=and_the_others(turn, said, found.shift))
    turn.answer(Text("shifts.confirmed_for", name=found.member.name, **facts))
    return Toast(Text("common.done"))


def and_the_others(turn: Turn, said: Message, answered: Shift) -> Message:
    """What else the asker has that day and has not answered: the question with all its shifts has given way to this."""
    same_day = rosters.mine(turn.session, turn.asker.id, turn.today, [answered.day])
    offered = {swap.assignment_id for swap, _ in swap_states.open_of(turn.session, turn.asker.id, turn.now)}
    left = [
        Expected(place, shift, turn.asker)
        for place, shift in same_day
        if shift.id != answered.id
        and shift.starts_at > turn.now
        and place.state == AssignmentState.ASSIGNED
        and place.id not in offered
    ]
    if not left:
        return said
    asked = [Text("reminders.line", **reminders.facts(turn.village, one)) for one in left]
    rows = [row for one in left for row in reminders.buttons(turn.village, one, [*left, *left])]
    text = lines(said.text, Text("reminders.and_these"), *asked)
    return Message(text, (*said.buttons, *rows))


def join(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "I will do it", under a gap in the roster."""
    known(turn)
    return answered(turn, sign_up(turn, number(arguments[0])))


def accept(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "I will do it", by somebody who was asked: whoever asked hears it."""
    known(turn)
    return answered(turn, _accepted(turn, number(arguments[0])))


def _accepted(turn: Turn, shift_id: int, *, despite_overlap: bool = False) -> Message:
    said = sign_up(turn, shift_id, verb="shiftyessure", despite_overlap=despite_overlap)
    shift = shifts.held(turn.session, shift_id, turn.village.id)
    if any(place.member_id == turn.asker.id for place in shifts.live(turn.session, shift_id)):
        news = Text("fairness.said_yes", name=turn.asker.name, **shifts.facts(turn.village, shift))
        places.tell_coordinators(turn.session, f"shiftyes:{shift_id}", shift, news, turn.act)
    return said


def sign_up(turn: Turn, shift_id: int, *, verb: str = "shiftsure", despite_overlap: bool = False) -> Message:
    """Put the asker on a shift; two duties at once are asked about first."""
    shift = shifts.held(turn.session, shift_id, turn.village.id)
    wish = Wish(shift, turn.asker, despite_overlap=despite_overlap)
    try:
        found = assignments.sign_up(turn.session, turn.village, wish, turn.act)
    except Overlaps as at_once:
        return both_at_once(turn, at_once, verb, shift=shift_id)
    facts = shifts.facts(turn.village, shift)
    return undoable(turn, Text("shifts.signed_up", name=turn.asker.name, **facts), found)


def both_at_once(turn: Turn, at_once: Overlaps, verb: str, **facts: Any) -> Message:
    """Can both be done? A yes goes on, a no leaves everything as it is."""
    card = turn.ask("shifts.overlap", **facts)
    yes = Button(Text("shifts.button_both"), f"{verb}:{card.id}:yes", Style.SUCCESS)
    return Message(at_once.text, ((yes, Button(Text("shifts.button_not_both"), f"{verb}:{card.id}:no")),))


def sure(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The answer to two duties at once."""
    card = turn.opened(arguments[0], "shifts.overlap")
    known(turn)
    if arguments[1] != "yes":
        return Toast(Text("common.done"), edit=Message(Text("shifts.left_as_it_is")))
    return answered(turn, sign_up(turn, card.facts["shift"], despite_overlap=True))


def accept_sure(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The same by somebody who was asked."""
    card = turn.opened(arguments[0], "shifts.overlap")
    known(turn)
    if arguments[1] != "yes":
        return Toast(Text("common.done"), edit=Message(Text("shifts.left_as_it_is")))
    return answered(turn, _accepted(turn, card.facts["shift"], despite_overlap=True))


def shown(turn: Turn, said: Message) -> Answer:
    """A list in place of what was tapped; in the group only its words."""
    return Toast(Text("common.done"), edit=said) if turn.private else Toast(said.text, alert=True)


def answered(turn: Turn, said: Message) -> Answer:
    """In private the question becomes its answer; the group's post stays, and what is asked back is asked in private."""
    if turn.private:
        return Toast(Text("common.done"), edit=said)
    outbox.tell(turn.session, f"shifttap:{turn.heard.update_id}", turn.asker, said, now=turn.now)
    return Toast(said.text, alert=True)


def unneeded(turn: Turn, days: Sequence[date]) -> Refused:
    """Nothing is open where somebody would help: everybody is there already, or nothing is planned."""
    if not days:
        return Refused("shifts.nothing_open")
    planned = any(shifts.on_day(turn.session, turn.village, day) for day in days[:FEW])
    return Refused("shifts.nothing_open_on" if planned else "shifts.nobody_planned", days=list(days))


BUTTONS = {
    "shiftok": coming,
    "shiftcant": cannot,
    "shiftquit": quit_it,
    "shiftundo": undo,
    "shiftjoin": join,
    "shiftyes": accept,
    "shiftsure": sure,
    "shiftyessure": accept_sure,
}
UNDOES = {"shifts.undo": undo}
