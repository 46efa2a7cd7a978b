"""What an elder needs, in their own words: kept with an owner and a day, turned into something, answered; the elder hears of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.elders.needs import Need, NeedCategory, NeedKind, NeedOutcome, NeedState
from models.elders.requests import Urgency
from models.members.people import Canteen, Member, Role, Status
from models.members.vault import seal, unsealed
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.elders import callouts, need_notices, on_call
from rules.elders.callouts import About
from rules.elders.ladders import waits
from rules.members import consents
from rules.members.people import roles_of
from rules.settings import local_day, settings_of
from rules.values import Refused

LONGEST = 400
MOST_OPEN = 20
"""Open needs of one elder: beyond it somebody is playing, or a person should be spoken to."""
UNDONE = (NeedState.OPEN, NeedState.ANSWERED)
OWNERS = (Role.SOCIAL_WORKER, Role.MANAGER, Role.COMMITTEE, Role.ASSOCIATION)
GONE = (Status.LEFT, Status.DECEASED)
UNDO = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Said:
    """What an elder said, how it was sorted, and at which visit."""

    words: str
    category: NeedCategory = NeedCategory.OTHER
    urgency: Urgency = Urgency.NORMAL
    visit_id: int | None = None


def note(session: Session, elder: Member, said: Said, act: Act) -> Need:
    """Keep what an elder said; the owner hears of it, and the same said again is the same need."""
    hold(session, Member, elder.id)
    canteen = session.get_one(Canteen, elder.canteen_id)
    if elder.canteen_id != act.canteen_id or elder.erased_at is not None or elder.status in GONE:
        raise Refused("common.old_button")
    if said.category == NeedCategory.HEALTH and act.actor_id != elder.id:
        consents.check_health(session, elder)
    words = " ".join(said.words.split())[:LONGEST]
    if not words:
        raise Refused("needs.no_words")
    mine = undone_of(session, elder.id)
    again = next((one for one in mine if unsealed(one, "words") == words), None)
    if again is not None:
        return again
    if len(mine) >= MOST_OPEN:
        raise Refused("needs.too_many", name=elder.name, most=MOST_OPEN)
    need = Need(
        canteen_id=canteen.id, elder_id=elder.id, category=said.category, urgency=said.urgency,
        owner_id=_owner(session, canteen, elder, act), due_on=due_on(canteen, said.urgency, act),
        noted_by_id=act.actor_id, noted_at=act.now, visit_id=said.visit_id,
    )  # fmt: skip
    seal(session, need, words=words)
    moved(session, need, act, "needs.noted", None)
    tell_owner(session, need, act, "needs.told_owner")
    return need


def due_on(canteen: Canteen, urgency: Urgency, act: Act) -> date:
    """By when somebody has to have an answer."""
    settings = settings_of(canteen)
    days = settings.need_urgent_days if urgency == Urgency.URGENT else settings.need_days
    return local_day(canteen, act.now) + timedelta(days=days)


def _owner(session: Session, canteen: Canteen, elder: Member, act: Act) -> int | None:
    """The social worker who heard it, else one on call, else the one with the fewest needs; without one a manager."""
    about = About(canteen, elder)
    workers = [one.id for one in callouts.holders(session, about, {Role.SOCIAL_WORKER})]
    if act.actor_id in workers:
        return act.actor_id
    calling = [one.id for one in on_call.on_call(session, canteen.id, act.now) if one.id in workers]
    found = calling or workers or [one.id for one in callouts.holders(session, about, {Role.MANAGER})]
    held = Counter(
        session.exec(select(Need.owner_id).where(_undone(canteen.id), col(Need.owner_id).in_(found)))
    )
    return min(found, key=lambda number: (held[number], number), default=None)


def _undone(canteen_id: int) -> Any:
    return (col(Need.canteen_id) == canteen_id) & col(Need.state).in_(UNDONE)


def undone_of(session: Session, elder_id: int) -> list[Need]:
    """Needs of an elder that are not closed, the oldest first."""
    own = select(Need).where(Need.elder_id == elder_id, col(Need.state).in_(UNDONE))
    return list(session.exec(own.order_by(col(Need.id))))


def held(session: Session, need_id: int, act: Act) -> Need:
    """A need of the actor's own village, locked, for who may answer it."""
    need = hold(session, Need, need_id)
    if need is None or need.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    if not may_answer(session, need, act.actor_id):
        raise Refused("needs.not_yours")
    return need


def check_not_closed(need: Need) -> None:
    """What the elder has heard is nobody's to hand on."""
    if need.state == NeedState.CLOSED:
        raise Refused("needs.answered_already")


def may_answer(session: Session, need: Need, member_id: int | None) -> bool:
    """The owner, social workers and managers; what is about health is the social workers' and the owner's alone."""
    if member_id is None or member_id == need.elder_id:
        return False
    roles = roles_of(session, member_id)
    if member_id == need.owner_id:
        return bool(roles & set(OWNERS))
    return Role.SOCIAL_WORKER in roles or (Role.MANAGER in roles and need.category != NeedCategory.HEALTH)


