"""Looking at shifts: one's own, who is on when, where hands are missing."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.lunch.bookings import known
from handlers.turn import Turn
from handlers.volunteers import shifts as shift_talk
from models.members.people import Role
from models.volunteers.shifts import Assignment, AssignmentState, Shift
from nlu import Intent, Understanding
from rules.members.naming import asks_for_gaps, speaks_of_self
from rules.values import Answer, Button, Message, Style, Text, lines
from rules.volunteers import rosters, shifts
from rules.volunteers.rosters_read import duties_in

SHOWN = 6
AHEAD = timedelta(days=14)


def mine(turn: Turn, argument: str) -> Answer:
    """`/shifts`: one's own, with the roster and its gaps behind buttons; in the group who is on today and tomorrow."""
    known(turn)
    if not turn.private:
        return on_days(turn, (turn.today, turn.today + timedelta(days=1)))
    coming = rosters.mine(turn.session, turn.asker.id, turn.today)[:SHOWN]
    said = lines(
        Text("shifts.mine" if coming else "shifts.none_coming"),
        *(_mine(turn, place, shift) for place, shift in coming),
    )
    return Message(said, _behind(turn))


def _mine(turn: Turn, place: Assignment, shift: Shift) -> Text:
    sure = place.state == AssignmentState.CONFIRMED
    return Text("shifts.mine_sure" if sure else "shifts.line", **shifts.facts(turn.village, shift))


def _behind(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    monday, _ = rosters.week_of(turn.today)
    this = Button(Text("shifts.button_this_week"), f"shiftweek:{monday}")
    following = Button(Text("shifts.button_next_week"), f"shiftweek:{monday + rosters.WEEK}")
    given = Button(Text("fairness.button_hours"), "hours")
    gaps = Button(Text("shifts.button_gaps"), "shiftgaps")
    rows: list[tuple[Button, ...]] = [(this, following), (gaps, given)]
    if turn.may(Role.SOCIAL_WORKER):
        rows.append((Button(Text("shifts.button_plan"), "plan"),))
    return tuple(rows)


def query(turn: Turn, understanding: Understanding) -> Answer:
    """Who cooks tomorrow, when am I on."""
    known(turn)
    days = understanding.slots.dates[:7]
    if asks_for_gaps(turn.heard.text):
        return gaps(turn)
    if speaks_of_self(turn.heard.text):
        return _mine_on(turn, days) if days else mine(turn, "")
    return on_days(turn, days or (turn.today, turn.today + timedelta(days=1)))


def gaps(turn: Turn) -> Message:
    """Where hands are missing, with a button for the soonest."""
    last = turn.today + AHEAD
    found = rosters.vacancies(turn.session, turn.village.id, turn.today, last, turn.now)[: shift_talk.FEW]
    if not found:
        return Message(Text("shifts.nothing_open"))
    told = [(shift, shifts.facts(turn.village, shift), missing) for shift, missing in found]
    said = [Text("shifts.gap_line", missing=missing, **facts) for _, facts, missing in told]
    rows = [
        (Button(Text("shifts.line", **facts), f"shiftjoin:{shift.id}", Style.SUCCESS),)
        for shift, facts, _ in told
    ]
    return Message(lines(Text("shifts.gaps"), *said), tuple(rows))


def show_gaps(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The same by a button."""
    known(turn)
    return shift_talk.shown(turn, gaps(turn))


def _mine_on(turn: Turn, days: Sequence[date]) -> Answer:
    found = rosters.mine(turn.session, turn.asker.id, turn.today, days)
    if not found:
        return Text("shifts.none_on", days=list(days))
    return lines(*(shifts.line(turn.village, shift) for _, shift in found))


def on_days(turn: Turn, days: Sequence[date]) -> Answer:
    """Who is on, on some days."""
    found = rosters.roster(turn.session, turn.village.id, min(days), max(days))
    kept = [line for line in found if line.shift.day in days]
    duties = duties_in(turn.heard.text)
    kept = [line for line in kept if line.shift.duty in duties] or kept
    return rosters.told(turn.village, kept) if kept else Text("shifts.nobody_planned", days=list(days))


COMMANDS = {"shifts": mine}
INTENTS = {Intent.QUERY_SHIFTS: query}
BUTTONS = {"shiftgaps": show_gaps}
