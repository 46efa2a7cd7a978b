"""Who comes to the bot for the first time, and what everybody may ask of it."""

from typing import Any

from sqlmodel import select

from handlers import canteens
from handlers.lunch import keys
from handlers.members import consents
from handlers.turn import Turn
from models.cards import Card
from models.members.people import Account, Canteen, InvitationPurpose, Member, Role
from rules import audit
from rules import canteens as villages
from rules.members import invitations, joining
from rules.members.people import label, roles_of
from rules.values import Answer, Button, Message, Refused, Text, Toast, lines
from transports.updates import Kind

LANGUAGES = ("zh_CN", "en")
MOST_SHOWN = 3


def admit(turn: Turn) -> Answer:
    """Let somebody of the village group in as the village wants it; a stranger only learns how to join."""
    person_id = turn.heard.person_id
    if person_id is None:
        return None
    canteen = turn.canteen or _spoken_in(turn)
    if canteen is None:
        return Text("people.stranger") if turn.private else None
    member = joining.join(turn.session, canteen, person_id, turn.heard.person_name, turn.act)
    _remember(turn, canteen)
    if member is None:
        told = turn.heard.addressed or turn.heard.kind == Kind.BUTTON
        return Text("people.ask_manager") if told else None
    _known(turn, canteen, member)
    if turn.private:
        turn.answer(_is_this_your_name(member))
    return None


def _account(turn: Turn) -> Account | None:
    return turn.session.exec(select(Account).where(Account.telegram_id == turn.heard.person_id)).first()


def _spoken_in(turn: Turn) -> Canteen | None:
    """The village in whose group this account was seen."""
    account = _account(turn)
    return turn.session.get(Canteen, account.canteen_id) if account and account.canteen_id else None


def _remember(turn: Turn, canteen: Canteen) -> None:
    account = _account(turn)
    if account is not None:
        account.canteen_id = canteen.id
        turn.session.add(account)


def _known(turn: Turn, canteen: Canteen, member: Member) -> None:
    turn.canteen, turn.member = canteen, member
    turn.roles = roles_of(turn.session, member.id)


def _is_this_your_name(member: Member) -> Message:
    rename = Button(Text("people.button_rename"), "rename:ask")
    return Message(Text("people.is_this_your_name", name=member.name), ((rename,),))


def start(turn: Turn, argument: str) -> Answer:
    """`/start`: a one-time link, the first questions for a new manager, or a greeting with large keys."""
    if argument and turn.private and turn.heard.person_id is not None:
        return _open_link(turn, argument)
    question = canteens.first_question(turn)
    greeting = question or welcome(turn)
    card = None if question else consents.first(turn)
    if card is not None:
        turn.answer(card)
    return greeting


def _open_link(turn: Turn, secret: str) -> Answer:
    heard = turn.heard
    invitation, member = invitations.open_link(
        turn.session, secret, heard.person_id or 0, heard.person_name, turn.act
    )
    _known(turn, turn.session.get_one(Canteen, invitation.canteen_id), member)
    _remember(turn, turn.village)
    if invitation.purpose == InvitationPurpose.CARE and invitation.member_id:
        elder = turn.session.get_one(Member, invitation.member_id)
        turn.answer(Text("people.you_now_care", name=elder.name))
    return welcome(turn)


def welcome(turn: Turn, argument: str = "") -> Answer:
    """What to say, at most six lines, more for those who work here."""
    if turn.member is None:
        answer = admit(turn)
        if turn.member is None:
            return answer or (Text("people.stranger") if turn.private else None)
    if not turn.private:
        return Text("people.help_group")
    key = "people.help_family" if keys.cares(turn) else "people.help"
    return Message(lines(Text(key, name=turn.asker.name), *_for_roles(turn)), keys=keys.page(turn))


def _for_roles(turn: Turn) -> list[Text]:
    found = [Text("people.help_mine"), Text("requests.help")]
    if turn.may(Role.COOK):
        found.append(Text("people.help_cook"))
    if turn.may(Role.SOCIAL_WORKER):
        found.append(Text("people.help_social_worker"))
    if turn.may():
        found.append(Text("people.help_manager"))
    return found


def language(turn: Turn, argument: str) -> Answer:
    """`/language`: Chinese or English, for oneself; in the group for everybody, by a manager."""
    if not turn.private:
        canteens.check_manager(turn)
    picks = tuple(Button(Text(f"canteens.language_{code}"), f"lang:{code}") for code in LANGUAGES)
    return Message(Text("people.which_language"), (picks,))


def speak(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A language was tapped."""
    code, account = arguments[0], _account(turn)
    if code not in LANGUAGES or account is None:
        raise Refused("common.old_button")
    turn.language = code
    if turn.private:
        account.language = code
        turn.session.add(account)
    else:
        canteens.check_manager(turn)
        villages.change(turn.session, turn.village.id, "language", code, turn.act)
    return Toast(Text("common.done"), edit=Message(Text("people.language_set")))


def ask_name(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Somebody wants to be called by another name."""
    if not turn.private:
        raise Refused("common.old_button")
    turn.ask("people.name", awaits_text=True)
    return Toast(Text("common.done"), edit=Message(Text("people.what_name")))


def rename(turn: Turn, card: Card, words: str) -> Answer:
    """The name somebody wrote."""
    member = joining.rename(turn.session, turn.asker, words, turn.act)
    return Text("people.renamed", name=member.name)


def which(turn: Turn, members: list[Member], then: str, **facts: Any) -> Message:
    """Ask which of several of the same name is meant; `then:<card>:<number>` is the button of the asking part."""
    shown = members[:MOST_SHOWN]
    card = turn.ask(f"which.{then}", members=[member.id for member in shown], **facts)
    rows = tuple(
        (Button(label(member, turn.today), f"{then}:{card.id}:{number}"),)
        for number, member in enumerate(shown)
    )
    none = (Button(Text("common.none_of_these"), f"{then}:{card.id}:none"),)
    return Message(Text("people.which", name=shown[0].name), (*rows, none))


def came(turn: Turn) -> Answer:
    """People entered the group: they may speak to the bot in private from now on."""
    if turn.canteen is None:
        return None
    for telegram_id, name in turn.heard.joined:
        found = turn.session.exec(select(Account).where(Account.telegram_id == telegram_id)).first()
        account = found or Account(telegram_id=telegram_id, name=name[:128])
        account.canteen_id = account.canteen_id or turn.canteen.id
        turn.session.add(account)
    return None


def went(turn: Turn) -> Answer:
    """Somebody left the group: who never joined can't join in private any more; members stay members."""
    for telegram_id, _ in turn.heard.joined:
        found = turn.session.exec(select(Account).where(Account.telegram_id == telegram_id)).first()
        if found is not None and turn.canteen is not None and found.canteen_id == turn.canteen.id:
            found.canteen_id = None
            turn.session.add(found)
            audit.record(turn.session, turn.act, "people.left_group", f"account:{found.id}")
    return None


COMMANDS = {"start": start, "help": welcome, "language": language}
BUTTONS = {"lang": speak, "rename": ask_name}
CARDS = {"people.name": rename}
EVENTS = {Kind.JOINED: came, Kind.LEFT: went}
