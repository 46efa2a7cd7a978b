"""Being away, in hospital or back, for oneself or for those one cares for."""

from datetime import date

from handlers.members import people as asking
from handlers.turn import Turn
from models.cards import Card
from models.members.people import Member, Status
from nlu.dates import find_dates, gathered
from nlu.normalise import normalise
from rules.members import people, statuses
from rules.members.statuses import Changed, Span
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast

STAFF = (Status.LEFT, Status.DECEASED)


def away(turn: Turn, argument: str) -> Answer:
    """`/away` or `/away 李奶奶`: what is the matter, and then from when to when."""
    if turn.member is None or not turn.private:
        return Text("people.in_private")
    found = people.resolve(turn.session, turn.asker, argument) if argument else [turn.asker]
    if not found:
        raise Refused("people.nobody_or_several", count=0)
    if len(found) > 1:
        return asking.which(turn, found, "whoaway")
    return _offer(turn, found[0])


def chosen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name was meant."""
    card = turn.opened(arguments[0], "which.whoaway")
    members = card.facts["members"]
    if not arguments[1].isdecimal() or int(arguments[1]) >= len(members):
        return Toast(Text("common.done"), edit=Message(Text("common.said_again")))
    return Toast(
        Text("common.done"), edit=_offer(turn, turn.session.get_one(Member, members[int(arguments[1])]))
    )


def _offer(turn: Turn, member: Member) -> Message:
    possible = [status for status in Status if _may(turn, member, status)]
    if not possible:
        raise Refused("people.not_yours", name=member.name)
    rows = tuple((Button(Text(f"Status.{status}"), f"status:{member.id}:{status}"),) for status in possible)
    now = people.status_on(turn.session, member, turn.today)
    return Message(Text("people.status_now", name=member.name, status=now), rows)


def _may(turn: Turn, member: Member, status: Status) -> bool:
    try:
        statuses.check_may_set(turn.session, turn.asker, member, status, turn.today)
    except Refused:
        return False
    return True


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A status was tapped: back, left and died hold from today; the others ask for the days."""
    member = _member(turn, arguments[0])
    if arguments[1] not in set(Status):
        raise Refused("common.old_button")
    status = Status(arguments[1])
    if status in (Status.ACTIVE, *STAFF):
        return Toast(Text("common.done"), edit=keep(turn, member, Span(status, turn.today)))
    statuses.check_may_set(turn.session, turn.asker, member, status, turn.today)
    turn.ask("people.days", awaits_text=True, member=member.id, status=status.value)
    return Toast(Text("common.done"), edit=Message(Text("people.which_days")))


def days(turn: Turn, card: Card, words: str) -> Answer:
    """The days were written: the first and the last; one alone is the beginning."""
    found: tuple[date, ...] = gathered(find_dates(normalise(words), turn.today))
    if not found:
        raise Refused("people.no_days")
    until = found[-1] if len(found) > 1 else None
    span = Span(Status(card.facts["status"]), found[0], until)
    return keep(turn, turn.session.get_one(Member, card.facts["member"]), span)


def keep(turn: Turn, member: Member, span: Span) -> Message:
    """Keep a status and tell it back, with the way to take it back."""
    done = statuses.set_status(turn.session, turn.asker, member.id, span, turn.act)
    card = turn.ask("people.undo", member=member.id, made=done.made, replaced=done.replaced)
    undo = Button(Text("common.undo"), f"unstatus:{card.id}", Style.DANGER)
    facts = {"name": member.name, "status": span.status, "starts_on": span.starts_on}
    if span.until_on is None:
        return Message(Text("people.status_from", **facts), ((undo,),))
    return Message(Text("people.status_between", **facts, until_on=span.until_on), ((undo,),))


def undone(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Take a status back."""
    card = turn.opened(arguments[0], "people.undo")
    changed = Changed(card.facts["made"], card.facts["replaced"])
    member = statuses.undo(turn.session, turn.asker, card.facts["member"], changed, turn.act)
    said = Text("people.status_now", name=member.name, status=member.status)
    return Toast(Text("common.undo"), edit=Message(said))


def _member(turn: Turn, word: str) -> Member:
    found = turn.session.get(Member, int(word)) if word.isascii() and word.isdigit() else None
    if found is None or turn.member is None or found.canteen_id != turn.asker.canteen_id:
        raise Refused("common.old_button")
    return found


COMMANDS = {"away": away}
BUTTONS = {"whoaway": chosen, "status": tapped, "unstatus": undone}
CARDS = {"people.days": days}
UNDOES = {"people.undo": undone}
