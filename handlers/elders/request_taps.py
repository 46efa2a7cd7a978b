"""A request in view: yes, no and change on its question; the list of them; a closer look; a wrong tap taken back."""

from handlers.elders import request_forms as asking
from handlers.elders.request_forms import UNDO_LASTS, becomes
from handlers.lunch.bookings import known
from handlers.turn import Turn
from models.cards import Card
from models.elders.requests import Request, RequestKind, RequestState, Urgency
from models.members.people import Member
from rules.elders import acceptances, errands, escalation, holding, notices, request_lists, requests
from rules.elders.requests import Wish
from rules.settings import local_day
from rules.values import Answer, Button, Message, Refused, Style, Text, Toast, lines

PAGE = 6
SUPPLY_DAYS = (7, 14, 30)


def number(word: str) -> int:
    """The number on a button; a forged one is refused."""
    if not (word.isascii() and word.isdecimal() and len(word) < 19):
        raise Refused("common.old_button")
    return int(word)


def find(turn: Turn, word: str) -> Request:
    """The request behind a button, of the asker's own village only."""
    known(turn)
    request = turn.session.get(Request, number(word))
    if request is None or request.canteen_id != turn.village.id:
        raise Refused("common.old_button")
    return request


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Under the question whether it is right."""
    request = find(turn, arguments[0])
    word = arguments[1]
    asking.close_questions(turn, request)
    if word == "yes":
        return _confirmed(turn, request)
    if word == "no":
        return _cancelled(turn, request)
    requests.check_may_amend(turn.session, request, turn.act)
    if not turn.private:
        raise Refused("requests.say_in_private")
    match word:
        case "skip":
            return becomes(asking.check(turn, request))
        case "more":
            return becomes(_what_to_change(request))
        case "item" | "time":
            return becomes(asking.question(turn, request, word))
        case "urgent":
            wish = Wish(request.kind, urgency=Urgency.URGENT)
            return becomes(asking.check(turn, requests.amend(turn.session, request.id, wish, turn.act)))
    raise Refused("common.old_button")


def replied(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A typed yes or no to the question whether it is right."""
    card = turn.opened(arguments[0], "requests.check")
    return tapped(turn, (str(card.facts["request"]), arguments[1]))


def photographed(turn: Turn, card: Card) -> Answer:
    """The photograph of a box, sent while the whole was being looked over."""
    request = find(turn, str(card.facts["request"]))
    requests.amend(turn.session, request.id, Wish(request.kind, photo=turn.heard.photo), turn.act)
    return asking.check(turn, request)


def _what_to_change(request: Request) -> Message:
    rows = [(Button(Text("requests.button_time"), f"reqask:{request.id}:time"),)]
    if request.kind in asking.NEEDS_ITEM:
        rows.append((Button(Text("requests.button_item"), f"reqask:{request.id}:item"),))
    rows.append((Button(Text("requests.button_urgent"), f"reqask:{request.id}:urgent", Style.DANGER),))
    return Message(Text("requests.what_to_change"), tuple(rows))


def _confirmed(turn: Turn, request: Request) -> Toast:
    requests.confirm(turn.session, request.id, turn.act)
    elder = turn.session.get_one(Member, request.elder_id)
    facts = notices.brief(turn.village, request, elder, turn.now)
    no = Button(Text("requests.button_not_needed"), f"reqask:{request.id}:no")
    asking.keep_way_back(turn, request, "ask")
    return becomes(Message(Text("requests.searching", **facts), ((no,),)))


def _cancelled(turn: Turn, request: Request) -> Toast:
    requests.cancel(turn.session, request.id, turn.act)
    return becomes(undoable(turn, Text("requests.cancelled"), request, "cancel"))


def undoable(turn: Turn, said: Text, request: Request, what: str) -> Message:
    """A way back for ten minutes."""
    card = turn.ask("requests.undo", lasts=UNDO_LASTS, request=request.id, what=what)
    return Message(said, ((Button(Text("common.undo"), f"requndo:{card.id}"),),))