def answer(session: Session, need_id: int, outcome: NeedOutcome, words: str, act: Act) -> Need:
    """What became of it, in words for the elder; who can be written to hears it now, the others at the next visit."""
    need = held(session, need_id, act)
    if need.state != NeedState.OPEN:
        raise Refused("needs.answered_already")
    settle(session, need, outcome, words, act)
    return need


def settle(session: Session, need: Need, outcome: NeedOutcome, words: str, act: Act) -> None:
    """Write the answer down and bring it to the elder."""
    before = seen(need)
    need.state, need.outcome = NeedState.ANSWERED, outcome
    need.answered_at, need.answered_by_id = act.now, act.actor_id
    seal(session, need, answer=" ".join(words.split())[:LONGEST])
    moved(session, need, act, "needs.answered", before)
    elder = session.get_one(Member, need.elder_id)
    if elder.status in GONE or need_notices.tell_elder(session, need, act):
        close(session, need, act, by=None)
        return
    tell_owner(session, need, act, "needs.told_say_it")


def told(session: Session, need_id: int, act: Act) -> Need:
    """Somebody has said it to an elder without a phone."""
    need = held(session, need_id, act)
    if need.state != NeedState.ANSWERED:
        raise Refused("needs.answered_already")
    close(session, need, act, by=act.actor_id)
    return need


def close(session: Session, need: Need, act: Act, *, by: int | None) -> None:
    """The elder has heard; at the next visit they are asked whether it is so."""
    before = seen(need)
    need.state, need.closed_at, need.told_at, need.told_by_id = NeedState.CLOSED, act.now, act.now, by
    need.ask_again_at = act.now + UNDO if need.outcome != NeedOutcome.NOTED else None
    moved(session, need, act, "needs.closed", before)


def reopen(session: Session, need_id: int, act: Act) -> Need:
    """It is not met after all: the elder says so by a tap, or at the follow-up visit."""
    need = hold(session, Need, need_id)
    if need is None or need.canteen_id != act.canteen_id:
        raise Refused("common.old_button")
    if act.actor_id != need.elder_id and not may_answer(session, need, act.actor_id):
        raise Refused("needs.not_yours")
    if need.state == NeedState.OPEN:
        raise Refused("needs.open_again_already")
    before = seen(need)
    canteen = session.get_one(Canteen, need.canteen_id)
    put(need, dict.fromkeys(SEEN) | {"state": NeedState.OPEN, "owner_id": need.owner_id})
    need.due_on = due_on(canteen, need.urgency, act)
    moved(session, need, act, "needs.reopened", before)
    tell_owner(session, need, act, "needs.told_not_met")
    return need


SEEN = ("state", "owner_id", "becomes", "request_id", "wish_id", "outcome")


def seen(need: Need) -> dict[str, Any]:
    """A need for the audit and for undoing: states and numbers, no words."""
    return {name: getattr(need, name) for name in SEEN}


def put(need: Need, state: Mapping[str, Any]) -> None:
    """Give a need an earlier state back; what was said as an answer is gone."""
    kinds = {"state": NeedState, "becomes": NeedKind, "outcome": NeedOutcome}
    for name in SEEN:
        value = state[name]
        setattr(need, name, kinds[name](value) if name in kinds and value is not None else value)
    need.answer, need.answered_at, need.answered_by_id = "", None, None
    need.told_at, need.told_by_id, need.closed_at, need.ask_again_at = None, None, None, None


def moved(session: Session, need: Need, act: Act, action: str, before: Mapping[str, Any] | None) -> None:
    """Keep what changed, and by whom."""
    session.add(need)
    session.flush()
    was = dict(before) if before is not None else None
    obj = f"need:{need.id}"
    audit.record(session, act, action, obj, subject_id=need.elder_id, before=was, after=seen(need))


def look(session: Session, need: Need, reader_id: int, act: Act) -> None:
    """Keep who read an elder's words; what was withheld was not read."""
    if not need_notices.may_travel(session, need):
        return
    after = {"reader": reader_id}
    audit.record(session, act, "needs.seen", f"need:{need.id}", subject_id=need.elder_id, after=after)


def tell_owner(session: Session, need: Need, act: Act, key: str) -> None:
    """The owner hears of it in private, unless they did it themselves."""
    owner = session.get(Member, need.owner_id) if need.owner_id else None
    if owner is None or (owner.id == act.actor_id and key == "needs.told_owner"):
        return
    said = need_notices.to_owner(session, need, key)
    canteen = session.get_one(Canteen, need.canteen_id)
    due_at = waits(canteen, Urgency.NORMAL, act.now)
    name = f"{need_notices.key_of(need)}:{key}:{act.now.timestamp():.0f}"
    if outbox.tell(session, name, owner, said, now=act.now, due_at=due_at) is not None:
        look(session, need, owner.id, act)
