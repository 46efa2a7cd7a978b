"""What is said about a request and to whom: the group sees who and when, only those entitled see what, where and why."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import true
from sqlmodel import Session, col, select

from models.elders.requests import Request, RequestKind, RequestState, Urgency
from models.members.consents import Purpose
from models.members.people import Canteen, Member, Role
from models.members.vault import Private, unsealed
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from rules import audit, outbox
from rules.audit import Act
from rules.elders.callouts import family
from rules.elders.ladders import QUIET_KINDS, waits
from rules.members import consents
from rules.members.people import age_on, roles_of
from rules.settings import local_day
from rules.values import Button, Message, Refused, Style, Text, encode_message, lines

ON_DUTY = (RequestState.TAKEN, RequestState.DOING)
FREE = (RequestState.CONFIRMED, RequestState.REOPENED)
NOON, EVENING = 12, 18


def who(elder: Member) -> Text:
    """The elder as the group may hear it: the name, and the hamlet where one is known."""
    key = "requests.who_hamlet" if elder.hamlet else "requests.who"
    return Text(key, name=elder.name, **({"hamlet": elder.hamlet} if elder.hamlet else {}))


def when(canteen: Canteen, due_at: datetime, now: datetime) -> Text:
    """Roughly when: the day as people say it, and its part."""
    local = due_at.astimezone(ZoneInfo(canteen.timezone))
    part = "morning" if local.hour < NOON else "afternoon" if local.hour < EVENING else "evening"
    day = _day(local.date(), local_day(canteen, now))
    return Text("requests.when", day=day, part=Text(f"requests.{part}"))


def until(canteen: Canteen, request: Request, now: datetime) -> Text:
    """By when exactly, or when to set out together."""
    local = request.due_at.astimezone(ZoneInfo(canteen.timezone))
    key = "requests.sets_out" if request.kind == RequestKind.ESCORT else "requests.until"
    return Text(key, day=_day(local.date(), local_day(canteen, now)), time=local.time())


def _day(day: date, today: date) -> Text | date:
    near = {today: "requests.today", today + timedelta(days=1): "requests.tomorrow"}
    return Text(near[day]) if day in near else day


def brief(canteen: Canteen, request: Request, elder: Member, now: datetime) -> dict[str, Text]:
    """The facts every short message about a request is made of."""
    return {
        "who": who(elder),
        "kind": Text(f"requests.public_{request.kind}"),
        "when": when(canteen, request.due_at, now),
    }


def group_post(session: Session, request_id: int, now: datetime) -> Message:
    """The post in the group as it is now: asked for, in somebody's hands, done, or not needed any more."""
    request = session.get_one(Request, request_id)
    elder = session.get_one(Member, request.elder_id)
    canteen = session.get_one(Canteen, request.canteen_id)
    facts = brief(canteen, request, elder, now)
    if not _shows(session, elder):
        facts["who"] = Text("consents.somebody")
    if request.state in FREE:
        return Message(Text("requests.group_needs", **facts), ((go(request.id),),))
    if request.state == RequestState.CANCELLED or request.state == RequestState.ASKED:
        return Message(Text("requests.group_cancelled", **facts))
    helper = session.get(Member, request.taker_id or request.served_by_id or 0)
    key = "requests.group_taken" if request.state in ON_DUTY else "requests.group_done"
    return Message(Text(key, **facts, name=_thanked(session, helper)))


def _thanked(session: Session, helper: Member | None) -> str | Text:
    return helper.name if helper and _shows(session, helper) else Text("consents.helper")


def _shows(session: Session, member: Member) -> bool:
    """Whether somebody may be named in the group."""
    return member.erased_at is None and consents.allows(session, member, Purpose.DISPLAY)


def go(request_id: int) -> Button:
    """I am going."""
    return Button(Text("requests.button_go"), f"reqgo:{request_id}", Style.PRIMARY)


def publish(session: Session, canteen: Canteen, request: Request, now: datetime) -> None:
    """Ask the group, once; never for what is nobody's business, never in the quiet hours."""
    group = outbox.group_of(canteen)
    if group is None or request.kind in QUIET_KINDS:
        return
    own = select(Post).where(Post.kind == "request", Post.target_id == request.id)
    said, due_at = group_post(session, request.id, now), waits(canteen, Urgency.NORMAL, now)
    if session.exec(own).first() is not None:
        outbox.touch(session, "request", request.id, now)
        _post_after_all(session, request, said, due_at)
        return
    row = outbox.post(
        session, f"request:{request.id}:post", group, said, kind=MessageClass.POST, now=now, due_at=due_at
    )
    if row is None:
        return
    post = Post(canteen_id=canteen.id, kind="request", target_id=request.id, chat_id=group.chat_id)
    session.add(post)
    session.flush()
    row.post_id = post.id


def _post_after_all(session: Session, request: Request, said: Message, due_at: datetime) -> None:
    """What was called off before the group heard of it, and is wanted again, is posted like anything else."""
    row = session.exec(select(OutboxMessage).where(OutboxMessage.key == f"request:{request.id}:post")).first()
    if row is None or row.status != OutboxState.MISSED:
        return
    row.status, row.due_at, row.body = OutboxState.PENDING, due_at, encode_message(said)
    session.add(row)
    session.info.setdefault("posted", []).append(row)


