"""The roster as a whole: a week to read or to hang up, where hands are missing, and one pasted as people write it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from handlers.lunch.bookings import known
from handlers.turn import Turn
from handlers.volunteers.shifts import FEW
from models.cards import Card
from models.members.people import Role
from rules.values import Answer, Attachment, Button, Message, Refused, Style, Text, Toast, lines
from rules.volunteers import roster_entries, rosters, rosters_read, shifts
from rules.volunteers.roster_entries import Looked
from rules.volunteers.rosters_read import BadLine

MOST_LINES = 40
MOST_PROBLEMS = 8


def week(turn: Turn, argument: str) -> Answer:
    """`/roster`: this week's roster; what stands behind the command is a roster to be kept."""
    known(turn)
    if argument and turn.private:
        return pasted(turn, argument)
    return _week(turn, rosters.week_of(turn.today)[0])


def turn_week(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Another week."""
    known(turn)
    return Toast(Text("shifts.button_week"), edit=_week(turn, _day(arguments[0])))


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as wrong:
        raise Refused("common.old_button") from wrong


def _week(turn: Turn, monday: date) -> Message:
    sunday = monday + rosters.WEEK - timedelta(days=1)
    planned = rosters.roster(turn.session, turn.village.id, monday, sunday)
    found, left = planned[:MOST_LINES], len(planned[MOST_LINES:])
    head = Text("shifts.week_head" if found else "shifts.week_empty", first=monday, last=sunday)
    before = Button(Text("shifts.button_week_before"), f"shiftweek:{monday - rosters.WEEK}")
    after = Button(Text("shifts.button_week_after"), f"shiftweek:{monday + rosters.WEEK}")
    rows = [(before, after)]
    if found and turn.private:
        feed = Button(Text("shifts.button_feed"), "shiftfeed")
        rows.append((Button(Text("shifts.button_paper"), f"shiftpaper:{monday}"), feed))
    rest = Text("shifts.week_goes_on", count=left) if left else None
    return Message(lines(head, rosters.told(turn.village, found), rest), tuple(rows))


def paper(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The week for the wall, as a file."""
    known(turn)
    monday = _day(arguments[0])
    facts = {"canteen_id": turn.village.id, "monday": monday.isoformat()}
    last = monday + rosters.WEEK - timedelta(days=1)
    turn.answer(
        Message(Text("shifts.week_head", first=monday, last=last), attachment=Attachment("roster", facts))
    )
    return Toast(Text("common.done"))


def ask_paste(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The next message is a roster."""
    _check(turn)
    turn.ask("rosters.paste", awaits_text=True)
    return Toast(Text("common.done"), edit=Message(Text("shifts.paste_here")))


def _check(turn: Turn) -> None:
    known(turn)
    if not turn.may(*shifts.COORDINATORS):
        raise Refused("shifts.only_coordinator")
    if not turn.private:
        raise Refused("shifts.plan_in_private")


def pasted(turn: Turn, words: str) -> Answer:
    """Read a roster back before it counts: who is meant, and what stands against it."""
    _check(turn)
    entries, bad = rosters_read.read(words, turn.today)
    if not entries:
        turn.ask("rosters.paste", awaits_text=True)
        return Text("shifts.paste_unread")
    looked = roster_entries.look(turn.session, turn.village, entries, turn.act)
    card = turn.ask("rosters.keep", words=words, on=turn.today.isoformat())
    yes = Button(Text("shifts.button_keep"), f"rosterkeep:{card.id}:yes", Style.SUCCESS)
    no = Button(Text("shifts.button_drop"), f"rosterkeep:{card.id}:no")
    said = [*_preview(turn, looked), *_unread(bad)]
    return Message(lines(Text("shifts.paste_preview"), *said), ((yes, no),))


def _unread(bad: Sequence[BadLine]) -> list[Text]:
    """What could not be read, line by line; where it is much, how many lines more."""
    said = [Text("shifts.paste_line", line=line.line, reason=line.reason) for line in bad[:FEW]]
    more = len(bad) - len(said)
    return [*said, Text("shifts.paste_lines_more", count=more)] if more else said


def _preview(turn: Turn, looked: list[Looked]) -> list[Text]:
    said: list[Text] = []
    for number, one in enumerate(looked[:MOST_LINES]):
        entry = one.entry
        if number == 0 or looked[number - 1].entry.day != entry.day:
            said.append(Text("shifts.roster_day", day=entry.day))
        facts: Mapping[str, Any] = {"starts": entry.starts, "ends": entry.ends, "duty": entry.duty}
        names, missing = list(entry.people), entry.plan.needed - len(one.members) - len(one.stay)
        key = (
            "shifts.roster_nobody"
            if not names
            else "shifts.roster_short"
            if missing > 0
            else "shifts.roster_line"
        )
        said.append(Text(key, people=names, missing=missing, day=entry.day, **facts))
        if one.stay:
            said.append(Text("shifts.roster_stay", people=[member.name for member in one.stay]))
        said += [Text("shifts.problem", problem=problem) for problem in one.problems]
    left = len(looked) - MOST_LINES
    return [*said, Text("shifts.paste_more", count=left)] if left > 0 else said


def written(turn: Turn, card: Card, words: str) -> Answer:
    """The roster that was asked for."""
    return pasted(turn, words)


def keep(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """It was read rightly, or it was not."""
    card = turn.opened(arguments[0], "rosters.keep")
    _check(turn)
    if arguments[1] != "yes":
        return Toast(Text("common.done"), edit=Message(Text("shifts.dropped")))
    entries, _ = rosters_read.read(card.facts["words"], _day(card.facts["on"]))
    card.facts = {}  # the names in it have done their work
    kept = roster_entries.keep(turn.session, turn.village, entries, turn.act)
    problems = [Text("shifts.problem", problem=problem) for problem in kept.problems[:MOST_PROBLEMS]]
    said = lines(Text("shifts.kept", shifts=kept.shifts, places=kept.places), *problems)
    monday = rosters.week_of(min(entry.day for entry in entries))[0]
    look = Button(Text("shifts.button_look"), f"shiftweek:{monday}")
    return Toast(Text("common.done"), edit=Message(said, ((look,),)))


def is_roster(turn: Turn) -> bool:
    """Whether a coordinator has just pasted a roster without being asked."""
    return turn.private and turn.may(Role.SOCIAL_WORKER) and rosters_read.looks_like_roster(turn.heard.text)


COMMANDS = {"roster": week}
BUTTONS = {
    "shiftweek": turn_week,
    "shiftpaper": paper,
    "rosterpaste": ask_paste,
    "rosterkeep": keep,
}
CARDS = {"rosters.paste": written}
