"""Asking for help: a wish is kept at once, confirmed by the elder or who speaks for them, changed, or called off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.elders import handovers
from models.elders.requests import Request, RequestKind, RequestState, Urgency
from models.members.people import Canteen, Member
from models.members.vault import seal, unsealed
from models.store import hold
from rules.audit import Act
from rules.elders import escalation, holding, ladders, notices
from rules.settings import at
from rules.values import Refused, Text

OPEN = tuple(ladders.PHASES)
LONGEST_WORDS, LONGEST_ITEM = 400, 200
MOST_OPEN = 10
"""Open requests of one elder: beyond it somebody is playing, or a person should be spoken to; the clock does not play."""

HOURS = {
    RequestKind.MEDICINE: 24,
    RequestKind.ESCORT: 72,
    RequestKind.REPAIR: 72,
    RequestKind.ERRAND: 48,
    RequestKind.COMPANIONSHIP: 72,
    RequestKind.COUNSELLING: 48,
    RequestKind.HEALTH_CHECK: 72,
    RequestKind.HOME_CARE: 24,
    RequestKind.MEAL_HELP: 4,
    RequestKind.OTHER: 72,
}
"""By when, in hours, if nobody says when."""
URGENT_HOURS = 2
EVENING = time(17)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for; `due_at` only when a day was said."""

    kind: RequestKind
    words: str = ""
    item: str = ""
    photo: str = ""
    urgency: Urgency = Urgency.NORMAL
    due_at: datetime | None = None
    supply_id: int | None = None


def as_facts(wish: Wish) -> dict[str, Any]:
    """A wish as a card keeps it."""
    due = wish.due_at.isoformat() if wish.due_at else None
    said = {"kind": wish.kind, "words": wish.words, "item": wish.item, "photo": wish.photo}
    return {**said, "urgency": wish.urgency, "due": due}


def from_facts(facts: Mapping[str, Any]) -> Wish:
    """A wish as it was kept by a card."""
    due = datetime.fromisoformat(facts["due"]) if facts["due"] else None
    kind, urgency = RequestKind(facts["kind"]), Urgency(facts["urgency"])
    return Wish(kind, facts["words"], facts["item"], facts.get("photo", ""), urgency, due)


def ask(session: Session, canteen: Canteen, elder: Member, wish: Wish, act: Act) -> Request:
    """Keep a wish at once, so that it cannot get lost; the same wish said again by the same is the same request."""
    hold(session, Member, elder.id)
    again = next((one for one in of_elder(session, elder.id) if _means(one, wish, act)), None)
    if again is not None:
        return amend(session, again.id, wish, act)
    return ask_anew(session, canteen, elder, wish, act)


def _means(request: Request, wish: Wish, act: Act) -> bool:
    """Whether it is the same wish, said again or more of it; another thing, or somebody else's word, is a wish of its own."""
    same = (wish.kind, wish.supply_id, RequestState.ASKED, act.actor_id)
    if (request.kind, request.supply_id, request.state, request.asked_by_id) != same:
        return False
    item = unsealed(request, "item")
    return not item or wish.item[:LONGEST_ITEM] in ("", item)


def ask_anew(session: Session, canteen: Canteen, elder: Member, wish: Wish, act: Act) -> Request:
    """Keep a wish as one of its own, whatever else is open."""
    hold(session, Member, elder.id)
    if elder.canteen_id != canteen.id or elder.erased_at is not None:
        raise Refused("common.old_button")
    if act.actor_id is not None and len(of_elder(session, elder.id)) >= MOST_OPEN:
        raise Refused("requests.too_many", name=elder.name, most=MOST_OPEN)
    request = Request(
        canteen_id=canteen.id,
        elder_id=elder.id,
        asked_by_id=act.actor_id,
        kind=wish.kind,
        urgency=wish.urgency,
        photo=wish.photo[:LONGEST_ITEM],
        due_at=due_at(canteen, wish, act.now),
        asked_at=act.now,
        rung_at=act.now,
        supply_id=wish.supply_id,
    )
    ladders.begin(canteen, request, act.now)
    seal(session, request, words=wish.words[:LONGEST_WORDS], item=wish.item[:LONGEST_ITEM])
    holding.moved(session, request, act, "requests.asked", None)
    return request


def due_at(canteen: Canteen, wish: Wish, now: datetime) -> datetime:
    """By when: as said, else by the kind; what is not urgent is never due at night."""
    if wish.due_at is not None:
        return wish.due_at
    if wish.urgency == Urgency.URGENT:
        return _half_hour(now + timedelta(hours=URGENT_HOURS))
    return ladders.waits(canteen, wish.urgency, _half_hour(now + timedelta(hours=HOURS[wish.kind])))


