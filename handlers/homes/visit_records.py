"""A visit written down: by one sentence read back once, or by a few taps; then when to come again."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from handlers import handoff
from handlers.elders.needs import sorted_out
from handlers.elders.request_forms import becomes
from handlers.elders.request_taps import number
from handlers.lunch.bookings import known
from handlers.members import consents as consent_cards
from handlers.turn import Turn
from models.cards import Card
from models.elders.needs import NeedCategory
from models.homes.visits import SEEN, Absence, Visit, VisitOutcome
from models.members.consents import Purpose
from models.members.people import Member, Role
from models.members.vault import Private
from nlu import Intent, Understanding
from nlu.visit_notes import VisitNote, asks_plan, read_note
from rules.homes import households, visit_names, visit_plans, visit_records, visit_talk, visits
from rules.homes.visit_records import Note
from rules.members import consents
from rules.members.people import label
from rules.values import Answer, Button, Message, Refused, Style, Text, lines

FEW = 3
UNDO_LASTS = timedelta(minutes=10)
Facts = Mapping[str, Any]


def heard(turn: Turn, understanding: Understanding) -> Answer:
    """Somebody tells of a visit: a social worker's is written down, anybody else's handed to them."""
    if Role.SOCIAL_WORKER not in turn.roles:
        return handoff.pass_on(turn, understanding)
    known(turn)
    if not turn.private:
        return Text("visits.say_in_private")
    words = turn.heard.text
    note = read_note(words, visit_names.names_here(turn.session, turn.village.id))
    elders = visit_names.meant(turn.session, turn.village, note.people, words)
    day = understanding.slots.dates[0] if understanding.slots.dates else turn.today
    if not elders:
        return _plan_or_whom(turn, words)
    if len(elders) > 1:
        return _which(turn, elders, note, day)
    return check(turn, _facts(turn, elders[0], note, day))


def _plan_or_whom(turn: Turn, words: str) -> Answer:
    if not asks_plan(words):
        return Text("visits.whom")
    return visit_talk.week_message(turn.session, turn.village, visit_plans.coming_week(turn.today))


def _facts(turn: Turn, elder: Member, note: VisitNote, day: date) -> dict[str, Any]:
    """A note as a card keeps it: sealed with the elder's key."""
    companion = visit_names.companion_in(turn.session, turn.village, turn.heard.text, turn.asker.id)
    named = companion is not None and companion.id != elder.id and not note.alone
    return {
        "private": elder.id,
        "elder": elder.id,
        "day": min(day, turn.today).isoformat(),
        "outcome": note.outcome,
        "findings": note.findings,
        "wishes": list(note.wishes),
        "companion": companion.id if companion is not None and named else None,
        "alone": note.alone,
    }


def _which(turn: Turn, elders: list[Member], note: VisitNote, day: date) -> Message:
    """The same name twice: ask, never guess."""
    shown = elders[:FEW]
    facts = _facts(turn, shown[0], note, day)
    card = turn.ask("visits.which", members=[one.id for one in shown], **facts)
    rows = [(Button(label(one, turn.today), f"visitwho:{card.id}:{n}"),) for n, one in enumerate(shown)]
    rows.append((Button(Text("common.none_of_these"), f"visitwho:{card.id}:none"),))
    return Message(Text("visits.which"), tuple(rows))


