"""What the clock does about visits: the week's plan on Sunday evening, the morning's reminder, what nobody wrote down."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select

from jobs.duties import Due, Duty, Look
from models.homes.visits import OPEN_VISITS, Visit
from models.members.people import Canteen, Member, MemberRole, Role
from rules import outbox
from rules.audit import Act
from rules.homes import visit_notices, visit_plans, visit_talk, visit_teams
from rules.settings import after_quiet, at, local_day, settings_of
from rules.values import Message, Text, lines

SUNDAY = 7
PLAN_UNTIL = time(12)
"""A plan that could not be made on Sunday evening is made on Monday morning."""
MORNING_UNTIL = time(14)
DAY = timedelta(days=1)


def plan_due(look: Look) -> Iterable[Due]:
    """Villages with a social worker, from Sunday evening until Monday noon."""
    found = [due for canteen in look.canteens if (due := _plan_of(canteen, look.now)) is not None]
    working = _with_workers(look.session) if found else set()
    return [due for due in found if due.canteen_id in working]


def _plan_of(canteen: Canteen, now: datetime) -> Due | None:
    today = local_day(canteen, now)
    sunday = today if today.isoweekday() == SUNDAY else today - DAY
    begins = at(canteen, sunday, settings_of(canteen).visit_plan_at)
    if sunday.isoweekday() != SUNDAY or not canteen.created_at <= begins <= now:
        return None
    if after_quiet(canteen, now) != now:
        return None
    return Due("visits.plan", sunday, str(canteen.id), canteen.id, at(canteen, sunday + DAY, PLAN_UNTIL))


def _with_workers(session: Session) -> set[int]:
    working = select(Member.canteen_id).join(MemberRole, col(MemberRole.member_id) == col(Member.id))
    return set(session.exec(working.where(MemberRole.role == Role.SOCIAL_WORKER).distinct()))


def plan(session: Session, due: Due, now: datetime) -> None:
    """Propose the coming week and put it before the social workers."""
    canteen = session.get_one(Canteen, due.canteen_id)
    monday = due.day + DAY
    visit_plans.propose(session, canteen, monday, Act(now, None, canteen.id))
    message = visit_talk.week_message(session, canteen, monday)
    asked = Text("visits.planned_for_you")
    said = Message(lines(asked, message.text), message.buttons)
    for worker in visit_teams.workers(session, canteen.id):
        outbox.tell(session, f"visits:{monday}", worker, said, now=now)


def morning_due(look: Look) -> Iterable[Due]:
    """Visits of today, from eight in the morning."""
    for visit, canteen in _open(look):
        today = local_day(canteen, look.now)
        begins = at(canteen, today, settings_of(canteen).visit_morning_at)
        if visit.day == today and begins <= look.now == after_quiet(canteen, look.now):
            until = at(canteen, today, MORNING_UNTIL)
            yield Due("visits.morning", today, str(visit.id), canteen.id, until)


def _open(look: Look) -> Iterable[tuple[Visit, Canteen]]:
    """Visits that are planned and whose day is near; one indexed look for all villages."""
    canteens = {canteen.id: canteen for canteen in look.canteens}
    near = look.now.date()
    own = select(Visit).where(col(Visit.state).in_(OPEN_VISITS))
    own = own.where(col(Visit.day).between(near - DAY * 2, near + DAY))
    for visit in look.session.exec(own.order_by(col(Visit.day), col(Visit.id))):
        yield visit, canteens[visit.canteen_id]


def remind(session: Session, due: Due, now: datetime) -> None:
    """Tell both of them, unless it was changed in between."""
    visit = session.get_one(Visit, int(due.target))
    if visit.state in OPEN_VISITS and visit.day == due.day:
        canteen = session.get_one(Canteen, due.canteen_id)
        visit_notices.remind(session, canteen, visit, Act(now, None, canteen.id))


def unwritten_due(look: Look) -> Iterable[Due]:
    """Visits of yesterday that nobody wrote down."""
    for visit, canteen in _open(look):
        today = local_day(canteen, look.now)
        begins = at(canteen, today, settings_of(canteen).visit_morning_at)
        if visit.day == today - DAY and begins <= look.now == after_quiet(canteen, look.now):
            until = at(canteen, today, settings_of(canteen).quiet_from)
            yield Due("visits.unwritten", visit.day, str(visit.id), canteen.id, until)


def ask_after(session: Session, due: Due, now: datetime) -> None:
    """Ask the social worker, once."""
    visit = session.get_one(Visit, int(due.target))
    if visit.state in OPEN_VISITS and visit.day == due.day:
        canteen = session.get_one(Canteen, due.canteen_id)
        visit_notices.ask_after(session, canteen, visit, Act(now, None, canteen.id))


DUTIES = (
    Duty("visits.plan", plan_due, plan),
    Duty("visits.morning", morning_due, remind),
    Duty("visits.unwritten", unwritten_due, ask_after),
)
