"""What tests about visits share: the days they are about, and all visits that are kept."""

from datetime import date

from sqlmodel import Session, col, select

from models.homes.visits import Visit
from tests.requesting import buttons_of

WEDNESDAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 30)
"""The Monday after the Wednesday on which tests begin."""


def all_visits(session: Session) -> list[Visit]:
    """Every visit, the oldest first."""
    return list(session.exec(select(Visit).order_by(col(Visit.id))))


def newest(village, who):
    """What somebody was told last."""
    return village.told(who)[-1]


def taps(village, who, label):
    """The newest button with these words."""
    return village.taps(who, buttons_of(village.session, who, label))