def chosen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name was meant."""
    _check(turn)
    card = turn.opened(arguments[0], "visits.which")
    facts = _taken(card)
    members = facts.pop("members")
    if not arguments[1].isdecimal() or int(arguments[1]) >= len(members):
        return becomes(Text("common.said_again"))
    elder_id = members[int(arguments[1])]
    return becomes(check(turn, {**facts, "private": elder_id, "elder": elder_id}))


def _check(turn: Turn) -> None:
    known(turn)
    if Role.SOCIAL_WORKER not in turn.roles:
        raise Refused("visits.only_social_worker")
    if not turn.private:
        raise Refused("visits.say_in_private")


def _taken(card: Card) -> dict[str, Any]:
    """What a card kept; it keeps nothing of it any longer."""
    facts = dict(card.facts)
    card.facts = {}
    return facts


def check(turn: Turn, facts: Facts) -> Message:
    """Say it back whole; the tap that says it is right also says who came along."""
    elder = turn.session.get_one(Member, facts["elder"])
    allowed = _allowed(turn, elder, facts)
    left_out = allowed != facts
    facts = allowed
    card = turn.ask("visits.note", **facts)
    who = households.named(households.living_with(turn.session, elder))
    day, outcome = date.fromisoformat(facts["day"]), VisitOutcome(facts["outcome"])
    said = [Text("visits.check", who=who, day=day, outcome=outcome), *_told(facts)]
    companion = turn.session.get(Member, facts["companion"]) if facts["companion"] else None
    if companion is not None:
        said.append(Text("visits.check_company", name=companion.name))
    if left_out:
        asked = consent_cards.about_health(turn, elder)
        said += [Text("visits.health_left_out", name=elder.name), *([asked] if asked else [])]
    no = Button(Text("visits.button_wrong"), f"visitsay:{card.id}:no")
    return Message(lines(*said), (*_yes(turn, card, elder), (no,)))


def _allowed(turn: Turn, elder: Member, facts: Facts) -> Facts:
    """Without what is about health, where somebody does not want it written down."""
    if consents.allows(turn.session, elder, Purpose.HEALTH):
        return facts
    wishes = [one for one in facts["wishes"] if sorted_out(one).category != NeedCategory.HEALTH]
    return {**facts, "findings": "", "wishes": wishes}


def _told(facts: Facts) -> list[Text]:
    owner = facts["elder"]
    found, wishes = facts["findings"], facts["wishes"]
    said = [Text("visits.check_found", words=Private(found, owner))] if found else []
    return said + [Text("visits.check_wish", words=Private(wish, owner)) for wish in wishes]


def _yes(turn: Turn, card: Card, elder: Member) -> list[tuple[Button, ...]]:
    facts = card.facts
    settled = facts["companion"] or facts["alone"] or facts["outcome"] == VisitOutcome.PHONED
    if settled:
        return [(Button(Text("visits.button_right"), f"visitsay:{card.id}:yes", Style.SUCCESS),)]
    planned = visits.open_of(turn.session, elder.household_id) if elder.household_id else None
    companion = turn.session.get(Member, planned.companion_id) if planned and planned.companion_id else None
    alone = (Button(Text("visits.button_right_alone"), f"visitsay:{card.id}:alone"),)
    likely = [companion] if companion else visit_names.may_come(turn.session, turn.village, turn.asker.id)[:1]
    return [
        *(
            (
                Button(
                    Text("visits.button_right_with", name=one.name),
                    f"visitsay:{card.id}:{one.id}",
                    Style.SUCCESS,
                ),
            )
            for one in likely
            if one.id != turn.asker.id
        ),
        alone,
    ]


def said(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Right, or misread."""
    _check(turn)
    card, word = turn.opened(arguments[0], "visits.note"), arguments[1]
    facts = _taken(card)
    if word == "no":
        return becomes(Text("common.said_again"))
    if word == "alone" or (word == "yes" and not facts["companion"] and _went(facts)):
        return becomes(_why_alone(turn, facts))
    if word.isdecimal():
        facts["companion"] = number(word)
    elif word != "yes":
        raise Refused("common.old_button")
    return becomes(keep(turn, facts, None))


def _went(facts: Facts) -> bool:
    return bool(facts["outcome"] != VisitOutcome.PHONED)


def _why_alone(turn: Turn, facts: Facts) -> Message:
    card = turn.ask("visits.alone", **facts)
    rows = [(Button(Text(f"Absence.{why}"), f"visitwhy:{card.id}:{why}"),) for why in Absence]
    return Message(Text("visits.ask_why_alone"), tuple(rows))


def why(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Why only one of the two went."""
    _check(turn)
    if arguments[1] not in set(Absence):
        raise Refused("common.old_button")
    facts = _taken(turn.opened(arguments[0], "visits.alone"))
    return becomes(keep(turn, {**facts, "companion": None}, Absence(arguments[1])))


def keep(turn: Turn, facts: Facts, absence: Absence | None) -> Message:
    """Write it down and say it back, with the next visit and a way back."""
    outcome = VisitOutcome(facts["outcome"])
    day = date.fromisoformat(facts["day"])
    note = Note(facts["elder"], day, outcome, facts["findings"], facts["companion"], absence)
    done = visit_records.record(turn.session, turn.village, note, turn.act)
    visit, elder = done.visit, turn.session.get_one(Member, facts["elder"])
    wishes = [sorted_out(words, visit.id) for words in facts["wishes"]]
    noted = visit_records.note_needs(turn.session, elder, wishes, turn.act)
    record = {"visit": visit.id, "before": done.before, "after": visits.seen(visit), "needs": noted}
    card = turn.ask("visits.undo", lasts=UNDO_LASTS, record={**record, "length": done.length})
    _ask_again(turn, visit)
    harmless = not note.findings and all(one.category != NeedCategory.HEALTH for one in wishes)
    asked = None if harmless else consent_cards.about_health(turn, elder)
    who = households.named(households.living_with(turn.session, elder))
    told = [visit_talk.done_line(visit, who), *_told(facts)]
    told += [Text("visits.kept_needs", count=len(noted))] if noted else []
    told += [Text("visits.next_on", day=visit.next_on), *([asked] if asked else [])]
    undo = (Button(Text("common.undo"), f"visitundo:{card.id}"),)
    return Message(
        lines(*told),
        (
            *visit_talk.absent(elder, outcome),
            visit_talk.again(turn.village, visit, turn.today),
            undo,
        ),
    )


def _ask_again(turn: Turn, visit: Visit) -> None:
    """What the elder was to be asked."""
    if visit.outcome not in SEEN:
        return
    for row in visit_records.to_ask(turn.session, visit.household_id)[:2]:
        yes = Button(Text("visits.button_met"), f"visitasked:{row.id}:yes", Style.SUCCESS)
        no = Button(Text("visits.button_not_met"), f"visitasked:{row.id}:no")
        turn.answer(Message(visit_talk.asking(turn.session, row), ((yes, no),)))


INTENTS = {Intent.VISIT_NOTE: heard}
REPLIES = {"visits.note": said}
BUTTONS = {"visitwho": chosen, "visitsay": said, "visitwhy": why}
