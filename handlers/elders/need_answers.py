"""What the owner of a need does with it: answers, turns it into something, hands it on, tells the elder; and ways back."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from handlers.elders import request_forms
from handlers.elders.needs import becomes, find, shown
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.elders.needs import Need, NeedCategory, NeedKind, NeedOutcome, NeedState
from models.elders.requests import Request, RequestKind
from models.members.people import Member, Role
from models.members.vault import unsealed
from nlu import Context, Intent, understand
from nlu.errands import help_kind
from rules.audit import Act
from rules.elders import callouts, need_changes, need_lists, need_turns, needs
from rules.elders.callouts import About
from rules.values import Answer, Button, Message, Refused, Rows, Text

OUTCOMES = (NeedOutcome.MET, NeedOutcome.PARTLY, NeedOutcome.NOT_POSSIBLE)
DAYS = 7
ASKING = frozenset(intent for intent in Intent if intent.value.startswith("request_")) - {
    Intent.REQUEST_OTHER
}
MOST = 3


def _unanswered(turn: Turn, word: str) -> Need:
    """The need behind an old button may have been answered since."""
    need = find(turn, word)
    if need.state != NeedState.OPEN:
        raise Refused("needs.answered_already")
    return need


def ask_outcome(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What became of it?"""
    need = _unanswered(turn, arguments[0])
    rows = tuple((Button(Text(f"NeedOutcome.{one}"), f"needout:{need.id}:{one}"),) for one in OUTCOMES)
    return becomes(Message(Text("needs.which_outcome", name=_name(turn, need)), rows))


