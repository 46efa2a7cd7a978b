"""What others hear of visits: who comes along is asked and told; the social worker hears when they cannot."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from models.homes.visits import Visit, VisitState
from models.members.people import Canteen, Member
from models.outbox import MessageClass
from rules import outbox
from rules.audit import Act
from rules.homes import visit_talk
from rules.settings import after_quiet, local_day
from rules.values import Button, Message, Rows, Text, lines

HELPS = timedelta(hours=8)
"""So long the morning's reminder helps."""
Changed = tuple[Visit, Mapping[str, Any] | None]


def tell_companions(session: Session, canteen: Canteen, changed: Sequence[Changed], act: Act) -> None:
    """Several visits were settled at once: whoever comes along hears of all of them in one message."""
    theirs: dict[int, list[Visit]] = defaultdict(list)
    for visit, _ in changed:
        if visit.state == VisitState.PLANNED and visit.companion_id not in (None, act.actor_id):
            theirs[visit.companion_id or 0].append(visit)
    for companion_id, found in theirs.items():
        if len(found) == 1:
            _come_along(session, canteen, found[0], companion_id, act)
        else:
            _come_along_several(session, canteen, found, companion_id, act)


def _come_along_several(
    session: Session, canteen: Canteen, found: Sequence[Visit], companion_id: int, act: Act
) -> None:
    rows = visit_talk.shown(session, found)
    head = Text("visits.come_along_several", worker=rows[0].worker, count=len(rows))
    said = [Text("visits.come_along_line", day=one.visit.day, who=one.who) for one in rows]
    buttons = tuple(
        (Button(Text("visits.button_cannot_on", day=one.visit.day), f"visitno:{one.visit.id}"),)
        for one in rows
    )
    message = Message(lines(head, *said), buttons)
    _tell(session, canteen, companion_id, (_key(found[0], act, "several"), message), act)


def tell_companion(
    session: Session, canteen: Canteen, visit: Visit, before: Mapping[str, Any] | None, act: Act
) -> None:
    """Whoever comes along is asked once a visit is settled, and told when they are not needed any more."""
    was = before or {}
    asked = was.get("companion_id") if was.get("state") == VisitState.PLANNED else None
    comes = visit.companion_id if visit.state == VisitState.PLANNED else None
    same_day = was.get("day") == visit.day.isoformat()
    if asked is not None and asked != comes and visit.state != VisitState.DONE:
        _not_needed(session, canteen, visit, (asked, str(was["day"])), act)
    if comes is not None and not (asked == comes and same_day):
        _come_along(session, canteen, visit, comes, act)


def _come_along(session: Session, canteen: Canteen, visit: Visit, companion_id: int, act: Act) -> None:
    if companion_id == act.actor_id:
        return
    (one,) = visit_talk.shown(session, [visit])
    today = visit.day == local_day(canteen, act.now)
    facts = {"day": visit.day, "worker": one.worker, "who": one.who}
    said = Text("visits.come_along_today" if today else "visits.come_along", **facts)
    _tell(session, canteen, companion_id, (_key(visit, act, "along"), Message(said, no(visit))), act)


def no(visit: Visit) -> Rows:
    """The one button of whoever comes along."""
    return ((Button(Text("visits.button_cannot"), f"visitno:{visit.id}"),),)


def _not_needed(session: Session, canteen: Canteen, visit: Visit, asked: tuple[int, str], act: Act) -> None:
    if asked[0] == act.actor_id:
        return
    (one,) = visit_talk.shown(session, [visit])
    from_day = type(visit.day).fromisoformat(asked[1])
    said = Text("visits.not_needed", day=from_day, who=one.who)
    _tell(session, canteen, asked[0], (_key(visit, act, "off"), Message(said)), act)


def companion_cannot(session: Session, canteen: Canteen, visit: Visit, member: Member, act: Act) -> None:
    """The social worker hears that they have to find somebody else."""
    (one,) = visit_talk.shown(session, [visit])
    said = Text("visits.companion_cannot", name=member.name, who=one.who, day=visit.day)
    other = Button(Text("visits.button_with"), f"visit:{visit.id}:with")
    message = Message(said, ((other,),))
    _tell(session, canteen, visit.worker_id, (_key(visit, act, "cannot"), message), act)


def _key(visit: Visit, act: Act, what: str) -> str:
    return f"visit:{visit.id}:{what}:{act.update_id or int(act.now.timestamp())}"


def _tell(session: Session, canteen: Canteen, member_id: int, what: tuple[str, Message], act: Act) -> None:
    key, message = what
    due_at = after_quiet(canteen, act.now)
    outbox.tell(session, key, session.get_one(Member, member_id), message, now=act.now, due_at=due_at)


def remind(session: Session, canteen: Canteen, visit: Visit, act: Act) -> None:
    """The morning of the day: everything to the social worker, who and where to go to whoever comes along."""
    key = f"visit:{visit.id}:morning:{visit.day}"
    worker = session.get_one(Member, visit.worker_id)
    said = visit_talk.morning(session, canteen, visit, act)
    outbox.tell(session, key, worker, said, now=act.now, kind=MessageClass.REMINDER, lasts=HELPS)
    if visit.companion_id is not None and visit.state == VisitState.PLANNED:
        (one,) = visit_talk.shown(session, [visit])
        facts = {"day": visit.day, "worker": one.worker, "who": one.who}
        message = Message(Text("visits.come_along_today", **facts), no(visit))
        companion = session.get_one(Member, visit.companion_id)
        outbox.tell(session, key, companion, message, now=act.now, kind=MessageClass.REMINDER, lasts=HELPS)


def ask_after(session: Session, canteen: Canteen, visit: Visit, act: Act) -> None:
    """A visit of yesterday that nobody wrote down is asked after once."""
    (one,) = visit_talk.shown(session, [visit])
    said = Text("visits.not_written", day=visit.day, who=one.who)
    record = Button(Text("visits.button_record"), f"visit:{visit.id}:record")
    change = Button(Text("visits.button_change"), f"visit:{visit.id}:see")
    message = Message(said, ((record,), (change,)))
    worker = session.get_one(Member, visit.worker_id)
    outbox.tell(session, f"visit:{visit.id}:unwritten:{visit.day}", worker, message, now=act.now)
