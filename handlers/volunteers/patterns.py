"""The shifts of every week in the coordinator's hand: who always comes, how many are needed, no longer."""

from collections import Counter

from handlers.lunch.rolls import number
from handlers.questions import UNDO_LASTS
from handlers.turn import Turn
from handlers.volunteers.shift_cards import check, who_heard
from models.cards import Card
from models.members.people import Member
from models.volunteers.shifts import ShiftTemplate
from rules.members.people import named
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines
from rules.volunteers import patterns, usuals
from rules.volunteers.usuals import Usual


def weekdays(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The days that have shifts every week."""
    check(turn)
    counts = Counter(row.weekday for row in patterns.of(turn.session, turn.village.id))
    if not counts:
        return Toast(Text("common.done"), edit=Message(Text("shifts.no_patterns"), (_to_menu(),)))
    days = [
        Button(
            Text("shifts.button_weekday", weekday=Text(f"weekday.{day}"), count=counts[day]), f"weekday:{day}"
        )
        for day in sorted(counts)
    ]
    rows = tuple(tuple(days[at : at + 2]) for at in range(0, len(days), 2))
    return Toast(Text("common.done"), edit=Message(Text("shifts.which_weekday"), (*rows, _to_menu())))


def _to_menu() -> tuple[Button, ...]:
    return (Button(Text("common.back"), "plan"),)


def of_weekday(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The shifts one weekday has every week."""
    check(turn)
    day = number(arguments[0])
    rows = [
        (Button(Text("shifts.button_pattern", **_facts(row)), f"weekly:{row.id}"),)
        for row in patterns.of(turn.session, turn.village.id)
        if row.weekday == day
    ]
    back = (Button(Text("common.back"), "planweekly"),)
    return Toast(Text("common.done"), edit=Message(Text("shifts.which_pattern"), (*rows, back)))


def _facts(row: ShiftTemplate) -> dict[str, object]:
    return {**usuals.every(row), "needed": row.needed}


def show(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One shift of every week, and what can be changed about it."""
    return Toast(Text("common.done"), edit=_card(turn, _own(turn, arguments[0])))


def _own(turn: Turn, word: str) -> ShiftTemplate:
    check(turn)
    return patterns.held(turn.session, number(word), turn.act)


def _card(turn: Turn, row: ShiftTemplate, *before: Text | None) -> Message:
    always = usuals.names(turn.session, row)
    names = [member.name for member in always]
    who = Text("shifts.usual", people=names) if names else Text("shifts.usual_nobody")
    leave = [
        (Button(Text("shifts.button_usual_leaves", name=one.name), f"usualends:{row.id}:{one.id}"),)
        for one in always
    ]
    fewer = Button(Text("shifts.button_one_less"), f"weeklyneeds:{row.id}:less")
    more = Button(Text("shifts.button_one_more"), f"weeklyneeds:{row.id}:more")
    rows = (
        (Button(Text("shifts.button_usual"), f"usualadd:{row.id}", Style.PRIMARY),),
        *leave,
        (more, fewer),
        (Button(Text("shifts.button_end_weekly"), f"planend:{row.id}", Style.DANGER),),
        (Button(Text("common.back"), f"weekday:{row.weekday}"),),
    )
    return Message(lines(*before, Text("shifts.pattern", **_facts(row)), who), rows)


def needs(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One more is needed every week, or one less."""
    row = _own(turn, arguments[0])
    step = 1 if arguments[1] == "more" else -1
    patterns.need(turn.session, row.id, row.needed + step, turn.act)
    return Toast(Text("common.done"), edit=_card(turn, row, Text("shifts.from_now_on")))


def ask_who(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Who comes every week? The next message is a name."""
    row = _own(turn, arguments[0])
    turn.ask("shifts.usual", awaits_text=True, template=row.id)
    return Toast(Text("common.done"), edit=Message(Text("shifts.who_usual", **_facts(row))))


def joins(turn: Turn, card: Card, words: str) -> Answer:
    """Somebody is named who always comes."""
    check(turn)
    found = named(turn.session, turn.village.id, words.strip())
    if len(found) != 1:
        turn.ask("shifts.usual", awaits_text=True, **card.facts)
        return Text("shifts.name_twice" if found else "shifts.name_unknown", name=words.strip()[:20])
    made = usuals.always(turn.session, turn.village, card.facts["template"], found[0], turn.act)
    return _joined(turn, made)


def _joined(turn: Turn, made: Usual) -> Message:
    back = turn.ask(
        "usual.undo",
        lasts=UNDO_LASTS,
        template=made.row.id,
        member=made.member.id,
        places=[found.place.id for found in made.places],
    )
    problems = [Text("shifts.day_problem", day=day, problem=problem) for day, problem in made.problems]
    said = Text("shifts.usual_kept", name=made.member.name, count=len(made.places), **_facts(made.row))
    shown = _card(turn, made.row, said, *problems, *who_heard(turn, [made.member]))
    return Message(shown.text, (*shown.buttons, (Button(Text("common.undo"), f"usualundo:{back.id}"),)))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The wrong person, or the wrong shift."""
    card = turn.opened(arguments[0], "usual.undo")
    check(turn)
    member = turn.session.get_one(Member, card.facts["member"])
    row = usuals.take_back(turn.session, card.facts["template"], member, card.facts["places"], turn.act)
    return Toast(Text("common.done"), edit=_card(turn, row, Text("shifts.usual_undone", name=member.name)))


def leaves(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Somebody does not come every week any more."""
    row = _own(turn, arguments[0])
    member = turn.session.get(Member, number(arguments[1]))
    if member is None or member.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    usuals.no_longer(turn.session, row.id, member.id, turn.act)
    said = Text("shifts.usual_ended", name=member.name)
    return Toast(Text("common.done"), edit=_card(turn, row, said))


BUTTONS = {
    "planweekly": weekdays,
    "weekday": of_weekday,
    "weekly": show,
    "weeklyneeds": needs,
    "usualadd": ask_who,
    "usualends": leaves,
    "usualundo": undo,
}
CARDS = {"shifts.usual": joins}
UNDOES = {"usual.undo": undo}
