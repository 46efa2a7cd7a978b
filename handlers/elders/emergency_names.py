"""Whom a cry for help is about; and where nobody knows, the question that is asked once people have been called."""

from dataclasses import dataclass, replace

from sqlmodel import col, select

from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.elders.emergencies import Emergency
from models.members.people import Account, Canteen, Member
from nlu.errands import in_danger, is_name, says_i
from rules import outbox
from rules.audit import Act
from rules.elders import emergencies
from rules.elders.emergencies import Cry
from rules.members.people import label, resolve
from rules.values import Answer, Button, Message, Refused, Text, Toast

MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Meant:
    """A cry for help, and those it may be about where the name says too little."""

    cry: Cry
    perhaps: tuple[Member, ...] = ()


def village_of(turn: Turn) -> Canteen | None:
    """The village in whose group a stranger was seen; in private the only one there is."""
    account = turn.session.exec(select(Account).where(Account.telegram_id == turn.heard.person_id)).first()
    if account and account.canteen_id:
        return turn.session.get(Canteen, account.canteen_id)
    every = turn.session.exec(select(Canteen).order_by(col(Canteen.id)).limit(2)).all()
    return every[0] if turn.private and len(every) == 1 else None


def act_in(turn: Turn, canteen: Canteen) -> Act:
    """The act of whoever speaks, in the village that hears it."""
    return replace(turn.act, canteen_id=canteen.id)


def meant(turn: Turn, canteen: Canteen) -> Meant:
    """Somebody named in the words, else the speaker; of a name nobody or several bear only the name is known."""
    said = turn.heard.text
    if turn.member is None:
        return Meant(Cry(said, None, turn.heard.person_name))
    everybody = select(Member.name).where(Member.canteen_id == canteen.id, col(Member.erased_at).is_(None))
    words = in_danger(said, frozenset(turn.session.exec(everybody)))
    if words is None:
        return Meant(_going_on(turn, said))
    found = resolve(turn.session, turn.member, words)
    if len(found) == 1:
        return Meant(Cry(said, found[0]))
    own = any(member.id == turn.member.id for member in found)
    if own or (not found and not is_name(words)):
        return Meant(Cry(said, turn.member))
    return Meant(Cry(said, None, words), tuple(found))


def _going_on(turn: Turn, said: str) -> Cry:
    """Words that name nobody: of the speaker, or more about whom they have just told of."""
    before = emergencies.told_of(turn.session, turn.asker, turn.now) if not says_i(said) else None
    if before is None:
        return Cry(said, turn.asker)
    person = turn.session.get(Member, before.person_id) if before.person_id else None
    return Cry(said, person, before.called)


def ask_who(turn: Turn, emergency: Emergency, perhaps: tuple[Member, ...]) -> None:
    """People are called already; who it is and where is asked in private, once."""
    if emergency.person_id is not None or emergency.raised_at != turn.now or not turn.heard.person_id:
        return
    if turn.member is None and not turn.private:
        return
    members = [member.id for member in perhaps[:MOST_SHOWN]]
    card = turn.ask("emergencies.who", awaits_text=True, emergency=emergency.id, members=members)
    card.chat_id = turn.heard.person_id
    turn.session.add(card)
    question = Text("emergencies.which_of_them" if members else "emergencies.who_and_where")
    rows = tuple(
        (Button(label(one, turn.today), f"soswho:{card.id}:{n}"),)
        for n, one in enumerate(perhaps[:MOST_SHOWN])
    )
    asked = Message(question, rows)
    if turn.private:
        turn.answer(asked)
        return
    outbox.tell(turn.session, f"emergency:{emergency.id}:who", turn.asker, asked, now=turn.now)


def chosen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name was tapped."""
    known(turn)
    card = turn.opened(arguments[0], "emergencies.who")
    members = card.facts["members"]
    if not arguments[1].isdecimal() or int(arguments[1]) >= len(members):
        raise Refused("common.old_button")
    person = turn.session.get_one(Member, members[int(arguments[1])])
    return Toast(Text("common.done"), edit=_passed_on(turn, card, "", person))


def written(turn: Turn, card: Card, words: str) -> Answer:
    """Who it is, or where, in words; a name that only one bears brings the address along."""
    emergency = turn.session.get_one(Emergency, card.facts["emergency"])
    found = resolve(turn.session, turn.member, words.strip()[:20]) if turn.member else []
    person = found[0] if len(found) == 1 and emergency.person_id is None else None
    return _passed_on(turn, card, words, person)


def _passed_on(turn: Turn, card: Card, words: str, person: Member | None) -> Message:
    emergency = turn.session.get_one(Emergency, card.facts["emergency"])
    canteen = turn.session.get_one(Canteen, emergency.canteen_id)
    raised = emergencies.tell_more(turn.session, emergency.id, words, person, act_in(turn, canteen))
    told = [member for member in raised.told if member.id != turn.act.actor_id]
    return Message(Text("emergencies.passed_on" if told else "emergencies.call_120_alone"), urgent=True)


BUTTONS = {"soswho": chosen}
CARDS = {"emergencies.who": written}
