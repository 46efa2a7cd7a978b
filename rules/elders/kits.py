"""Things that change hands for a request: stated by the helper, counted by the elder's side, both ways."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from models.elders import handovers
from models.elders.handovers import Kit
from models.elders.requests import Handover, Request, RequestKind, RequestState, Way
from models.members.people import Canteen, Member
from models.outbox import OutboxMessage
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.elders import acceptances, callouts, errands, holding, ladders, notices
from rules.elders.callouts import About, Call
from rules.elders.ladders import Audience
from rules.settings import local_day
from rules.values import Button, Fen, Message, Refused, Style, Text, lines

THINGS = ("card", "cash", "box")
"""What may be handed out: insurance card, cash, empty box."""
WITH_KIT = frozenset({RequestKind.MEDICINE, RequestKind.ERRAND})
MOST_CASH = 500_000
LOOKED_AFTER = timedelta(hours=1)
"""Things that were brought back without the errand having been done are counted by then, or somebody looks."""


def hand_out(session: Session, request_id: int, things: Sequence[str], cash: int, act: Act) -> Request:
    """The helper says what they were given, and sets out; the elder's side counts it."""
    request = holding.held(session, request_id)
    errands.check_in_hand(request, act)
    counted = handovers.kit_of(session, request)
    if counted is not None and counted.agreed_at is not None:
        raise Refused("requests.changed_since")
    chosen = [thing for thing in THINGS if thing in things]
    if not 0 <= cash <= MOST_CASH or ("cash" in chosen) != (cash > 0):
        raise Refused("requests.how_much_cash", most=Fen(MOST_CASH))
    if request.state == RequestState.TAKEN:
        errands.start(session, request_id, act)
    if chosen:
        _state(session, request, Way.TO_TAKER, Kit(tuple(chosen), cash), act)
    return request


def hand_back(session: Session, request_id: int, spent: int | None, act: Act) -> Request:
    """The helper brings everything back: bought and with a receipt, or (`None`) without having gone."""
    request = holding.held(session, request_id)
    errands.check_in_hand(request, act, RequestState.DOING)
    kit = handovers.kit_of(session, request)
    if kit is None or handovers.kit_out(session, request) is None:
        raise Refused("requests.changed_since")
    if spent is not None and not 0 <= spent <= MOST_CASH:
        raise Refused("requests.how_much_spent", most=Fen(MOST_CASH))
    back = _coming_back(handovers.kit_in(kit), spent)
    handovers.write_spent(session, request, spent)
    if spent is not None:
        errands.finish(session, request_id, act)
    row = _state(session, request, Way.TO_ELDER, back, act)
    if spent is None:
        errands.release(session, request, act, returning=True)
        _look_later(session, request, row, act)
    return request


def _look_later(session: Session, request: Request, row: Handover, act: Act) -> None:
    """Nobody waits for the things before somebody else goes; but who is on call sees that they are counted."""
    canteen, elder = session.get_one(Canteen, request.canteen_id), session.get_one(Member, request.elder_id)
    on_call = callouts.people(session, About(canteen, elder, request.kind), (Audience.ON_CALL,), act.now)
    name = holding.name_of(session, row.stated_by_id)
    said = Message(Text("requests.look_at_return", who=notices.who(elder), name=name), counting(row.id))
    due_at = ladders.waits(canteen, request.urgency, act.now + LOOKED_AFTER)
    others = [one for one in on_call if one.id != row.stated_by_id]
    callouts.call(session, canteen, others, Call(_look_key(row), said, act.now, due_at))


def _look_key(row: Handover) -> str:
    return f"handover:{row.id}:look:"


def _coming_back(kit: Kit, spent: int | None) -> Kit:
    """What has to be there at the end, and how much of it is money: change, or what the helper laid out."""
    given = kit.cash if "cash" in kit.things else 0
    card = ["card"] if "card" in kit.things else []
    if spent is None:
        return Kit(kit.things, given)
    bought = ["goods", *(["receipt"] if spent else [])]
    left = given - spent
    money = ["change"] if left > 0 else ["laid_out"] if left < 0 else []
    return Kit((*bought, *card, *money), abs(left))


def _state(session: Session, request: Request, way: Way, kit: Kit, act: Act) -> Handover:
    row = Handover(
        request_id=request.id,
        elder_id=request.elder_id,
        way=way,
        stated_by_id=request.taker_id or 0,
        stated_at=act.now,
    )
    handovers.write(session, row, kit)
    after = {"way": way.value}
    audit.record(
        session, act, "requests.handed", f"request:{request.id}", subject_id=request.elder_id, after=after
    )
    _ask_to_count(session, request, row, act)
    return row


def _ask_to_count(session: Session, request: Request, row: Handover, act: Act) -> None:
    """The elder and the family count; where neither can be written to, who is on call counts with them by phone."""
    canteen = session.get_one(Canteen, request.canteen_id)
    elder = session.get_one(Member, request.elder_id)
    asked = Message(count_said(session, request, row, elder), counting(row.id))
    call = Call(f"handover:{row.id}", asked, act.now, ladders.waits(canteen, request.urgency, act.now))
    side = [elder, *callouts.family(session, elder.id, request.kind, local_day(canteen, act.now))]
    others = [one for one in side if one.id != request.taker_id]
    if not callouts.call(session, canteen, others, call):
        about = About(canteen, elder, request.kind, request.taker_id)
        on_call = callouts.people(session, about, (Audience.ON_CALL,), act.now)
        callouts.call(session, canteen, [one for one in on_call if one.id != request.taker_id], call)


