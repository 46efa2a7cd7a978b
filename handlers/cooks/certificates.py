"""Certificates in chat: until when mine holds, a picture of a new one, and what those responsible write down."""

from datetime import date

from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.cooks.certificates import Certificate, CertificateKind
from models.members.people import Member, Role
from rules.cooks import certificates, signatures
from rules.members.people import resolve
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines

SHOWN = 3
DAYS = (1, 3, 7)


def open_card(turn: Turn, argument: str) -> Answer:
    """`/certificate`: my own; for those responsible the whole kitchen's, `/certificate 王师傅 2027-03-01` writes one."""
    known(turn)
    if not turn.private:
        return Text("certificates.say_in_private")
    if not argument:
        return _mine(turn)
    certificates.check_looks(turn.session, turn.act)
    until = certificates.read_day(argument)
    member = _named(turn, argument)
    return _write(turn, member, CertificateKind.HEALTH, until) if until else _of(turn, member)


def _named(turn: Turn, words: str) -> Member:
    name = words.split()[0]
    found = resolve(turn.session, turn.asker, name)
    if len(found) != 1:
        raise Refused("certificates.who_is_that", name=name[:20])
    return found[0]


def _mine(turn: Turn) -> Message:
    said = [_line(turn, row) for row in certificates.of(turn.session, turn.asker.id)]
    if not said and (Role.COOK in turn.roles or not turn.may(Role.SOCIAL_WORKER)):
        said = [Text("certificates.none")]
    rows = [
        (Button(Text("certificates.button_photo", what=kind), f"certphoto:{kind}"),) for kind in _kinds(turn)
    ]
    if turn.may(Role.SOCIAL_WORKER):
        kitchen = certificates.in_kitchen(turn.session, turn.village.id)
        said.append(Text("certificates.kitchen", count=len(kitchen)))
        said += [listed(turn, member, row) for member, row in kitchen]
        rows = [
            (Button(Text("certificates.button_member", name=m.name), f"cert:{m.id}"),) for m, _ in kitchen
        ]
        rows = rows[:SHOWN]
    return Message(lines(*said), tuple(rows))


def _kinds(turn: Turn) -> tuple[CertificateKind, ...]:
    return tuple(CertificateKind) if turn.may(Role.COOK) else (CertificateKind.HEALTH,)


def _line(turn: Turn, row: Certificate) -> Text:
    return certificates.said_state(row, turn.today)


def listed(turn: Turn, member: Member, row: Certificate | None) -> Text:
    """A name with until when the certificate holds."""
    state = _line(turn, row) if row else Text("certificates.not_shown")
    return Text("certificates.listed", name=member.name, state=state)


def _of(turn: Turn, member: Member) -> Message:
    found = certificates.of(turn.session, member.id)
    said = [listed(turn, member, row) for row in found] or [listed(turn, member, None)]
    kinds = [
        (Button(Text("certificates.button_day", what=kind), f"certday:{member.id}:{kind}"),)
        for kind in CertificateKind
    ]
    sign = [(Button(Text("certificates.button_sign"), f"certsign:{member.id}"),)] if turn.may() else []
    return Message(lines(*said), (*kinds, *sign))


def one(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One member of the list was tapped."""
    return Toast(Text("common.done"), edit=_of(turn, _member(turn, arguments[0])))


def _member(turn: Turn, number: str) -> Member:
    known(turn)
    certificates.check_looks(turn.session, turn.act)
    member = turn.session.get(Member, int(number)) if number.isascii() and number.isdecimal() else None
    if member is None or member.canteen_id != turn.village.id or not turn.private:
        raise Refused("common.old_button")
    return member


def ask_day(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A day is to be written; the next words are it."""
    member = _member(turn, arguments[0])
    kind = kind_of(arguments[1])
    turn.ask("certificates.day", awaits_text=True, member=member.id, what=kind.value)
    turn.answer(Text("certificates.ask_day", name=member.name, what=kind))
    return Toast(Text("certificates.button_write"))


def kind_of(word: str) -> CertificateKind:
    """A kind out of a button; a forged one is refused."""
    if word not in set(CertificateKind):
        raise Refused("common.old_button")
    return CertificateKind(word)


def day_written(turn: Turn, card: Card, words: str) -> Answer:
    """The day somebody wrote."""
    member = _member(turn, str(card.facts["member"]))
    until = certificates.read_day(words)
    if until is None:
        raise Refused("certificates.which_day")
    return _write(turn, member, CertificateKind(card.facts["what"]), until)


def _write(turn: Turn, member: Member, kind: CertificateKind, until: date) -> Message:
    row, before = certificates.record(turn.session, member.id, kind, until, turn.act)
    return _written(turn, member, row, before)


def _written(turn: Turn, member: Member, row: Certificate, before: date | None) -> Message:
    card = turn.ask(
        "certificates.undo",
        lasts=certificates.UNDO,
        certificate=row.id,
        before=before.isoformat() if before else None,
    )
    undo = Button(Text("common.undo"), f"certundo:{card.id}", Style.DANGER)
    return Message(listed(turn, member, row), ((undo,),))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong day is taken back."""
    card = turn.opened(arguments[0], "certificates.undo")
    before = date.fromisoformat(card.facts["before"]) if card.facts["before"] else None
    certificates.take_back(turn.session, int(card.facts["certificate"]), before, turn.act)
    return Toast(Text("common.undo"), edit=Message(Text("certificates.taken_back")))


def ask_sign(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The manager wants to let somebody work all the same: for how many days?"""
    member = _member(turn, arguments[0])
    if not turn.may():
        raise Refused("certificates.only_manager")
    card = turn.ask("certificates.sign", member=member.id)
    rows = tuple((Button(_until(turn, n), f"certdays:{card.id}:{n}"),) for n in DAYS)
    return Toast(
        Text("certificates.button_sign"), edit=Message(Text("certificates.how_long", name=member.name), rows)
    )


def _until(turn: Turn, days: int) -> Text:
    last = signatures.last_day(turn.village, days, turn.now)
    return Text("certificates.button_until", day=last, days=days)


def ask_reason(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """And why?"""
    card = turn.opened(arguments[0], "certificates.sign")
    member = _member(turn, str(card.facts["member"]))
    if arguments[1] not in map(str, DAYS):
        raise Refused("common.old_button")
    turn.ask("certificates.reason", awaits_text=True, member=member.id, days=int(arguments[1]))
    said = Message(Text("certificates.ask_reason", name=member.name))
    return Toast(Text("certificates.button_sign"), edit=said)


def signed(turn: Turn, card: Card, words: str) -> Answer:
    """The reason is written: that is the signature."""
    member = _member(turn, str(card.facts["member"]))
    row = signatures.sign(turn.session, member.id, int(card.facts["days"]), words, turn.act)
    undo = Button(Text("common.undo"), f"certunsign:{row.id}", Style.DANGER)
    return Message(Text("certificates.signed", name=member.name, day=row.until_on), ((undo,),))


def unsign(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The signature is taken back."""
    known(turn)
    if not arguments[0].isdecimal():
        raise Refused("common.old_button")
    signatures.end(turn.session, int(arguments[0]), turn.act)
    return Toast(Text("common.undo"), edit=Message(Text("certificates.unsigned")))


COMMANDS = {"certificate": open_card}
BUTTONS = {
    "cert": one,
    "certday": ask_day,
    "certundo": undo,
    "certsign": ask_sign,
    "certdays": ask_reason,
    "certunsign": unsign,
}
CARDS = {
    "certificates.day": day_written,
    "certificates.reason": signed,
}
UNDOES = {"certificates.undo": undo}
