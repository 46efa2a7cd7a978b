"""Money in private: what I owe, and what a manager writes down as received."""

import re
from datetime import timedelta

from handlers.lunch import hardship
from handlers.lunch.bookings import known
from handlers.members import people as asking
from handlers.questions import either
from handlers.turn import Turn
from models.cards import Card
from models.lunch.ledger import LedgerEntry
from models.lunch.menus import PriceTier
from models.members.people import Member
from rules.lunch import ledger
from rules.members import people
from rules.values import Answer, Button, Fen, Message, Refused, Style, Text, Toast, lines

UNDO = timedelta(minutes=10)
AMOUNT = re.compile(r"(?P<name>.+?)\s*(?P<yuan>\d{1,5})(?:\.(?P<fen>\d{1,2}))?\s*[^\d\s.]?\s*")

TIER = re.compile(r"(?P<age>\d{1,3})\s+(?P<yuan>\d{1,4})(?:\.(?P<fen>\d{1,2}))?[^\d\s.]?")


def account(turn: Turn, argument: str) -> Answer:
    """`/account`: what the asker owes, or those they care for."""
    known(turn)
    if not turn.private:
        return Text("ledger.say_in_private")
    member = _meant(turn, argument) if argument else turn.asker
    people.check_may_act(turn.session, turn.asker, member, "money", turn.today)
    owed = ledger.balance(turn.session, member.id)
    said = ledger.owed_text(member, owed)
    return lines(said, *(_line(entry) for entry in ledger.latest(turn.session, member.id)))


def _line(entry: LedgerEntry) -> Text:
    return Text("ledger.line", at=entry.entered_at, kind=entry.kind, amount=Fen(entry.amount))


def _meant(turn: Turn, words: str) -> Member:
    found = people.resolve(turn.session, turn.asker, words.strip())
    if len(found) != 1:
        raise Refused("ledger.who_is_that", name=words.strip()[:20])
    return found[0]


def debts(turn: Turn, argument: str) -> Answer:
    """ "Who still owes money?": for managers, in private."""
    _check_keeper(turn)
    found = ledger.debtors(turn.session, turn.village.id)
    if not found:
        return Text("ledger.nobody_owes")
    return lines(*(Text("ledger.debt", name=name, amount=amount) for name, amount in found))


def tier(turn: Turn, argument: str) -> Answer:
    """`/tier`: cheaper prices by age; `/tier 80 3` sets one."""
    _check_keeper(turn)
    match = TIER.fullmatch(argument.strip())
    if match:
        fen = int(match["yuan"]) * 100 + int((match["fen"] or "0").ljust(2, "0"))
        ledger.set_tier(turn.session, turn.village.id, int(match["age"]), fen, turn.act)
    kept = ledger.tiers(turn.session, turn.village.id)
    said = [_tier(row) for row in kept]
    return lines(*said, None if match else Text("ledger.how_to_tier"))


def _tier(row: PriceTier) -> Text:
    if row.hardship:
        return Text("ledger.tier_hardship", price=Fen(row.price))
    return Text("ledger.tier", name=row.name, price=Fen(row.price))


def pay(turn: Turn, argument: str) -> Answer:
    """`/pay 李奶奶 50`: money received, confirmed by a tap."""
    _check_keeper(turn)
    if argument:
        return _asked(turn, argument)
    turn.ask("ledger.pay", awaits_text=True)
    return Text("ledger.how_to_pay")


def _check_keeper(turn: Turn) -> None:
    known(turn)
    if not turn.may() or not turn.private:
        raise Refused("ledger.only_manager")


def told(turn: Turn, card: Card, words: str) -> Answer:
    """Who paid how much."""
    _check_keeper(turn)
    return _asked(turn, words)


def _asked(turn: Turn, words: str) -> Answer:
    match = AMOUNT.fullmatch(words.strip())
    if match is None:
        return Text("ledger.how_to_pay")
    fen = int(match["yuan"]) * 100 + int((match["fen"] or "0").ljust(2, "0"))
    found = people.resolve(turn.session, turn.asker, match["name"].strip())
    if len(found) > 1:
        return asking.which(turn, found, "whopaid", fen=fen)
    return _sure(turn, _meant(turn, match["name"]), fen)


def which(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name paid."""
    _check_keeper(turn)
    card = turn.opened(arguments[0], "which.whopaid")
    members, word = card.facts["members"], arguments[1]
    if not (word.isascii() and word.isdecimal()) or int(word) >= len(members):
        return Toast(Text("common.no"), edit=Message(Text("ledger.dropped")))
    member = turn.session.get_one(Member, members[int(word)])
    return Toast(Text("common.done"), edit=_sure(turn, member, card.facts["fen"]))


def _sure(turn: Turn, member: Member, fen: int) -> Message:
    card = turn.ask("ledger.confirm", member=member.id, fen=fen)
    yes = Button(Text("common.yes"), f"payyes:{card.id}", Style.SUCCESS)
    no = Button(Text("common.no"), f"payno:{card.id}")
    return Message(Text("ledger.right", who=people.label(member, turn.today), amount=Fen(fen)), ((yes, no),))


def confirm(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The money is written down."""
    _check_keeper(turn)
    card = turn.opened(arguments[0], "ledger.confirm")
    member = turn.session.get_one(Member, int(card.facts["member"]))
    entry = ledger.pay(turn.session, member, int(card.facts["fen"]), turn.act)
    owed = ledger.balance(turn.session, member.id)
    back = turn.ask("ledger.undo", lasts=UNDO, entry=entry.id)
    said = ledger.paid_text(member, Fen(-entry.amount), owed)
    return Toast(
        Text("common.done"), edit=Message(said, ((Button(Text("common.undo"), f"unpay:{back.id}"),),))
    )


def drop(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Nothing is written down."""
    turn.opened(arguments[0], "ledger.confirm")
    return Toast(Text("common.no"), edit=Message(Text("ledger.dropped")))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The payment is corrected."""
    _check_keeper(turn)
    card = turn.opened(arguments[0], "ledger.undo")
    entry = ledger.take_back(turn.session, int(card.facts["entry"]), turn.act)
    member = turn.session.get_one(Member, entry.member_id)
    said = Text("ledger.undone", now=ledger.owed_text(member, ledger.balance(turn.session, member.id)))
    return Toast(Text("common.done"), edit=Message(said))


COMMANDS = {"account": account, "pay": pay, "tier": tier, "debts": debts, **hardship.COMMANDS}
BUTTONS = {"whopaid": which, "payyes": confirm, "payno": drop, "unpay": undo, **hardship.BUTTONS}
CARDS = {"ledger.pay": told}
REPLIES = {"ledger.confirm": either(confirm, drop)}
UNDOES = {"ledger.undo": undo, **hardship.UNDOES}
