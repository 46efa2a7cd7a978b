"""Regular medicine: counted in days, asked about five days before it runs out, erased when it is nobody's business."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.elders.requests import Request, RequestKind, Supply, Urgency
from models.members.people import Canteen, Member, Status
from models.members.vault import seal, unsealed
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.elders import escalation, holding, requests
from rules.elders.ladders import waits
from rules.elders.requests import Wish
from rules.members import consents
from rules.members.people import carers_of, check_may_act, status_on
from rules.settings import local_day
from rules.values import Message, Refused, Text

AHEAD = timedelta(days=5)
MOST_DAYS = 365
MOST = 20
PAGE = 200
REFILLED = "requests.refilled"


def count(session: Session, elder: Member, item: str, days: int, act: Act) -> Supply:
    """So many days of a medicine are there; counting the same again changes it."""
    canteen = session.get_one(Canteen, elder.canteen_id)
    today = local_day(canteen, act.now)
    check_may_act(session, session.get_one(Member, act.actor_id), elder, "requests", today)
    name = " ".join(item.split())[:200]
    if not name or not 0 <= days <= MOST_DAYS:
        raise Refused("requests.how_many_days", most=MOST_DAYS)
    known = of_elder(session, elder.id)
    row = next((one for one in known if unsealed(one, "item") == name), None)
    if row is None and len(known) >= MOST:
        raise Refused("requests.too_many", name=elder.name, most=MOST)
    if row is None:
        row = Supply(canteen_id=canteen.id, elder_id=elder.id, counted_on=today, runs_out_on=today)
        seal(session, row, item=name)
    row.counted_on, row.runs_out_on = today, today + timedelta(days=days)
    row.counted_by_id, row.asked_for_on = act.actor_id, None
    return _kept(session, row, act, "requests.supply_counted")


def refill(session: Session, request: Request, days: int, act: Act) -> Supply:
    """What was bought lasts so many days more: counted once for a request, and what is said last holds."""
    request = holding.held(session, request.id)
    holding.check_speaks_for(session, request, act)
    if not 0 <= days <= MOST_DAYS:
        raise Refused("requests.how_many_days", most=MOST_DAYS)
    elder = session.get_one(Member, request.elder_id)
    today = local_day(session.get_one(Canteen, elder.canteen_id), act.now)
    row = _supply_of(session, request)
    earlier = _refilled(session, request)
    if earlier is not None and (row is None or row.runs_out_on != earlier[1]):
        raise Refused("requests.changed_since")
    base = earlier[0] if earlier else max(row.runs_out_on, today) if row else today
    lasts = min(MOST_DAYS, max(0, (base - today).days + days))
    if row is not None and row.runs_out_on == today + timedelta(days=lasts):
        return row
    name = unsealed(row or request, "item") or unsealed(request, "words")[:200]
    row = count(session, elder, name, lasts, act)
    request.supply_id = row.id
    _keep_refill(session, request, (base, row.runs_out_on), act)
    return row


def _supply_of(session: Session, request: Request) -> Supply | None:
    """The medicine a request is for, while it is taken."""
    row = hold(session, Supply, request.supply_id) if request.supply_id else None
    return None if row is None or row.ended_at is not None else row


def _keep_refill(session: Session, request: Request, days: tuple[date, date], act: Act) -> None:
    session.add(request)
    session.flush()
    before, after = ({"runs_out_on": day.isoformat()} for day in days)
    subject = request.elder_id
    audit.record(session, act, REFILLED, _about(request), subject_id=subject, before=before, after=after)


def _refilled(session: Session, request: Request) -> tuple[date, date] | None:
    """The day it ran out before this request was counted, and the day since, if it was counted already."""
    own = select(AuditEntry).where(AuditEntry.subject_id == request.elder_id, AuditEntry.action == REFILLED)
    own = own.where(AuditEntry.object == _about(request)).order_by(col(AuditEntry.id).desc())
    row = session.exec(own.limit(1)).first()
    if row is None or not row.before or not row.after:
        return None
    return date.fromisoformat(row.before["runs_out_on"]), date.fromisoformat(row.after["runs_out_on"])


def _about(request: Request) -> str:
    return f"request:{request.id}"


def of_elder(session: Session, elder_id: int) -> list[Supply]:
    """What is counted for an elder, first to run out first."""
    own = select(Supply).where(Supply.elder_id == elder_id, col(Supply.ended_at).is_(None))
    return list(session.exec(own.order_by(col(Supply.runs_out_on), col(Supply.id))))


def end(session: Session, supply_id: int, act: Act) -> Supply:
    """Not taken any more: not counted any more, and what it was is forgotten."""
    row = hold(session, Supply, supply_id)
    actor = session.get(Member, act.actor_id) if act.actor_id else None
    if row is None or actor is None or row.ended_at is not None:
        raise Refused("common.old_button")
    elder = session.get_one(Member, row.elder_id)
    today = local_day(session.get_one(Canteen, row.canteen_id), act.now)
    check_may_act(session, actor, elder, "requests", today)
    row.ended_at, row.item = act.now, ""
    return _kept(session, row, act, "requests.supply_ended")


def _kept(session: Session, row: Supply, act: Act, action: str) -> Supply:
    session.add(row)
    session.flush()
    after = {"runs_out_on": row.runs_out_on.isoformat()}
    audit.record(session, act, action, f"supply:{row.id}", subject_id=row.elder_id, after=after)
    return row


def due(session: Session, canteen: Canteen, now: datetime, limit: int = PAGE) -> Sequence[Supply]:
    """Supplies that run out within five days and were not asked about for that day."""
    last = local_day(canteen, now) + AHEAD
    soon = select(Supply).where(col(Supply.ended_at).is_(None), Supply.runs_out_on <= last)
    soon = soon.where(Supply.canteen_id == canteen.id, col(Supply.asked_for_on).is_(None))
    soon = soon.join(Member, col(Member.id) == col(Supply.elder_id)).where(Member.status == Status.ACTIVE)
    return session.exec(soon.order_by(col(Supply.runs_out_on)).limit(limit)).all()


def ask_refill(session: Session, supply_id: int, now: datetime) -> Request | None:
    """A request is made by itself and put to the elder and the family; nobody is asked who is not here."""
    row = hold(session, Supply, supply_id)
    if row is None or row.ended_at is not None or row.asked_for_on == row.runs_out_on:
        return None
    canteen, elder = session.get_one(Canteen, row.canteen_id), session.get_one(Member, row.elder_id)
    today = local_day(canteen, now)
    if status_on(session, elder, today) != Status.ACTIVE:
        return None
    row.asked_for_on = row.runs_out_on
    act = Act(now, None, canteen.id)
    _kept(session, row, act, "requests.supply_low")
    if any(one.supply_id == row.id for one in requests.of_elder(session, elder.id)):
        return None  # counted again while it is fetched: it is on its way
    due_at = waits(canteen, Urgency.NORMAL, _by(canteen, row.runs_out_on, now))
    wish = Wish(RequestKind.MEDICINE, item=unsealed(row, "item"), due_at=due_at, supply_id=row.id)
    request = requests.ask(session, canteen, elder, wish, act)
    wanted = consents.by_messenger(session, elder)
    item = unsealed(row, "item") if wanted else Text("requests.some_medicine")
    said = Text("requests.runs_out", name=elder.name, item=item, days=max(0, (row.runs_out_on - today).days))
    message = Message(said, escalation.confirming(request.id))
    for one in (elder, *carers_of(session, elder.id, today, "requests")):
        later = waits(canteen, request.urgency, now)
        outbox.tell(session, f"supply:{row.id}:{row.runs_out_on}", one, message, now=now, due_at=later)
    return request


def _by(canteen: Canteen, day: date, now: datetime) -> datetime:
    """The evening before it runs out, but never sooner than in a few hours."""
    return max(requests.by_evening(canteen, day - timedelta(days=1)), now + timedelta(hours=3))
