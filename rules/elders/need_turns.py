"""What a need becomes: a request, a wish for the menu, an issue for the village, or a note; and what the clock sees of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, or_, select

from models.elders.needs import Need, NeedCategory, NeedKind, NeedOutcome, NeedState
from models.elders.requests import Request, RequestKind, RequestState
from models.lunch.menus import MenuWish
from models.members.people import Canteen, Member
from models.members.vault import unsealed
from models.store import hold
from rules.audit import Act
from rules.elders import needs, requests
from rules.elders.needs import held, moved, put, seen, settle
from rules.elders.requests import Wish
from rules.homes import visits
from rules.lunch import menus
from rules.values import Refused

LIKELY = {
    NeedCategory.HEALTH: RequestKind.HEALTH_CHECK,
    NeedCategory.MEALS: RequestKind.MEAL_HELP,
    NeedCategory.OUTINGS: RequestKind.ESCORT,
    NeedCategory.COMPANY: RequestKind.COMPANIONSHIP,
}
"""Which kind of help a need is most likely about when its words do not say."""
FOLLOWED = (NeedKind.REQUEST, NeedKind.MENU_WISH)
OVER = (RequestState.ACCEPTED, RequestState.CANCELLED)


def become(
    session: Session, need_id: int, kind: NeedKind, act: Act, *, help_with: RequestKind | None = None
) -> Need:
    """Turn an open need into what somebody can act on; a note is answered by being noted."""
    need = held(session, need_id, act)
    if need.state != NeedState.OPEN or need.becomes is not None:
        raise Refused("needs.turned_already")
    before = seen(need)
    need.becomes = kind
    if kind == NeedKind.REQUEST:
        need.request_id = _request(session, need, help_with, act).id
    if kind == NeedKind.MENU_WISH:
        elder = session.get_one(Member, need.elder_id)
        need.wish_id = menus.wish(session, elder, unsealed(need, "words"), act).id
    moved(session, need, act, "needs.turned", before)
    if kind == NeedKind.NOTE:
        settle(session, need, NeedOutcome.NOTED, "", act)
    return need


def _request(session: Session, need: Need, help_with: RequestKind | None, act: Act) -> Request:
    canteen, elder = session.get_one(Canteen, need.canteen_id), session.get_one(Member, need.elder_id)
    kind = help_with or LIKELY.get(need.category, RequestKind.OTHER)
    wish = Wish(kind, unsealed(need, "words"), urgency=need.urgency)
    return requests.ask_anew(session, canteen, elder, wish, act)


def turn_back(session: Session, need_id: int, act: Act) -> Need:
    """A wrong tap: it is an open need again, if nothing has come of it."""
    need = held(session, need_id, act)
    if need.state != NeedState.OPEN or need.becomes is None:
        raise Refused("needs.too_late")
    before = seen(need)
    if need.request_id is not None:
        requests.cancel(session, need.request_id, act)
    wish = session.get(MenuWish, need.wish_id) if need.wish_id else None
    put(need, {**before, "becomes": None, "request_id": None, "wish_id": None})
    moved(session, need, act, "needs.turned_back", before)
    if wish is not None:
        if wish.seen_at is not None:
            raise Refused("needs.too_late")
        session.delete(wish)
        session.flush()
    return need


def come_along(session: Session) -> Sequence[Need]:
    """Open needs whose request is over or whose wish the kitchen has seen."""
    # As the index of these rows has it, so that closed ones are not even looked at.
    waiting = select(Need).where(text("need.state = 'open'"), col(Need.becomes).in_(FOLLOWED))
    waiting = waiting.outerjoin(Request, col(Request.id) == col(Need.request_id))
    waiting = waiting.outerjoin(MenuWish, col(MenuWish.id) == col(Need.wish_id))
    over = or_(col(Request.state).in_(OVER), col(MenuWish.seen_at).is_not(None))
    return session.exec(waiting.where(over).order_by(col(Need.id)).limit(100)).all()


def to_ask_again(session: Session, now: datetime) -> Sequence[Need]:
    """Closed needs whose answer can no longer be taken back: at a visit the elder is asked whether it is so."""
    due = select(Need).where(col(Need.ask_again_at) <= now)
    return session.exec(due.order_by(col(Need.ask_again_at), col(Need.id)).limit(100)).all()


def ask_again(session: Session, need_id: int, now: datetime) -> None:
    """The elder, not the helper, is asked at a visit soon."""
    need = hold(session, Need, need_id)
    if need is None or need.ask_again_at is None or need.ask_again_at > now:
        return
    need.ask_again_at = None
    session.add(need)
    elder = session.get_one(Member, need.elder_id)
    visits.plan_follow_up(session, elder, f"need:{need.id}", Act(now, None, need.canteen_id))


def follow(session: Session, need_id: int, now: datetime) -> None:
    """What it became has come to an end: the elder hears of it; called off, it is an open need again."""
    need = hold(session, Need, need_id)
    if need is None or need.state != NeedState.OPEN:
        return
    act = Act(now, None, need.canteen_id)
    request = session.get(Request, need.request_id) if need.request_id else None
    if request is not None and request.state == RequestState.CANCELLED:
        before = seen(need)
        put(need, {**before, "becomes": None, "request_id": None})
        moved(session, need, act, "needs.turned_back", before)
        needs.tell_owner(session, need, act, "needs.told_called_off")
        return
    settle(session, need, NeedOutcome.MET if request is not None else NeedOutcome.NOTED, "", act)
