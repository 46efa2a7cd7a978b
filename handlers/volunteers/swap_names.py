"""Who is meant in a swap: a name that two people have is told apart by the roster where it can, else asked in private."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.turn import Turn
from models.members.people import Member
from models.volunteers.shifts import SwapKind
from nlu import Slots
from rules import outbox
from rules.members.people import label, resolve
from rules.values import Answer, Button, Message, Refused, Text
from rules.volunteers import rosters
from rules.volunteers.swaps import Asking

FEW = 3


@dataclass(frozen=True, slots=True)
class Meant:
    """One person a sentence may mean, and what would be asked about which place."""

    member: Member
    place_id: int
    asking: Asking


def called(turn: Turn, slots: Slots) -> list[Member]:
    """All others a sentence may mean by a name, nobody where none is named; a name that fits nobody is asked back."""
    words = turn.heard.text
    spoken = rosters.spoken_of(turn.session, turn.village.id, words)
    others = _others(turn, spoken)
    if not others and slots.beneficiary:
        others = _others(turn, resolve(turn.session, turn.asker, slots.beneficiary))
        if not others:
            raise Refused("swaps.who_is_that", name=slots.beneficiary[:20])
    of_hamlet = [member for member in others if member.hamlet and member.hamlet + member.name in words]
    return of_hamlet or others


def _others(turn: Turn, members: Sequence[Member]) -> list[Member]:
    return [member for member in members if member.id != turn.asker.id]


def which(turn: Turn, choices: Sequence[Meant]) -> Answer:
    """The same name twice: ask, never guess; told apart in private only."""
    shown = choices[:FEW]
    card = turn.ask("swaps.who", choices=[_as_facts(choice) for choice in shown])
    rows = [
        (Button(label(choice.member, turn.today), f"swapwho:{card.id}:{n}"),)
        for n, choice in enumerate(shown)
    ]
    rows.append((Button(Text("common.none_of_these"), f"swapwho:{card.id}:none"),))
    said = Message(Text("swaps.which_person"), tuple(rows))
    if turn.private:
        return said
    if outbox.tell(turn.session, f"swapwho:{turn.heard.update_id}", turn.asker, said, now=turn.now) is None:
        raise Refused("swaps.say_in_private")
    return Text("shifts.told_in_private", name=turn.asker.name) if turn.heard.addressed else None


def _as_facts(choice: Meant) -> dict[str, Any]:
    asking = choice.asking
    return {
        "place": choice.place_id,
        "kind": asking.kind.value,
        "taker": asking.taker.id if asking.taker else None,
        "counter": asking.counter_id,
    }


def from_facts(turn: Turn, facts: Mapping[str, Any]) -> tuple[int, Asking]:
    """What was about to be asked, about which place."""
    taker = turn.session.get(Member, facts["taker"]) if facts["taker"] else None
    return facts["place"], Asking(SwapKind(facts["kind"]), taker, counter_id=facts["counter"])
