"""Asking for help: by a sentence, by `/ask`, for oneself or for somebody else; the form, and yes or no."""

from datetime import date, datetime, time, timedelta

from handlers.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.people import Canteen, Member
from models.requests import Request, RequestKind, RequestState, Urgency
from nlu import Action, Context, Intent, Understanding, understand
from nlu.dates import find_dates, gathered
from nlu.errands import by_time, help_kind, is_urgent
from nlu.normalise import normalise
from rules import holding, notices, outbox, request_lists, requests
from rules.people import label, resolve
from rules.requests import Wish
from rules.settings import at
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines

PAGE = 3
FORM_LASTS = timedelta(minutes=30)
UNDO_LASTS = timedelta(minutes=10)
NEEDS_ITEM = (RequestKind.MEDICINE, RequestKind.REPAIR, RequestKind.ERRAND, RequestKind.OTHER)


def heard(turn: Turn, understanding: Understanding) -> Answer:
    """A sentence asks for help."""
    if understanding.action == Action.SILENT:
        return None
    known(turn)
    elders = _elders(turn, understanding.slots.beneficiary)
    wish = _wish(turn, understanding)
    if len(elders) > 1:
        return _which(turn, elders, wish)
    return begin(turn, elders[0], wish)


def _elders(turn: Turn, words: str | None) -> list[Member]:
    found = resolve(turn.session, turn.asker, words) if words else [turn.asker]
    if not found:
        raise Refused("requests.who_is_that", name=(words or "")[:20])
    return found


def _wish(turn: Turn, understanding: Understanding) -> Wish:
    words, slots = turn.heard.text, understanding.slots
    kind = RequestKind(help_kind(understanding.intent, words))
    item = slots.notes or "" if kind in NEEDS_ITEM else ""
    day = slots.dates[0] if slots.dates else None
    return Wish(kind, words, item, turn.heard.photo, _urgency(words), _due(turn, day, words))


def _urgency(words: str) -> Urgency:
    return Urgency.URGENT if is_urgent(words) else Urgency.NORMAL


def _due(turn: Turn, day: date | None, words: str) -> datetime | None:
    """The moment that was said; a time that is past today is meant soon."""
    clock = by_time(words)
    if day is None and clock is None:
        return None
    hour = time.fromisoformat(clock) if clock else requests.EVENING
    moment = at(turn.village, day or turn.today, hour)
    return (
        max(moment, turn.now + timedelta(hours=1)) if moment > turn.now or day else moment + timedelta(days=1)
    )


def _which(turn: Turn, elders: list[Member], wish: Wish) -> Message:
    """The same name twice: ask, never guess; told apart in private only."""
    if not turn.private:
        return Message(Text("requests.say_in_private"))
    shown = elders[:PAGE]
    card = turn.ask("requests.which", members=[one.id for one in shown], wish=requests.as_facts(wish))
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
    elders = _elders(turn, read.slots.beneficiary)
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
    return Toast(Text("common.more"), edit=_kinds(int(arguments[0]) if arguments[0].isdecimal() else 0))


