"""What managers decide about a doubtful message, and a group that moved."""

from handlers.turn import Turn
from models.members.people import Role
from rules import settling
from rules.values import Answer, Message, Refused, Text, Toast
from transports.updates import Kind


def resend(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The manager has the doubtful message sent again."""
    settling.resend(turn.session, _row_id(turn, arguments), turn.act)
    return _settled("outbox.resent")


def seen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The manager saw the doubtful message."""
    settling.seen(turn.session, _row_id(turn, arguments), turn.act)
    return _settled("outbox.settled")


def migrated(turn: Turn) -> Answer:
    """The group became a supergroup; the village follows it."""
    if turn.heard.new_chat_id is not None:
        settling.migrate(turn.session, turn.heard.chat_id, turn.heard.new_chat_id)
    return None


def _row_id(turn: Turn, arguments: tuple[str, ...]) -> int:
    if turn.member is None or not turn.may(Role.MANAGER):
        raise Refused("outbox.not_yours")
    number = arguments[0] if arguments else ""
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise Refused("common.old_button")
    return int(number)


def _settled(key: str) -> Toast:
    said = Text(key)
    return Toast(said, edit=Message(said))


BUTTONS = {"resend": resend, "seen": seen}
EVENTS = {Kind.MIGRATED: migrated}
