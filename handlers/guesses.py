"""Not understood: the likely meanings by button, such as somebody like the asker may have meant."""

from collections.abc import Mapping
from dataclasses import replace

import nlu
from handlers import questions
from handlers.turn import Turn
from models.members.people import Role
from nlu import Context, Intent, Understanding
from rules.values import Answer, Button, Message, Style, Text, Toast, as_message

NEVER_MEANT = frozenset({Intent.UNCLEAR, Intent.CHATTER, Intent.THANKS})
SHIFTS = (Role.VOLUNTEER, Role.COOK, Role.SOCIAL_WORKER)
SAFE = "safe"
"""The word of the button that says that nobody is in danger."""
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
    if likely[0] == Intent.EMERGENCY:
        return _in_danger(card.id)
    picks = [(Button(Text(f"Intent.{i}"), f"pick:{card.id}:{i}"),) for i in likely]
    none = (Button(Text("common.none_of_these"), f"pick:{card.id}:none"),)
    return Message(Text("common.which_meant"), (*picks, none))


def _in_danger(card_id: int) -> Message:
    """It may be that somebody is in need: asked at once, and nothing else beside it."""
    yes = Button(Text("common.danger_yes"), f"pick:{card_id}:{Intent.EMERGENCY}", Style.DANGER)
    no = Button(Text("common.danger_no"), f"pick:{card_id}:{SAFE}")
    return Message(Text("common.danger_asked"), ((yes,), (no,)), urgent=True)


def nobody_in_danger(turn: Turn) -> Toast:
    """Nobody is in danger: the words may still have meant something else."""
    read = nlu.understand(turn.heard.text, turn.local, Context(chat="private", addressed=True))
    rest = tuple(choice for choice in read.choices if choice != Intent.EMERGENCY)
    calm = read.intent in (Intent.CHATTER, Intent.THANKS) or not rest
    answer = None if calm else unclear(turn, replace(read, choices=rest))
    said = Text("common.danger_none")
    return Toast(said, edit=as_message(answer if isinstance(answer, Message) else said))


def _likely(turn: Turn, intent: Intent) -> bool:
    """Whether somebody like the asker may have meant it; nobody means to be unclear."""
    return turn.may(*ONLY[intent]) if intent in ONLY else intent not in NEVER_MEANT
