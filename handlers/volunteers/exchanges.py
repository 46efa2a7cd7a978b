"""Mine for yours: which day is given, which is wanted, and who could be asked."""

from collections.abc import Sequence
from datetime import date

from handlers.lunch.bookings import known
from handlers.turn import Turn
from handlers.volunteers import shifts as shift_talk
from handlers.volunteers import swap_names
from handlers.volunteers import swaps as swap_talk
from handlers.volunteers.swap_names import Meant
from models.members.people import Member
from models.volunteers.shifts import Assignment, Shift, SwapKind
from nlu import Understanding
from rules.values import Answer, Button, Message, Refused, Text
from rules.volunteers import rosters, shifts
from rules.volunteers.rosters_read import duties_wanted
from rules.volunteers.swaps import Asking


def exchange(turn: Turn, understanding: Understanding) -> Answer:
    """ "My Friday for your Wednesday": the day that is the asker's is given, the other is wanted."""
    known(turn)
    slots = understanding.slots
    given, wanted = _sides(turn, understanding)
    if not given:
        return shift_talk.nothing_of_yours(slots)
    place, shift = given[0]
    people = swap_names.called(turn, slots)
    if wanted is None:
        covers = [Meant(one, place.id, Asking(SwapKind.COVER, one)) for one in people]
        return swap_talk.settled(turn, covers) if covers else _how(turn, place, shift)
    theirs = _theirs(turn, shift, wanted, people)
    if not people and len(theirs) > 1:
        return swap_talk.opened(turn, place.id, Asking(SwapKind.EXCHANGE, wanted_on=wanted))
    if not theirs:
        raise Refused("swaps.nobody_there", day=wanted)
    return swap_talk.settled(turn, _one_each(place, theirs))


def _one_each(place: Assignment, theirs: Sequence[tuple[Assignment, Member]]) -> list[Meant]:
    """One shift of each who may be meant: the first."""
    first = {member.id: (counter, member) for counter, member in reversed(theirs)}
    return [
        Meant(member, place.id, Asking(SwapKind.EXCHANGE, member, counter_id=counter.id))
        for counter, member in (first[key] for key in sorted(first))
    ]


def _sides(turn: Turn, understanding: Understanding) -> tuple[list[tuple[Assignment, Shift]], date | None]:
    """The asker's own place, and the day wanted for it; the days may be said in either order."""
    slots = understanding.slots
    second = slots.to_dates[:1]
    first = slots.dates[:1] if second else shift_talk.days_meant(turn, understanding)
    mine = rosters.mine(turn.session, turn.asker.id, turn.today, (*first, *second))
    ahead = [pair for pair in mine if pair[1].starts_at > turn.now]
    given = [pair for pair in ahead if pair[0].day in first] if second else ahead
    given = shift_talk.of_duty(given, turn)
    if given or not second:
        return given, second[0] if second else None
    return [pair for pair in ahead if pair[0].day in second], first[0] if first else None


def _theirs(
    turn: Turn, mine: Shift, wanted: date, people: Sequence[Member]
) -> list[tuple[Assignment, Member]]:
    """Who could give something for it on the day wanted: the duty named for it, else the same where there is one."""
    day = shifts.on_day(turn.session, turn.village, wanted)
    spoken = duties_wanted(turn.heard.text)
    same = [shift for shift in day if shift.duty == mine.duty] or day
    day = [shift for shift in day if shift.duty in spoken] or day
    found = rosters.holders(turn.session, [shift.id for shift in (day if people else same)])
    meant = {member.id for member in people}
    others = [(place, member) for place, member in found if member.id != turn.asker.id]
    return [pair for pair in others if not meant or pair[1].id in meant]


def _how(turn: Turn, place: Assignment, shift: Shift) -> Message:
    """A swap without another day: anybody who steps in, or for which day?"""
    everybody = Button(Text("swaps.button_anybody"), f"shiftno:{place.id}")
    another = Button(Text("swaps.button_another_day"), f"swapday:{place.id}")
    return Message(Text("swaps.how", **shifts.facts(turn.village, shift)), ((everybody, another),))
