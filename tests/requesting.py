"""What tests about requests share: the buttons somebody was sent, and the last thing they were told."""

from sqlmodel import Session, col, select

from models.elders.requests import Handover, Request
from models.members.people import Member
from models.outbox import OutboxMessage
from texts import Words


def sent_to(session: Session, who: Member) -> list[OutboxMessage]:
    """All rows to somebody, the oldest first."""
    own = select(OutboxMessage).where(OutboxMessage.chat_id == who.telegram_id)
    return list(session.exec(own.order_by(col(OutboxMessage.id))))


def buttons_of(session: Session, who: Member, label: str) -> str:
    """The data of the newest button with this label that somebody was sent."""
    for row in reversed(sent_to(session, who)):
        words = Words(row.language, row.timezone)
        for line in row.body.get("buttons", []):
            for said, data, _ in line:
                if label in words.say(said):
                    return str(data)
    raise AssertionError(f"{who.name} was sent no button {label}")


def last_told(village, who: Member) -> str:
    """The newest thing somebody was told in private."""
    return str(village.told(who)[-1])


def newest(session: Session, request: Request) -> Handover | None:
    """What changed hands last for a request."""
    own = select(Handover).where(Handover.request_id == request.id).order_by(col(Handover.id).desc())
    return session.exec(own).first()
