"""The steps of a concern: whose turn has come is asked, nobody there means the next at once, until a human knows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.elders.care import Concern, ConcernCause, Finding
from models.elders.requests import Urgency
from models.lunch.meals import Booking, Meal
from models.members.people import Canteen, Member, Status
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.elders import callouts, care_notices, ladders
from rules.elders.callouts import About, Call
from rules.elders.care_notices import Scene
from rules.elders.ladders import Audience, Audiences, Ladder
from rules.members import readings
from rules.members.people import status_on
from rules.settings import local_day

PAGE = 200
ASKED_AFTER = timedelta(minutes=30)
MUTED_FOR = timedelta(minutes=15)
"""A status set by mistake can be taken back for ten minutes: so long a concern only waits."""
STALE = timedelta(hours=6)
MANY = 4
"""From so many on, those responsible get one message about all of a meal."""
ROUND = timedelta(minutes=5)
STAFF = frozenset(
    {Audience.ON_CALL, Audience.SOCIAL_WORKER, Audience.MANAGER, Audience.COMMITTEE, Audience.DOCTOR}
)


def due(session: Session, now: datetime, limit: int = PAGE) -> Sequence[Concern]:
    """Concerns whose next step has come, pressing ones first."""
    waiting = select(Concern).where(col(Concern.next_at) <= now)
    order = waiting.order_by(col(Concern.pressing).desc(), col(Concern.next_at), col(Concern.id))
    return session.exec(order.limit(limit)).all()


def climb(session: Session, concern_id: int, now: datetime, *, besides: int | None = None) -> list[Member]:
    """Ask whoever's turn has come, but not one who has just answered."""
    concern = hold(session, Concern, concern_id)
    if concern is None or concern.next_at is None or concern.next_at > now:
        return []
    scene = scene_of(session, concern)
    if status_on(session, scene.elder, local_day(scene.canteen, now)) != Status.ACTIVE or _erased(scene):
        _mute(session, concern, now)
        return []
    concern.muted_at = None
    if concern.cause == ConcernCause.SILENT and _has_spoken(session, concern):
        close(session, concern, Finding.SPOKE, Act(now, None, concern.canteen_id))
        return []
    if concern.goer_id is not None:
        return _ask_goer(session, scene, concern, now)
    return _call(session, scene, concern, now, besides)


def scene_of(session: Session, concern: Concern) -> Scene:
    """The village, the elder and the meal of a concern."""
    canteen = session.get_one(Canteen, concern.canteen_id)
    return Scene(canteen, session.get_one(Member, concern.elder_id), session.get_one(Meal, concern.meal_id))


def _erased(scene: Scene) -> bool:
    return scene.elder.erased_at is not None


def _mute(session: Session, concern: Concern, now: datetime) -> None:
    """Away, in hospital or gone: nobody is asked; it ends unless the status is taken back in time."""
    act = Act(now, None, concern.canteen_id)
    if concern.muted_at is not None:
        close(session, concern, Finding.NOT_HERE, act)
        return
    concern.muted_at, concern.next_at = now, now + MUTED_FOR
    record(session, concern, act, "care.muted")


def _has_spoken(session: Session, concern: Concern) -> bool:
    """Whether the elder has booked or said no meanwhile."""
    own = select(Booking.id).where(Booking.meal_id == concern.meal_id, Booking.eater_id == concern.elder_id)
    return session.exec(own).first() is not None


def ladder_of(canteen: Canteen, concern: Concern) -> Ladder:
    """The ladder a concern stands on."""
    if concern.pressing:
        return ladders.named(canteen, ladders.PRESSING)
    return ladders.named(canteen, ladders.SILENT if concern.cause == ConcernCause.SILENT else ladders.CARE)


def _call(
    session: Session, scene: Scene, concern: Concern, now: datetime, besides: int | None
) -> list[Member]:
    """The rungs that have come; where nobody can be reached, the next one at once."""
    ladder, first = ladder_of(scene.canteen, concern), concern.step
    audiences = _come(ladder, concern, now)
    told = _ask(session, scene, concern, audiences, (now, besides))
    while not told and concern.step < len(ladder.rungs):
        first, concern.step = concern.step, concern.step + 1
        # The steps after one that was left out keep their distance from it.
        concern.rung_at = now - timedelta(minutes=ladder.rungs[first].after)
        told = _ask(session, scene, concern, ladder.called(first, concern.step), (now, besides))
    concern.next_at = _next(scene.canteen, concern, ladder, now)
    after = {"step": concern.step, "told": len(told)}
    record(session, concern, Act(now, None, concern.canteen_id), "care.called", after)
    return told


def _come(ladder: Ladder, concern: Concern, now: datetime) -> Audiences:
    """Who is asked now; after a long silence of the bot no family hears of it a day late: those responsible do."""
    first, last = concern.step, len(ladder.rungs)
    if first < last and concern.next_at is not None and now - concern.next_at >= STALE:
        concern.step, concern.rung_at = last, now - timedelta(minutes=ladder.rungs[-1].after)
        return ladder.rungs[-1].tell
    minutes = (now - concern.rung_at).total_seconds() / 60
    concern.step = max(first + 1, min(ladder.reached(minutes), last))
    if concern.step <= last and ladder.rungs[concern.step - 1].after > minutes:
        # Asked before their time, as somebody gave it up: the ones after them keep their distance.
        concern.rung_at = now - timedelta(minutes=ladder.rungs[concern.step - 1].after)
    return ladder.called(first, concern.step)