def undo(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A wrong tap is taken back, if nothing has happened since."""
    known(turn)
    card = turn.opened(arguments[0], "requests.undo")
    if card.facts["what"] in TAKEN_BACK:
        return TAKEN_BACK[card.facts["what"]](turn, turn.session.get_one(Request, card.facts["request"]))
    acts = {"cancel": requests.restore, "accept": acceptances.take_back, "done": acceptances.unfinish}
    request = acts[card.facts["what"]](turn.session, card.facts["request"], turn.act)
    if request.state == RequestState.DONE:
        return becomes(Message(Text("requests.undone"), escalation.accepting(request.id)))
    if request.state == RequestState.DOING:
        return becomes(Message(Text("requests.undone"), errands.on_duty(request)))
    if request.state == RequestState.ASKED:
        return becomes(asking.check(turn, request))
    return becomes(Text("requests.undone"))


def _not_asked(turn: Turn, request: Request) -> Toast:
    """No way back from this one: said again it goes one step further."""
    asking.close_questions(turn, request)
    requests.cancel(turn.session, request.id, turn.act)
    return becomes(Text("requests.cancelled"))


def _not_going(turn: Turn, request: Request) -> Toast:
    """我去 by mistake; who has set out says so by the buttons under it."""
    if request.taker_id != turn.asker.id or request.state != RequestState.TAKEN:
        raise Refused("requests.changed_since")
    errands.leave(turn.session, request.id, turn.act)
    return becomes(Text("requests.left"))


TAKEN_BACK = {"ask": _not_asked, "take": _not_going}


def accepted(turn: Turn, request: Request) -> Message:
    """How it was, and for a medicine how long it lasts: asked of the elder's side."""
    if request.kind == RequestKind.MEDICINE:
        rows = [
            Button(Text("requests.button_days", days=days), f"reqdays:{request.id}:{days}")
            for days in SUPPLY_DAYS
        ]
        turn.answer(Message(Text("requests.how_long_does_it_last"), (tuple(rows),)))
    stars = tuple(
        (Button(Text(f"requests.rating_{stars}"), f"reqrate:{request.id}:{stars}"),)
        for stars in acceptances.RATINGS
    )
    back = undoable(turn, Text("requests.how_was_it"), request, "accept")
    return Message(back.text, (*stars, *back.buttons))


def listed(turn: Turn, argument: str) -> Answer:
    """`/requests`: what is open, for those responsible all of it."""
    known(turn)
    return _page(turn, 0) if turn.private else Text("requests.say_in_private")


def turn_page(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Further requests."""
    known(turn)
    if not turn.private:
        raise Refused("requests.say_in_private")
    return Toast(Text("common.more"), edit=_page(turn, number(arguments[0])))


def _page(turn: Turn, first: int) -> Message:
    page, count = request_lists.visible(turn.session, turn.asker, first, PAGE)
    if not page:
        return Message(Text("requests.none_open"))
    said = lines(
        Text("requests.open_ones", count=count),
        *(request_lists.line(turn.village, each, turn.act) for each in page),
    )
    buttons = [
        Button(Text("requests.button_number", number=each.request.id), f"reqsee:{each.request.id}")
        for each in page
    ]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    if count > PAGE:
        following = first + PAGE if first + PAGE < count else 0
        rows.append((Button(Text("common.more"), f"reqpage:{following}"),))
    return Message(said, tuple(rows))


def see(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """A closer look: everything for those entitled, who and when for the others who are responsible."""
    request = find(turn, arguments[0])
    if not turn.private:
        raise Refused("requests.say_in_private")
    if request.taker_id == turn.asker.id and request.state in notices.ON_DUTY:
        errands.brief_taker(turn.session, request, turn.asker, turn.act)
        return Toast(Text("common.done"))
    elder = turn.session.get_one(Member, request.elder_id)
    today = local_day(turn.village, turn.now)
    if notices.sees_details(turn.session, request, turn.asker, today):
        said = notices.reveal(turn.session, request, turn.asker, turn.act)
        return becomes(Message(said, _can_do(turn, request)))
    if not turn.roles & request_lists.STAFF and request.asked_by_id != turn.asker.id:
        raise Refused("requests.not_for_your_eyes")
    one = request_lists.Listed(request, elder, holding.name_of(turn.session, request.taker_id))
    return becomes(Message(request_lists.line(turn.village, one, turn.act), _can_do(turn, request)))


def _can_do(turn: Turn, request: Request) -> tuple[tuple[Button, ...], ...]:
    speaks = holding.speaks_for(turn.session, request, turn.act)
    if request.state == RequestState.ASKED and speaks:
        return escalation.confirming(request.id)
    if request.state == RequestState.DONE and speaks:
        return escalation.accepting(request.id)
    if request.state not in notices.FREE:
        return ()
    no = (Button(Text("requests.button_not_needed"), f"reqask:{request.id}:no"),)
    go = (notices.go(request.id),) if request.elder_id != turn.asker.id else ()
    return tuple(row for row in (go, no if speaks else ()) if row)


COMMANDS = {"requests": listed}
REPLIES = {"requests.check": replied}
PHOTOS = {"requests.check": photographed}
UNDOES = {"requests.undo": undo}
BUTTONS = {"reqask": tapped, "requndo": undo, "reqpage": turn_page, "reqsee": see}
