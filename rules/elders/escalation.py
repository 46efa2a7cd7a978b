"""Climbing the ladder of an open request: who is called at this step, what they are told, and when comes the next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case
from sqlmodel import Session, col, select

from models.elders import handovers
from models.elders.requests import Request, RequestState, Urgency
from models.members.people import Canteen, Member, Status, StatusChange
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.elders import callouts, holding, ladders, notices
from rules.elders.callouts import About, Call
from rules.elders.ladders import Audience, Audiences
from rules.members.people import status_on
from rules.settings import local_day
from rules.values import Button, Message, Style, Text

PAGE = 200
GONE = frozenset({Status.LEFT, Status.DECEASED})
SEARCHING = frozenset({Audience.HELPERS, Audience.ELDER, Audience.TAKER})
"""Audiences that are asked themselves; all others are told that nobody has answered."""

ASKING = frozenset({RequestState.ASKED, RequestState.DONE})
"""Those responsible are told the phone: the elder is to be asked."""
HOURS_FROM = 120
MUTED_FOR = timedelta(minutes=15)
"""Longer than a wrong tap can be taken back."""


def due(session: Session, now: datetime, limit: int = PAGE) -> Sequence[Request]:
    """Open requests whose next step has come, urgent ones first."""
    waiting = select(Request).where(col(Request.next_at) <= now)
    urgent_first = case((col(Request.urgency) == Urgency.URGENT, 0), else_=1)
    order = waiting.order_by(urgent_first, col(Request.next_at), col(Request.id))
    return session.exec(order.limit(limit)).all()


def climb(session: Session, request_id: int, now: datetime, *, besides: int | None = None) -> None:
    """Call whoever's turn has come, but not one who just said no; where nobody can be reached, the next rung at once."""
    request = hold(session, Request, request_id)
    if request is None or request.next_at is None or request.next_at > now:
        return None
    canteen = session.get_one(Canteen, request.canteen_id)
    elder = session.get_one(Member, request.elder_id)
    if status_on(session, elder, local_day(canteen, now)) in GONE:
        return _mute(session, canteen, request, now)
    ladder = ladders.ladder_of(canteen, request.kind, request.urgency, ladders.PHASES[request.state])
    first, request.step = request.step, max(request.step + 1, ladder.reached(_minutes(request, now)))
    told = _call(session, (canteen, request, besides), ladder.called(first, request.step), now)
    while not told and request.step < len(ladder.rungs):
        first, request.step = request.step, request.step + 1
        told = _call(session, (canteen, request, besides), ladder.called(first, request.step), now)
    request.next_at = max(ladders.when(canteen, request, request.step), now + timedelta(minutes=1))
    session.add(request)
    after = {"state": request.state.value, "step": request.step, "told": len(told)}
    act = Act(now, None, canteen.id)
    audit.record(
        session, act, "requests.called", f"request:{request.id}", subject_id=request.elder_id, after=after
    )
    return None


def _minutes(request: Request, now: datetime) -> float:
    return (now - request.rung_at).total_seconds() / 60


def _call(
    session: Session, what: tuple[Canteen, Request, int | None], audiences: Audiences, now: datetime
) -> list[Member]:
    """One message to each; whoever is both a helper and responsible hears it as responsible."""
    canteen, request, besides = what
    about = About(canteen, session.get_one(Member, request.elder_id), request.kind, request.taker_id)
    phase = ladders.PHASES[request.state]
    key = f"request:{request.id}:{phase}:{request.rung_at.timestamp():.6f}:{request.step}"
    asked = [audience for audience in audiences if audience in SEARCHING]
    others = [audience for audience in audiences if audience not in SEARCHING]
    known = {besides}
    told: list[Member] = []
    for group, said, responsible in (
        (others, _alarm(session, about, request, now), True),
        (asked, _question(about, request, now), False),
    ):
        members = [one for one in callouts.people(session, about, group, now) if one.id not in known]
        known |= {member.id for member in members}
        reached = callouts.call(session, canteen, members, Call(key, said, now))
        told += reached
        if responsible and request.state in ASKING:
            holding.note_asking(session, request, reached, now)
    return told


def _question(about: About, request: Request, now: datetime) -> Message:
    """To those who may help, to the one who has it in hand, or to the elder."""
    facts = notices.brief(about.canteen, request, about.elder, now)
    if request.state in notices.ON_DUTY:
        return Message(Text("requests.time_is_up", **facts), working(request))
    if request.state == RequestState.DONE:
        return Message(Text("requests.is_it_done", **facts), accepting(request.id))
    return Message(Text("requests.please_help", **facts), ((notices.go(request.id),),))


