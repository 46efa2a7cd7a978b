"""What the bot cannot do by itself yet is handed to a person at once, and the asker is told to whom."""

from collections.abc import Sequence

from sqlmodel import col, select

from handlers import questions
from handlers.turn import Turn
from models.members.people import Member, MemberRole, Role
from models.outbox import MessageClass
from nlu import Intent, Understanding
from rules import audit, outbox
from rules.values import Answer, Text

CARE = (Role.SOCIAL_WORKER, Role.MANAGER)


def pass_on(turn: Turn, understanding: Understanding) -> Answer:
    """Tell those who can help what was said, in private; in the group only that it was passed on."""
    told = _tell(
        turn, _holders(turn, CARE), Text("handoff.asks", **_said(turn, understanding)), MessageClass.NOTICE
    )
    audit.record(
        turn.session, turn.act, "handoff.passed_on", str(understanding.intent), subject_id=turn.asker.id
    )
    if not told:
        return Text("handoff.nobody")
    return Text("handoff.passed_on", names=[member.name for member in told[:3]])


def thanks(turn: Turn, understanding: Understanding) -> Answer:
    """A thank-you is answered in private only."""
    return Text("handoff.welcome") if turn.private else None


def chatter(turn: Turn, understanding: Understanding) -> Answer:
    """Small talk is answered in private only, with what the bot is for."""
    if not turn.private:
        return None
    return Text("common.fine" if questions.word(turn) else "handoff.here")


def _said(turn: Turn, understanding: Understanding) -> dict[str, object]:
    return {"name": turn.asker.name, "what": Text(f"Intent.{understanding.intent}"), "words": turn.heard.text}


def _holders(turn: Turn, roles: Sequence[Role]) -> list[Member]:
    holding = select(MemberRole.member_id).where(col(MemberRole.role).in_(roles))
    holders = select(Member).where(Member.canteen_id == turn.village.id, col(Member.id).in_(holding))
    return list(turn.session.exec(holders.order_by(col(Member.id))))


def _tell(turn: Turn, members: list[Member], said: Text, kind: MessageClass) -> list[Member]:
    key = f"handoff:{turn.heard.update_id}"
    others = {member.id: member for member in members if member.id != turn.asker.id}
    return [m for m in others.values() if outbox.tell(turn.session, key, m, said, now=turn.now, kind=kind)]


INTENTS = {
    Intent.FEEDBACK: pass_on,
    Intent.THANKS: thanks,
    Intent.CHATTER: chatter,
}
