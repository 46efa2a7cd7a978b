"""What every act on a request does: hold it, see who speaks for the elder, keep what changed, tell both sides."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.elders import handovers
from models.elders.requests import Handover, Request
from models.members.people import Canteen, Member
from models.members.vault import Private
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.elders import ladders, notices
from rules.elders.callouts import family
from rules.members import consents, readings
from rules.members.people import check_may_act
from rules.members.readings import Matter
from rules.settings import local_day
from rules.values import Button, Fen, Message, Refused, Style, Text


def close(session: Session, request: Request, act: Act) -> None:
    """Nobody is called any more."""
    request.closed_at, request.closed_by_id = act.now, act.actor_id
    ladders.begin(session.get_one(Canteen, request.canteen_id), request, act.now)


def held(session: Session, request_id: int) -> Request:
    """The request, kept from everybody else until the unit ends."""
    request = hold(session, Request, request_id)
    if request is None:
        raise Refused("common.old_button")
    return request


def check_speaks_for(session: Session, request: Request, act: Act) -> None:
    """The elder, whoever may act for them in requests, social workers and managers; never who has it in hand."""
    elder = session.get_one(Member, request.elder_id)
    actor = session.get(Member, act.actor_id) if act.actor_id else None
    canteen = session.get_one(Canteen, request.canteen_id)
    if actor is None or actor.canteen_id != request.canteen_id:
        raise Refused("common.old_button")
    if actor.id in (request.taker_id, request.served_by_id) and actor.id != elder.id:
        raise Refused("requests.not_the_helper", name=elder.name)
    check_may_act(session, actor, elder, "requests", local_day(canteen, act.now))


def speaks_for(session: Session, request: Request, act: Act) -> bool:
    """Whether somebody may say yes for the elder."""
    try:
        check_speaks_for(session, request, act)
    except Refused:
        return False
    return True


SEEN = ("state", "taker_id", "offered_to_id", "confirmed_by_id", "urgency")


def seen(request: Request) -> dict[str, Any]:
    """The state of a request for the audit and for undoing: states and ids, no words."""
    return {name: getattr(request, name) for name in SEEN}


def moved(
    session: Session, request: Request, act: Act, action: str, before: Mapping[str, Any] | None
) -> None:
    """Keep what changed, and by whom."""
    session.add(request)
    session.flush()
    was = dict(before) if before is not None else None
    audit.record(
        session,
        act,
        action,
        f"request:{request.id}",
        subject_id=request.elder_id,
        before=was,
        after=seen(request),
    )


def things_said(row: Handover, *, sealed: bool = True) -> list[Text]:
    """What changed hands; in words that are sealed wherever they wait, but where they must outlast the elder's key."""
    kit, whose = handovers.kit_in(row), Private("", row.elder_id) if sealed else ""
    return [Text(f"requests.thing_{thing}", cash=Fen(kit.cash), whose=whose) for thing in kit.things]


def paid_said(spent: int, owner: int) -> Text:
    """What was paid, in words that are sealed wherever they wait."""
    return Text("requests.spent", spent=Fen(spent), whose=Private("", owner))


def name_of(session: Session, member_id: int | None) -> str:
    """The name of somebody, empty for nobody."""
    member = session.get(Member, member_id) if member_id else None
    return member.name if member else ""


def brief(session: Session, request: Request, act: Act) -> dict[str, Text]:
    """The facts of every short message about a request."""
    canteen = session.get_one(Canteen, request.canteen_id)
    return notices.brief(canteen, request, session.get_one(Member, request.elder_id), act.now)


def tell(session: Session, request: Request, member: Member, act: Act, said: Message | Text) -> None:
    """Tell somebody, once for this act."""
    canteen = session.get_one(Canteen, request.canteen_id)
    what = said.key if isinstance(said, Text) else said.text.key
    key = f"request:{request.id}:{act.update_id or int(act.now.timestamp())}:{what}"
    outbox.tell(
        session, key, member, said, now=act.now, due_at=ladders.waits(canteen, request.urgency, act.now)
    )


def tell_sides(session: Session, request: Request, act: Act, key: str, **more: Any) -> None:
    """Tell the elder and the family, but not who just did it."""
    elder = session.get_one(Member, request.elder_id)
    today = local_day(session.get_one(Canteen, request.canteen_id), act.now)
    said = Text(key, **brief(session, request, act), by=name_of(session, act.actor_id), **more)
    for member in (elder, *family(session, elder.id, request.kind, today)):
        if member.id != act.actor_id:
            tell(session, request, member, act, said)


def note_asking(session: Session, request: Request, told: Iterable[Member], now: datetime) -> None:
    """Keep who was told the phone to ask by, each once for a request; what was withheld was not seen."""
    elder = session.get_one(Member, request.elder_id)
    if elder.phone and consents.by_messenger(session, elder):
        matter = Matter(elder.id, ("phone",), request.asked_at)
        readings.told(session, Act(now, None, request.canteen_id), matter, [one.id for one in told])


def yes_no(verb: str, request_id: int, yes: str, no: str) -> tuple[tuple[Button, ...], ...]:
    """Two buttons under a question about a request."""
    return (
        (Button(Text(yes), f"{verb}:{request_id}:yes", Style.SUCCESS),),
        (Button(Text(no), f"{verb}:{request_id}:no"),),
    )
