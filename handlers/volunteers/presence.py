"""One person's place in the coordinator's hand: excused, absent with a reason, hours put right."""

import re

from handlers.lunch.bookings import known
from handlers.lunch.rolls import number
from handlers.turn import Turn
from handlers.volunteers.shift_cards import check, who_heard
from handlers.volunteers.shifts import undoable
from models.cards import Card
from models.members.people import Member
from models.volunteers.shifts import AssignmentState
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines
from rules.volunteers import absences, assignments, places, shifts
from rules.volunteers.eligibility import hours
from rules.volunteers.places import Placed

_HOURS = re.compile(r"(\d{1,2})(?:[.,](\d))?")


def show(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A place and what can be done about it."""
    return Toast(Text("common.done"), edit=_card(turn, _found(turn, arguments[0])))


def _found(turn: Turn, word: str) -> Placed:
    check(turn)
    return places.find(turn.session, number(word), turn.act)


def _card(turn: Turn, found: Placed) -> Message:
    place, shift = found.place, found.shift
    said = Text(
        "shifts.place_card",
        name=found.member.name,
        state=place.state,
        hours=hours(place.minutes),
        **shifts.facts(turn.village, shift),
    )
    rows = []
    if place.state == AssignmentState.ASSIGNED and turn.now < shift.ends_at:
        rows.append((Button(Text("shifts.button_said_yes"), f"shiftok:{place.id}", Style.SUCCESS),))
    if turn.now < shift.starts_at:
        rows.append((Button(Text("shifts.button_excuse"), f"shiftfree:{place.id}"),))
    else:
        rows.append((Button(Text("shifts.button_absent"), f"shiftabsent:{place.id}"),))
    if place.state == AssignmentState.DONE:
        rows.append((Button(Text("shifts.button_hours"), f"shifthours:{place.id}"),))
    rows.append((Button(Text("common.back"), f"planshift:{shift.id}"),))
    return Message(said, tuple(rows))


def excuse(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The coordinator lets somebody go."""
    check(turn)
    found = assignments.excuse(turn.session, turn.village, number(arguments[0]), "", turn.act)
    said = Text("shifts.excused", name=found.member.name, **shifts.facts(turn.village, found.shift))
    heard = lines(said, *who_heard(turn, [found.member]))
    return Toast(Text("common.done"), edit=undoable(turn, heard, found))


def ask_absent(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Why is somebody written down as absent? They will read it."""
    found = _found(turn, arguments[0])
    turn.ask("shifts.absent", awaits_text=True, place=found.place.id)
    return Toast(Text("common.done"), edit=Message(Text("shifts.why_absent", name=found.member.name)))


def absent(turn: Turn, card: Card, words: str) -> Answer:
    """The reason somebody wrote."""
    check(turn)
    found = assignments.mark_absent(turn.session, turn.village, card.facts["place"], words, turn.act)
    said = Text("shifts.absent_kept", name=found.member.name, **shifts.facts(turn.village, found.shift))
    return undoable(turn, lines(said, *who_heard(turn, [found.member])), found)


def ask_hours(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """How many hours was it?"""
    found = _found(turn, arguments[0])
    turn.ask("shifts.hours", awaits_text=True, place=found.place.id)
    said = Text("shifts.how_many_hours", name=found.member.name, hours=hours(found.place.minutes))
    return Toast(Text("common.done"), edit=Message(said))


def record_hours(turn: Turn, card: Card, words: str) -> Answer:
    """The hours somebody wrote: 3, or 3.5."""
    check(turn)
    read = _HOURS.search(words)
    if read is None:
        raise Refused("shifts.no_hours_there")
    minutes = int(read[1]) * 60 + int(read[2] or 0) * 6
    found = assignments.record_hours(turn.session, card.facts["place"], minutes, turn.act)
    said = Text("shifts.hours_kept", name=found.member.name, hours=hours(minutes))
    return undoable(turn, said, found)


def find_others(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Somebody will be away: everybody is asked who can do their shifts."""
    known(turn)
    member = turn.session.get(Member, number(arguments[0]))
    if member is None:
        raise Refused("common.old_button")
    asked = absences.find_others(turn.session, turn.village, member, turn.act)
    said = Text("shifts.asked_for_all" if asked else "shifts.asked_for_already", count=len(asked))
    return Toast(Text("common.done"), edit=Message(said))


BUTTONS = {
    "absentask": find_others,
    "place": show,
    "shiftfree": excuse,
    "shiftabsent": ask_absent,
    "shifthours": ask_hours,
}
CARDS = {"shifts.absent": absent, "shifts.hours": record_hours}
