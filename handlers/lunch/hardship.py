"""Whether somebody pays the price of those in hardship: asked by name in private, set by a tap, taken back by another."""

from handlers.lunch.bookings import UNDO_LASTS, eaters_of, known
from handlers.turn import Turn
from models.members.people import Member, Role
from rules.lunch import ledger
from rules.members import people
from rules.values import Answer, Button, Message, Refused, Text, Toast


def ask(turn: Turn, argument: str) -> Answer:
    """`/hardship 李奶奶`: how it is now, and the other way by a tap."""
    _check(turn)
    if not argument:
        return Text("ledger.how_to_hardship")
    found = eaters_of(turn, argument.strip())
    if len(found) != 1:
        raise Refused("ledger.who_is_that", name=argument.strip()[:20])
    member = found[0]
    word = "no" if member.hardship else "yes"
    change = Button(Text(f"ledger.button_hardship_{word}"), f"hardship:{member.id}:{word}")
    return Message(_state(turn, member), ((change,),))


def _check(turn: Turn) -> None:
    known(turn)
    if not turn.private or not turn.may(Role.SOCIAL_WORKER):
        raise Refused("ledger.only_manager")


def _state(turn: Turn, member: Member) -> Text:
    key = "ledger.is_hardship" if member.hardship else "ledger.is_no_hardship"
    return Text(key, who=people.label(member, turn.today))


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """It is so, or it is not."""
    _check(turn)
    number, word = arguments
    member = turn.session.get(Member, int(number)) if number.isascii() and number.isdecimal() else None
    if member is None or member.canteen_id != turn.village.id or word not in ("yes", "no"):
        raise Refused("common.old_button")
    before = member.hardship
    ledger.set_hardship(turn.session, member, turn.act, hard=word == "yes")
    card = turn.ask("hardship.undo", lasts=UNDO_LASTS, member=member.id, before=before)
    back = Button(Text("common.undo"), f"unhardship:{card.id}")
    return Toast(Text("common.done"), edit=Message(_state(turn, member), ((back,),)))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """As it was before."""
    _check(turn)
    card = turn.opened(arguments[0], "hardship.undo")
    member = turn.session.get_one(Member, card.facts["member"])
    ledger.set_hardship(turn.session, member, turn.act, hard=card.facts["before"])
    return Toast(Text("common.undo"), edit=Message(_state(turn, member)))


COMMANDS = {"hardship": ask}
BUTTONS = {"hardship": tapped, "unhardship": undo}
UNDOES = {"hardship.undo": undo}