def _half_hour(moment: datetime) -> datetime:
    """The next full half hour: nobody means 10:07."""
    past = timedelta(minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not past else moment - past + timedelta(minutes=30)


def of_elder(session: Session, elder_id: int) -> list[Request]:
    """The open requests for an elder, the oldest first."""
    own = select(Request).where(Request.elder_id == elder_id, col(Request.state).in_(OPEN))
    return list(session.exec(own.order_by(col(Request.id))))


def amend(session: Session, request_id: int, wish: Wish, act: Act) -> Request:
    """Say more about a wish that is not confirmed yet; what is not said stays."""
    request = holding.held(session, request_id)
    check_may_amend(session, request, act)
    canteen = session.get_one(Canteen, request.canteen_id)
    before = holding.seen(request)
    said = {"words": wish.words[:LONGEST_WORDS], "item": wish.item[:LONGEST_ITEM]}
    seal(session, request, **{name: words for name, words in said.items() if words})
    request.photo = wish.photo[:LONGEST_ITEM] or request.photo
    if wish.urgency == Urgency.URGENT and request.urgency != Urgency.URGENT:
        request.urgency = Urgency.URGENT
        request.due_at = min(request.due_at, due_at(canteen, wish, act.now))
    if wish.due_at is not None:
        request.due_at = wish.due_at
    ladders.begin(canteen, request, act.now)
    holding.moved(session, request, act, "requests.amended", before)
    return request


def check_may_amend(session: Session, request: Request, act: Act) -> None:
    """Only before it is confirmed, by who asked or who speaks for the elder."""
    if request.state != RequestState.ASKED:
        raise Refused("requests.changed_since")
    if act.actor_id != request.asked_by_id:
        holding.check_speaks_for(session, request, act)


def confirm(session: Session, request_id: int, act: Act) -> Request:
    """The elder, or who speaks for them, wants it: the search begins."""
    request = holding.held(session, request_id)
    holding.check_speaks_for(session, request, act)
    if request.state != RequestState.ASKED:
        raise Refused("requests.changed_since")
    canteen = session.get_one(Canteen, request.canteen_id)
    before = holding.seen(request)
    request.state, request.confirmed_by_id = RequestState.CONFIRMED, act.actor_id
    request.due_at = max(request.due_at, act.now + timedelta(minutes=30))
    ladders.begin(canteen, request, act.now)
    holding.moved(session, request, act, "requests.confirmed", before)
    notices.publish(session, canteen, request, act.now)
    holding.tell_sides(session, request, act, "requests.told_confirmed")
    escalation.climb(session, request.id, act.now)
    return request


def cancel(session: Session, request_id: int, act: Act) -> Request:
    """Not needed any more; not while the helper has the elder's things."""
    request = holding.held(session, request_id)
    if act.actor_id != request.asked_by_id or request.state != RequestState.ASKED:
        holding.check_speaks_for(session, request, act)
    if request.state not in OPEN or request.state == RequestState.DONE:
        raise Refused("requests.changed_since")
    if handovers.kit_out(session, request) is not None:
        raise Refused("requests.kit_is_out", name=holding.name_of(session, request.taker_id))
    before, taker_id = holding.seen(request), request.taker_id
    request.state, request.taker_id, request.offered_to_id = RequestState.CANCELLED, None, None
    holding.close(session, request, act)
    holding.moved(session, request, act, "requests.cancelled", before)
    if before["state"] != RequestState.ASKED:
        holding.tell_sides(session, request, act, "requests.told_called_off")
    if taker_id is not None and taker_id != act.actor_id:
        said = Text("requests.told_cancelled", **holding.brief(session, request, act))
        holding.tell(session, request, session.get_one(Member, taker_id), act, said)
    notices.withdraw(session, request, act.now)
    notices.unpublish(session, request, act.now)
    return request


def restore(session: Session, request_id: int, act: Act) -> Request:
    """A wrong tap: what was called off is wanted after all, and searched for again."""
    request = holding.held(session, request_id)
    holding.check_speaks_for(session, request, act)
    if request.state != RequestState.CANCELLED or request.closed_by_id != act.actor_id:
        raise Refused("requests.changed_since")
    canteen = session.get_one(Canteen, request.canteen_id)
    before = holding.seen(request)
    wanted = request.confirmed_by_id is not None
    request.state = RequestState.CONFIRMED if wanted else RequestState.ASKED
    request.closed_at, request.closed_by_id = None, None
    ladders.begin(canteen, request, act.now)
    holding.moved(session, request, act, "requests.restored", before)
    if wanted:
        notices.publish(session, canteen, request, act.now)
        escalation.climb(session, request.id, act.now)
    return request


def by_evening(canteen: Canteen, day: date) -> datetime:
    """Five in the afternoon of a day: by then, when no time was said."""
    return at(canteen, day, EVENING)
