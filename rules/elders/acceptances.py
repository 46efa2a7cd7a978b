"""The end of a request: accepted or not by the elder's side, thanked for, rated; never by who served."""

from sqlmodel import Session

from models.elders import handovers
from models.elders.requests import Request, RequestState, Way
from models.members.people import Canteen, Member
from rules import outbox
from rules.audit import Act
from rules.elders import escalation, holding, ladders, notices
from rules.values import Message, Refused, Text

RATINGS = (3, 2, 1)
"""Satisfied, so-so, not satisfied."""


def accept(session: Session, request_id: int, act: Act) -> Request:
    """It was done: the elder's side says so, and the helper is thanked."""
    request = holding.held(session, request_id)
    holding.check_speaks_for(session, request, act)
    if request.state != RequestState.DONE:
        raise Refused("requests.changed_since")
    if handovers.kit_out(session, request) is not None:
        raise Refused("requests.count_things_first")
    before = holding.seen(request)
    request.state = RequestState.ACCEPTED
    holding.close(session, request, act)
    holding.moved(session, request, act, "requests.accepted", before)
    _tell_helper(session, request, act, "requests.told_accepted")
    outbox.touch(session, "request", request.id, act.now)
    return request


def reopen(session: Session, request_id: int, act: Act) -> Request:
    """It was not done: it is searched for again at once, and who served is told first."""
    request = holding.held(session, request_id)
    holding.check_speaks_for(session, request, act)
    if request.state != RequestState.DONE:
        raise Refused("requests.changed_since")
    if handovers.kit_out(session, request) is not None:
        raise Refused("requests.count_things_first")
    before = holding.seen(request)
    request.state, request.taker_id = RequestState.REOPENED, None
    ladders.begin(session.get_one(Canteen, request.canteen_id), request, act.now)
    holding.moved(session, request, act, "requests.reopened", before)
    _tell_helper(session, request, act, "requests.told_reopened")
    outbox.touch(session, "request", request.id, act.now)
    escalation.climb(session, request.id, act.now)
    return request


def _tell_helper(session: Session, request: Request, act: Act, key: str) -> None:
    helper = session.get(Member, request.served_by_id) if request.served_by_id else None
    if helper is None or helper.id == act.actor_id:
        return
    facts = holding.brief(session, request, act)
    buttons = ((notices.go(request.id),),) if request.state in notices.FREE else ()
    holding.tell(session, request, helper, act, Message(Text(key, **facts), buttons))


def take_back(session: Session, request_id: int, act: Act) -> Request:
    """A wrong tap: it is not decided yet whether it was done."""
    request = holding.held(session, request_id)
    holding.check_speaks_for(session, request, act)
    if request.state != RequestState.ACCEPTED or request.closed_by_id != act.actor_id:
        raise Refused("requests.changed_since")
    before = holding.seen(request)
    request.state, request.closed_at, request.closed_by_id = RequestState.DONE, None, None
    request.rating, request.rated_by_id = None, None
    ladders.begin(session.get_one(Canteen, request.canteen_id), request, act.now)
    holding.moved(session, request, act, "requests.acceptance_taken_back", before)
    outbox.touch(session, "request", request.id, act.now)
    return request


def unfinish(session: Session, request_id: int, act: Act) -> Request:
    """A wrong tap of the helper: it is still in their hands."""
    request = holding.held(session, request_id)
    if request.served_by_id != act.actor_id or request.state != RequestState.DONE:
        raise Refused("requests.changed_since")
    before = holding.seen(request)
    stated = handovers.kit_out(session, request)
    if stated is not None and stated.way == Way.TO_ELDER:
        session.delete(stated)
    request.state, request.done_at, request.served_by_id = RequestState.DOING, None, None
    request.spent = ""
    ladders.begin(session.get_one(Canteen, request.canteen_id), request, act.now)
    holding.moved(session, request, act, "requests.unfinished", before)
    outbox.touch(session, "request", request.id, act.now)
    return request


def rate(session: Session, request_id: int, stars: int, act: Act) -> Request:
    """How it was: asked of the elder's side, never collected by who served."""
    request = holding.held(session, request_id)
    holding.check_speaks_for(session, request, act)
    if request.state != RequestState.ACCEPTED or stars not in RATINGS:
        raise Refused("requests.changed_since")
    before = {"rating": request.rating}
    request.rating, request.rated_by_id = stars, act.actor_id
    holding.moved(session, request, act, "requests.rated", before)
    return request
