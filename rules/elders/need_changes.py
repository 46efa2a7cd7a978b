"""What happens to a need on its way: another owner, a later day, a wrong tap taken back, not met after all."""

from datetime import timedelta

from sqlmodel import Session

from models.elders.needs import Need, NeedCategory, NeedState
from models.members.people import Canteen, Member, Role
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.elders import need_notices
from rules.elders.needs import OWNERS, UNDO, check_not_closed, held, moved, put, seen, tell_owner
from rules.members.people import roles_of
from rules.settings import local_day
from rules.values import Refused


def unanswer(session: Session, need_id: int, act: Act) -> Need:
    """A wrong answer is taken back within ten minutes, also from the elder's chat."""
    need = held(session, need_id, act)
    if need.state == NeedState.OPEN or need.answered_by_id != act.actor_id or need.answered_at is None:
        raise Refused("common.old_button")
    if act.now > need.answered_at + UNDO:
        raise Refused("needs.too_late")
    before = seen(need)
    outbox.retract(session, need_notices.answers_of(session, need), act.now)
    put(need, before | {"state": NeedState.OPEN, "outcome": None})
    moved(session, need, act, "needs.answer_taken_back", before)
    return need


def hand_to(session: Session, need_id: int, owner_id: int, act: Act) -> Need:
    """Another owner; what is about health stays with social workers."""
    need = held(session, need_id, act)
    check_not_closed(need)
    owner = session.get(Member, owner_id)
    roles = roles_of(session, owner_id)
    if owner is None or owner.canteen_id != need.canteen_id or not roles & set(OWNERS):
        raise Refused("common.old_button")
    if need.category == NeedCategory.HEALTH and Role.SOCIAL_WORKER not in roles:
        raise Refused("needs.health_stays")
    before, need.owner_id = seen(need), owner.id
    moved(session, need, act, "needs.handed_on", before)
    tell_owner(session, need, act, "needs.told_owner")
    return need


def wait(session: Session, need_id: int, days: int, act: Act) -> Need:
    """An answer takes some days more."""
    need = held(session, need_id, act)
    if need.state != NeedState.OPEN or not 1 <= days <= 90:
        raise Refused("common.old_button")
    before = {"due_on": need.due_on.isoformat()}
    need.due_on = local_day(session.get_one(Canteen, need.canteen_id), act.now) + timedelta(days=days)
    session.add(need)
    after = {"due_on": need.due_on.isoformat()}
    audit.record(
        session, act, "needs.put_off", f"need:{need.id}", subject_id=need.elder_id, before=before, after=after
    )
    return need


def drop(session: Session, need_id: int, act: Act) -> None:
    """Noted by mistake and taken back by who noted it: as if it had never been said."""
    need = hold(session, Need, need_id)
    if need is None or need.noted_by_id != act.actor_id or need.state != NeedState.OPEN or need.becomes:
        raise Refused("common.old_button")
    audit.record(
        session, act, "needs.dropped", f"need:{need.id}", subject_id=need.elder_id, before=seen(need)
    )
    outbox.retract(session, need_notices.keys_of(session, need), act.now)
    session.delete(need)
    session.flush()
