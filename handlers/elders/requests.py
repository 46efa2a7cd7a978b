"""Asking for help: by a sentence, by `/ask`, for oneself or for somebody else; the form, and yes or no."""

from sqlmodel import col, select

from handlers.elders.request_forms import NEEDS_ITEM, becomes, due_said, form, keep_way_back, urgency_said
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.elders.requests import Request, RequestKind, RequestState
from models.members.people import Member
from nlu import Action, Context, Intent, Understanding, understand
from nlu.errands import help_kind, needing, thing_said
from rules import outbox
from rules.elders import notices, requests
from rules.elders.requests import Wish
from rules.members.people import label, resolve
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast

PAGE = 3


def heard(turn: Turn, understanding: Understanding) -> Answer:
    """A sentence asks for help."""
    if understanding.action == Action.SILENT:
        return None
    known(turn)
    elders = _elders(turn, understanding.slots.beneficiary or _named(turn, turn.heard.text))
    wish = _wish(turn, understanding)
    if len(elders) > 1:
        return _which(turn, elders, wish)
    return begin(turn, elders[0], wish)


def _elders(turn: Turn, words: str | None) -> list[Member]:
    found = resolve(turn.session, turn.asker, words) if words else [turn.asker]
    if not found:
        raise Refused("requests.who_is_that", name=(words or "")[:20])
    return found


def _named(turn: Turn, words: str) -> str | None:
    """李奶奶心里难受: it is about her, also when nobody says 帮."""
    names = select(Member.name).where(Member.canteen_id == turn.village.id, col(Member.erased_at).is_(None))
    return needing(words, frozenset(turn.session.exec(names)))


def _wish(turn: Turn, understanding: Understanding) -> Wish:
    words, slots = turn.heard.text, understanding.slots
    kind = RequestKind(help_kind(understanding.intent, words))
    item = thing_said(slots.notes) if kind in NEEDS_ITEM else ""
    day = slots.dates[0] if slots.dates else None
    return Wish(kind, words, item, turn.heard.photo, urgency_said(words), due_said(turn, kind, day, words))


def _which(turn: Turn, elders: list[Member], wish: Wish) -> Message:
    """The same name twice: ask, never guess; told apart in private only."""
    if not turn.private:
        return Message(Text("requests.say_in_private"))
    shown = elders[:PAGE]
    card = turn.ask(
        "requests.which",
        members=[one.id for one in shown],
        wish=requests.as_facts(wish),
        private=turn.asker.id,
    )
    rows = [(Button(label(one, turn.today), f"askwho:{card.id}:{n}"),) for n, one in enumerate(shown)]
    rows.append((Button(Text("common.none_of_these"), f"askwho:{card.id}:none"),))
    return Message(Text("requests.which"), tuple(rows))


def chosen(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One of several of the same name was meant."""
    known(turn)
    card = turn.opened(arguments[0], "requests.which")
    members = card.facts["members"]
    if not arguments[1].isdecimal() or int(arguments[1]) >= len(members):
        return becomes(Text("common.said_again"))
    elder = turn.session.get_one(Member, members[int(arguments[1])])
    return becomes(begin(turn, elder, requests.from_facts(card.facts["wish"])))


def by_command(turn: Turn, argument: str) -> Answer:
    """`/ask`: what kind of help, three at a time; or what stands behind the command."""
    known(turn)
    if not argument:
        return _kinds(0) if turn.private else Text("requests.say_in_private")
    read = understand(argument, turn.local, Context(chat="private", addressed=True))
    wish = _wish(turn, read)
    elders = _elders(turn, read.slots.beneficiary or _named(turn, argument))
    return _which(turn, elders, wish) if len(elders) > 1 else begin(turn, elders[0], wish)


def _kinds(first: int) -> Message:
    kinds = list(RequestKind)
    first = first if 0 <= first < len(kinds) else 0
    rows = [(Button(Text(f"RequestKind.{kind}"), f"ask:{kind}"),) for kind in kinds[first : first + PAGE]]
    following = first + PAGE if first + PAGE < len(kinds) else 0
    rows.append((Button(Text("common.more"), f"askpage:{following}"),))
    return Message(Text("requests.which_kind"), tuple(rows))


def turn_page(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Further kinds of help."""
    if not turn.private:
        raise Refused("requests.say_in_private")
    return Toast(Text("common.more"), edit=_kinds(int(arguments[0]) if arguments[0].isdecimal() else 0))


def kind_tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A kind of help was tapped: for oneself."""
    known(turn)
    if arguments[0] not in set(RequestKind) or not turn.private:
        raise Refused("common.old_button")
    return becomes(begin(turn, turn.asker, Wish(RequestKind(arguments[0]))))


def begin(turn: Turn, elder: Member, wish: Wish) -> Message | Text:
    """Keep the wish at once; in the group nothing of it is repeated, the rest is asked in private."""
    busy = next((one for one in requests.of_elder(turn.session, elder.id) if _same(turn, one, wish)), None)
    if busy is not None and turn.private:
        return _again(turn, busy, elder, wish)
    request = requests.ask(turn.session, turn.village, elder, wish, turn.act)
    keep_way_back(turn, request, "ask")
    if turn.private:
        return form(turn, request)
    question = form(turn, request)
    key = f"request:{request.id}:form:{turn.heard.update_id}"
    asked = outbox.tell(turn.session, key, turn.asker, question, now=turn.now)
    return Text("requests.noted_ask_in_private" if asked else "requests.noted_in_group")


def _same(turn: Turn, request: Request, wish: Wish) -> bool:
    """One of this kind is open already: said only to who asked for it or may see it; that somebody asked is a secret too."""
    if request.kind != wish.kind or request.state == RequestState.ASKED:
        return False
    own = request.asked_by_id == turn.asker.id
    return own or notices.sees_details(turn.session, request, turn.asker, turn.today)


def _again(turn: Turn, busy: Request, elder: Member, wish: Wish) -> Message:
    card = turn.ask("requests.again", elder=elder.id, wish=requests.as_facts(wish), private=elder.id)
    facts = notices.brief(turn.village, busy, elder, turn.now)
    said = Text("requests.one_is_open", **facts, state=busy.state)
    more = Button(Text("requests.button_another"), f"askmore:{card.id}:yes")
    no = Button(Text("requests.button_enough"), f"askmore:{card.id}:no", Style.SUCCESS)
    return Message(said, ((no,), (more,)))


def another(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """One more of the same kind is wanted, or not."""
    known(turn)
    card = turn.opened(arguments[0], "requests.again")
    if arguments[1] != "yes":
        return becomes(Text("requests.it_stays"))
    elder = turn.session.get_one(Member, card.facts["elder"])
    request = requests.ask(
        turn.session, turn.village, elder, requests.from_facts(card.facts["wish"]), turn.act
    )
    keep_way_back(turn, request, "ask")
    return becomes(form(turn, request))


COMMANDS = {"ask": by_command}
INTENTS = dict.fromkeys(
    (
        Intent.REQUEST_MEDICINE,
        Intent.REQUEST_ESCORT,
        Intent.REQUEST_REPAIR,
        Intent.REQUEST_COMPANIONSHIP,
        Intent.REQUEST_HEALTH_CHECK,
        Intent.REQUEST_OTHER,
    ),
    heard,
)
BUTTONS = {"ask": kind_tapped, "askpage": turn_page, "askwho": chosen, "askmore": another}
