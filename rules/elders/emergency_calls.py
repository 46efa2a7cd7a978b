"""The calls of an emergency: everybody whose rung has come, again and again, until a human says 我去."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.elders.emergencies import Emergency, EmergencyState
from models.members.people import Canteen, Member
from models.members.vault import unsealed
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.elders import callouts, ladders, notices
from rules.elders import emergency_notices as story
from rules.elders.callouts import Call
from rules.elders.ladders import Audience
from rules.members import readings
from rules.members.people import named
from rules.members.readings import Matter
from rules.values import Button, Message, Style, Text, lines

SECOND = 2
ASKINGS = 2
OVER = ("fine", "hospital")
SHOWN = ("address", "phone", "words")
"""What is private in a call."""
ASKED_AFTER, REMINDED_AFTER = timedelta(minutes=30), timedelta(minutes=10)
"""Who went is asked how it is; then reminded, with those responsible; after as long again nobody relies on them."""


def due(session: Session, now: datetime) -> Sequence[Emergency]:
    """Emergencies whose next call has come."""
    waiting = select(Emergency).where(col(Emergency.next_at) <= now)
    return session.exec(waiting.order_by(col(Emergency.next_at))).all()


def climb(session: Session, emergency_id: int, now: datetime) -> list[Member]:
    """Call again, and further people; where nobody can be reached, the next rung follows at once."""
    emergency = hold(session, Emergency, emergency_id)
    if emergency is None or emergency.next_at is None or emergency.next_at > now:
        return []
    canteen = session.get_one(Canteen, emergency.canteen_id)
    if emergency.state == EmergencyState.ANSWERED:
        return _ask_after(session, canteen, emergency, now)
    emergency.step += 1
    told = _call(session, canteen, emergency, now)
    _tell_who_waits(session, canteen, emergency, now, reached=bool(told))
    emergency.next_at = _next(canteen, emergency, now)
    _called_out(session, emergency, told, now)
    return told


def _next(canteen: Canteen, emergency: Emergency, now: datetime) -> datetime:
    """Again after so many minutes, or when the next rung comes, whichever is sooner."""
    ladder = ladders.emergency_ladder(canteen)
    rungs = [emergency.rung_at + timedelta(minutes=rung.after) for rung in ladder.rungs]
    return min([now + timedelta(minutes=ladder.every), *(at for at in rungs if at > now)])


def _call(session: Session, canteen: Canteen, emergency: Emergency, now: datetime) -> list[Member]:
    """Everybody called so far is called again, with the number of the call to be seen."""
    message = Message(what(session, canteen, emergency, emergency.step), buttons(emergency.id))
    key = f"emergency:{emergency.id}:{emergency.rung_at.timestamp():.0f}:{emergency.step}"
    told = callouts.call(
        session, canteen, story.called(session, canteen, emergency, now), Call(key, message, now)
    )
    note_readers(session, emergency, told, now)
    return told


def note_readers(session: Session, emergency: Emergency, told: Sequence[Member], now: datetime) -> None:
    """Keep who read where the person lives, what was said, and how to reach who told of it; each reader once."""
    act, readers = Act(now, None, emergency.canteen_id), [one.id for one in told]
    if not readers:
        return
    if emergency.person_id is not None:
        readings.told(session, act, Matter(emergency.person_id, SHOWN, emergency.raised_at), readers)
    raiser = _other_who_told(session, emergency)
    if raiser is not None and raiser.phone:
        readings.told(session, act, Matter(raiser.id, ("phone",), emergency.raised_at), readers)


def _other_who_told(session: Session, emergency: Emergency) -> Member | None:
    """Who told of it, where that is not the person in danger."""
    raiser = session.get(Member, emergency.raised_by_id) if emergency.raised_by_id else None
    return None if raiser is None or raiser.id == emergency.person_id else raiser


def _tell_who_waits(
    session: Session, canteen: Canteen, emergency: Emergency, now: datetime, *, reached: bool
) -> None:
    """Nobody has answered the first call: who is in danger, and who told of it, should not rely on us alone."""
    if emergency.step < SECOND:
        return
    numbers = dict.fromkeys((emergency.person_id, emergency.raised_by_id))
    waiting = [session.get_one(Member, number) for number in numbers if number is not None]
    calling = Text("emergencies.still_calling", number=emergency.step)
    said = calling if reached else Text("emergencies.call_120_alone")
    mistake = (Button(Text("emergencies.button_mistake"), f"sos:{emergency.id}:mistake"),)
    key = f"emergency:{emergency.id}:waits:{emergency.rung_at.timestamp():.0f}:{emergency.step}"
    callouts.call(session, canteen, waiting, Call(key, Message(said, (mistake,)), now))


def _called_out(session: Session, emergency: Emergency, told: Sequence[Member], now: datetime) -> None:
    session.add(emergency)
    session.flush()
    act = Act(now, None, emergency.canteen_id)
    after = {"step": emergency.step, "told": len(told)}
    audit.record(
        session,
        act,
        "emergencies.called",
        f"emergency:{emergency.id}",
        subject_id=emergency.person_id,
        after=after,
    )


def what(session: Session, canteen: Canteen, emergency: Emergency, number: int) -> Text:
    """Who, what was said, where and how to reach them: to those called, in private."""
    person = session.get(Member, emergency.person_id) if emergency.person_id else None
    unknown = Text("requests.not_known")
    raiser = _other_who_told(session, emergency)
    hamlets = _hamlets(session, emergency) if raiser and person is None else []
    return lines(
        Text(
            "emergencies.danger",
            name=person.name if person else emergency.called,
            words=unsealed(emergency, "words"),
            number=number,
        ),
        Text(
            "emergencies.where",
            place=(notices.place(person) if person else hamlets) or unknown,
            phone=(unsealed(person, "phone") if person else "") or unknown,
        ),
        Text("emergencies.said_by", name=raiser.name, phone=unsealed(raiser, "phone") or unknown)
        if raiser
        else None,
        Text("emergencies.said_by_stranger") if raiser is None and person is None else None,
    )


def _hamlets(session: Session, emergency: Emergency) -> list[str]:
    """Where those live who are meant by a name that several have."""
    meant = named(session, emergency.canteen_id, emergency.called)
    return list(dict.fromkeys(member.hamlet for member in meant if member.hamlet))


def buttons(emergency_id: int) -> tuple[tuple[Button, ...], ...]:
    """I am going; or it was said by mistake."""
    go = Button(Text("emergencies.button_go"), f"sosgo:{emergency_id}", Style.DANGER)
    return (go,), (Button(Text("emergencies.button_mistake"), f"sos:{emergency_id}:mistake"),)


def over(emergency_id: int, *, going: bool, asked: bool = False) -> tuple[tuple[Button, ...], ...]:
    """How it is; who is going may also say that they cannot after all, and when asked that they are there."""
    words = [*OVER, *(("here",) if asked else ()), *(("leave",) if going else ())]
    buttons = [Button(Text(f"emergencies.button_{word}"), f"sos:{emergency_id}:{word}") for word in words]
    return (tuple(buttons[:2]), tuple(buttons[2:])) if asked else tuple((one,) for one in buttons)


def _ask_after(session: Session, canteen: Canteen, emergency: Emergency, now: datetime) -> list[Member]:
    """Half an hour after somebody went: how is it? Then again, and of those responsible; then others are called."""
    goer = session.get(Member, emergency.answered_by_id) if emergency.answered_by_id else None
    if goer is None or emergency.step >= ASKINGS:
        return _no_word(session, canteen, emergency, goer, now)
    emergency.step += 1
    it = story.about(session, canteen, emergency)
    others: list[Member] = []
    if emergency.step > 1:
        others = callouts.people(session, it, (Audience.ON_CALL, Audience.MANAGER), now)
        others = [one for one in others if one.id != goer.id]
    said = Text("emergencies.how_is_it", name=it.elder.name or emergency.called)
    key = f"emergency:{emergency.id}:after:{now.timestamp():.0f}"
    told = []
    for asked, going in (([goer], True), (others, False)):
        message = Message(said, over(emergency.id, going=going, asked=going))
        told += callouts.call(session, canteen, asked, Call(key, message, now))
    emergency.next_at = now + REMINDED_AFTER
    _called_out(session, emergency, told, now)
    return told


def _no_word(
    session: Session, canteen: Canteen, emergency: Emergency, goer: Member | None, now: datetime
) -> list[Member]:
    """Who went is heard of no more: all are called again, as far up as the time has come to."""
    open_again(emergency, now)
    act = Act(now, None, canteen.id)
    story.noted(session, emergency, act, "emergencies.no_word", answered_by_id=goer.id if goer else None)
    if goer is not None:
        name = story.name_of(session, emergency)
        asked = Message(Text("emergencies.no_word_of_you", name=name), over(emergency.id, going=False))
        callouts.call(
            session,
            canteen,
            [goer],
            Call(f"emergency:{emergency.id}:no_word:{now.timestamp():.0f}", asked, now),
        )
        story.tell_all(session, emergency, act, "emergencies.no_word", goer=goer)
    return climb(session, emergency.id, now)


def open_again(emergency: Emergency, now: datetime) -> None:
    """Nobody goes any more: the next call is at once. The time that went by counts."""
    emergency.state, emergency.answered_by_id, emergency.answered_at = EmergencyState.OPEN, None, None
    # Only the keys of these calls must not be those of the former ones.
    emergency.rung_at += timedelta(seconds=1)
    emergency.next_at, emergency.step = now, 0
