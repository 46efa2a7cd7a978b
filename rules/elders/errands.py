"""A request in somebody's hands: taken, begun, passed on, left, done; and accepted or not by the elder's side."""

from sqlmodel import Session

from models.elders import handovers
from models.elders.requests import Handover, Request, RequestState, Way
from models.members.people import Canteen, Member, Role, Status
from rules import outbox
from rules.audit import Act
from rules.elders import callouts, escalation, holding, ladders, notices
from rules.members.people import carers_of, roles_of
from rules.settings import local_day
from rules.values import Button, Message, Refused, Text, lines


def take(session: Session, request_id: int, act: Act) -> Request:
    """I am going: the first who says so has it; the details come to them in private."""
    request = holding.held(session, request_id)
    taker = session.get_one(Member, act.actor_id)
    if request.state not in notices.FREE:
        raise _not_free(session, request, taker)
    check_may_take(session, request, taker, act)
    _hand_to(session, request, taker, act, "requests.taken")
    return request


def _not_free(session: Session, request: Request, taker: Member) -> Refused:
    if request.canteen_id != taker.canteen_id:
        return Refused("common.old_button")
    if request.state in notices.ON_DUTY:
        key = "requests.yours_already" if request.taker_id == taker.id else "requests.taken_already"
        return Refused(key, name=holding.name_of(session, request.taker_id))
    return Refused("requests.over_already")


def check_may_take(session: Session, request: Request, taker: Member, act: Act) -> None:
    """Somebody of the village who is here, whose part it is or who cares for the elder, and can be written to."""
    if taker.canteen_id != request.canteen_id:
        raise Refused("common.old_button")
    if taker.id == request.elder_id:
        raise Refused("requests.not_yourself")
    today = local_day(session.get_one(Canteen, request.canteen_id), act.now)
    suited = roles_of(session, taker.id) & {Role.MANAGER, *callouts.roles_for(request.kind)}
    family = any(carer.id == taker.id for carer in carers_of(session, request.elder_id, today, "requests"))
    if taker.status != Status.ACTIVE or not (suited or family):
        raise Refused("requests.not_for_you")
    if outbox.reach(session, taker) is None:
        raise Refused("requests.write_me_first")


def _hand_to(session: Session, request: Request, taker: Member, act: Act, action: str) -> None:
    canteen = session.get_one(Canteen, request.canteen_id)
    before = holding.seen(request)
    had_begun = request.state == RequestState.DOING
    request.state = RequestState.DOING if had_begun else RequestState.TAKEN
    request.taker_id, request.taken_at, request.offered_to_id = taker.id, act.now, None
    request.served_by_id = None
    ladders.begin(canteen, request, act.now)
    holding.moved(session, request, act, action, before)
    notices.withdraw(session, request, act.now)
    brief_taker(session, request, taker, act)
    outbox.touch(session, "request", request.id, act.now)
    holding.tell_sides(session, request, act, "requests.told_taken", name=taker.name)


def brief_taker(session: Session, request: Request, taker: Member, act: Act) -> None:
    """The details to the one who has it in hand, under a key that finds them again when they must go."""
    what = notices.reveal(session, request, taker, act)
    said = Message(lines(Text("requests.yours"), what), on_duty(request), revocable=True)
    number = act.update_id or int(act.now.timestamp())
    outbox.tell(session, f"{notices.details_key(request)}{number}", taker, said, now=act.now)


def on_duty(request: Request) -> tuple[tuple[Button, ...], ...]:
    """What can be done with a request in hand."""
    other = Button(Text("requests.button_pass"), f"req:{request.id}:pass")
    look = Button(Text("requests.button_photo"), f"req:{request.id}:photo")
    rows = escalation.working(request)
    return (rows[0], (other,), *rows[1:], (look,)) if request.photo else (rows[0], (other,), *rows[1:])


def check_in_hand(request: Request, act: Act, *states: RequestState) -> None:
    """Only who has it in hand, and only while it is there."""
    if request.taker_id != act.actor_id or request.state not in (states or notices.ON_DUTY):
        raise Refused("requests.not_in_your_hands")


def start(session: Session, request_id: int, act: Act) -> Request:
    """On the way."""
    request = holding.held(session, request_id)
    check_in_hand(request, act, RequestState.TAKEN)
    before = holding.seen(request)
    request.state = RequestState.DOING
    holding.moved(session, request, act, "requests.begun", before)
    return request


def leave(session: Session, request_id: int, act: Act) -> Request:
    """I cannot after all: everybody is asked again at once; not with the elder's things in the pocket."""
    request = holding.held(session, request_id)
    check_in_hand(request, act)
    if handovers.kit_out(session, request) is not None:
        raise Refused("requests.kit_with_you")
    release(session, request, act)
    return request


