"""Letting people in, knowing them again, and pairing families, by a manager's or social worker's tap."""

from handlers.turn import Turn
from models.members.people import Consent, InvitationPurpose, Member, Role
from rules.members import invitations, joining, people
from rules.members.invitations import Purpose
from rules.values import Answer, Attachment, Button, Message, Refused, Text, Toast

MOST = 3


def admit(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A manager lets somebody in, or does not."""
    member_id, word = _number(arguments[0]), arguments[1]
    if word == "yes":
        member = joining.admit(turn.session, member_id, _asker(turn), turn.act)
        return _becomes(Text("people.let_in", name=member.name))
    member = joining.reject(turn.session, member_id, _asker(turn), turn.act)
    return _becomes(Text("people.not_let_in", name=member.name))


def claim(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A manager says who an account is: somebody of the list, or a new person."""
    which, telegram_id = arguments[0], _number(arguments[1])
    if which == "new":
        member = joining.claim_new(turn.session, telegram_id, _asker(turn), turn.act)
    else:
        member = joining.claim(turn.session, _number(which), telegram_id, _asker(turn), turn.act)
    return _becomes(Text("people.let_in", name=member.name))


def pair(turn: Turn, argument: str) -> Answer:
    """`/pair`: an elder invites somebody to act for them; staff do it for an elder who agreed."""
    if turn.member is None or not turn.private:
        return Text("people.in_private")
    if not argument:
        return _link(turn, Purpose(InvitationPurpose.CARE, turn.asker.id))
    elder = _one_named(turn, argument)
    invitations.check_can_make(
        turn.session, turn.asker, Purpose(InvitationPurpose.CARE, elder.id, consent=Consent.SAID)
    )
    card = turn.ask("people.consent", elder=elder.id)
    rows = tuple((Button(Text(f"Consent.{how}"), f"consent:{card.id}:{how}"),) for how in Consent)
    return Message(Text("people.how_agreed", name=elder.name), rows)


def consented(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """How the elder agreed was tapped: the link can be made."""
    card = turn.opened(arguments[0], "people.consent")
    if arguments[1] not in set(Consent):
        raise Refused("common.old_button")
    purpose = Purpose(InvitationPurpose.CARE, card.facts["elder"], consent=Consent(arguments[1]))
    turn.answer(_link(turn, purpose))
    return Toast(Text("common.done"), edit=Message(Text("people.link_follows")))


def invite(turn: Turn, argument: str) -> Answer:
    """`/invite`: a one-time link into the village; with a name, for somebody of the list to get their phone known."""
    if turn.member is None or not turn.private:
        return Text("people.in_private")
    if not argument:
        return _link(turn, Purpose(InvitationPurpose.JOIN))
    return _link(turn, Purpose(InvitationPurpose.CLAIM, _one_named(turn, argument).id))


def appoint(turn: Turn, argument: str) -> Answer:
    """`/role cook`: a one-time link that gives a role; managers only."""
    if turn.member is None or not turn.private:
        return Text("people.in_private")
    if argument not in set(Role):
        return _roles(0)
    return _link(turn, Purpose(InvitationPurpose.ROLE, role=Role(argument)))


def _roles(first: int) -> Message:
    """Three roles at a time, and the way to the next."""
    shown = list(Role)[first : first + MOST]
    rows = tuple((Button(Text(f"Role.{role}"), f"appoint:{role}"),) for role in shown)
    following = first + MOST if first + MOST < len(Role) else 0
    return Message(
        Text("people.which_role"), (*rows, (Button(Text("common.more"), f"appoint:more:{following}"),))
    )


def appoint_tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A role was tapped: its link is made."""
    word, first = arguments
    if turn.member is None or not turn.private:
        raise Refused("people.in_private")
    if word == "more":
        return Toast(Text("common.more"), edit=_roles(_number(first)))
    if word not in set(Role):
        raise Refused("common.old_button")
    turn.answer(_link(turn, Purpose(InvitationPurpose.ROLE, role=Role(word))))
    return Toast(Text("common.done"), edit=Message(Text("people.role_link_follows", role=Role(word))))


def _one_named(turn: Turn, name: str) -> Member:
    found = people.resolve(turn.session, turn.asker, name)
    if not turn.may(Role.SOCIAL_WORKER):
        raise Refused("people.managers_only")
    if len(found) != 1:
        raise Refused("people.nobody_or_several", count=len(found))
    return found[0]


def _link(turn: Turn, purpose: Purpose) -> Message:
    secret = invitations.make(turn.session, turn.asker, purpose, turn.act)
    address = f"https://t.me/{turn.heard.bot}?start={secret}"
    return Message(Text("people.link", address=address), attachment=Attachment("link", {"url": address}))


def _asker(turn: Turn) -> Member:
    if turn.member is None:
        raise Refused("people.managers_only")
    return turn.member


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise Refused("common.old_button")
    return int(word)


def _becomes(said: Text) -> Toast:
    return Toast(Text("common.done"), edit=Message(said))


COMMANDS = {"pair": pair, "invite": invite, "role": appoint}
BUTTONS = {"admit": admit, "claim": claim, "consent": consented, "appoint": appoint_tapped}
