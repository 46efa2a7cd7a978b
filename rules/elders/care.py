"""An elder expected and not seen: a concern is raised, taken into somebody's hands, answered, or ends by itself."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, select

from models.elders.care import Concern, ConcernCause, Finding
from models.lunch.meals import Meal, MealState
from models.members.people import Canteen, Member, Role, Status
from models.store import hold
from rules.audit import Act
from rules.elders import callouts, care_calls
from rules.elders.callouts import Call
from rules.elders.care_calls import close, record, scene_of
from rules.lunch import regulars
from rules.members import consents, readings
from rules.members.people import carers_of, neighbours_of, roles_of, status_on
from rules.settings import local_day
from rules.values import Refused, Text

ENDS = frozenset({Finding.FINE, Finding.ELSEWHERE, Finding.HOSPITAL})
PRESSES = frozenset({Finding.HELP, Finding.NOBODY})
ANSWERERS = frozenset({Role.MANAGER, Role.SOCIAL_WORKER, Role.COOK, Role.COMMITTEE, Role.DOCTOR})
RESPONSIBLE = (Role.MANAGER, Role.SOCIAL_WORKER)
UNDO = timedelta(minutes=10)

Missing = tuple[Member, ConcernCause]


def missed(session: Session, meal: Meal, elder: Member, cause: ConcernCause, act: Act) -> Concern | None:
    """Begin to ask after somebody at once."""
    concern = raise_for(session, meal, elder, cause, act)
    if concern is not None:
        care_calls.climb(session, concern.id, act.now)
    return concern


def raise_for(
    session: Session,
    meal: Meal,
    elder: Member,
    cause: ConcernCause,
    act: Act,
    *,
    later: timedelta = timedelta(),
) -> Concern | None:
    """A concern about somebody; none about who is away, in hospital or gone, nor about the helpers."""
    today = local_day(session.get_one(Canteen, meal.canteen_id), act.now)
    if {status_on(session, elder, day) for day in (meal.day, today)} != {Status.ACTIVE}:
        return None
    if not is_asked_after(session, elder):
        return None
    concern = _of(session, meal.id, elder.id) or Concern(
        canteen_id=meal.canteen_id, elder_id=elder.id, meal_id=meal.id, cause=cause, raised_at=act.now,
        rung_at=act.now + later, next_at=act.now + later,
    )  # fmt: skip
    if concern.id is not None and not _begins_again(concern, cause, act):
        return None
    record(session, concern, act, "care.raised", {"cause": cause.value})
    return concern


def missed_silently(session: Session, meal: Meal, act: Act) -> int:
    """Who always eats on such a day and has neither booked nor said no is asked after; answers how many."""
    if meal.state == MealState.CANCELLED:
        return 0
    found = [(elder, ConcernCause.SILENT) for elder in regulars.missing(session, meal)]
    return missed_together(session, meal, found, act)


def missed_together(session: Session, meal: Meal, found: Sequence[Missing], act: Act) -> int:
    """Several are missed at one meal: all are known before the first is asked after; answers how many."""
    raised = [raise_for(session, meal, elder, cause, act) for elder, cause in found]
    concerns = [concern for concern in raised if concern is not None]
    for concern in concerns:
        care_calls.climb(session, concern.id, act.now)
    return len(concerns)


def is_asked_after(session: Session, member: Member) -> bool:
    """Elders, and who has no part in the work: nobody goes to look for a helper who ate at home."""
    roles = roles_of(session, member.id)
    return Role.ELDER in roles or not roles


def _of(session: Session, meal_id: int, elder_id: int) -> Concern | None:
    return session.exec(
        select(Concern).where(Concern.meal_id == meal_id, Concern.elder_id == elder_id)
    ).first()


def _begins_again(concern: Concern, cause: ConcernCause, act: Act) -> bool:
    """Seen by mistake, or booked after all and then not there: asked after anew."""
    if concern.closed_at is None or concern.finding not in (Finding.SEEN, Finding.SPOKE):
        return False
    concern.cause, concern.finding, concern.closed_at, concern.closed_by_id = cause, None, None, None
    concern.raised_at, concern.rung_at, concern.next_at = act.now, act.now, act.now
    concern.step, concern.pressing, concern.goer_id, concern.muted_at = 0, False, None, None
    return True


def seen(session: Session, meal_id: int, elder_id: int, act: Act) -> None:
    """The elder was seen after all: those who were asked stop looking."""
    concern = _of(session, meal_id, elder_id)
    if concern is None or concern.closed_at is not None:
        return
    close(session, concern, Finding.SEEN, act)
    tell_asked(session, concern, act, Text("care.told_seen", name=scene_of(session, concern).elder.name))


def withdraw(session: Session, meal_id: int, elder_id: int, act: Act) -> None:
    """The concern came from a wrong tap: as if it had never been raised, so that a true one can be."""
    concern = _of(session, meal_id, elder_id)
    if concern is not None:
        record(session, concern, act, "care.withdrawn")
        session.delete(concern)
        session.flush()


def held(session: Session, concern_id: int, act: Act) -> Concern:
    """An open concern, locked, for somebody who may answer it."""
    concern = hold(session, Concern, concern_id)
    if concern is None:
        raise Refused("common.old_button")
    check_may_answer(session, concern, act)
    if concern.closed_at is not None:
        raise Refused("care.known", name=scene_of(session, concern).elder.name)
    return concern


def check_may_answer(session: Session, concern: Concern, act: Act) -> None:
    """The elder, the family, neighbours, those responsible; a volunteer only when asked."""
    actor = session.get(Member, act.actor_id) if act.actor_id else None
    if actor is None or actor.canteen_id != concern.canteen_id:
        raise Refused("common.old_button")
    roles = roles_of(session, actor.id)
    asked = Role.VOLUNTEER in roles and actor.id in concern.asked_ids
    if actor.id == concern.elder_id or roles & ANSWERERS or asked:
        return
    today = local_day(session.get_one(Canteen, concern.canteen_id), act.now)
    if actor.id not in _near(session, concern.elder_id, today):
        raise Refused("people.not_yours", name=session.get_one(Member, concern.elder_id).name)


def _near(session: Session, elder_id: int, today: date) -> set[int]:
    return {
        one.id for one in (*carers_of(session, elder_id, today), *neighbours_of(session, elder_id, today))
    }


def go(session: Session, concern_id: int, act: Act) -> Concern:
    """Somebody takes it into their hands; the others hear who."""
    concern = held(session, concern_id, act)
    scene = scene_of(session, concern)
    if act.actor_id == concern.elder_id:
        raise Refused("common.old_button")
    if concern.goer_id not in (None, act.actor_id):
        by = session.get_one(Member, concern.goer_id).name
        raise Refused("care.somebody_has_it", by=by, name=scene.elder.name)
    concern.goer_id, concern.going_at = act.actor_id, act.now
    concern.next_at = act.now + care_calls.ASKED_AFTER
    record(session, concern, act, "care.going")
    if concern.pressing or consents.by_messenger(session, scene.elder):
        readings.shown(session, act, concern.elder_id, ("address", "phone"), (act.actor_id or 0,))
    by = session.get_one(Member, act.actor_id).name
    tell_asked(session, concern, act, Text("care.somebody_goes", by=by, name=scene.elder.name))
    comes = Call(f"{care_calls.key_of(concern)}:comes", Text("care.comes_to_you", by=by), act.now)
    callouts.call(session, scene.canteen, [scene.elder], comes)
    return concern


def leave(session: Session, concern_id: int, act: Act) -> Concern:
    """Who wanted to see to it cannot: the next are asked at once."""
    concern = held(session, concern_id, act)
    if concern.goer_id != act.actor_id:
        raise Refused("common.old_button")
    concern.goer_id, concern.going_at, concern.next_at = None, None, act.now
    record(session, concern, act, "care.left")
    care_calls.climb(session, concern.id, act.now, besides=act.actor_id)
    return concern


def answer(session: Session, concern_id: int, finding: Finding, act: Act) -> Concern:
    """Somebody knows how the elder is; help and a closed door are not settled until somebody has seen to it."""
    concern = held(session, concern_id, act)
    if finding in PRESSES:
        return _press(session, concern, finding, act)
    if finding not in ENDS:
        raise Refused("common.old_button")
    close(session, concern, finding, act)
    scene = scene_of(session, concern)
    own = "_self" if act.actor_id == concern.elder_id else ""
    by = session.get_one(Member, act.actor_id).name
    tell_asked(session, concern, act, Text(f"care.told_{finding}{own}", name=scene.elder.name, by=by))
    return concern


def _press(session: Session, concern: Concern, finding: Finding, act: Act) -> Concern:
    """Everybody near at once, and again every five minutes until somebody goes."""
    concern.finding, concern.pressing = finding, True
    concern.step, concern.rung_at, concern.next_at = 0, act.now, act.now
    concern.goer_id, concern.going_at = None, None
    record(session, concern, act, "care.pressing", {"finding": finding.value})
    care_calls.climb(session, concern.id, act.now, besides=act.actor_id)
    return concern


def reopen(session: Session, concern_id: int, act: Act) -> Concern:
    """A wrong tap, within ten minutes: asked after again."""
    concern = hold(session, Concern, concern_id)
    if concern is None or concern.closed_at is None or concern.closed_by_id != act.actor_id:
        raise Refused("common.old_button")
    check_may_answer(session, concern, act)
    if act.now > concern.closed_at + UNDO or concern.finding not in ENDS:
        raise Refused("serving.too_late_to_undo")
    concern.finding, concern.closed_at, concern.closed_by_id, concern.next_at = None, None, None, act.now
    record(session, concern, act, "care.reopened")
    name = session.get_one(Member, concern.elder_id).name
    tell_asked(session, concern, act, Text("care.told_reopened", name=name))
    return concern


def tell_asked(session: Session, concern: Concern, act: Act, said: Text) -> None:
    """What those who were asked have to know, but not who just did it, nor the elder."""
    ids = [number for number in concern.asked_ids if number not in (act.actor_id, concern.elder_id)]
    members = [session.get_one(Member, number) for number in ids]
    scene = scene_of(session, concern)
    key = f"{care_calls.key_of(concern)}:{said.key}:{act.now.timestamp():.0f}"
    callouts.call(session, scene.canteen, members, Call(key, said, act.now))