def release(session: Session, request: Request, act: Act, *, returning: bool = False) -> None:
    """Nobody has it in hand: the search begins again, its first rung at once; who still brings things back knows where."""
    canteen = session.get_one(Canteen, request.canteen_id)
    before, left, left_id = (
        holding.seen(request),
        holding.name_of(session, request.taker_id),
        request.taker_id,
    )
    request.state, request.taker_id, request.offered_to_id = RequestState.CONFIRMED, None, None
    ladders.begin(canteen, request, act.now)
    request.next_at = ladders.waits(canteen, request.urgency, act.now)
    holding.moved(session, request, act, "requests.left", before)
    if not returning:
        notices.withdraw(session, request, act.now)
    outbox.touch(session, "request", request.id, act.now)
    holding.tell_sides(session, request, act, "requests.told_left", name=left)
    escalation.climb(session, request.id, act.now, besides=left_id)


def offer(session: Session, request_id: int, to: Member, act: Act) -> Request:
    """Ask somebody else to take it over; until they say yes it stays where it is."""
    request = holding.held(session, request_id)
    check_in_hand(request, act)
    check_may_take(session, request, to, act)
    if to.id == act.actor_id:
        raise Refused("requests.yours_already", name=to.name)
    before = holding.seen(request)
    request.offered_to_id = to.id
    holding.moved(session, request, act, "requests.offered", before)
    facts = holding.brief(session, request, act)
    asked = Text("requests.will_you_take_over", **facts, name=holding.name_of(session, act.actor_id))
    kit = handovers.kit_of(session, request)
    carries = Text("requests.with_things", things=holding.things_said(kit)) if kit else None
    buttons = holding.yes_no("reqover", request.id, "requests.button_take_over", "requests.button_refuse")
    holding.tell(session, request, to, act, Message(lines(asked, carries), buttons))
    return request


def take_over(session: Session, request_id: int, act: Act) -> Request:
    """Yes: from now on it is theirs, with what goes with it."""
    request = holding.held(session, request_id)
    if request.state not in notices.ON_DUTY or request.offered_to_id != act.actor_id:
        raise Refused("requests.changed_since")
    taker = session.get_one(Member, act.actor_id)
    check_may_take(session, request, taker, act)
    former, kit = session.get_one(Member, request.taker_id), handovers.kit_of(session, request)
    if kit is not None:
        passed = Handover(
            request_id=request.id,
            elder_id=request.elder_id,
            way=Way.PASSED_ON,
            stated_by_id=former.id,
            stated_at=act.now,
            agreed_by_id=taker.id,
            agreed_at=act.now,
        )
        handovers.write(session, passed, handovers.kit_in(kit))
    _hand_to(session, request, taker, act, "requests.taken_over")
    holding.tell(session, request, former, act, Text("requests.told_taken_over", name=taker.name))
    return request


def decline(session: Session, request_id: int, act: Act) -> Request:
    """No: it stays where it is, and who asked is told."""
    request = holding.held(session, request_id)
    if request.state not in notices.ON_DUTY or request.offered_to_id != act.actor_id:
        raise Refused("requests.changed_since")
    before = holding.seen(request)
    request.offered_to_id = None
    holding.moved(session, request, act, "requests.declined", before)
    asker, name = session.get_one(Member, request.taker_id), holding.name_of(session, act.actor_id)
    holding.tell(session, request, asker, act, Text("requests.told_declined", name=name))
    return request


def finish(session: Session, request_id: int, act: Act) -> Request:
    """Done, says the helper; the elder's side is asked."""
    request = holding.held(session, request_id)
    check_in_hand(request, act)
    before = holding.seen(request)
    request.state, request.done_at = RequestState.DONE, act.now
    request.served_by_id, request.offered_to_id = act.actor_id, None
    ladders.begin(session.get_one(Canteen, request.canteen_id), request, act.now)
    holding.moved(session, request, act, "requests.done", before)
    notices.withdraw(session, request, act.now)
    outbox.touch(session, "request", request.id, act.now)
    return request


def ask_acceptance(session: Session, request: Request, act: Act, more: Text | None = None) -> None:
    """Ask the elder and the family whether it was done; where nobody can be asked, who is on call."""
    facts = holding.brief(session, request, act)
    name = holding.name_of(session, request.served_by_id)
    asked = Message(
        lines(Text("requests.says_done", **facts, name=name), more), escalation.accepting(request.id)
    )
    elder = session.get_one(Member, request.elder_id)
    canteen = session.get_one(Canteen, request.canteen_id)
    family = callouts.family(session, elder.id, request.kind, local_day(canteen, act.now))
    side = [one for one in (elder, *family) if one.id != request.served_by_id]
    due_at = ladders.waits(canteen, request.urgency, act.now)
    key = f"request:{request.id}:accept:{act.update_id or int(act.now.timestamp())}"
    if not callouts.call(session, canteen, side, callouts.Call(key, asked, act.now, due_at)):
        request.next_at = due_at
        escalation.climb(session, request.id, act.now)
