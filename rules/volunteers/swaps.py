"""Swaps: a place is offered, and moves to whoever takes it in one unit; until then its holder stays responsible."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from models.members.people import Canteen, Member
from models.volunteers.shifts import Shift, Swap, SwapKind, SwapPolicy, SwapState
from rules.audit import Act
from rules.settings import settings_of
from rules.values import Refused
from rules.volunteers import places, swap_posts, swap_states
from rules.volunteers.eligibility import Overlaps
from rules.volunteers.swap_endings import drop
from rules.volunteers.swap_sides import settle
from rules.volunteers.swap_states import answerer_of, check_open, found, open_for, record

ANSWERED_WITHIN = timedelta(hours=24)
LAST_CALL = timedelta(hours=2)
AT_LEAST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: of everybody or of somebody, for nothing or for another day or place."""

    kind: SwapKind = SwapKind.GIVE
    taker: Member | None = None
    wanted_on: date | None = None
    counter_id: int | None = None


def offer(session: Session, canteen: Canteen, place_id: int, asking: Asking, act: Act) -> Swap:
    """Offer a place; asked again for the same it is the same offer, for something else it replaces the older one."""
    mine = places.find(session, place_id, act)
    _check_offers(session, mine, asking, act)
    open_one = open_for(session, mine.place.id)
    if open_one is not None:
        if _same(open_one, asking) and act.now < open_one.expires_at:
            return open_one
        if _claims(asking, act):
            raise Refused("swaps.asked_otherwise")
        drop(session, open_one, SwapState.WITHDRAWN, act)
    swap = _write(session, canteen, mine, asking, act)
    if asking.taker is None:
        swap_posts.post(session, canteen, swap, act.now)
        return swap
    return _ask(session, canteen, swap, asking.taker, act)


def _check_offers(session: Session, mine: places.Placed, asking: Asking, act: Act) -> None:
    if not _claims(asking, act):
        places.check_own(session, mine, act)
    places.check_responsible(mine, act)
    if act.now >= mine.shift.starts_at:
        raise Refused("swaps.has_begun")
    if asking.taker is not None and asking.taker.id == mine.member.id:
        raise Refused("swaps.your_own")


def _claims(asking: Asking, act: Act) -> bool:
    """Whether somebody offers to do another's shift, for nothing."""
    mine = asking.taker is not None and asking.taker.id == act.actor_id
    return mine and asking.kind == SwapKind.COVER


def _same(swap: Swap, asking: Asking) -> bool:
    taker_id = asking.taker.id if asking.taker else None
    wanted = (asking.kind, taker_id, asking.wanted_on, asking.counter_id)
    return (swap.kind, swap.taker_id, swap.wanted_on, swap.counter_id) == wanted


def _write(session: Session, canteen: Canteen, mine: places.Placed, asking: Asking, act: Act) -> Swap:
    settings = settings_of(canteen)
    lasts = ANSWERED_WITHIN if asking.taker else timedelta(hours=settings.swap_hours)
    swap = Swap(
        canteen_id=canteen.id,
        kind=asking.kind,
        policy=SwapPolicy(settings.swap_policy),
        assignment_id=mine.place.id,
        counter_id=asking.counter_id,
        wanted_on=asking.wanted_on,
        taker_id=asking.taker.id if asking.taker else None,
        asked_by_id=act.actor_id,
        offered_at=act.now,
        expires_at=expiry(mine.shift, act.now, lasts),
    )
    session.add(swap)
    session.flush()
    record(session, swap, "swaps.offered", None, act)
    return swap


def expiry(shift: Shift, now: datetime, lasts: timedelta) -> datetime:
    """Until when an offer stands: with time left to find somebody else, and never past the start."""
    return max(min(now + lasts, shift.starts_at - LAST_CALL), min(now + AT_LEAST, shift.starts_at))


def _ask(session: Session, canteen: Canteen, swap: Swap, taker: Member, act: Act) -> Swap:
    """Ask the one who still has to agree; where one side's word is enough, it moves at once."""
    if swap.policy == SwapPolicy.OPEN:
        try:
            return settle(session, canteen, swap, taker, act)
        except Overlaps:
            pass
    swap_posts.ask(session, canteen, swap, act)
    return swap


def take(
    session: Session,
    canteen: Canteen,
    swap_id: int,
    act: Act,
    *,
    counter_id: int | None = None,
    despite_overlap: bool = False,
) -> Swap:
    """Say yes to an offer: everything is checked again, then it moves, or waits for the coordinator's nod."""
    swap, place = found(session, swap_id, act)
    check_open(session, swap, place, act)
    answerer = answerer_of(swap, place)
    if answerer is None and act.actor_id == place.member_id:
        raise Refused("swaps.your_own")
    if answerer is not None and not swap_states.may_answer(session, answerer, act):
        raise Refused("swaps.not_for_you")
    taker = session.get_one(Member, swap.taker_id or act.actor_id)
    return settle(session, canteen, swap, taker, act, counter_id=counter_id, despite_overlap=despite_overlap)
