"""An emergency told to all it concerns: who was called, what changed, and what the group may read of it."""

from datetime import datetime

from sqlmodel import Session

from models.elders.emergencies import Emergency, EmergencyState
from models.members.people import Canteen, Member
from models.outbox import MessageClass, Post
from rules import audit, outbox
from rules.audit import Act
from rules.elders import callouts, ladders
from rules.elders.callouts import About, Call
from rules.settings import settings_of
from rules.values import Message, Text

TO_WHO_WAITS = {
    "emergencies.somebody_goes": "emergencies.comes_to_you",
    "emergencies.cannot_go": "emergencies.cannot_come_to_you",
    "emergencies.no_word": "emergencies.no_word_to_you",
}
"""What is said to all, and how it is said to the one in danger."""
IN_GROUP = {
    EmergencyState.OPEN: "emergencies.group_calling",
    EmergencyState.ANSWERED: "emergencies.group_help_comes",
    EmergencyState.CLOSED: "emergencies.group_over",
    EmergencyState.FALSE_ALARM: "emergencies.group_mistake",
}


def about(session: Session, canteen: Canteen, emergency: Emergency) -> About:
    """Whom it is about; somebody the village does not know has only a name."""
    person = session.get(Member, emergency.person_id) if emergency.person_id else None
    stranger = Member(id=0, canteen_id=canteen.id, name=emergency.called, joined_at=emergency.raised_at)
    return About(canteen, person or stranger)


def called(session: Session, canteen: Canteen, emergency: Emergency, now: datetime) -> list[Member]:
    """Everybody whose rung has come; where nobody of them can be reached, the next rungs at once."""
    rungs = ladders.emergency_ladder(canteen).rungs
    minutes = (now - emergency.rung_at).total_seconds() / 60
    come = max(1, sum(rung.after <= minutes for rung in rungs))
    found: list[Member] = []
    for many in range(come, len(rungs) + 1):
        audiences = [audience for rung in rungs[:many] for audience in rung.tell]
        people = callouts.people(session, about(session, canteen, emergency), audiences, now)
        found = [member for member in people if member.id != emergency.person_id]
        if callouts.reachable(session, canteen, found):
            break
    return found


def name_of(session: Session, emergency: Emergency) -> str:
    """Whom it is about."""
    person = session.get(Member, emergency.person_id) if emergency.person_id else None
    return person.name if person else emergency.called


def noted(session: Session, emergency: Emergency, act: Act, action: str, **more: int | None) -> None:
    """Keep what changed, with its audit row; what stands in the group is brought up to date."""
    session.add(emergency)
    session.flush()
    after = {"state": emergency.state.value, "reason": emergency.reason, **more}
    audit.record(
        session, act, action, f"emergency:{emergency.id}", subject_id=emergency.person_id, after=after
    )
    outbox.touch(session, "emergency", emergency.id, act.now)


def tell_all(
    session: Session, emergency: Emergency, act: Act, key: str, *, goer: Member | None = None
) -> None:
    """Everybody called, the one in danger and who raised it, but not who just did it or is spoken of."""
    canteen = session.get_one(Canteen, emergency.canteen_id)
    concerned = {member.id: member for member in called(session, canteen, emergency, act.now)}
    for number in (emergency.person_id, emergency.raised_by_id, emergency.answered_by_id):
        if number is not None:
            concerned[number] = session.get_one(Member, number)
    by = goer or (session.get(Member, act.actor_id) if act.actor_id else None)
    concerned.pop(by.id if by else 0, None)
    said = Text(key, name=name_of(session, emergency), by=by.name if by else "")
    moment = f"emergency:{emergency.id}:{key}:{act.update_id or int(act.now.timestamp())}"
    waiting = concerned.pop(emergency.person_id or 0, None)
    callouts.call(session, canteen, list(concerned.values()), Call(moment, said, act.now))
    if waiting is not None:
        yours = Text(TO_WHO_WAITS[key], by=said.facts["by"]) if key in TO_WHO_WAITS else said
        callouts.call(session, canteen, [waiting], Call(moment, yours, act.now))


def publish(session: Session, emergency: Emergency, now: datetime) -> None:
    """The group hears once that somebody goes, where the village wants that; from then on it reads what is true."""
    canteen = session.get_one(Canteen, emergency.canteen_id)
    group = outbox.group_of(canteen)
    if group is None or not settings_of(canteen).group_emergencies:
        return
    said, key = group_post(session, emergency.id, now), f"emergency:{emergency.id}:group"
    row = outbox.post(session, key, group, said, kind=MessageClass.POST, now=now)
    if row is None:
        return
    post = Post(canteen_id=canteen.id, kind="emergency", target_id=emergency.id, chat_id=group.chat_id)
    session.add(post)
    session.flush()
    row.post_id = post.id


def group_post(session: Session, emergency_id: int, now: datetime) -> Message:
    """What the group reads of an emergency: whether somebody goes, never who or why."""
    return Message(Text(IN_GROUP[session.get_one(Emergency, emergency_id).state]))
