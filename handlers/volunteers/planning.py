"""Planning by buttons: a new shift step by step, a shift that is there, its people, its pattern."""

from datetime import date, time, timedelta
from typing import Any

from handlers.lunch.rolls import number
from handlers.questions import UNDO_LASTS
from handlers.turn import Turn
from handlers.volunteers.shift_cards import card_of, check, read
from models.cards import Card
from models.volunteers.shifts import DutyKind
from rules.values import Answer, Button, Message, Text, Toast
from rules.volunteers import patterns, rosters, shift_endings, shifts
from rules.volunteers.patterns import Weekly
from rules.volunteers.rosters_read import SPANS
from rules.volunteers.shifts import Plan

DAYS = 7
COUNTS = (1, 2, 3, 4)


def menu(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What can be planned."""
    check(turn)
    monday, _ = rosters.week_of(turn.today)
    rows = (
        (Button(Text("shifts.button_new"), "plannew"),),
        (Button(Text("shifts.button_change"), f"planweek:{monday}"),),
        (Button(Text("shifts.button_patterns"), "planweekly"),),
        (Button(Text("shifts.button_paste"), "rosterpaste"),),
    )
    return Toast(Text("common.done"), edit=Message(Text("shifts.plan_how"), rows))


def by_command(turn: Turn, argument: str) -> Answer:
    """`/plan`: the same by a command."""
    shown = menu(turn, ("", ""))
    return shown.edit if isinstance(shown, Toast) else shown


def new(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A new shift: on which day?"""
    check(turn)
    card = turn.ask("shifts.plan")
    days = [turn.today + timedelta(days=ahead) for ahead in range(DAYS)]
    buttons = [Button(Text("shifts.button_day", day=day), f"planday:{card.id}:{day}") for day in days]
    return _step("shifts.plan_day", buttons)


def _step(key: str, buttons: list[Button], **facts: Any) -> Toast:
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Toast(Text("common.done"), edit=Message(Text(key, **facts), rows))


def _next(turn: Turn, arguments: tuple[str, ...], **more: Any) -> Card:
    card = turn.opened(arguments[0], "shifts.plan")
    check(turn)
    return turn.ask("shifts.plan", **{**card.facts, **more})


def day(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The day is chosen: which duty?"""
    chosen = read(lambda: date.fromisoformat(arguments[1]))
    card = _next(turn, arguments, day=chosen.isoformat())
    return _step(
        "shifts.plan_duty",
        [Button(Text(f"DutyKind.{duty}"), f"planduty:{card.id}:{duty}") for duty in DutyKind],
    )


def duty(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The duty is chosen: when?"""
    chosen = read(lambda: DutyKind(arguments[1]))
    card = _next(turn, arguments, duty=chosen.value)
    return _step(
        "shifts.plan_time",
        [
            Button(Text("shifts.button_span", starts=starts, ends=ends), f"plantime:{card.id}:{part}")
            for part, (starts, ends) in SPANS.items()
        ],
    )


def at_time(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The time is chosen: how many people?"""
    starts, ends = read(lambda: SPANS[arguments[1]])
    card = _next(turn, arguments, starts=starts.isoformat(), ends=ends.isoformat())
    return _step(
        "shifts.plan_count",
        [Button(Text("shifts.button_count", count=count), f"planmany:{card.id}:{count}") for count in COUNTS],
    )


def how_many(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The number is chosen: once or every week?"""
    card = _next(turn, arguments, needed=number(arguments[1]))
    plan = plan_of(card)
    once = Button(Text("shifts.button_once"), f"planmake:{card.id}:once")
    weekly = Button(
        Text("shifts.button_weekly", weekday=Text(f"weekday.{plan.day.isoweekday()}")),
        f"planmake:{card.id}:weekly",
    )
    return _step("shifts.plan_sure", [once, weekly], **said(plan))


def plan_of(card: Card) -> Plan:
    """What the card has gathered."""
    facts = card.facts
    starts, ends = time.fromisoformat(facts["starts"]), time.fromisoformat(facts["ends"])
    return Plan(date.fromisoformat(facts["day"]), starts, ends, DutyKind(facts["duty"]), facts["needed"])


def said(plan: Plan) -> dict[str, Any]:
    """A plan as facts."""
    return {
        "day": plan.day,
        "starts": plan.starts,
        "ends": plan.ends,
        "duty": plan.duty,
        "needed": plan.needed,
    }


def make(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Once, or every week from now on."""
    card = turn.opened(arguments[0], "shifts.plan")
    check(turn)
    plan = read(lambda: plan_of(card))
    if arguments[1] == "weekly":
        weekly = Weekly(plan.day.isoweekday(), plan.starts, plan.ends, plan.duty, plan.needed)
        row = patterns.add(turn.session, turn.village, weekly, turn.act)
        end = Button(Text("shifts.button_end_weekly"), f"planend:{row.id}")
        weekday = Text(f"weekday.{row.weekday}")
        return Toast(
            Text("common.done"),
            edit=Message(Text("shifts.planned_weekly", weekday=weekday, **said(plan)), ((end,),)),
        )
    shift = shifts.make(turn.session, turn.village, plan, turn.act)
    undo = turn.ask("planning.undo", lasts=UNDO_LASTS, shift=shift.id)
    return Toast(
        Text("common.done"), edit=card_of(turn, shift, Button(Text("common.undo"), f"planundo:{undo.id}"))
    )


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A shift planned by mistake."""
    card = turn.opened(arguments[0], "planning.undo")
    check(turn)
    shift_endings.call_off(turn.session, card.facts["shift"], "", turn.act)
    return Toast(Text("common.done"), edit=Message(Text("shifts.plan_undone")))


def end_weekly(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """No longer every week."""
    check(turn)
    row = patterns.end(turn.session, number(arguments[0]), turn.act)
    said_now = Text("shifts.pattern_ended", weekday=Text(f"weekday.{row.weekday}"), duty=row.duty)
    back = turn.ask("patterns.undo", lasts=UNDO_LASTS, template=row.id)
    button = Button(Text("common.undo"), f"planagain:{back.id}")
    return Toast(Text("common.done"), edit=Message(said_now, ((button,),)))


def weekly_again(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Every week after all."""
    card = turn.opened(arguments[0], "patterns.undo")
    check(turn)
    row = patterns.resume(turn.session, turn.village, card.facts["template"], turn.act)
    weekday = Text(f"weekday.{row.weekday}")
    said_now = Text(
        "shifts.pattern_resumed", weekday=weekday, starts=row.starts, ends=row.ends, duty=row.duty
    )
    end = Button(Text("shifts.button_end_weekly"), f"planend:{row.id}")
    return Toast(Text("common.done"), edit=Message(said_now, ((end,),)))


COMMANDS = {"plan": by_command}
BUTTONS = {
    "plan": menu,
    "plannew": new,
    "planday": day,
    "planduty": duty,
    "plantime": at_time,
    "planmany": how_many,
    "planmake": make,
    "planundo": undo,
    "planend": end_weekly,
    "planagain": weekly_again,
}
UNDOES = {"planning.undo": undo, "patterns.undo": weekly_again}
