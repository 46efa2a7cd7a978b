"""Villages: made by command or by adding the bot, set as each likes, left and found again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, col, select

from models.members.people import Canteen, Member, MemberRole, Role
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.members.people import grant
from rules.values import Refused

LONGEST_NAME = 64
LANGUAGES = ("zh_CN", "en")
OWN_COLUMNS = ("name", "timezone", "language")
FORMER_CHAT = "former_chat_id"
"""Where a village's group is remembered after the bot was removed from it."""


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


def arrive(session: Session, chat_id: int, title: str, language: str, act: Act) -> tuple[Canteen, bool]:
    """The bot was added to a group: the village it belongs to, and whether it is new."""
    canteen = session.exec(select(Canteen).where(Canteen.chat_id == chat_id)).first()
    canteen = canteen or _former(session, chat_id)
    if canteen is not None:
        canteen.chat_id = chat_id
        canteen.settings = {k: v for k, v in canteen.settings.items() if k != FORMER_CHAT}
        session.add(canteen)
        return canteen, False
    canteen = Canteen(
        name=title[:LONGEST_NAME] or str(chat_id), chat_id=chat_id, language=language, created_at=act.now
    )
    session.add(canteen)
    session.flush()
    audit.record(session, act, "canteens.arrived", f"canteen:{canteen.id}")
    return canteen, True


def _former(session: Session, chat_id: int) -> Canteen | None:
    without = session.exec(select(Canteen).where(col(Canteen.chat_id).is_(None))).all()
    return next((one for one in without if one.settings.get(FORMER_CHAT) == chat_id), None)


def depart(session: Session, canteen: Canteen, act: Act) -> None:
    """The bot was removed from the group: nothing is posted there any more, nothing is lost."""
    canteen.settings = {**canteen.settings, FORMER_CHAT: canteen.chat_id}
    canteen.chat_id = None
    session.add(canteen)
    audit.record(session, act, "canteens.departed", f"canteen:{canteen.id}")


def managers(session: Session, canteen_id: int) -> list[Member]:
    """Who may set the village up."""
    ruling = select(Member).join(MemberRole, col(MemberRole.member_id) == col(Member.id))
    ruling = ruling.where(Member.canteen_id == canteen_id, MemberRole.role == Role.MANAGER)
    return list(session.exec(ruling.order_by(col(Member.id))))


def claim(session: Session, canteen: Canteen, telegram_id: int, name: str, act: Act) -> Member:
    """The first who claims a village without a manager becomes its manager."""
    hold(session, Canteen, canteen.id)
    if managers(session, canteen.id):
        raise Refused("canteens.has_manager")
    member = _member(session, canteen, telegram_id, name.strip() or str(telegram_id), act.now)
    grant(session, member.id, Role.MANAGER)
    after = {"role": Role.MANAGER.value}
    audit.record(session, act, "people.role_given", f"member:{member.id}", subject_id=member.id, after=after)
    return member


def change(session: Session, canteen_id: int, name: str, value: Any, act: Act) -> Any:
    """Keep one setting, already read and checked; answers what it was, None for the default of the house."""
    canteen = hold(session, Canteen, canteen_id)
    if canteen is None:
        raise Refused("common.old_button")
    before = getattr(canteen, name) if name in OWN_COLUMNS else canteen.settings.get(name)
    if name in OWN_COLUMNS:
        setattr(canteen, name, value)
    else:
        kept = {k: v for k, v in canteen.settings.items() if k != name}
        canteen.settings = kept if value is None else {**kept, name: value}
    session.add(canteen)
    was, becomes = {"value": before}, {"value": value}
    audit.record(session, act, "canteens.changed", f"canteen:{canteen.id}:{name}", before=was, after=becomes)
    return before


def finish(session: Session, canteen: Canteen, act: Act) -> None:
    """The village is set up."""
    canteen.set_up_at = canteen.set_up_at or act.now
    session.add(canteen)
    audit.record(session, act, "canteens.set_up", f"canteen:{canteen.id}")
