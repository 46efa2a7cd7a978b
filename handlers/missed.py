"""A reading that was wrong, or none at all: asked once whether the sentence may be kept, and kept without names."""

from sqlmodel import col, select

from handlers.turn import Turn
from models.examples import Example
from models.members.people import Member
from nlu import Intent
from nlu.classifier import guess
from nlu.lessons import nameless, skeleton
from rules import examples
from rules.values import Button, Message, Style, Text, Toast

UNTEACHABLE = frozenset({Intent.UNCLEAR, Intent.EMERGENCY})
"""Danger is known by rules alone: an example could only teach it wrongly."""

NOT_OFFERED = UNTEACHABLE | {Intent.CHATTER, Intent.THANKS}
LIKELY = 6


def missed(turn: Turn, words: str) -> Toast:
    """None of the meanings offered, or a card that was wrong: asked once whether the sentence may be kept, then never again."""
    again = Message(Text("common.said_again"))
    if turn.member is None or turn.canteen is None or not (turn.private and words):
        return Toast(again.text, edit=again)
    agreed = examples.consent(turn.session, turn.asker.id)
    if agreed:
        propose(turn, words)
        return Toast(again.text, edit=Message(Text("examples.noted")))
    if agreed is False:
        return Toast(again.text, edit=again)
    card = turn.ask("examples.keep", words=words, private=turn.asker.id)
    answers = (Button(Text("examples.may"), f"keepwords:{card.id}:yes", Style.SUCCESS),)
    return Toast(again.text, edit=Message(Text("examples.may_i"), (answers, (_no(card.id),))))


def _no(card_id: int) -> Button:
    return Button(Text("common.no"), f"keepwords:{card_id}:no")


def picked(turn: Turn, words: str, intent: Intent) -> None:
    """One of the meanings was tapped: the best of examples, kept when its speaker agreed to that before."""
    if turn.member is None or turn.canteen is None or intent in UNTEACHABLE:
        return
    if examples.consent(turn.session, turn.asker.id):
        propose(turn, words, intent)


def propose(turn: Turn, words: str, intent: Intent | None = None) -> None:
    """Keep a sentence without names, with what it may have meant."""
    own = select(Member.name).where(Member.canteen_id == turn.village.id, col(Member.erased_at).is_(None))
    kept = nameless(words, turn.session.exec(own))
    bones = skeleton(kept, turn.today)
    example = Example(
        canteen_id=turn.village.id,
        words=kept,
        skeleton=bones,
        likely=[choice.value for choice in guess(bones).likely if choice not in NOT_OFFERED][:LIKELY],
        intent=intent.value if intent else "",
        proposed_at=turn.now,
    )
    examples.propose(turn.session, example, turn.act)
