"""What the clock does about needs: tells owners what is late, once a day; follows what they became; has elders asked again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from models.members.people import Canteen
from rules.elders import need_lists, need_turns
from rules.settings import at, local_day, settings_of

WINDOW = timedelta(hours=10)


def follow_due(look: Look) -> Iterable[Due]:
    """Needs whose request is over, or whose wish the kitchen has seen."""
    for need in need_turns.come_along(look.session):
        yield Due("needs.follow", look.now.date(), str(need.id), need.canteen_id)


def follow(session: Session, due: Due, now: datetime) -> None:
    """Let the elder hear of it."""
    need_turns.follow(session, int(due.target), now)


def ask_again_due(look: Look) -> Iterable[Due]:
    """Closed needs about which the elder is to be asked at a visit."""
    for need in need_turns.to_ask_again(look.session, look.now):
        yield Due("needs.ask_again", look.now.date(), str(need.id), need.canteen_id)


def ask_again(session: Session, due: Due, now: datetime) -> None:
    """Plan the visit."""
    need_turns.ask_again(session, int(due.target), now)


def digest_due(look: Look) -> Iterable[Due]:
    """Once a day in every village."""
    for canteen in look.canteens:
        today = local_day(canteen, look.now)
        begun = at(canteen, today, settings_of(canteen).needs_at)
        if begun <= look.now < begun + WINDOW:
            yield Due("needs.late", today, str(canteen.id), canteen.id)


def digest(session: Session, due: Due, now: datetime) -> None:
    """One message to each owner."""
    need_lists.tell_late(session, session.get_one(Canteen, due.canteen_id), due.day, now)


def forget_due(look: Look) -> Iterable[Due]:
    """Due when words are older than three months after the end."""
    if need_lists.forgets(look.session, look.now):
        yield Due("needs.forget", look.now.date(), "all", 0)


def forget(session: Session, due: Due, now: datetime) -> None:
    """Forget a page of them."""
    need_lists.forget(session, now)


DUTIES = (
    Duty("needs.follow", follow_due, follow, once=False),
    Duty("needs.ask_again", ask_again_due, ask_again, once=False),
    Duty("needs.late", digest_due, digest),
    Duty("needs.forget", forget_due, forget, once=False),
)