def count_said(session: Session, request: Request, row: Handover, elder: Member) -> Text:
    """What there is to be counted."""
    name = holding.name_of(session, row.stated_by_id)
    key = f"requests.count_{row.way}"
    said = Text(key, name=name, elder=elder.name, things=holding.things_said(row))
    spent = handovers.spent_on(session, request) if row.way == Way.TO_ELDER else None
    return lines(said, holding.paid_said(spent, row.elder_id) if spent else None)


def counting(handover_id: int) -> tuple[tuple[Button, ...], ...]:
    """All there, or not."""
    return (
        (Button(Text("requests.button_all_there"), f"reqkit:{handover_id}:yes", Style.SUCCESS),),
        (Button(Text("requests.button_not_all"), f"reqkit:{handover_id}:no"),),
    )


def _held(session: Session, handover_id: int, act: Act) -> tuple[Handover, Request]:
    row = hold(session, Handover, handover_id)
    if row is None:
        raise Refused("common.old_button")
    request = holding.held(session, row.request_id)
    holding.check_speaks_for(session, request, act)
    if act.actor_id == row.stated_by_id:
        raise Refused("requests.not_the_helper", name=holding.name_of(session, request.elder_id))
    theirs = select(Handover.id).where(
        Handover.request_id == request.id, Handover.stated_by_id == row.stated_by_id
    )
    newest = session.exec(theirs.order_by(col(Handover.id).desc()).limit(1)).first()
    if newest != row.id or row.agreed_at is not None or not _counts(request, row):
        raise Refused("requests.changed_since")
    return row, request


def _counts(request: Request, row: Handover) -> bool:
    """Whether it is still to be counted: what is in hand now, or what a former helper brought back."""
    return row.way == Way.TO_ELDER or _in_hand(request, row)


def _in_hand(request: Request, row: Handover) -> bool:
    """Whether who stated it is who has, or had last, the errand in hand."""
    return row.stated_by_id == (request.taker_id or request.served_by_id)


def agree(session: Session, handover_id: int, act: Act) -> tuple[Handover, Request]:
    """All there; what came back ends the request, or sets it free when nobody had gone."""
    row, request = _held(session, handover_id, act)
    row.agreed_by_id, row.agreed_at, row.disputed_at = act.actor_id, act.now, None
    session.add(row)
    session.flush()
    _note(session, request, row, act, "requests.counted")
    if row.way == Way.TO_ELDER:
        _all_back(session, request, row, act)
    return row, request


def _all_back(session: Session, request: Request, row: Handover, act: Act) -> None:
    """Bought and back is done and accepted; what a former helper brought back is off their hands."""
    bought = request.state == RequestState.DOING and bool(request.spent)
    if not (_in_hand(request, row) and (bought or request.state == RequestState.DONE)):
        return _returned(session, request, row, act)
    if bought:
        request.state, request.done_at, request.served_by_id = RequestState.DONE, act.now, request.taker_id
        session.add(request)
    acceptances.accept(session, request.id, act)
    return None


def _returned(session: Session, request: Request, row: Handover, act: Act) -> None:
    """Nobody has to look any more; who brought it back needs no address for it."""
    looks = select(OutboxMessage.key).where(col(OutboxMessage.key).startswith(_look_key(row)))
    outbox.retract(session, session.exec(looks).all(), act.now)
    helper = session.get_one(Member, row.stated_by_id)
    if not _in_hand(request, row):
        notices.withdraw(session, request, act.now, helper.id)
    holding.tell(session, request, helper, act, Text("requests.told_all_back"))


def dispute(session: Session, handover_id: int, act: Act) -> tuple[Handover, Request]:
    """Something is missing: the helper still answers for it, and who is on call is asked to look."""
    row, request = _held(session, handover_id, act)
    row.disputed_at = act.now
    session.add(row)
    _note(session, request, row, act, "requests.disputed")
    if request.state == RequestState.DONE and _in_hand(request, row):
        request.state, request.done_at, request.served_by_id = RequestState.DOING, None, None
        ladders.begin(session.get_one(Canteen, request.canteen_id), request, act.now)
        session.add(request)
    _tell_of_dispute(session, request, row, act)
    outbox.touch(session, "request", request.id, act.now)
    return row, request


def _note(session: Session, request: Request, row: Handover, act: Act, action: str) -> None:
    after = {"way": row.way.value}
    audit.record(session, act, action, f"handover:{row.id}", subject_id=request.elder_id, after=after)


def _tell_of_dispute(session: Session, request: Request, row: Handover, act: Act) -> None:
    canteen = session.get_one(Canteen, request.canteen_id)
    elder, helper = session.get_one(Member, request.elder_id), session.get_one(Member, row.stated_by_id)
    facts = notices.brief(canteen, request, elder, act.now)
    buttons = errands.on_duty(request) if request.taker_id == helper.id else ()
    holding.tell(session, request, helper, act, Message(Text("requests.told_disputed", **facts), buttons))
    about = About(canteen, elder, request.kind, request.taker_id)
    looking = callouts.people(session, about, (Audience.ON_CALL,), act.now)
    said = Text("requests.look_at_dispute", **facts, name=helper.name, ask=notices.how_to_ask(session, elder))
    key = f"handover:{row.id}:disputed:{int(act.now.timestamp())}"
    others = [one for one in looking if one.id not in (helper.id, act.actor_id)]
    told = callouts.call(session, canteen, others, Call(key, Message(said, counting(row.id)), act.now))
    holding.note_asking(session, request, told, act.now)