def _next(canteen: Canteen, concern: Concern, ladder: Ladder, now: datetime) -> datetime:
    """When the next step comes."""
    if concern.step < len(ladder.rungs):
        coming = concern.rung_at + timedelta(minutes=ladder.after(concern.step))
        moment = max(coming, now + timedelta(minutes=1))
    else:
        moment = now + timedelta(minutes=ladder.every)
    return _waits(canteen, concern, moment)


def _waits(canteen: Canteen, concern: Concern, moment: datetime) -> datetime:
    """Only who merely did not book sleeps; whoever booked and is missed, or needs help, is asked after at night."""
    quiet = concern.cause == ConcernCause.SILENT and not concern.pressing
    return ladders.waits(canteen, Urgency.NORMAL if quiet else Urgency.URGENT, moment)


def _ask(
    session: Session,
    scene: Scene,
    concern: Concern,
    audiences: Audiences,
    when: tuple[datetime, int | None],
) -> list[Member]:
    """One message to each, the most responsible words first for who stands behind several names."""
    now, besides = when
    about = About(scene.canteen, scene.elder)
    known, told = {besides}, list[Member]()
    concern.calls += 1
    number, asked = number_of(scene.canteen, concern), list(concern.asked_ids)
    for audience in sorted(audiences, key=care_notices.ORDER.index, reverse=True):
        found = [one for one in callouts.people(session, about, [audience], now) if one.id not in known]
        known |= {member.id for member in found}
        if audience in STAFF and _is_one_of_many(session, concern):
            told += _tell_of_all(session, scene, concern, found, now)
            continue
        said = care_notices.question(session, scene, concern, audience, number)
        reached = callouts.call(session, scene.canteen, found, Call(key_of(concern), said, now))
        asked += [member.id for member in reached]
        told += reached
        if care_notices.says_phone(session, scene, concern, audience):
            act = Act(now, None, concern.canteen_id)
            readings.shown(session, act, concern.elder_id, ("phone",), [member.id for member in reached])
    concern.asked_ids = list(dict.fromkeys(asked))
    return told


def _is_one_of_many(session: Session, concern: Concern) -> bool:
    """Whether so many were missed at this meal that those responsible are told of all in one message."""
    if concern.pressing:
        return False
    others = select(func.count()).select_from(Concern).where(Concern.meal_id == concern.meal_id)
    waiting = others.where(col(Concern.closed_at).is_(None), col(Concern.goer_id).is_(None))
    return session.exec(waiting).one() >= MANY


def _tell_of_all(
    session: Session, scene: Scene, concern: Concern, found: Sequence[Member], now: datetime
) -> list[Member]:
    """Once for all who were missed at this meal and come to this step now; answers who can be reached."""
    key = f"care:all:{concern.meal_id}:{now.timestamp() // ROUND.total_seconds():.0f}"
    said = care_notices.of_all(scene, number_of(scene.canteen, concern))
    callouts.call(session, scene.canteen, found, Call(key, said, now))
    reached = callouts.reachable(session, scene.canteen, found)
    return [member for member in found if member.id in reached]


def number_of(canteen: Canteen, concern: Concern) -> int:
    """For the how manieth time the same people are asked."""
    return max(1, concern.step - len(ladder_of(canteen, concern).rungs) + 1)


def key_of(concern: Concern) -> str:
    """Under which key the messages of this call go; a number may come again after a withdrawn concern, its moment does not."""
    return f"care:{concern.id}:{concern.raised_at.timestamp():.0f}:{concern.calls}"


def _ask_goer(session: Session, scene: Scene, concern: Concern, now: datetime) -> list[Member]:
    """Somebody has it in hand: how is it? Unanswered, the next time those responsible are asked as well."""
    concern.calls += 1
    asked = [session.get_one(Member, concern.goer_id)]
    if concern.going_at is None or now - concern.going_at >= 2 * ASKED_AFTER:
        about = About(scene.canteen, scene.elder)
        others = callouts.people(session, about, (Audience.ON_CALL, Audience.MANAGER), now)
        asked += [one for one in others if one.id != concern.goer_id]
    said = care_notices.how_is_it(scene, concern)
    told = callouts.call(session, scene.canteen, asked, Call(key_of(concern), said, now))
    concern.next_at = _waits(scene.canteen, concern, now + ASKED_AFTER)
    after = {"goer": concern.goer_id, "told": len(told)}
    record(session, concern, Act(now, None, concern.canteen_id), "care.asked_goer", after)
    return told


def close(session: Session, concern: Concern, finding: Finding, act: Act) -> None:
    """Nobody is asked any more."""
    concern.finding, concern.closed_at, concern.closed_by_id = finding, act.now, act.actor_id
    concern.next_at = None
    record(session, concern, act, "care.closed", {"finding": finding.value, "step": concern.step})


def record(
    session: Session, concern: Concern, act: Act, action: str, after: Mapping[str, object] | None = None
) -> None:
    """Keep the concern and one audit row about it."""
    session.add(concern)
    session.flush()
    audit.record(
        session,
        act,
        action,
        f"concern:{concern.id}",
        subject_id=concern.elder_id,
        after=dict(after) if after else None,
    )
