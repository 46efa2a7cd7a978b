"""Who lives together: said in a sentence, seen on a card, changed by a tap; how closely to look after it, by social workers."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.elders.request_forms import becomes
from handlers.elders.request_taps import number
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.members.people import Household, Member, Risk, Role
from nlu.households import living_together
from rules.homes import households
from rules.members.people import age_on, named
from rules.values import Answer, Button, Message, Refused, Text, lines

UNDO_LASTS = timedelta(minutes=10)
MOST_BUTTONS = 4
Move = tuple[int, int | None, int | None]


def _check(turn: Turn) -> None:
    known(turn)
    if not turn.private:
        raise Refused("households.in_private")
    if not turn.roles & households.GROUPING:
        raise Refused("households.only_staff")


def household(turn: Turn, argument: str) -> Answer:
    """`/household 李奶奶`: who lives there; "李奶奶和李爷爷是一户": they live together."""
    _check(turn)
    names = living_together(argument)
    if not names:
        raise Refused("households.who")
    members = [_meant(turn, name) for name in names]
    return _card(turn, members[0]) if len(members) == 1 else _group(turn, members)


def _meant(turn: Turn, name: str) -> Member:
    found = named(turn.session, turn.village.id, name)
    if not found:
        raise Refused("people.nobody_or_several", count=0)
    if len(found) > 1:
        raise Refused("households.which", count=len(found), name=name)
    return found[0]


def _group(turn: Turn, members: Sequence[Member]) -> Message:
    before = {member.id: member.household_id for member in members}
    house = households.group(turn.session, members, turn.act)
    moves = [(number, was, house.id) for number, was in before.items() if was != house.id]
    who = households.named(households.living_with(turn.session, members[0]))
    return _undoable(turn, Text("households.grouped", who=who), moves)


def _undoable(turn: Turn, said: Text, moves: Sequence[Move]) -> Message:
    card = turn.ask("households.undo", lasts=UNDO_LASTS, moves=[list(move) for move in moves])
    return Message(said, ((Button(Text("common.undo"), f"houseundo:{card.id}"),),))


def _card(turn: Turn, member: Member) -> Message:
    """Who lives there, and what can be changed; how closely it is looked after only for social workers."""
    living = households.living_with(turn.session, member)
    who = households.named(living)
    head = Text("households.card" if len(living) > 1 else "households.card_alone", who=who, count=len(living))
    said = [head, *(_person(turn, one) for one in living if len(living) > 1)]
    rows = [(Button(Text("households.button_add"), f"house:{member.id}:add"),)]
    rows += [
        (Button(Text("households.button_out", name=one.name), f"house:{one.id}:out"),)
        for one in living[:MOST_BUTTONS]
        if len(living) > 1
    ]
    if Role.SOCIAL_WORKER in turn.roles:
        house = turn.session.get(Household, member.household_id) if member.household_id else None
        said.append(Text("households.risk", risk=house.risk if house else Risk.USUAL))
        rows.append((Button(Text("households.button_risk"), f"house:{member.id}:risk"),))
        rows.append((Button(Text("households.button_visit"), f"visitplan:{member.id}"),))
    return Message(lines(*said), tuple(rows))


def _person(turn: Turn, member: Member) -> Text:
    age = age_on(member, turn.today)
    if age is None:
        return Text("households.person", name=member.name)
    return Text("households.person_age", name=member.name, age=age)


def _find(turn: Turn, word: str) -> Member:
    member = turn.session.get(Member, number(word))
    if member is None or member.canteen_id != turn.village.id or member.erased_at is not None:
        raise Refused("common.old_button")
    return member


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Under a household: one more, one out, how often to visit."""
    _check(turn)
    member = _find(turn, arguments[0])
    match arguments[1]:
        case "add":
            turn.ask("households.add", awaits_text=True, member=member.id)
            return becomes(Text("households.add_whom"))
        case "out":
            return becomes(_out(turn, member))
        case "risk":
            return becomes(_which_risk(turn, member))
        case "see":
            return becomes(_card(turn, member))
    raise Refused("common.old_button")


def added(turn: Turn, card: Card, words: str) -> Answer:
    """Whoever lives there too was written."""
    _check(turn)
    member = _find(turn, str(card.facts["member"]))
    names = living_together(words)
    if not names:
        raise Refused("households.who")
    living = households.living_with(turn.session, member)
    return _group(turn, [*living, *(_meant(turn, name) for name in names)])


def _out(turn: Turn, member: Member) -> Message:
    before = member.household_id
    households.move_out(turn.session, member, turn.act)
    said = Text("households.moved_out", name=member.name)
    return _undoable(turn, said, [(member.id, before, member.household_id)])


def _which_risk(turn: Turn, member: Member) -> Message:
    households.check_sees_risk(turn.session, turn.act)
    house = households.of(turn.session, member)
    who = households.named(households.living_with(turn.session, member))
    rows = tuple((Button(Text(f"Risk.{risk}"), f"houserisk:{house.id}:{risk}"),) for risk in Risk)
    return Message(Text("households.which_risk", who=who), rows)


def risk_tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """How often a household is visited was tapped."""
    _check(turn)
    if arguments[1] not in set(Risk):
        raise Refused("common.old_button")
    house_id, risk = number(arguments[0]), Risk(arguments[1])
    before = households.set_risk(turn.session, house_id, risk, turn.act)
    who = households.named(households.people_of(turn.session, [house_id])[house_id])
    card = turn.ask("households.undo", lasts=UNDO_LASTS, household=house_id, before=before, after=risk)
    undo = Button(Text("common.undo"), f"houseundo:{card.id}")
    return becomes(Message(Text("households.risk_set", who=who, risk=risk), ((undo,),)))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """As it was before."""
    _check(turn)
    card = turn.opened(arguments[0], "households.undo")
    if "moves" in card.facts:
        moves = [(member, before, after) for member, before, after in card.facts["moves"]]
        households.put_back(turn.session, moves, turn.act)
        return becomes(Text("households.undone"))
    house = turn.session.get_one(Household, card.facts["household"])
    if house.risk != card.facts["after"]:
        raise Refused("common.old_button")
    households.set_risk(turn.session, house.id, Risk(card.facts["before"]), turn.act)
    return becomes(Text("households.undone"))


COMMANDS = {"household": household}
CARDS = {"households.add": added}
UNDOES = {"households.undo": undo}
BUTTONS = {"house": tapped, "houserisk": risk_tapped, "houseundo": undo}
