"""My data: seen, taken along, forgotten; in private only, forgetting after two taps."""

from handlers.members import consents
from handlers.turn import Turn
from models.members.people import Member
from models.members.vault import unsealed
from rules.lunch.diets import READS
from rules.members import consents as rules
from rules.members import people, privacy, readings
from rules.members.people import age_on
from rules.values import Answer, Attachment, Button, Message, Refused, Style, Text, Toast, lines

MOST_SHOWN = 5


def mine(turn: Turn, argument: str) -> Answer:
    """`/privacy`: what is kept about the asker, in plain words."""
    if turn.member is None or not turn.private:
        return Text("people.in_private")
    if argument.strip():
        return _of_somebody(turn, argument.strip())
    member, unknown = turn.asker, Text("people.not_known")
    shown = Text(
        "people.mine",
        name=member.name,
        age=age_on(member, turn.today) or unknown,
        phone=unsealed(member, "phone") or unknown,
        address=unsealed(member, "address") or member.hamlet or unknown,
        diet=[Text(f"sheets.diet_{name}") if name in READS else name for name in member.diet] or unknown,
    )
    export = Button(Text("people.button_export"), "mine:export")
    erase = Button(Text("people.button_erase"), "mine:ask", Style.DANGER)
    agree = Button(Text("consents.button_open"), f"agree:{member.id}:choose")
    return Message(lines(shown, *_readings(turn, member)), ((agree,), (export,), (erase,)))


def _readings(turn: Turn, member: Member) -> list[Text]:
    """Who saw what is private, the latest first."""
    found = readings.of(turn.session, member, MOST_SHOWN)
    said = [Text("consents.reading", at=one.at, name=one.name, what=one.what) for one in found]
    return [Text("consents.readings"), *said] if said else []


def _of_somebody(turn: Turn, name: str) -> Answer:
    """`/privacy 覃叔`: a social worker writes down what somebody without a phone agreed to."""
    found = people.resolve(turn.session, turn.asker, name)
    if len(found) != 1:
        raise Refused("people.nobody_or_several", count=len(found))
    rules.check_may_record(turn.session, found[0], turn.act)
    return consents.card(turn, found[0])


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Take it along, or the first tap towards being forgotten."""
    if turn.member is None or not turn.private:
        raise Refused("people.in_private")
    if arguments[0] == "export":
        return _export(turn)
    if arguments[0] != "ask":
        raise Refused("common.old_button")
    card = turn.ask("people.erase")
    sure = Button(Text("people.button_erase_surely"), f"forget:{card.id}", Style.DANGER)
    keep = Button(Text("common.no"), f"forget:{card.id}:no")
    return Toast(Text("common.done"), edit=Message(Text("people.erase_sure"), ((keep,), (sure,))))


def _export(turn: Turn) -> Toast:
    document = Attachment("mine", {"member_id": turn.asker.id})
    turn.answer(Message(Text("people.mine_file"), attachment=document))
    return Toast(Text("common.done"))


def forget(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The second tap: the person is forgotten, or stays."""
    card = turn.opened(arguments[0], "people.erase")
    if len(arguments) > 1 and arguments[1] == "no":
        return Toast(Text("common.done"), edit=Message(Text("people.nothing_erased")))
    if turn.member is None or card.member_id != turn.asker.id:
        raise Refused("common.old_button")
    turn.session.flush()
    privacy.erase(turn.session, turn.asker.id, turn.act)
    turn.member = None
    return Toast(Text("common.done"), edit=Message(Text("people.erased")))


COMMANDS = {"privacy": mine, "me": mine}
BUTTONS = {"mine": tapped, "forget": forget}
