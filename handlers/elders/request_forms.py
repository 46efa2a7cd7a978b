"""The form of a request: one question at a time in private, then the whole said back, yes or no."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlmodel import col, select

from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.elders.requests import Request, RequestKind, Urgency
from models.members.people import Member
from models.members.vault import unsealed
from nlu.dates import find_dates, gathered
from nlu.errands import by_time, from_time, is_urgent, says_hour
from nlu.normalise import normalise
from rules.elders import holding, notices, request_lists, requests
from rules.elders.requests import Wish
from rules.settings import at
from rules.values import Answer, Button, Message, Style, Text, Toast, lines

FORM = ("requests.item", "requests.time", "requests.check")
FORM_LASTS = timedelta(minutes=30)
DAWN = 6
UNDO_LASTS = timedelta(minutes=10)
NEEDS_ITEM = (RequestKind.MEDICINE, RequestKind.REPAIR, RequestKind.ERRAND, RequestKind.OTHER)


def urgency_said(words: str) -> Urgency:
    """How urgent the words sound."""
    return Urgency.URGENT if is_urgent(words) else Urgency.NORMAL


def due_said(turn: Turn, kind: RequestKind, day: date | None, words: str) -> datetime | None:
    """The moment that was said: by when, and for going along when to set out; what is past today is meant soon."""
    clock = from_time(words) if kind == RequestKind.ESCORT else by_time(words)
    if day is None and clock is None:
        return None
    hour = time.fromisoformat(clock) if clock else requests.EVENING
    if hour.hour < DAWN:
        # Nobody goes at half past two in the night: 两点半 is in the afternoon.
        hour = hour.replace(hour=hour.hour + 12)
    moment = at(turn.village, day or turn.today, hour)
    if day is None and moment <= turn.now:
        return moment + timedelta(days=1)
    return max(moment, turn.now + timedelta(hours=1))


def form(turn: Turn, request: Request) -> Message:
    """The next question of the form; when all is known, whether it is right."""
    if request.kind in NEEDS_ITEM and not (request.item or request.photo):
        return question(turn, request, "item")
    if request.kind == RequestKind.ESCORT and not says_hour(unsealed(request, "words")):
        return question(turn, request, "time")
    return check(turn, request)


def question(turn: Turn, request: Request, field: str) -> Message:
    """One question of the form; the next message answers it, or a tap leaves it open."""
    open_in_private(turn, f"requests.{field}", request, awaits_text=True)
    named = f"{field}_{request.kind}" if field == "item" else field
    skip = Button(Text("requests.button_skip"), f"reqask:{request.id}:skip")
    return Message(Text(f"requests.ask_{named}"), ((skip,),))


def open_in_private(turn: Turn, kind: str, request: Request, *, awaits_text: bool) -> None:
    """Keep a question open where its answer will come: in private, also when it was asked for in the group."""
    close_questions(turn, request)
    card = turn.ask(kind, awaits_text=awaits_text, lasts=FORM_LASTS, request=request.id)
    card.chat_id = turn.heard.person_id or 0
    turn.session.add(card)


def keep_way_back(turn: Turn, request: Request, what: str) -> None:
    """撤销 takes back just this; kept before anything is asked about it, for the last question is the one that is answered."""
    _close(turn, request, ("requests.undo",))
    turn.ask("requests.undo", lasts=UNDO_LASTS, request=request.id, what=what)


def close_questions(turn: Turn, request: Request) -> None:
    """Questions about a request that were answered in another way: the next words mean something else."""
    _close(turn, request, FORM)


def _close(turn: Turn, request: Request, kinds: Sequence[str]) -> None:
    mine = select(Card).where(Card.telegram_id == turn.heard.person_id, col(Card.kind).in_(kinds))
    for card in turn.session.exec(mine.where(col(Card.answered_at).is_(None))):
        if card.facts.get("request") == request.id:
            card.answered_at = turn.now
            turn.session.add(card)


def item_written(turn: Turn, card: Card, words: str) -> Answer:
    """What is needed was written, or its box photographed."""
    known(turn)
    request = turn.session.get_one(Request, card.facts["request"])
    wish = Wish(request.kind, item=words, photo=turn.heard.photo, urgency=urgency_said(words))
    requests.amend(turn.session, request.id, wish, turn.act)
    return form(turn, request)


def time_written(turn: Turn, card: Card, words: str) -> Answer:
    """When was written; what is no time is asked again once more by the button."""
    known(turn)
    request = turn.session.get_one(Request, card.facts["request"])
    days = gathered(find_dates(normalise(words), turn.today))
    days = days or gathered(find_dates(normalise(unsealed(request, "words")), turn.today))
    due = due_said(turn, request.kind, days[0] if days else None, words)
    if due is None:
        return question(turn, request, "time")
    requests.amend(turn.session, request.id, Wish(request.kind, due_at=due), turn.act)
    return check(turn, request)


def check(turn: Turn, request: Request) -> Message:
    """Say it back whole; who does not speak for the elder only passes it on."""
    elder = turn.session.get_one(Member, request.elder_id)
    said = Text("requests.check", what=_whole(turn, request, elder))
    if not holding.speaks_for(turn.session, request, turn.act):
        request_lists.ask_elder(turn.session, request, turn.act)
        no = Button(Text("requests.button_not_needed"), f"reqask:{request.id}:no")
        return Message(Text("requests.asking_elder", name=elder.name), ((no,),))
    open_in_private(turn, "requests.check", request, awaits_text=False)
    yes = Button(Text("requests.button_right"), f"reqask:{request.id}:yes", Style.SUCCESS)
    change = Button(Text("requests.button_change"), f"reqask:{request.id}:more")
    no = Button(Text("requests.button_not_needed"), f"reqask:{request.id}:no")
    return Message(said, ((yes,), (change,), (no,)))


def _whole(turn: Turn, request: Request, elder: Member) -> Text:
    """The whole wish; what exactly is needed only to those who may know it."""
    until = notices.until(turn.village, request, turn.now)
    kind = Text(f"RequestKind.{request.kind}")
    urgent = Text("requests.urgently") if request.urgency == Urgency.URGENT else None
    own = request.asked_by_id == turn.asker.id
    sees = own or notices.sees_details(turn.session, request, turn.asker, turn.today)
    item = Text("requests.details_item", item=unsealed(request, "item")) if request.item and sees else None
    photo = Text("requests.with_photo") if request.photo else None
    return lines(Text("requests.wanted", name=elder.name, kind=kind, until=until), item, photo, urgent)


def becomes(answer: Message | Text) -> Toast:
    """The question becomes its answer."""
    return Toast(Text("common.done"), edit=answer if isinstance(answer, Message) else Message(answer))


CARDS = {"requests.item": item_written, "requests.time": time_written}