def unpublish(session: Session, request: Request, now: datetime) -> None:
    """A request that is over before the group heard of it is not posted; a post that stands is brought up to date."""
    own = select(OutboxMessage).where(OutboxMessage.key == f"request:{request.id}:post")
    row = session.exec(own).first()
    if row is not None and row.status == OutboxState.PENDING:
        row.status = OutboxState.MISSED
        session.add(row)
    outbox.touch(session, "request", request.id, now)


def sees_details(session: Session, request: Request, member: Member, today: date) -> bool:
    """Whoever knows everything; the taker only while it is in their hands."""
    if member.canteen_id != request.canteen_id:
        return False
    in_hand = member.id == request.taker_id and request.state in ON_DUTY
    return in_hand or _knows_all(session, request, member, today)


def _knows_all(session: Session, request: Request, member: Member, today: date) -> bool:
    """The elder, whoever of the family is linked for requests, social workers and doctors."""
    if member.id == request.elder_id:
        return True
    if roles_of(session, member.id) & {Role.SOCIAL_WORKER, Role.DOCTOR}:
        return True
    return any(carer.id == member.id for carer in family(session, request.elder_id, request.kind, today))


def details(session: Session, request: Request, now: datetime, *, whole: bool) -> Text:
    """Only for those entitled, only in private: what and where to whoever has it in hand, to the others everything."""
    elder = session.get_one(Member, request.elder_id)
    canteen = session.get_one(Canteen, request.canteen_id)
    unknown = Text("requests.not_known")
    facts = {"number": request.id, "kind": Text(f"RequestKind.{request.kind}"), "name": elder.name}
    age = age_on(elder, local_day(canteen, now)) if whole else None
    words = whole or not request.item
    what = Text("requests.details_what", **facts, until=until(canteen, request, now))
    if not consents.by_messenger(session, elder):
        return lines(what, Text("consents.not_over_messenger", name=elder.name))
    return lines(
        what,
        Text("requests.details_item", item=unsealed(request, "item")) if request.item else None,
        Text("requests.details_words", words=unsealed(request, "words")) if request.words and words else None,
        Text("requests.details_age", age=age) if age is not None else None,
        Text(
            "requests.details_where", place=place(elder) or unknown, phone=unsealed(elder, "phone") or unknown
        ),
    )


def place(elder: Member) -> Private:
    """Where somebody lives; the hamlet is not said twice."""
    address = unsealed(elder, "address")
    if address.startswith(elder.hamlet):
        return address
    return Private(f"{elder.hamlet} {address}".strip(), address.owner)


def how_to_ask(session: Session, elder: Member) -> Text:
    """How those responsible find out: by phone, or at the door."""
    if not consents.by_messenger(session, elder):
        return Text("consents.not_over_messenger", name=elder.name)
    phone = unsealed(elder, "phone")
    return Text("requests.phone_them", phone=phone) if phone else Text("requests.go_and_ask")


def reveal(session: Session, request: Request, member: Member, act: Act) -> Text:
    """The details for one who asks to see them; who saw them is kept."""
    canteen = session.get_one(Canteen, request.canteen_id)
    today = local_day(canteen, act.now)
    if not sees_details(session, request, member, today):
        raise Refused("requests.not_for_your_eyes")
    audit.record(session, act, "requests.seen", f"request:{request.id}", subject_id=request.elder_id)
    return details(session, request, act.now, whole=_knows_all(session, request, member, today))


def details_key(request: Request) -> str:
    """Under which key the details went to the one who has it in hand."""
    return f"request:{request.id}:details:"


def photo_key(request: Request) -> str:
    """Under which key the photograph of the box went to the one who has it in hand."""
    return f"request:{request.id}:photo:"


def withdraw(session: Session, request: Request, now: datetime, member_id: int | None = None) -> None:
    """The details leave the hands of whoever no longer needs them: emptied where they stand, a picture taken back."""
    whose = col(OutboxMessage.member_id) == member_id if member_id else true()
    pictures = select(OutboxMessage).where(col(OutboxMessage.key).startswith(photo_key(request)), whose)
    outbox.retract(session, [row.key for row in session.exec(pictures) if row.body.get("photo")], now)
    sent = select(OutboxMessage).where(col(OutboxMessage.key).startswith(details_key(request)), whose)
    gone = encode_message(Message(Text("requests.details_gone", number=request.id)))
    for row in session.exec(sent).all():
        if row.kind != MessageClass.EDIT and row.body != gone:
            _empty(session, row, gone, now)
        if row.status == OutboxState.PENDING:
            row.status = OutboxState.MISSED
        row.body = gone
        session.add(row)


def _empty(session: Session, row: OutboxMessage, gone: dict[str, object], now: datetime) -> None:
    if row.message_id is None:
        return
    edit = OutboxMessage(
        **row.model_dump(
            include={"canteen_id", "member_id", "chat_id", "message_id", "language", "timezone"}
        ),
        key=f"{row.key}:gone",
        kind=MessageClass.EDIT,
        body=gone,
        due_at=now,
        created_at=now,
    )
    session.add(edit)
    session.info.setdefault("posted", []).append(edit)