def kind_tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A kind of help was tapped: for oneself."""
    known(turn)
    if arguments[0] not in set(RequestKind) or not turn.private:
        raise Refused("common.old_button")
    return becomes(begin(turn, turn.asker, Wish(RequestKind(arguments[0]))))


def begin(turn: Turn, elder: Member, wish: Wish) -> Message | Text:
    """Keep the wish at once; in the group nothing of it is repeated, the rest is asked in private."""
    busy = next((one for one in requests.of_elder(turn.session, elder.id) if _same(one, wish)), None)
    if busy is not None and turn.private:
        return _again(turn, busy, elder, wish)
    request = requests.ask(turn.session, turn.village, elder, wish, turn.act)
    if turn.private:
        return form(turn, request, skip=wish.due_at is not None)
    question = form(turn, request, skip=wish.due_at is not None)
    key = f"request:{request.id}:form:{turn.heard.update_id}"
    asked = outbox.tell(turn.session, key, turn.asker, question, now=turn.now)
    return Text("requests.noted_ask_in_private" if asked else "requests.noted_in_group")


def _same(request: Request, wish: Wish) -> bool:
    return request.kind == wish.kind and request.state != RequestState.ASKED


def _again(turn: Turn, busy: Request, elder: Member, wish: Wish) -> Message:
    card = turn.ask("requests.again", elder=elder.id, wish=requests.as_facts(wish))
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
    return becomes(form(turn, request))


def form(turn: Turn, request: Request, *, skip: bool = False) -> Message:
    """The next question of the form; when all is known, whether it is right."""
    if request.kind in NEEDS_ITEM and not (request.item or request.photo):
        return question(turn, request, "item")
    if request.kind == RequestKind.ESCORT and not skip:
        return question(turn, request, "time")
    return check(turn, request)


def question(turn: Turn, request: Request, field: str) -> Message:
    """One question of the form; the next message answers it, or a tap leaves it open."""
    # The chat of the card is where the answer will come: in private, also when it was asked for in the group.
    card = turn.ask(f"requests.{field}", awaits_text=True, lasts=FORM_LASTS, request=request.id)
    card.chat_id = turn.heard.person_id or 0
    named = f"{field}_{request.kind}" if field == "item" else field
    skip = Button(Text("requests.button_skip"), f"reqask:{request.id}:skip")
    return Message(Text(f"requests.ask_{named}"), ((skip,),))


def item_written(turn: Turn, card: Card, words: str) -> Answer:
    """What is needed was written, or its box photographed."""
    known(turn)
    request = turn.session.get_one(Request, card.facts["request"])
    wish = Wish(request.kind, item=words, photo=turn.heard.photo, urgency=_urgency(words))
    requests.amend(turn.session, request.id, wish, turn.act)
    return form(turn, request)


def time_written(turn: Turn, card: Card, words: str) -> Answer:
    """When was written; what is no time is asked again once more by the button."""
    known(turn)
    request = turn.session.get_one(Request, card.facts["request"])
    days = gathered(find_dates(normalise(words), turn.today))
    due = _due(turn, days[0] if days else None, words)
    if due is None:
        return question(turn, request, "time")
    requests.amend(turn.session, request.id, Wish(request.kind, due_at=due), turn.act)
    return check(turn, request)


def check(turn: Turn, request: Request) -> Message:
    """Say it back whole; who does not speak for the elder only passes it on."""
    elder = turn.session.get_one(Member, request.elder_id)
    said = Text("requests.check", what=_whole(turn.village, request, elder, turn.now))
    if not holding.speaks_for(turn.session, request, turn.act):
        request_lists.ask_elder(turn.session, request, turn.act)
        no = Button(Text("requests.button_not_needed"), f"reqask:{request.id}:no")
        return Message(Text("requests.asking_elder", name=elder.name), ((no,),))
    yes = Button(Text("requests.button_right"), f"reqask:{request.id}:yes", Style.SUCCESS)
    change = Button(Text("requests.button_change"), f"reqask:{request.id}:more")
    no = Button(Text("requests.button_not_needed"), f"reqask:{request.id}:no")
    return Message(said, ((yes,), (change,), (no,)))


def _whole(canteen: Canteen, request: Request, elder: Member, now: datetime) -> Text:
    until = notices.until(canteen, request.due_at, now)
    kind = Text(f"RequestKind.{request.kind}")
    urgent = Text("requests.urgently") if request.urgency == Urgency.URGENT else None
    item = Text("requests.details_item", item=request.item) if request.item else None
    photo = Text("requests.with_photo") if request.photo else None
    return lines(Text("requests.wanted", name=elder.name, kind=kind, until=until), item, photo, urgent)


def becomes(answer: Message | Text) -> Toast:
    """The question becomes its answer."""
    return Toast(Text("common.done"), edit=answer if isinstance(answer, Message) else Message(answer))


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
CARDS = {"requests.item": item_written, "requests.time": time_written}
