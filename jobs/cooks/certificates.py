"""In the morning: whose certificate runs out; and pictures nobody has looked at are forgotten."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from models.members.people import Canteen
from rules.audit import Act
from rules.cooks import expiries, proofs
from rules.settings import at, local_day, settings_of


def due(look: Look) -> Iterable[Due]:
    """Villages where it is morning; a day slept through is made good on the next."""
    for canteen in look.canteens:
        today, settings = local_day(canteen, look.now), settings_of(canteen)
        if at(canteen, today, settings.certificates_at) <= look.now < at(canteen, today, settings.quiet_from):
            yield Due("certificates.remind", today, str(canteen.id), canteen.id)


def do(session: Session, due: Due, now: datetime) -> None:
    """Tell whose certificate runs out."""
    expiries.remind(session, session.get_one(Canteen, due.canteen_id), now)


def proofs_due(look: Look) -> Iterable[Due]:
    """Pictures kept too long."""
    for proof, member in proofs.overdue(look.session, look.now):
        yield Due("certificates.proof", proof.sent_at.date(), str(proof.id), member.canteen_id)


def lapse(session: Session, due: Due, now: datetime) -> None:
    """Forget one picture."""
    proofs.lapse(session, int(due.target), Act(now, None, due.canteen_id))


DUTIES = (
    Duty("certificates.remind", due, do),
    Duty("certificates.proof", proofs_due, lapse, once=False),
)
