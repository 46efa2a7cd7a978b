"""Who comes to the bot for the first time, and what everybody may ask of it."""

from handlers.turn import Turn
from models.people import Member
from rules import audit
from rules.audit import Act
from rules.settings import settings_of
from rules.values import Answer, Message, Text

LONGEST_NAME = 64


def admit(turn: Turn) -> Answer:
    """Let somebody of the village group in at once where the village wants it so; else say how to join."""
    if turn.canteen is None or turn.private or turn.heard.person_id is None:
        return Text("people.stranger") if turn.private else None
    if settings_of(turn.canteen).join != "open":
        return Text("people.ask_manager") if turn.heard.addressed else None
    name = " ".join(turn.heard.person_name.split())[:LONGEST_NAME] or str(turn.heard.person_id)
    member = Member(
        canteen_id=turn.canteen.id,
        name=name,
        telegram_id=turn.heard.person_id,
        joined_at=turn.now,
        approved_at=turn.now,
    )
    turn.session.add(member)
    turn.session.flush()
    turn.member = member
    act = Act(turn.now, member.id, turn.canteen.id, turn.heard.update_id)
    audit.record(turn.session, act, "people.joined", f"member:{member.id}", subject_id=member.id)
    return None


def start(turn: Turn, argument: str) -> Answer:
    """`/start` and `/help`: a greeting, what to say, and large keys in private."""
    if turn.member is None:
        return Text("people.stranger") if turn.private else None
    if not turn.private:
        return Text("people.help_group")
    keys = ((Text("people.key_tomorrow"), Text("people.key_mine")), (Text("people.key_menu"), Text("people.key_cancel")))
    return Message(Text("people.help", name=turn.member.name), keys=keys)


COMMANDS = {"start": start, "help": start}
