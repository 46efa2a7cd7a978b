"""Not understood: the likely meanings by button, such as somebody like the asker may have meant."""

from collections.abc import Mapping

from handlers import questions
from handlers.turn import Turn
from models.members.people import Role
from nlu import Intent, Understanding
from rules.values import Answer, Button, Message, Text

NEVER_MEANT = frozenset({Intent.UNCLEAR, Intent.CHATTER, Intent.THANKS})
SHIFTS = (Role.VOLUNTEER, Role.COOK, Role.SOCIAL_WORKER)
ONLY: Mapping[Intent, tuple[Role, ...]] = {
    Intent.VISIT_NOTE: (Role.SOCIAL_WORKER,),
    **dict.fromkeys((Intent.SWAP_SHIFT, Intent.OFFER_SHIFT, Intent.CLAIM_SHIFT, Intent.LEAVE_SHIFT), SHIFTS),
    Intent.QUERY_SHIFTS: SHIFTS,
}
"""What only some can mean."""


def unclear(turn: Turn, understanding: Understanding) -> Answer:
    """Not understood: up to three likely meanings by button, in private or when asked directly."""
    choices = understanding.choices
    # An emergency that is only the second guess is none: it would stand under everything that is not understood.
    likely = [i for i in choices if _likely(turn, i) and (i != Intent.EMERGENCY or i == choices[0])][:3]
    if questions.word(turn):
        return Text("common.fine")
    if not likely:
        return Text("common.not_understood") if turn.heard.addressed else None
    card = turn.ask("common.which_meant", words=turn.heard.text, private=turn.member.id if turn.member else 0)
    picks = [(Button(Text(f"Intent.{i}"), f"pick:{card.id}:{i}"),) for i in likely]
    none = (Button(Text("common.none_of_these"), f"pick:{card.id}:none"),)
    return Message(Text("common.which_meant"), (*picks, none))


def _likely(turn: Turn, intent: Intent) -> bool:
    """Whether somebody like the asker may have meant it; nobody means to be unclear."""
    return turn.may(*ONLY[intent]) if intent in ONLY else intent not in NEVER_MEANT
