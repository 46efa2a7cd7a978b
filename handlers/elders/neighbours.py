"""Neighbours who are asked to look in when an elder is missed: named by the elder or by staff, ended at any time."""

from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.members.people import Consent, Member, Role
from nlu.neighbours import looks_in
from rules.members import care_links, people
from rules.members.care_links import Care
from rules.values import Answer, Button, Message, Refused, Text, Toast


def by_words(turn: Turn, argument: str) -> Answer:
    """`/neighbour 李奶奶 覃叔`, or 请覃叔照看我: who next door may be asked."""
    known(turn)
    if not turn.private:
        return Text("people.in_private")
    elder, neighbour = _named(turn, argument)
    if elder.id == turn.asker.id:
        return _linked(turn, elder, neighbour, Care(consent=Consent.SAID))
    if not turn.may(Role.SOCIAL_WORKER):
        raise Refused("people.managers_only")
    card = turn.ask("people.neighbour", elder=elder.id, neighbour=neighbour.id)
    rows = tuple((Button(Text(f"Consent.{how}"), f"neighbour:{card.id}:{how}"),) for how in Consent)
    return Message(Text("people.how_agreed_neighbour", name=elder.name, neighbour=neighbour.name), rows)


def _named(turn: Turn, argument: str) -> tuple[Member, Member]:
    found = looks_in(argument)
    if found:
        return _one(turn, found[0]), _one(turn, found[1])
    elder, _, neighbour = argument.partition(" ")
    if not elder:
        raise Refused("people.how_to_neighbour")
    return (
        (_one(turn, elder), _one(turn, neighbour.strip())) if neighbour else (turn.asker, _one(turn, elder))
    )


def _one(turn: Turn, name: str) -> Member:
    found = people.resolve(turn.session, turn.asker, name) if name else [turn.asker]
    if len(found) != 1:
        raise Refused("people.nobody_or_several", count=len(found))
    return found[0]


def consented(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """How the elder agreed was tapped."""
    known(turn)
    card = turn.opened(arguments[0], "people.neighbour")
    if arguments[1] not in set(Consent) or not turn.may(Role.SOCIAL_WORKER):
        raise Refused("common.old_button")
    elder, neighbour = (turn.session.get_one(Member, card.facts[name]) for name in ("elder", "neighbour"))
    care = Care(consent=Consent(arguments[1]), witness_id=turn.asker.id)
    return Toast(Text("common.done"), edit=_linked(turn, elder, neighbour, care))


def _linked(turn: Turn, elder: Member, neighbour: Member, care: Care) -> Message:
    row = care_links.ask_neighbour(turn.session, elder, neighbour, care, turn.act)
    undo = (Button(Text("common.undo"), f"unneighbour:{row.id}"),)
    return Message(Text("people.neighbour_linked", name=elder.name, neighbour=neighbour.name), (undo,))


def ended(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The neighbour cannot, or is not to be asked any more."""
    known(turn)
    word = arguments[0]
    if not turn.private or not (word.isascii() and word.isdecimal() and len(word) < 19):
        raise Refused("common.old_button")
    row = care_links.end(turn.session, int(word), turn.asker, turn.act)
    if row.relation != people.NEIGHBOUR:
        raise Refused("common.old_button")
    elder = turn.session.get_one(Member, row.elder_id)
    return Toast(Text("common.done"), edit=Message(Text("people.neighbour_ended", name=elder.name)))


COMMANDS = {"neighbour": by_words}
BUTTONS = {"neighbour": consented, "unneighbour": ended}
