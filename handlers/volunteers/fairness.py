"""Hours and whom to ask: one's own kindly, the load of all and the next to ask for those who plan."""

from handlers.lunch.bookings import known
from handlers.lunch.rolls import number
from handlers.turn import Turn
from models.members.people import Member
from models.volunteers.shifts import Shift, ShiftState
from rules import outbox
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines
from rules.volunteers import eligibility, fairness, shifts
from rules.volunteers.fairness import Load

ASKED_AT_ONCE = 3
PAGE = 20


def hours(turn: Turn, argument: str) -> Message:
    """`/hours`: my own; for those who plan, everybody's below, least loaded first."""
    known(turn)
    if not turn.private:
        return Message(Text("fairness.say_in_private"))
    mine = fairness.kindly(fairness.hours(turn.session, turn.village, turn.asker.id, turn.today))
    if not turn.may(*shifts.COORDINATORS):
        return Message(mine)
    return _all(turn, 0, mine)


def hours_by_tap(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The same behind a button."""
    turn.answer(hours(turn, ""))
    return Toast(Text("fairness.button_hours"))


def _all(turn: Turn, first: int, before: Text | None) -> Message:
    found = fairness.loads(turn.session, turn.village, turn.today)
    shown = [_load(load) for load in found[first : first + PAGE]]
    more = Button(Text("common.more"), f"hourspage:{first + PAGE}")
    rows = ((more,),) if len(found) > first + PAGE else ()
    return Message(lines(before, Text("fairness.all", count=len(found)), *shown), rows)


def _load(load: Load) -> Text:
    facts = {"done": eligibility.hours(load.done), "ahead": eligibility.hours(load.ahead)}
    return Text("fairness.load", name=load.member.name, **facts)


def turn_page(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Further people."""
    _check_plans(turn)
    turn.answer(_all(turn, number(arguments[0]), None))
    return Toast(Text("common.more"))


def _check_plans(turn: Turn) -> None:
    known(turn)
    shifts.check_coordinates(turn.session, turn.act)
    if not turn.private:
        raise Refused("fairness.say_in_private")


def whom(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Who could be asked to fill a gap."""
    _check_plans(turn)
    turn.answer(_suggestions(turn, _gap(turn, arguments[0])))
    return Toast(Text("fairness.button_whom"))


def _gap(turn: Turn, word: str) -> Shift:
    """A shift somebody can still be found for; one that is over, called off or full by now is not."""
    shift = shifts.held(turn.session, number(word), turn.village.id)
    facts = {"day": shift.day, "duty": shift.duty}
    if shift.state == ShiftState.CANCELLED:
        raise Refused("shifts.is_off", **facts)
    if turn.now >= shift.ends_at:
        raise Refused("shifts.over")
    if len(shifts.live(turn.session, shift.id)) >= shift.needed:
        raise Refused("fairness.enough_by_now", **facts)
    return shift


def _suggestions(turn: Turn, shift: Shift) -> Message:
    found = fairness.whom_to_ask(turn.session, turn.village, shift, turn.now)[:ASKED_AT_ONCE]
    facts = shifts.facts(turn.village, shift)
    if not found:
        return Message(Text("fairness.nobody_free", **facts))
    rows = tuple((_ask_button(load, shift),) for load in found)
    return Message(lines(Text("fairness.could_ask", **facts), *map(_load, found)), rows)


def _ask_button(load: Load, shift: Shift) -> Button:
    return Button(Text("fairness.button_ask", name=load.member.name), f"shiftask:{shift.id}:{load.member.id}")


def ask(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of them is asked, in private."""
    _check_plans(turn)
    shift = _gap(turn, arguments[0])
    member = turn.session.get(Member, number(arguments[1]))
    if member is None or member.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    if not any(load.member.id == member.id for load in _could(turn, shift)):
        raise Refused("fairness.not_free", name=member.name)
    facts = shifts.facts(turn.village, shift)
    yes = Button(Text("fairness.button_yes"), f"shiftyes:{shift.id}", Style.SUCCESS)
    no = Button(Text("fairness.button_no"), f"shiftsorry:{shift.id}")
    said = Message(Text("fairness.please", name=turn.asker.name, **facts), ((yes, no),))
    if outbox.reach(turn.session, member) is None:
        return Toast(Text("fairness.no_phone", name=member.name), alert=True)
    key, begins = f"shiftask:{shift.id}", shift.starts_at
    row = outbox.tell(turn.session, key, member, said, now=turn.now, before=begins)
    return Toast(Text("fairness.asked" if row else "fairness.asked_already", name=member.name))


def _could(turn: Turn, shift: Shift) -> list[Load]:
    return fairness.whom_to_ask(turn.session, turn.village, shift, turn.now)


def sorry(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """ "Not this time" is a good answer too; the coordinators hear it."""
    known(turn)
    shift = shifts.held(turn.session, number(arguments[0]), turn.village.id)
    said = Text("fairness.said_no", name=turn.asker.name, **shifts.facts(turn.village, shift))
    whom_next = Button(Text("fairness.button_whom"), f"shiftwhom:{shift.id}")
    key = f"shiftsorry:{shift.id}:{turn.asker.id}"
    message = Message(said, ((whom_next,),))
    outbox.tell_role(turn.session, key, turn.village.id, shifts.COORDINATORS, message, now=turn.now)
    return Toast(Text("common.done"), edit=Message(Text("fairness.never_mind")))


COMMANDS = {"hours": hours}
BUTTONS = {
    "hours": hours_by_tap,
    "hourspage": turn_page,
    "shiftwhom": whom,
    "shiftask": ask,
    "shiftsorry": sorry,
}
