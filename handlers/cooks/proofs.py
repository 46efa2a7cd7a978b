"""A picture as proof: sent by whose it is, looked at by a person, gone once the day is written."""

from handlers.cooks.certificates import SHOWN, kind_of, listed
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.cooks.certificates import CertificateKind
from rules.cooks import proofs
from rules.values import Answer, Refused, Text, Toast, lines


def ask_photo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A picture of a new certificate is to come."""
    known(turn)
    kind = kind_of(arguments[0])
    if not turn.private:
        raise Refused("certificates.say_in_private")
    turn.ask("certificates.photo", awaits_text=True, what=kind.value)
    turn.answer(Text("certificates.ask_photo", what=kind))
    return Toast(Text("certificates.button_photo", what=kind))


def photo(turn: Turn, card: Card, words: str) -> Answer:
    """The picture came; words instead of it are asked again."""
    if not turn.heard.photo:
        turn.ask("certificates.photo", awaits_text=True, what=card.facts["what"])
        return Text("certificates.no_photo")
    kind = CertificateKind(card.facts["what"])
    _, looking = proofs.send(turn.session, turn.asker, kind, turn.heard.photo, turn.act)
    return Text("certificates.photo_sent", names=[member.name for member in looking[:SHOWN]])


def looked(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Somebody looked at the picture: they write the day, or cannot read it."""
    known(turn)
    number, word = arguments
    if not (number.isascii() and number.isdecimal()):
        raise Refused("common.old_button")
    if word == "no":
        member = proofs.turn_down(turn.session, int(number), turn.act)
        return Toast(Text("certificates.told_unreadable", name=member.name), alert=True)
    proof, member = proofs.waiting(turn.session, int(number), turn.act)
    turn.ask("certificates.proof", awaits_text=True, proof=proof.id)
    turn.answer(Text("certificates.ask_day", name=member.name, what=proof.kind))
    return Toast(Text("certificates.button_write"))


def proof_day(turn: Turn, card: Card, words: str) -> Answer:
    """The day that stands on the picture."""
    row, member = proofs.accept(turn.session, int(card.facts["proof"]), words, turn.act)
    return lines(listed(turn, member, row), Text("certificates.photo_gone"))


BUTTONS = {"certphoto": ask_photo, "proof": looked}
CARDS = {"certificates.photo": photo, "certificates.proof": proof_day}
