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
from rules.homes import visit_talk, visit_teams, visits
from rules.homes.visit_proposals import AT_HOME
from rules.members.people import status_on
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
    for worker in _going(session, visit):
        _tell(session, canteen, worker.id, (_key(visit, act, "cannot"), message), act)


def _key(visit: Visit, act: Act, what: str) -> str:
    return f"visit:{visit.id}:{what}:{act.update_id or int(act.now.timestamp())}"


def _tell(session: Session, canteen: Canteen, member_id: int, what: tuple[str, Message], act: Act) -> None:
    key, message = what
    due_at = after_quiet(canteen, act.now)
    outbox.tell(session, key, session.get_one(Member, member_id), message, now=act.now, due_at=due_at)


def remind(session: Session, canteen: Canteen, visit: Visit, act: Act) -> None:
    """The morning of the day: everything to the social worker, who and where to go to whoever comes along."""
    (one,) = visit_talk.shown(session, [visit])
    if all(status_on(session, member, visit.day) not in AT_HOME for member in one.home):
        return _nobody_there(session, canteen, visit, act)
    key = f"visit:{visit.id}:morning:{visit.day}"
    for worker in _going(session, visit):
        said = visit_talk.morning(session, canteen, visit, act, worker.id)
        _remind(session, key, worker, said, act)
    if visit.companion_id is not None and visit.state == VisitState.PLANNED:
        facts = {"day": visit.day, "worker": one.worker, "who": one.who}
        message = Message(Text("visits.come_along_today", **facts), no(visit))
        _remind(session, key, session.get_one(Member, visit.companion_id), message, act)
    return None


def _remind(session: Session, key: str, member: Member, message: Message, act: Act) -> None:
    outbox.tell(session, key, member, message, now=act.now, kind=MessageClass.REMINDER, lasts=HELPS)


def _going(session: Session, visit: Visit) -> list[Member]:
    """The social worker of a visit; all of them when that one is away or none any more."""
    workers = visit_teams.workers(session, visit.canteen_id)
    return [worker for worker in workers if worker.id == visit.worker_id] or workers


def _nobody_there(session: Session, canteen: Canteen, visit: Visit, act: Act) -> None:
    """Whoever is in hospital, away or gone is not visited: called off, and both of them are told."""
    (one,) = visit_talk.shown(session, [visit])
    before = visits.seen(visit)
    visit.state = VisitState.CALLED_OFF
    visits.moved(session, visit, act, "visits.called_off", before)
    tell_companion(session, canteen, visit, before, act)
    status = status_on(session, one.home[0], visit.day)
    said = Message(Text("visits.nobody_there", who=one.who, name=one.home[0].name, status=status))
    for worker in _going(session, visit):
        _remind(session, f"visit:{visit.id}:off:{visit.day}", worker, said, act)


def ask_after(session: Session, canteen: Canteen, visit: Visit, act: Act) -> None:
    """A visit of yesterday that nobody wrote down is asked after once."""
    (one,) = visit_talk.shown(session, [visit])
    said = Text("visits.not_written", day=visit.day, who=one.who)
    record = Button(Text("visits.button_record"), f"visit:{visit.id}:record")
    change = Button(Text("visits.button_change"), f"visit:{visit.id}:see")
    message = Message(said, ((record,), (change,)))
    for worker in _going(session, visit):
        outbox.tell(session, f"visit:{visit.id}:unwritten:{visit.day}", worker, message, now=act.now)
