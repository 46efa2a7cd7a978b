"""A request in hand: 我去, on the way, to somebody else, I cannot, done; and the elder's side says whether it was."""

from handlers.elders.kits import checklist
from handlers.elders.request_forms import becomes, keep_way_back
from handlers.elders.request_taps import accepted, find, number, undoable
from handlers.turn import Turn
from models.cards import Card
from models.elders import handovers
from models.elders.requests import Request, RequestState, Way
from models.members.people import Member, Role
from rules import outbox
from rules.elders import acceptances, callouts, errands, holding, kits, ladders, notices
from rules.elders.callouts import Call
from rules.members import people
from rules.values import Answer, Button, Message, Refused, Text, Toast


def go(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """I am going: the details follow in private."""
    request = find(turn, arguments[0])
    errands.take(turn.session, request.id, turn.act)
    keep_way_back(turn, request, "take")
    if request.kind in kits.WITH_KIT:
        turn_to_kit(turn, request)
    said = Text("requests.thanks_for_going")
    return becomes(said) if turn.private else Toast(said, alert=True)


def turn_to_kit(turn: Turn, request: Request) -> None:
    """Before setting out with somebody's card and cash: what was handed over is counted."""
    key = f"request:{request.id}:kit:{turn.heard.update_id}"
    kit = checklist(turn, request)
    callouts.call(turn.session, turn.village, [turn.asker], Call(key, kit, turn.now))


def tapped(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Under the details of a request in hand."""
    request = find(turn, arguments[0])
    if not turn.private:
        raise Refused("requests.say_in_private")
    act = DOES.get(arguments[1])
    if act is None:
        raise Refused("common.old_button")
    errands.check_in_hand(request, turn.act)
    return act(turn, request)


def start(turn: Turn, request: Request) -> Answer:
    """On the way; where things change hands they are counted first."""
    if request.kind in kits.WITH_KIT and request.state == RequestState.TAKEN:
        return becomes(checklist(turn, request))
    errands.start(turn.session, request.id, turn.act)
    return becomes(Message(Text("requests.under_way"), errands.on_duty(request)))


def done(turn: Turn, request: Request) -> Answer:
    """Done; with money in hand the sum on the receipt is asked for first."""
    if handovers.kit_out(turn.session, request) is not None:
        turn.ask("requests.spent", awaits_text=True, request=request.id)
        return becomes(Text("requests.how_much_was_it"))
    errands.finish(turn.session, request.id, turn.act)
    errands.ask_acceptance(turn.session, request, turn.act)
    return becomes(undoable(turn, Text("requests.well_done"), request, "done"))


def leave(turn: Turn, request: Request) -> Answer:
    """I cannot go; things of the elder are brought back first."""
    if handovers.kit_out(turn.session, request) is not None:
        back = Button(Text("requests.button_bring_back"), f"req:{request.id}:back")
        other = Button(Text("requests.button_pass"), f"req:{request.id}:pass")
        return becomes(Message(Text("requests.kit_with_you"), ((other,), (back,))))
    errands.leave(turn.session, request.id, turn.act)
    return becomes(Text("requests.left"))


def bring_back(turn: Turn, request: Request) -> Answer:
    """Everything goes back without the errand having been done."""
    kits.hand_back(turn.session, request.id, None, turn.act)
    return becomes(Text("requests.being_counted"))


def pass_on(turn: Turn, request: Request) -> Answer:
    """To whom? The next words name them."""
    turn.ask("requests.pass", awaits_text=True, request=request.id)
    return becomes(Text("requests.to_whom"))


def photo(turn: Turn, request: Request) -> Answer:
    """The photograph of the box, while the request is in hand."""
    if not request.photo:
        raise Refused("common.old_button")
    key = f"{notices.photo_key(request)}{turn.heard.update_id}"
    picture = Message(Text("requests.photo", number=request.id), photo=request.photo)
    outbox.tell(turn.session, key, turn.asker, picture, now=turn.now)
    return Toast(Text("common.done"))


def named(turn: Turn, card: Card, words: str) -> Answer:
    """Who is to take it over was written."""
    request = find(turn, str(card.facts["request"]))
    other = _one(turn, words)
    errands.offer(turn.session, request.id, other, turn.act)
    return Text("requests.asking_other", name=other.name)


def _one(turn: Turn, words: str) -> Member:
    found = people.named(turn.session, turn.village.id, words.strip()[:20])
    if len(found) != 1:
        raise Refused("requests.who_is_that", name=words.strip()[:20])
    return found[0]


def over(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Yes or no of somebody who was asked to take it over."""
    request = find(turn, arguments[0])
    if arguments[1] == "yes":
        errands.take_over(turn.session, request.id, turn.act)
        return becomes(Text("requests.thanks_for_going"))
    if arguments[1] != "no":
        raise Refused("common.old_button")
    errands.decline(turn.session, request.id, turn.act)
    return becomes(Text("requests.declined"))


def decided(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """The elder's side: done, or not."""
    request = find(turn, arguments[0])
    holding.check_speaks_for(turn.session, request, turn.act)
    stated = handovers.kit_out(turn.session, request)
    if stated is not None and stated.way == Way.TO_ELDER and request.state == RequestState.DONE:
        elder = turn.session.get_one(Member, request.elder_id)
        counted = kits.count_said(turn.session, request, stated, elder)
        return becomes(Message(counted, kits.counting(stated.id)))
    if arguments[1] == "yes":
        acceptances.accept(turn.session, request.id, turn.act)
        return becomes(accepted(turn, request))
    if arguments[1] != "no":
        raise Refused("common.old_button")
    acceptances.reopen(turn.session, request.id, turn.act)
    return becomes(Text("requests.searching_again"))


def rated(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """How it was."""
    request = find(turn, arguments[0])
    acceptances.rate(turn.session, request.id, number(arguments[1]), turn.act)
    return becomes(Text("requests.thanks_for_rating"))


def find_somebody(turn: Turn, arguments: tuple[str, ...]) -> Answer:
    """Those responsible or the family ask somebody by name."""
    request = find(turn, arguments[0])
    _check_may_ask(turn, request)
    turn.ask("requests.find", awaits_text=True, request=request.id)
    return becomes(Text("requests.whom_to_ask"))


def asked(turn: Turn, card: Card, words: str) -> Answer:
    """The one who was named is asked in private."""
    request = find(turn, str(card.facts["request"]))
    _check_may_ask(turn, request)
    other = _one(turn, words)
    errands.check_may_take(turn.session, request, other, turn.act)
    elder = turn.session.get_one(Member, request.elder_id)
    facts = notices.brief(turn.village, request, elder, turn.now)
    said = Text("requests.asks_you", **facts, by=turn.asker.name)
    due_at = ladders.waits(turn.village, request.urgency, turn.now)
    key = f"request:{request.id}:find:{turn.heard.update_id}"
    message = Message(said, ((notices.go(request.id),),))
    callouts.call(turn.session, turn.village, [other], Call(key, message, turn.now, due_at))
    return Text("requests.asking_somebody", name=other.name)


def _check_may_ask(turn: Turn, request: Request) -> None:
    """Those responsible, and who speaks for the elder, as long as nobody has it in hand."""
    responsible = turn.may(Role.SOCIAL_WORKER, Role.COMMITTEE)
    if not turn.private or not (responsible or holding.speaks_for(turn.session, request, turn.act)):
        raise Refused("requests.not_for_you")
    if request.state not in notices.FREE:
        raise Refused("requests.changed_since")


DOES = {"start": start, "done": done, "leave": leave, "back": bring_back, "pass": pass_on, "photo": photo}
BUTTONS = {
    "reqgo": go,
    "req": tapped,
    "reqover": over,
    "reqok": decided,
    "reqrate": rated,
    "reqfind": find_somebody,
}
CARDS = {"requests.pass": named, "requests.find": asked}
