"""Villages: adding one, changing it, and who manages it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, col, select

from models.people import Canteen, Member, Role
from rules import audit
from rules.audit import Act
from rules.people import grant
from rules.values import Refused

LONGEST_NAME = 64
LANGUAGES = ("zh_CN", "en")


def check_timezone(name: str) -> None:
    """Refuse a time zone nobody knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Refused("canteens.unknown_timezone", name=name) from unknown


def add(
    session: Session,
    *,
    chat_id: int,
    name: str,
    timezone: str,
    language: str,
    managers: Sequence[tuple[int, str]],
    now: datetime,
) -> Canteen:
    """Add the village of a chat; again with the same chat changes it. Managers are Telegram id and name."""
    check_timezone(timezone)
    canteen = session.exec(select(Canteen).where(Canteen.chat_id == chat_id)).first()
    canteen = canteen or Canteen(name=name, chat_id=chat_id, created_at=now)
    canteen.name, canteen.timezone, canteen.language = name[:LONGEST_NAME], timezone, language
    canteen.set_up_at = canteen.set_up_at or now
    session.add(canteen)
    session.flush()
    for telegram_id, called in managers:
        grant(session, _member(session, canteen, telegram_id, called, now).id, Role.MANAGER)
    audit.record(session, Act(now=now, canteen_id=canteen.id), "canteens.added", f"canteen:{canteen.id}")
    return canteen


def _member(session: Session, canteen: Canteen, telegram_id: int, name: str, now: datetime) -> Member:
    own = select(Member).where(Member.canteen_id == canteen.id, Member.telegram_id == telegram_id)
    member = session.exec(own.order_by(col(Member.id))).first()
    if member is None:
        member = Member(
            canteen_id=canteen.id, name=name[:LONGEST_NAME], telegram_id=telegram_id, joined_at=now
        )
    member.approved_at = member.approved_at or now
    session.add(member)
    session.flush()
    return member
