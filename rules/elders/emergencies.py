"""Somebody may be in danger: everybody near is called at once and again, until a human says 我去 and then how it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from models.elders.emergencies import Emergency, EmergencyState
from models.members.people import Canteen, Member
from models.members.vault import seal, unsealed
from models.store import hold
from rules.audit import Act
from rules.elders import callouts, ladders
from rules.elders import emergency_calls as calls
from rules.elders import emergency_notices as notices
from rules.elders.callouts import Call
from rules.elders.emergency_calls import OVER
from rules.elders.ladders import Audience
from rules.values import Message, Refused

OPEN = (EmergencyState.OPEN, EmergencyState.ANSWERED)
REASONS = (*OVER, "mistake")
"""Why it is over: seen and well, on the way to hospital, or said by mistake."""
SAME = timedelta(hours=2)
"""What is said of the same person while help is on its way belongs to the same emergency."""
FRESH = timedelta(minutes=15)
"""So long words that name nobody are about whom the speaker has just told of."""
CALMER = timedelta(minutes=1)
"""Further words do not call everybody again sooner than this."""


@dataclass(frozen=True, slots=True)
class Cry:
    """What was said, about whom, by whom; `called` names somebody the village does not know."""

    words: str
    person: Member | None = None
    called: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """The emergency and who was written to."""

    emergency: Emergency
    told: Sequence[Member]


def cry(session: Session, canteen: Canteen, said: Cry, act: Act) -> Raised:
    """Call family, who is on call and the doctor at once; more words about the same person are added."""
    hold(session, Canteen, canteen.id)
    known = _open_for(session, canteen, said, act.now)
    if known is not None:
        return _again(session, canteen, known, said, act)
    emergency = Emergency(
        canteen_id=canteen.id,
        person_id=said.person.id if said.person else None,
        raised_by_id=act.actor_id,
        called=said.called[:64],
        raised_at=act.now,
        rung_at=act.now,
        next_at=act.now,
    )
    seal(session, emergency, words=said.words[:400])
    notices.noted(session, emergency, act, "emergencies.raised")
    return Raised(emergency, calls.climb(session, emergency.id, act.now))


def _open_for(session: Session, canteen: Canteen, said: Cry, now: datetime) -> Emergency | None:
    open_ones = select(Emergency).where(
        Emergency.canteen_id == canteen.id, col(Emergency.state).in_(OPEN), Emergency.raised_at > now - SAME
    )
    person_id = said.person.id if said.person else None
    open_ones = open_ones.where(
        Emergency.person_id == person_id, Emergency.called == ("" if said.person else said.called[:64])
    )
    return session.exec(open_ones.order_by(col(Emergency.id).desc()).limit(1)).first()


def _again(session: Session, canteen: Canteen, known: Emergency, said: Cry, act: Act) -> Raised:
    moment = f"more:{int(act.now.timestamp() // CALMER.total_seconds())}"
    return _more(session, canteen, known, said.words, act, moment)


def tell_more(session: Session, emergency_id: int, words: str, person: Member | None, act: Act) -> Raised:
    """Who told of it says who it is, or where: everybody called hears that at once."""
    emergency = hold(session, Emergency, emergency_id)
    if emergency is None:
        raise Refused("common.old_button")
    if emergency.state not in OPEN:
        raise Refused("emergencies.over", name=notices.name_of(session, emergency))
    if person is not None:
        # The words are sealed with the key of whom they are about.
        before = str(unsealed(emergency, "words"))
        emergency.person_id = person.id
        seal(session, emergency, words=before)
    canteen = session.get_one(Canteen, emergency.canteen_id)
    return _more(session, canteen, emergency, words, act, f"said:{act.update_id or int(act.now.timestamp())}")


def told_of(session: Session, member: Member, now: datetime) -> Emergency | None:
    """The open emergency of somebody else that a member told of a short while ago."""
    own = select(Emergency).where(
        Emergency.raised_by_id == member.id, col(Emergency.state).in_(OPEN), Emergency.raised_at > now - FRESH
    )
    other = or_(col(Emergency.person_id).is_(None), col(Emergency.person_id) != member.id)
    return session.exec(own.where(other).order_by(col(Emergency.id).desc()).limit(1)).first()


def _more(session: Session, canteen: Canteen, known: Emergency, words: str, act: Act, moment: str) -> Raised:
    """Further words, to everybody called and to who goes."""
    seal(session, known, words="\n".join(filter(None, (unsealed(known, "words"), words)))[-400:])
    notices.noted(session, known, act, "emergencies.more")
    key = f"emergency:{known.id}:{moment}"
    called = notices.called(session, canteen, known, act.now)
    if known.answered_by_id and known.answered_by_id not in {member.id for member in called}:
        called.append(session.get_one(Member, known.answered_by_id))
    message = Message(calls.what(session, canteen, known, known.step), calls.buttons(known.id))
    told = callouts.call(session, canteen, called, Call(key, message, act.now))
    calls.note_readers(session, known, told, act.now)
    # Who was written to a moment ago is not written to again, but was told; who has no phone never was.
    reached = callouts.reachable(session, canteen, called)
    return Raised(known, [member for member in called if member.id in reached])


def held(session: Session, emergency_id: int, act: Act) -> Emergency:
    """The emergency, for who was called, who raised it, or whom it is about."""
    emergency = hold(session, Emergency, emergency_id)
    if emergency is None or emergency.canteen_id != act.canteen_id or act.actor_id is None:
        raise Refused("common.old_button")
    canteen = session.get_one(Canteen, emergency.canteen_id)
    if act.actor_id in (emergency.person_id, emergency.raised_by_id, emergency.answered_by_id):
        return emergency
    audiences = ladders.emergency_ladder(canteen).called(0, 99)
    about = notices.about(session, canteen, emergency)
    entitled = callouts.people(
        session, about, (*audiences, Audience.SOCIAL_WORKER, Audience.MANAGER), act.now
    )
    if act.actor_id not in {member.id for member in entitled}:
        raise Refused("emergencies.not_called")
    return emergency


def answer(session: Session, emergency_id: int, act: Act) -> tuple[Emergency, bool]:
    """我去: nobody is called any more, everybody is told who goes; answers whether they are the first."""
    emergency = held(session, emergency_id, act)
    if emergency.state not in OPEN:
        raise Refused("emergencies.over", name=notices.name_of(session, emergency))
    if act.actor_id == emergency.person_id:
        raise Refused("emergencies.not_yourself")
    if emergency.state == EmergencyState.ANSWERED:
        notices.noted(session, emergency, act, "emergencies.also_going")
        return emergency, False
    emergency.state, emergency.answered_by_id = EmergencyState.ANSWERED, act.actor_id
    emergency.answered_at, emergency.step = act.now, 0
    emergency.next_at = act.now + calls.ASKED_AFTER
    notices.noted(session, emergency, act, "emergencies.answered")
    notices.tell_all(session, emergency, act, "emergencies.somebody_goes")
    notices.publish(session, emergency, act.now)
    return emergency, True


def leave(session: Session, emergency_id: int, act: Act) -> Raised:
    """Who said 我去 cannot: everybody is told and called again at once, as far up as the time has come to."""
    emergency = held(session, emergency_id, act)
    _check_going(session, emergency, act)
    calls.open_again(emergency, act.now)
    notices.noted(session, emergency, act, "emergencies.left")
    notices.tell_all(session, emergency, act, "emergencies.cannot_go")
    return Raised(emergency, calls.climb(session, emergency.id, act.now))


def stay(session: Session, emergency_id: int, act: Act) -> Emergency:
    """Who went is there and not done yet: asked again half an hour later."""
    emergency = held(session, emergency_id, act)
    _check_going(session, emergency, act)
    emergency.step, emergency.next_at = 0, act.now + calls.ASKED_AFTER
    notices.noted(session, emergency, act, "emergencies.still_there")
    return emergency


def _check_going(session: Session, emergency: Emergency, act: Act) -> None:
    if emergency.state not in OPEN:
        raise Refused("emergencies.over", name=notices.name_of(session, emergency))
    if emergency.state != EmergencyState.ANSWERED or emergency.answered_by_id != act.actor_id:
        raise Refused("emergencies.not_going", name=notices.name_of(session, emergency))


def going(session: Session, member: Member) -> Emergency | None:
    """The emergency somebody is on the way to, the latest first."""
    own = select(Emergency).where(
        Emergency.answered_by_id == member.id, Emergency.state == EmergencyState.ANSWERED
    )
    return session.exec(own.order_by(col(Emergency.answered_at).desc()).limit(1)).first()


def close(session: Session, emergency_id: int, reason: str, act: Act) -> Emergency:
    """It is over, by one tap with its reason; everybody called is told."""
    emergency = held(session, emergency_id, act)
    if reason not in REASONS:
        raise Refused("common.old_button")
    if emergency.state not in OPEN:
        raise Refused("emergencies.over", name=notices.name_of(session, emergency))
    mistake = reason == "mistake"
    emergency.state = EmergencyState.FALSE_ALARM if mistake else EmergencyState.CLOSED
    emergency.reason, emergency.closed_by_id = reason, act.actor_id
    emergency.closed_at, emergency.next_at = act.now, None
    notices.noted(session, emergency, act, "emergencies.closed")
    notices.tell_all(session, emergency, act, f"emergencies.over_{reason}")
    return emergency


def reopen(session: Session, emergency_id: int, act: Act) -> Raised:
    """A wrong tap: everybody is called again from the first rung."""
    emergency = held(session, emergency_id, act)
    if emergency.state in OPEN or emergency.closed_by_id != act.actor_id:
        raise Refused("emergencies.over", name=notices.name_of(session, emergency))
    emergency.state, emergency.reason = EmergencyState.OPEN, ""
    emergency.closed_at, emergency.closed_by_id, emergency.answered_by_id = None, None, None
    # A second later at least: the keys of these calls must not be those of the former ones.
    emergency.rung_at = max(act.now, emergency.rung_at + timedelta(seconds=1))
    emergency.next_at, emergency.step = act.now, 0
    notices.noted(session, emergency, act, "emergencies.reopened")
    return Raised(emergency, calls.climb(session, emergency.id, act.now))
