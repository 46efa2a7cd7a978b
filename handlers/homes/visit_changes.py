"""A visit changed by a tap: another day, another companion, who cannot come; taken back; who was not seen for long."""

from collections.abc import Sequence

from handlers.elders.request_forms import becomes
from handlers.elders.request_taps import number
from handlers.homes.visit_weeks import TWO
from handlers.homes.visits import check, find, undoable
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.homes.visits import VisitState
from models.members.people import Member
from rules.homes import (
    visit_coverage,
    visit_notices,
    visit_proposals,
    visit_records,
    visit_talk,
    visits,
)
from rules.homes.visit_proposals import Candidate
from rules.homes.visits import Wanted
from rules.values import Answer, Button, Message, Refused, Text, Toast, lines


def day_picked(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Another day was tapped."""
    check(turn)
    visit = find(turn, arguments[0])
    try:
        day = type(visit.day).fromisoformat(arguments[1])
    except ValueError as wrong:
        raise Refused("common.old_button") from wrong
    before = visits.seen(visit)
    visits.move(turn.session, visit.id, day, turn.act)
    return _told(turn, visit.id, before)


def companion_picked(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Another companion was tapped, or nobody."""
    check(turn)
    visit, companion_id = find(turn, arguments[0]), number(arguments[1])
    before = visits.seen(visit)
    visits.go_with(turn.session, visit.id, companion_id or None, turn.act)
    return _told(turn, visit.id, before)


def _told(turn: Turn, visit_id: int, before: dict[str, object]) -> Toast:
    visit = visits.held(turn.session, visit_id, turn.act)
    visit_notices.tell_companion(turn.session, turn.village, visit, before, turn.act)
    (one,) = visit_talk.shown(turn.session, [visit])
    return becomes(undoable(turn, Text("visits.moved_to", line=visit_talk.line(one)), [(visit, before)]))


def cannot(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Whoever was to come along cannot."""
    if not turn.private:
        raise Refused("visits.say_in_private")
    visit = find(turn, arguments[0])
    visits.cannot(turn.session, visit.id, turn.act)
    visit_notices.companion_cannot(turn.session, turn.village, visit, turn.asker, turn.act)
    (one,) = visit_talk.shown(turn.session, [visit])
    return becomes(Text("visits.cannot_noted", worker=one.worker))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong tap, or something written down by mistake, is taken back."""
    known(turn)
    card = turn.opened(arguments[0], "visits.undo")
    record = card.facts.get("record")
    if record is not None:
        visit_records.take_back(turn.session, record, turn.act)
        return becomes(Text("visits.undone"))
    for act in card.facts["acts"]:
        visit = visits.held(turn.session, act["visit"], turn.act)
        now = visits.seen(visit)
        visits.restore(turn.session, act["visit"], act["before"], act["after"], turn.act)
        visit_notices.tell_companion(turn.session, turn.village, visit, now, turn.act)
    return becomes(Text("visits.undone"))


def unseen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Who was not seen for how long, against the norm; a tap plans a visit."""
    return becomes(_unseen(turn, number(arguments[0] or "0")))


def late(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Whose day has passed by their own rhythm: weekly, monthly, quarterly."""
    return becomes(_late(turn, number(arguments[0] or "0")))


def ask_unseen(turn: Turn, argument: str) -> Answer:
    """谁好久没见了: the same in words."""
    return _unseen(turn, 0)


def ask_late(turn: Turn, argument: str) -> Answer:
    """到时间没去的: the same in words."""
    return _late(turn, 0)


def _unseen(turn: Turn, first: int) -> Message:
    check(turn)
    found = visit_coverage.coverage(turn.session, turn.village, turn.today)
    levels = [
        Text("visits.level", risk=one.risk, households=one.households, seen=one.seen, late=one.late)
        for one in found.levels
        if one.households
    ]
    facts = {"seen": found.seen, "households": found.households, "percent": found.percent}
    head = Text("visits.unseen_head" if found.unseen else "visits.all_seen")
    message = _listed(turn, found.unseen, first, "visitseen")
    said = lines(Text("visits.coverage", **facts), *levels, head, message.text)
    if len(found.unseen) > TWO:
        return Message(said, message.buttons)
    late = (Button(Text("visits.button_late"), "visitlate:0"),)
    return Message(said, (*message.buttons, late))


def _late(turn: Turn, first: int) -> Message:
    check(turn)
    found = visit_proposals.overdue(
        visit_proposals.candidates(turn.session, turn.village, turn.today), turn.today
    )
    message = _listed(turn, found, first, "visitlate")
    head = Text("visits.late_head", count=len(found)) if found else Text("visits.none_late")
    return Message(lines(head, message.text), message.buttons)


def _listed(turn: Turn, found: Sequence[Candidate], first: int, verb: str) -> Message:
    """Some households, and a button for each that plans a visit."""
    page = found[first : first + TWO]
    said = [
        Text("visits.numbered", number=at, what=visit_talk.late_line(one, turn.today))
        for at, one in enumerate(page, first + 1)
    ]
    plan = tuple(
        Button(Text("visits.button_plan_one", number=at), f"visitplan:{one.elder.id}")
        for at, one in enumerate(page, first + 1)
    )
    rows = [plan] if plan else []
    if len(found) > TWO:
        following = first + TWO if first + TWO < len(found) else 0
        rows.append((Button(Text("common.more"), f"{verb}:{following}"),))
    return Message(lines(*said), tuple(rows))


def plan_one(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A visit to somebody who was not seen for long, on the next day on which visits are made."""
    check(turn)
    elder = turn.session.get(Member, number(arguments[0]))
    if elder is None or elder.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    day = visits.next_day(turn.village, turn.today)
    planned = visits.open_of(turn.session, elder.household_id) if elder.household_id else None
    was = visits.seen(planned) if planned is not None else None
    visit = visits.plan(turn.session, elder, Wanted(day, turn.asker.id), turn.act)
    before = was or {**visits.seen(visit), "state": VisitState.CALLED_OFF.value}
    visit_notices.tell_companion(turn.session, turn.village, visit, was, turn.act)
    (one,) = visit_talk.shown(turn.session, [visit])
    return becomes(undoable(turn, Text("visits.added", line=visit_talk.line(one)), [(visit, before)]))


COMMANDS = {"unseen": ask_unseen, "overdue": ask_late}
UNDOES = {"visits.undo": undo}
BUTTONS = {
    "visitday": day_picked,
    "visitwith": companion_picked,
    "visitno": cannot,
    "visitundo": undo,
    "visitseen": unseen,
    "visitlate": late,
    "visitplan": plan_one,
}
