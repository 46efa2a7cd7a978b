"""A visit written down by a few taps: what came of it, what was found; when to come again; what the elder was asked."""

from typing import Any

from handlers.elders.request_forms import becomes
from handlers.elders.request_taps import number
from handlers.homes import visit_records as recording
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.homes.visits import OPEN_VISITS, SEEN, Visit, VisitOutcome
from models.members.people import Member, Role
from nlu.visit_notes import read_findings
from rules.homes import households, visit_records, visit_talk, visits
from rules.values import Answer, Button, Message, Refused, Style, Text

FIRST = (VisitOutcome.VISITED, VisitOutcome.NOT_HOME)
REST = (VisitOutcome.REFUSED, VisitOutcome.HOSPITAL, VisitOutcome.AWAY, VisitOutcome.PHONED)


def what_came(turn: Turn, visit: Visit, *, rest: bool = False) -> Message:
    """What came of it, the likely first."""
    if visit.state not in OPEN_VISITS or visit.day > turn.today:
        raise Refused("visits.wrong_day" if visit.state in OPEN_VISITS else "visits.changed_since")
    (one,) = visit_talk.shown(turn.session, [visit])
    style = {VisitOutcome.VISITED: Style.SUCCESS}
    rows = [
        (
            Button(
                Text(f"VisitOutcome.{outcome}"),
                f"visitout:{visit.id}:{outcome}",
                style.get(outcome, Style.PLAIN),
            ),
        )
        for outcome in (REST if rest else FIRST)
    ]
    if not rest:
        rows.append((Button(Text("visits.button_other_outcome"), f"visitout:{visit.id}:rest"),))
    return Message(Text("visits.what_came", who=one.who), tuple(rows))


def _check(turn: Turn) -> None:
    known(turn)
    if Role.SOCIAL_WORKER not in turn.roles:
        raise Refused("visits.only_social_worker")
    if not turn.private:
        raise Refused("visits.say_in_private")


def outcome_tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What came of it was tapped; whoever was met is asked about."""
    _check(turn)
    visit = visits.held(turn.session, number(arguments[0]), turn.act)
    if arguments[1] == "rest":
        return becomes(what_came(turn, visit, rest=True))
    if arguments[1] not in set(VisitOutcome):
        raise Refused("common.old_button")
    if visit.state not in OPEN_VISITS or visit.day > turn.today:
        raise Refused("visits.changed_since")
    outcome = VisitOutcome(arguments[1])
    if outcome not in SEEN:
        return becomes(recording.check(turn, _facts(visit, outcome)))
    card = turn.ask("visits.found", awaits_text=True, visit=visit.id, outcome=outcome.value)
    nothing = Button(Text("visits.button_nothing"), f"visitskip:{card.id}")
    return becomes(Message(Text("visits.what_found"), ((nothing,),)))


def _facts(visit: Visit, outcome: VisitOutcome) -> dict[str, Any]:
    return {
        "private": visit.elder_id,
        "elder": visit.elder_id,
        "day": visit.day.isoformat(),
        "outcome": outcome.value,
        "findings": "",
        "wishes": [],
        "companion": None,
        "alone": False,
    }


def found_written(turn: Turn, card: Card, words: str) -> Answer:
    """What was found was written."""
    _check(turn)
    visit = visits.held(turn.session, card.facts["visit"], turn.act)
    note = read_findings(words)
    said = {"findings": note.findings, "wishes": list(note.wishes)}
    return recording.check(turn, {**_facts(visit, VisitOutcome(card.facts["outcome"])), **said})


def nothing_found(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """All well, nothing to note."""
    _check(turn)
    card = turn.opened(arguments[0], "visits.found")
    visit = visits.held(turn.session, card.facts["visit"], turn.act)
    return becomes(recording.check(turn, _facts(visit, VisitOutcome(card.facts["outcome"]))))


def next_picked(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Another day for the next visit."""
    _check(turn)
    visit = visits.held(turn.session, number(arguments[0]), turn.act)
    try:
        day = type(visit.day).fromisoformat(arguments[1])
    except ValueError as wrong:
        raise Refused("common.old_button") from wrong
    before = visits.seen(visit)
    visit_records.come_again(turn.session, visit.id, day, turn.act)
    elder = turn.session.get_one(Member, visit.elder_id)
    who = households.named(households.living_with(turn.session, elder))
    acts = [{"visit": visit.id, "before": before, "after": visits.seen(visit)}]
    card = turn.ask("visits.undo", lasts=recording.UNDO_LASTS, acts=acts)
    undo = Button(Text("common.undo"), f"visitundo:{card.id}")
    return becomes(Message(Text("visits.next_changed", day=day, who=who), ((undo,),)))


def asked(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What the elder said: settled, or not."""
    _check(turn)
    if arguments[1] not in ("yes", "no"):
        raise Refused("common.old_button")
    met = arguments[1] == "yes"
    row = visit_records.asked(turn.session, number(arguments[0]), turn.act, met=met)
    elder = turn.session.get_one(Member, row.elder_id)
    return becomes(Text("visits.met" if met else "visits.not_met", name=elder.name))


CARDS = {"visits.found": found_written}
BUTTONS = {
    "visitout": outcome_tapped,
    "visitskip": nothing_found,
    "visitnext": next_picked,
    "visitasked": asked,
}