def _alarm(session: Session, about: About, request: Request, now: datetime) -> Message:
    """To those responsible: what has not happened, and what they can do about it."""
    facts = notices.brief(about.canteen, request, about.elder, now)
    ask = notices.how_to_ask(session, about.elder)
    match request.state:
        case RequestState.ASKED if request.asked_by_id in (None, request.elder_id):
            return Message(Text("requests.unconfirmed", **facts, ask=ask), confirming(request.id))
        case RequestState.ASKED:
            by = session.get_one(Member, request.asked_by_id).name
            return Message(Text("requests.asked_for", **facts, by=by, ask=ask), confirming(request.id))
        case RequestState.TAKEN | RequestState.DOING:
            look = (Button(Text("requests.button_see"), f"reqsee:{request.id}"),)
            return Message(Text("requests.overdue", **facts), (look,))
        case RequestState.DONE:
            return Message(Text("requests.ask_if_done", **facts, ask=ask), accepting(request.id))
        case _:
            find = (Button(Text("requests.button_find"), f"reqfind:{request.id}"),)
            said = Text("requests.nobody_yet", **facts, waited=_waited(request, now))
            return Message(said, ((notices.go(request.id),), find))


def _waited(request: Request, now: datetime) -> Text:
    """Nobody reckons in 493 minutes."""
    minutes = max(0, int(_minutes(request, now)))
    if minutes < HOURS_FROM:
        return Text("requests.waited_minutes", number=minutes)
    return Text("requests.waited_hours", number=minutes // 60)


def confirming(request_id: int) -> tuple[tuple[Button, ...], ...]:
    """Is this wanted?"""
    return (
        (Button(Text("requests.button_right"), f"reqask:{request_id}:yes", Style.SUCCESS),),
        (Button(Text("requests.button_not_needed"), f"reqask:{request_id}:no"),),
    )


def accepting(request_id: int) -> tuple[tuple[Button, ...], ...]:
    """Was it done?"""
    return (
        (Button(Text("requests.button_accept"), f"reqok:{request_id}:yes", Style.SUCCESS),),
        (Button(Text("requests.button_reopen"), f"reqok:{request_id}:no"),),
    )


def working(request: Request) -> tuple[tuple[Button, ...], ...]:
    """What the one who has it in hand can do."""
    done = Button(Text("requests.button_done"), f"req:{request.id}:done", Style.SUCCESS)
    start = Button(Text("requests.button_start"), f"req:{request.id}:start", Style.PRIMARY)
    leave = Button(Text("requests.button_cannot"), f"req:{request.id}:leave")
    first = start if request.state == RequestState.TAKEN else done
    return (first,), (leave,)


def _mute(session: Session, canteen: Canteen, request: Request, now: datetime) -> None:
    """Gone: nobody is called; it ends unless the status, just said, is taken back in time."""
    said = select(StatusChange.set_at).where(StatusChange.member_id == request.elder_id)
    said = said.where(col(StatusChange.undone_at).is_(None), col(StatusChange.status).in_(GONE))
    said = said.where(StatusChange.starts_on <= local_day(canteen, now))
    since = session.exec(said.order_by(col(StatusChange.id).desc()).limit(1)).first()
    if since is None or now >= since + MUTED_FOR:
        return _end(session, canteen, request, now)
    request.next_at = since + MUTED_FOR
    session.add(request)
    audit.record(
        session,
        Act(now, None, canteen.id),
        "requests.muted",
        f"request:{request.id}",
        subject_id=request.elder_id,
    )
    return None


def _end(session: Session, canteen: Canteen, request: Request, now: datetime) -> None:
    """The elder is not here any more: nobody is called for them; who has their things is not forgotten."""
    request.state, request.closed_at = RequestState.CANCELLED, now
    act = Act(now, None, canteen.id)
    if request.taker_id is not None:
        about = About(canteen, session.get_one(Member, request.elder_id), request.kind)
        said = Text("requests.told_cancelled", **notices.brief(canteen, request, about.elder, now))
        taker = session.get_one(Member, request.taker_id)
        callouts.call(session, canteen, [taker], Call(f"request:{request.id}:ended", said, now))
        fetch_things(session, about, request, now)
    ladders.begin(canteen, request, now)
    session.add(request)
    notices.withdraw(session, request, now)
    notices.unpublish(session, request, now)
    audit.record(session, act, "requests.ended", f"request:{request.id}", subject_id=request.elder_id)


def fetch_things(session: Session, about: About, request: Request, now: datetime) -> None:
    """What a helper still has is fetched by a human, whichever of the two is gone."""
    if handovers.kit_out(session, request) is None:
        return
    name = holding.name_of(session, request.taker_id)
    said = Text("requests.fetch_things", who=notices.who(about.elder), name=name)
    on_call = callouts.people(session, about, (Audience.ON_CALL,), now)
    fetching = [one for one in on_call if one.id != request.taker_id]
    key = f"request:{request.id}:things:{request.taker_id}"
    callouts.call(session, about.canteen, fetching, Call(key, said, now))