def ask_words(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """And how is it to be said to the elder?"""
    need = _unanswered(turn, arguments[0])
    if arguments[1] not in {one.value for one in OUTCOMES}:
        raise Refused("common.old_button")
    card = turn.ask("needs.answer", awaits_text=True, need=need.id, outcome=arguments[1])
    plain = Button(Text("needs.button_no_words"), f"needsay:{card.id}")
    return becomes(Message(Text("needs.how_to_say", name=_name(turn, need)), ((plain,),)))


def written(turn: Turn, card: Card, words: str) -> Answer:
    """The answer in the owner's words."""
    known(turn)
    return _answered(turn, card, words)


def without_words(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The outcome says enough."""
    known(turn)
    return becomes(_answered(turn, turn.opened(arguments[0], "needs.answer"), ""))


def _answered(turn: Turn, card: Card, words: str) -> Message:
    outcome = NeedOutcome(card.facts["outcome"])
    need = needs.answer(turn.session, card.facts["need"], outcome, words, turn.act)
    key = "needs.elder_told" if need.state == NeedState.CLOSED else "needs.say_it_at_visit"
    return Message(Text(key, name=_name(turn, need)), _undo(turn, need, "answer"))


def _name(turn: Turn, need: Need) -> str:
    return turn.session.get_one(Member, need.elder_id).name


def _undo(turn: Turn, need: Need, what: str) -> Rows:
    card = turn.ask("needs.undo", lasts=needs.UNDO, need=need.id, what=what)
    return ((Button(Text("common.undo"), f"needundo:{card.id}"),),)


def ask_turn(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """What is it to become?"""
    need = _unanswered(turn, arguments[0])
    meal = need.category == NeedCategory.MEALS
    kinds = (NeedKind.MENU_WISH if meal else NeedKind.ISSUE, NeedKind.REQUEST, NeedKind.NOTE)
    rows = tuple((Button(Text(f"NeedKind.{kind}"), f"needto:{need.id}:{kind}"),) for kind in kinds)
    return becomes(Message(Text("needs.turn_into", name=_name(turn, need)), rows))


def turned(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """It becomes a request, a menu wish, an issue or a note."""
    need = find(turn, arguments[0])
    if arguments[1] not in set(NeedKind):
        raise Refused("common.old_button")
    kind = NeedKind(arguments[1])
    meant = _help_with(turn, need)
    need = need_turns.become(turn.session, need.id, kind, turn.act, help_with=meant)
    said = Message(Text(f"needs.turned_{need.becomes}", name=_name(turn, need)), _undo(turn, need, "turn"))
    if need.request_id is not None:
        turn.answer(request_forms.form(turn, turn.session.get_one(Request, need.request_id)))
    return becomes(said)


def _help_with(turn: Turn, need: Need) -> RequestKind | None:
    """What kind of help the elder's words ask for, when they do."""
    words = unsealed(need, "words")
    read = understand(words, turn.local, Context(chat="private", addressed=True))
    return RequestKind(help_kind(read.intent, words)) if read.intent in ASKING else None


def more(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Somebody else, or later."""
    need = _unanswered(turn, arguments[0])
    later = Button(Text("needs.button_wait", days=DAYS), f"needwait:{need.id}")
    other = Button(Text("needs.button_hand_on"), f"needhand:{need.id}")
    back = Button(Text("common.back"), f"needsee:{need.id}")
    return becomes(Message(Text("needs.what_else", name=_name(turn, need)), ((later,), (other,), (back,))))


def wait(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The answer takes some days more."""
    find(turn, arguments[0])
    need = need_changes.wait(turn.session, int(arguments[0]), DAYS, turn.act)
    return becomes(Text("needs.waits", name=_name(turn, need), due_on=need.due_on))


def hand_on(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Who else could answer it: three names at a time, then the one that was tapped."""
    need = find(turn, arguments[0])
    needs.check_not_closed(need)
    word = arguments[1]
    if word.isdecimal():
        need_changes.hand_to(turn.session, need.id, int(word), turn.act)
        return becomes(Text("needs.handed_on", owner=turn.session.get_one(Member, int(word)).name))
    return becomes(_candidates(turn, need, int(word[1:]) if word[1:].isdecimal() else 0))


def _candidates(turn: Turn, need: Need, first: int) -> Message:
    about = About(turn.village, turn.session.get_one(Member, need.elder_id))
    roles = {Role.SOCIAL_WORKER} if need.category == NeedCategory.HEALTH else set(needs.OWNERS)
    found = [one for one in callouts.holders(turn.session, about, roles) if one.id != need.owner_id]
    if not found:
        raise Refused("needs.nobody_else")
    rows = [
        (Button(Text("needs.button_name", name=one.name), f"needhand:{need.id}:{one.id}"),)
        for one in found[first : first + MOST]
    ]
    if len(found) > MOST:
        following = first + MOST if first + MOST < len(found) else 0
        rows.append((Button(Text("common.more"), f"needhand:{need.id}:p{following}"),))
    return Message(Text("needs.who_else", name=_name(turn, need)), tuple(rows))


def told(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """It was said to the elder face to face."""
    find(turn, arguments[0])
    need = needs.told(turn.session, int(arguments[0]), turn.act)
    return becomes(Text("needs.noted_told", name=_name(turn, need)))


def not_met(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The elder says that it is not so."""
    known(turn)
    word = arguments[0]
    if not turn.private or not (word.isascii() and word.isdecimal() and len(word) < 19):
        raise Refused("common.old_button")
    need = needs.reopen(turn.session, int(word), turn.act)
    owner = turn.session.get(Member, need.owner_id) if need.owner_id else None
    return becomes(Text("needs.asked_again", owner=owner.name if owner else Text("needs.nobody")))


BACK: Mapping[str, Callable[[Session, int, Act], Need | None]] = {
    "note": need_changes.drop,
    "turn": need_turns.turn_back,
    "answer": need_changes.unanswer,
}


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong tap is taken back, if nothing has come of it."""
    known(turn)
    card = turn.opened(arguments[0], "needs.undo")
    need = BACK[card.facts["what"]](turn.session, card.facts["need"], turn.act)
    if need is None:
        return becomes(Text("needs.dropped"))
    [one] = need_lists.named(turn.session, [need])
    return becomes(shown(turn, one))


CARDS = {"needs.answer": written}
UNDOES = {"needs.undo": undo}
BUTTONS = {
    "needans": ask_outcome,
    "needout": ask_words,
    "needsay": without_words,
    "needturn": ask_turn,
    "needto": turned,
    "needmore": more,
    "needwait": wait,
    "needhand": hand_on,
    "needtold": told,
    "needback": not_met,
    "needundo": undo,
}
