"""Certificates that run out: their owners are told 30, 7 and 1 days before and once when they are over."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.cooks.certificates import Certificate
from models.members.people import Canteen, Member, Role, Status
from rules import outbox
from rules.cooks.certificates import said_day, said_state
from rules.settings import local_day, settings_of
from rules.values import Button, Message, Style, Text, lines

OVER = 0
LONG_OVER = timedelta(days=14)
"""One that ran out earlier than that is known to everybody; it stays on the list of `/certificate`."""
SOON = 7


def stage(left: int, thresholds: Sequence[int]) -> int | None:
    """The threshold reached with so many days left: the nearest one above; OVER once none are left."""
    if left < 0:
        return OVER
    return min((days for days in thresholds if days >= left), default=None)


def due(session: Session, canteen: Canteen, today: date) -> list[tuple[Certificate, Member, int]]:
    """Certificates whose threshold was reached and not told of; silent members wait until they are back."""
    thresholds = settings_of(canteen).certificate_days
    last = today + timedelta(days=max(thresholds, default=0))
    found = select(Certificate, Member).join(Member, col(Member.id) == col(Certificate.member_id))
    found = found.where(Member.canteen_id == canteen.id, Member.status == Status.ACTIVE)
    found = found.where(col(Certificate.valid_until).between(today - LONG_OVER, last))
    reached = [
        (row, member, stage((row.valid_until - today).days, thresholds))
        for row, member in session.exec(found.order_by(col(Certificate.valid_until), col(Certificate.id)))
    ]
    return [
        (row, member, now)
        for row, member, now in reached
        if now is not None and (row.reminded is None or now < row.reminded)
    ]


def remind(session: Session, canteen: Canteen, now: datetime) -> int:
    """Tell everybody whose turn it is, and the managers in one message; answers how many certificates it was."""
    today = local_day(canteen, now)
    found = due(session, canteen, today)
    pressing = []
    for row, member, reached in found:
        told = _tell(session, row, member, reached, now)
        if reached <= SOON or not told:
            pressing.append(_line(row, member, today))
        row.reminded = reached
        session.add(row)
    if pressing:
        said = lines(Text("certificates.digest"), *pressing)
        key = f"certificates:{canteen.id}:{today}"
        outbox.tell_role(session, key, canteen.id, (Role.MANAGER,), said, now=now)
    return len(found)


def _tell(session: Session, row: Certificate, member: Member, reached: int, now: datetime) -> bool:
    today = local_day(session.get_one(Canteen, member.canteen_id), now)
    days = max((row.valid_until - today).days, 0)
    key = "certificates.ran_out" if reached == OVER else f"certificates.runs_out{'' if days else '_today'}"
    said = Text(key, what=row.kind, until=said_day(row.valid_until), days=days)
    renew = Button(Text("certificates.button_photo", what=row.kind), f"certphoto:{row.kind}", Style.PRIMARY)
    name = f"certificate:{row.id}:{row.valid_until}:{reached}"
    return outbox.tell(session, name, member, Message(said, ((renew,),)), now=now) is not None


def _line(row: Certificate, member: Member, today: date) -> Text:
    return Text("certificates.listed", name=member.name, state=said_state(row, today))
