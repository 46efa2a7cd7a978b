"""What tests about who was missed share: the hour, who has been asked, and their booking."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from models.outbox import OutboxMessage

THURSDAY = date(2026, 11, 26)
VILLAGE = ZoneInfo("Asia/Shanghai")


def noon(minutes):
    """So many minutes after the end of lunch."""
    return datetime(2026, 11, 26, 12, 30, tzinfo=VILLAGE) + timedelta(minutes=minutes)


def asked(session):
    rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
    return [row.member_id for row in rows if row.key.startswith("care:")]


def bookings_of(session, eater):
    from models.lunch.meals import Booking

    return session.exec(select(Booking).where(Booking.eater_id == eater.id)).one()
