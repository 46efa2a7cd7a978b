"""The week's visits: looked at, accepted, swapped for another house, moved to another day, gone to with somebody else."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from handlers.elders.request_forms import becomes
from handlers.elders.request_taps import number
from handlers.homes import visit_taps, visit_weeks
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.homes.visits import Visit, VisitState
from models.members.people import Role
from rules.homes import visit_notices, visit_plans, visit_sheets, visit_talk, visit_teams, visits
from rules.values import Answer, Attachment, Button, Message, Refused, Style, Text, Toast, lines

WEEK = timedelta(days=7)
UNDO_LASTS = timedelta(minutes=10)
FEW = 3


def check(turn: Turn) -> None:
    """Only for those who plan visits, only in private."""
    known(turn)
    if Role.SOCIAL_WORKER not in turn.roles:
        raise Refused("visits.only_social_worker")
    if not turn.private:
        raise Refused("visits.say_in_private")


def find(turn: Turn, word: str) -> Visit:
    """The visit behind a button, of the asker's own village only."""
    known(turn)
    return visits.held(turn.session, number(word), turn.act)


def listed(turn: Turn, argument: str) -> Answer:
    """`/visits`: this week's visits; for whoever only comes along, their own."""
    known(turn)
    if turn.private and Role.SOCIAL_WORKER not in turn.roles and turn.roles & visit_teams.MAY_COME:
        return _coming_along(turn)
    check(turn)
    return week(turn, visit_plans.coming_week(turn.today))


def _coming_along(turn: Turn) -> Text:
    waiting = visit_teams.waiting(turn.session, turn.village.id, turn.today + WEEK)
    mine = [one for one in waiting if one.companion_id == turn.asker.id and one.state == VisitState.PLANNED]
    said = [
        Text("visits.come_along", day=one.visit.day, worker=one.worker, who=one.who)
        for one in visit_talk.shown(turn.session, mine)
    ]
    return lines(*said) if said else Text("visits.none_for_you")


def week(turn: Turn, monday: date) -> Message:
    """A week with what is done with it first; the rest is one tap further."""
    return visit_talk.week_message(turn.session, turn.village, monday)


def week_tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Under a week: all right, one more, on paper, another week."""
    check(turn)
    monday = _day(arguments[0])
    match arguments[1].partition("-")[0]:
        case "house":
            return becomes(visit_weeks.house(turn, monday, arguments[1]))
        case "others":
            return becomes(visit_weeks.others(turn, monday, arguments[1]))
        case "yes":
            return _all_right(turn, monday)
        case "more":
            return _one_more(turn, monday)
        case "paper":
            return _paper(turn, monday)
        case "plan":
            visit_plans.propose(turn.session, turn.village, monday, turn.act)
    return becomes(week(turn, monday))


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as wrong:
        raise Refused("common.old_button") from wrong


def _all_right(turn: Turn, monday: date) -> Toast:
    proposed = visit_plans.week(turn.session, turn.village.id, monday)
    before = {one.id: visits.seen(one) for one in proposed}
    accepted = visit_plans.accept_all(turn.session, turn.village, monday, turn.act)
    if not accepted:
        return becomes(week(turn, monday))
    changed = [(one, before[one.id]) for one in accepted]
    visit_notices.tell_companions(turn.session, turn.village, changed, turn.act)
    return becomes(undoable(turn, Text("visits.accepted", count=len(accepted)), changed))


def _tell(turn: Turn, changed: Sequence[tuple[Visit, dict[str, Any] | None]]) -> None:
    for visit, before in changed:
        visit_notices.tell_companion(turn.session, turn.village, visit, before, turn.act)


def undoable(turn: Turn, said: Text, changed: Sequence[tuple[Visit, dict[str, Any]]]) -> Message:
    """A way back for ten minutes."""
    acts = [{"visit": one.id, "before": before, "after": visits.seen(one)} for one, before in changed]
    card = turn.ask("visits.undo", lasts=UNDO_LASTS, acts=acts)
    return Message(said, ((Button(Text("common.undo"), f"visitundo:{card.id}"),),))


def _one_more(turn: Turn, monday: date) -> Toast:
    visit = visit_plans.one_more(turn.session, turn.village, monday, turn.act)
    before = {**visits.seen(visit), "state": VisitState.CALLED_OFF.value}
    visit = visits.accept(turn.session, visit.id, turn.act)
    _tell(turn, [(visit, None)])
    return becomes(undoable(turn, Text("visits.added", line=_line(turn, visit)), [(visit, before)]))


def _line(turn: Turn, visit: Visit) -> Text:
    return visit_talk.line(visit_talk.shown(turn.session, [visit])[0])


def _paper(turn: Turn, monday: date) -> Toast:
    facts = {"canteen_id": turn.village.id, "monday": monday.isoformat(), "reader_id": turn.asker.id}
    visit_sheets.note_reading(turn.session, turn.village, monday, turn.act)
    turn.answer(Message(Text("visits.paper", first=monday), attachment=Attachment("visits", facts)))
    return Toast(Text("common.done"))


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Under one visit."""
    check(turn)
    visit, word = find(turn, arguments[0]), arguments[1]
    if word == "record":
        return becomes(visit_taps.what_came(turn, visit))
    if visit.state == VisitState.DONE and word == "see":
        return becomes(visit_talk.told(turn.session, visit, turn.act))
    if visit.state not in (VisitState.PROPOSED, VisitState.PLANNED):
        raise Refused("visits.changed_since")
    match word:
        case "see":
            return becomes(_closer(turn, visit))
        case "more":
            return becomes(Message(_line(turn, visit), _changes(visit)))
        case "day":
            return becomes(_which_day(turn, visit))
        case "with":
            return becomes(_who_comes(turn, visit))
    return becomes(_changed(turn, visit, word))


