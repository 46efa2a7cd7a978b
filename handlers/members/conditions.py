"""Where somebody is, said in a sentence: in hospital, away, back, gone; read back before it counts."""

import re
from datetime import date, timedelta
from typing import Any

from handlers.members import statuses as room
from handlers.questions import UNDO_LASTS
from handlers.turn import Turn
from models.members.people import Member, Status
from nlu.dates import find_dates, gathered
from nlu.normalise import normalise
from nlu.phrases import condition_of, who_first
from rules.members import people, statuses
from rules.members.statuses import Span
from rules.values import Answer, Button, Message, Refused, Text, Toast

CLAUSES = re.compile(r"[,，。 ]")


def by_words(turn: Turn, words: str) -> Answer:
    """ "Granny Qin is in hospital, back next Monday": asked once, then kept with a way back."""
    if turn.member is None or not turn.private:
        return Text("people.in_private")
    said = normalise(words)
    word, member = condition_of(said), _meant(turn, who_first(said))
    if word is None:
        return Text("common.not_understood")
    span = _span(Status(word), said, turn.today)
    statuses.check_may_set(turn.session, turn.asker, member, span.status, turn.today)
    until = span.until_on.isoformat() if span.until_on else None
    facts: dict[str, Any] = {
        "member": member.id,
        "status": word,
        "starts_on": span.starts_on.isoformat(),
        "until_on": until,
    }
    card = turn.ask("people.condition", lasts=UNDO_LASTS, **facts)
    yes = Button(Text("meals.button_right"), f"condition:{card.id}:yes")
    no = Button(Text("meals.button_wrong"), f"condition:{card.id}:no")
    return Message(_question(member, span), ((yes, no),))


def _meant(turn: Turn, name: str) -> Member:
    found = people.resolve(turn.session, turn.asker, name) if name else [turn.asker]
    if len(found) != 1:
        raise Refused("people.nobody_or_several", count=len(found))
    return found[0]


def _span(status: Status, said: str, today: date) -> Span:
    """From the day named in the first clause, else today; a day in a later clause is the return."""
    first, *later = CLAUSES.split(said)
    days = gathered(find_dates(first, today))
    back = gathered(find_dates(" ".join(later), today))
    starts_on = days[0] if days and days[0] > today else today
    if status in (Status.ACTIVE, *room.STAFF):
        return Span(status, starts_on)
    if back and back[0] > starts_on:
        return Span(status, starts_on, back[0] - timedelta(days=1))
    return Span(status, starts_on, days[-1] if len(days) > 1 else None)


def _question(member: Member, span: Span) -> Text:
    facts = {"name": member.name, "starts_on": span.starts_on, "status": span.status}
    if span.until_on is None:
        return Text("people.condition_sure", **facts)
    return Text("people.condition_sure_until", **facts, until_on=span.until_on)


def confirmed(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """It is so, or it was misread."""
    number, word = arguments
    card = turn.opened(number, "people.condition")
    if word != "yes" or turn.member is None:
        return Toast(Text("common.said_again"), edit=Message(Text("common.said_again")))
    facts = card.facts
    until = date.fromisoformat(facts["until_on"]) if facts["until_on"] else None
    span = Span(Status(facts["status"]), date.fromisoformat(facts["starts_on"]), until)
    return Toast(
        Text("common.done"), edit=room.keep(turn, turn.session.get_one(Member, facts["member"]), span)
    )


COMMANDS = {"condition": by_words}
BUTTONS = {"condition": confirmed}
REPLIES = {"people.condition": confirmed}
