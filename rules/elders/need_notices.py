"""What is said about a need: to its owner with what can be done, to the elder what became of it; never in the group."""

from sqlmodel import Session, col, select

from models.elders.needs import Need, NeedKind, NeedOutcome
from models.elders.requests import Urgency
from models.members.people import Canteen, Member
from models.members.vault import Private, opened, unsealed
from models.outbox import OutboxMessage
from rules import outbox
from rules.audit import Act
from rules.elders.ladders import waits
from rules.members import consents
from rules.values import Button, Message, Rows, Style, Text

KINDS = (NeedKind.REQUEST, NeedKind.MENU_WISH, NeedKind.ISSUE)


def key_of(need: Need) -> str:
    """Under which key messages about a need go; a number may come again after a dropped one, its moment does not."""
    return f"need:{need.id}:{need.noted_at.timestamp():.0f}"


def keys_of(session: Session, need: Need) -> list[str]:
    """The keys of everything that was said about a need."""
    own = select(OutboxMessage.key).where(col(OutboxMessage.key).startswith(f"{key_of(need)}:"))
    return list(session.exec(own))


def answers_of(session: Session, need: Need) -> list[str]:
    """The keys of the answers that went to the elder."""
    return [key for key in keys_of(session, need) if key.startswith(f"{key_of(need)}:answer:")]


def to_owner(session: Session, need: Need, key: str) -> Message:
    """What an elder needs, or what is to be said to them, with what the owner can do."""
    elder = session.get_one(Member, need.elder_id)
    facts = {"name": elder.name, "words": words_said(session, need), "due_on": need.due_on}
    if key == "needs.told_say_it":
        said = Text(key, name=elder.name, answer=answer_sent(session, need))
        return Message(said, ((Button(Text("needs.button_told"), f"needtold:{need.id}", Style.SUCCESS),),))
    return Message(Text(key, **facts), choices(need))


def choices(need: Need) -> Rows:
    """What can be done about an open need, three at a time."""
    answer = Button(Text("needs.button_answer"), f"needans:{need.id}", Style.PRIMARY)
    turn = Button(Text("needs.button_turn"), f"needturn:{need.id}")
    more = Button(Text("common.more"), f"needmore:{need.id}")
    return tuple((button,) for button in (answer, turn, more) if button is not turn or need.becomes is None)


def may_travel(session: Session, need: Need) -> bool:
    """Whether the elder's words may be sent by messenger."""
    return consents.by_messenger(session, session.get_one(Member, need.elder_id))


def words_said(session: Session, need: Need) -> Private | Text:
    """The elder's words for who is to answer them; not by messenger against the elder's will."""
    return opened(session, need, "words") if may_travel(session, need) else Text("needs.ask_in_person")


def answer_sent(session: Session, need: Need) -> Text:
    """What became of it, as it may be sent: that there is an answer, and the words only where they may travel."""
    return answer_said(need) if may_travel(session, need) else _done(need, Text("needs.that_matter"))


def answer_said(need: Need) -> Text:
    """What became of it, in full, for who asks for it themself."""
    facts = {"words": unsealed(need, "words")}
    if need.answer:
        return Text(f"needs.answer_{need.outcome}", **facts, answer=unsealed(need, "answer"))
    return _done(need, facts["words"])


def _done(need: Need, words: Private | Text) -> Text:
    helped = need.becomes in (NeedKind.REQUEST, NeedKind.MENU_WISH) and not need.answer
    return Text(f"needs.done_{need.becomes if helped else need.outcome}", words=words)


def tell_elder(session: Session, need: Need, act: Act) -> bool:
    """Say it to the elder in private, with a way to disagree; answers whether they can be written to."""
    elder = session.get_one(Member, need.elder_id)
    back = Button(Text("needs.button_not_met"), f"needback:{need.id}")
    said = Message(answer_sent(session, need), () if need.outcome == NeedOutcome.NOTED else ((back,),))
    canteen = session.get_one(Canteen, need.canteen_id)
    due_at = waits(canteen, Urgency.NORMAL, act.now)
    key = f"{key_of(need)}:answer:{act.now.timestamp():.0f}"
    return outbox.tell(session, key, elder, said, now=act.now, due_at=due_at) is not None