def _changed(turn: Turn, visit: Visit, word: str) -> Message:
    before = visits.seen(visit)
    if word == "go":
        visits.accept(turn.session, visit.id, turn.act)
        said = Text("visits.accepted_one", line=_line(turn, visit))
    elif word == "swap":
        return _swapped(turn, visit)
    elif word == "off":
        visits.call_off(turn.session, visit.id, turn.act)
        said = Text("visits.called_off", who=visit_talk.shown(turn.session, [visit])[0].who)
    else:
        raise Refused("common.old_button")
    _tell(turn, [(visit, before)])
    return undoable(turn, said, [(visit, before)])


def _swapped(turn: Turn, visit: Visit) -> Message:
    before = visits.seen(visit)
    gone, came = visit_plans.swap(turn.session, turn.village, visit.id, turn.act)
    new = {**visits.seen(came), "state": VisitState.CALLED_OFF.value}
    visits.accept(turn.session, came.id, turn.act)
    _tell(turn, [(gone, before), (came, None)])
    who = visit_talk.shown(turn.session, [gone])[0].who
    said = Text("visits.swapped", gone=who, line=_line(turn, came))
    return undoable(turn, said, [(came, new), (gone, before)])


def _closer(turn: Turn, visit: Visit) -> Message:
    """Everything that is needed at the door."""
    said = visit_talk.morning(turn.session, turn.village, visit, turn.act, turn.asker.id).text
    first = Button(Text("visits.button_record"), f"visit:{visit.id}:record", Style.PRIMARY)
    if visit.state == VisitState.PROPOSED:
        first = Button(Text("visits.button_go"), f"visit:{visit.id}:go", Style.SUCCESS)
    swap = Button(Text("visits.button_swap"), f"visit:{visit.id}:swap")
    more = Button(Text("visits.button_more"), f"visit:{visit.id}:more")
    return Message(said, ((first,), (swap,), (more,)))


def _changes(visit: Visit) -> tuple[tuple[Button, ...], ...]:
    words = ("day", "with", "off")
    return tuple((Button(Text(f"visits.button_{word}"), f"visit:{visit.id}:{word}"),) for word in words)


def _which_day(turn: Turn, visit: Visit) -> Message:
    days: list[date] = []
    day = turn.today
    while len(days) < FEW:
        if day != visit.day and visits.next_day(turn.village, day) == day:
            days.append(day)
        day += timedelta(days=1)
    rows = [(Button(Text("visits.button_that_day", day=one), f"visitday:{visit.id}:{one}"),) for one in days]
    return Message(Text("visits.which_day"), tuple(rows))


def _who_comes(turn: Turn, visit: Visit) -> Message:
    rows = [
        (Button(Text("visits.button_name", name=one.name), f"visitwith:{visit.id}:{one.id}"),)
        for one in visit_teams.others(turn.session, visit, FEW)
    ]
    rows.append((Button(Text("visits.button_nobody"), f"visitwith:{visit.id}:0"),))
    return Message(Text("visits.who_comes"), tuple(rows))


COMMANDS = {"visits": listed}
BUTTONS = {"visit": tapped, "visitweek": week_tapped}
