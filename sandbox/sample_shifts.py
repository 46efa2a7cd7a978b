"""The sample village's roster: a weekly pattern, a week gone by with its hours, a gap and an open swap; names are made up."""

from datetime import date, datetime, time, timedelta

from sqlmodel import Session, select

from models.members.people import Canteen, Member
from models.volunteers.shifts import DutyKind, ShiftTemplate
from rules.audit import Act
from rules.settings import local_day
from rules.volunteers import assignments, patterns, rosters, shift_endings, shifts, swaps
from rules.volunteers.eligibility import as_written
from rules.volunteers.patterns import Weekly
from rules.volunteers.shifts import Plan
from rules.volunteers.swaps import Asking

WORKDAYS = range(1, 6)
COOKING = (time(7, 30), time(11, 0))
CARRYING = (time(11, 0), time(12, 30))
CLEANING = (time(12, 30), time(13, 30))
DAYS_BEHIND = 7


def fill(session: Session, canteen: Canteen, people: dict[str, Member], now: datetime) -> None:
    """Put the roster into a filled village."""
    boss = Act(now, people["韦主任"].id, canteen.id)
    names = {member.name: member.id for member in session.exec(select(Member))}
    for weekday in WORKDAYS:
        for weekly in _day(weekday, names):
            patterns.add(session, canteen, weekly, boss)
    _gone_by(session, canteen, boss)
    _open_swap(session, canteen, people["阿军"], now)


def _day(weekday: int, names: dict[str, int]) -> tuple[Weekly, ...]:
    """A day as it is every week; on Thursdays and Fridays nobody cleans yet."""
    helpers = ("阿军", "莫嫂") if weekday % 2 else ("小蓝", "莫嫂")
    carrier = "阿军" if weekday in (2, 3, 5) else "小蓝"
    cleaner = ("莫嫂",) if weekday < 4 else ()
    return (
        Weekly(weekday, *COOKING, DutyKind.COOK, 1, (names["王师傅"],)),
        Weekly(weekday, *COOKING, DutyKind.HELP, 2, tuple(names[name] for name in helpers)),
        Weekly(weekday, *CARRYING, DutyKind.DELIVERY, 1, (names[carrier],)),
        Weekly(weekday, *CLEANING, DutyKind.CLEANING, 1, tuple(names[name] for name in cleaner)),
    )


def _gone_by(session: Session, canteen: Canteen, boss: Act) -> None:
    """Last week as it was: whoever always comes has come."""
    today = local_day(canteen, boss.now)
    templates = patterns.of(session, canteen.id)
    for behind in range(DAYS_BEHIND, 0, -1):
        for template in templates:
            day = today - timedelta(days=behind)
            if day.isoweekday() == template.weekday:
                _done(session, canteen, template, day, boss)


def _done(session: Session, canteen: Canteen, template: ShiftTemplate, day: date, boss: Act) -> None:
    plan = Plan(day, template.starts, template.ends, template.duty, template.needed)
    shift = shifts.make(session, canteen, plan, boss, history=True)
    for member_id in template.usual_ids:
        member = session.get_one(Member, member_id)
        assignments.put(session, canteen, as_written(shift, member), boss)
    shift_endings.finish(session, shift.id, boss.now)


def _open_swap(session: Session, canteen: Canteen, volunteer: Member, now: datetime) -> None:
    """阿军 cannot carry meals the next but one time, and asks who can."""
    ahead = rosters.mine(session, volunteer.id, local_day(canteen, now))
    carrying = [place for place, shift in ahead if shift.duty == DutyKind.DELIVERY and shift.starts_at > now]
    if len(carrying) > 1:
        swaps.offer(session, canteen, carrying[1].id, Asking(), Act(now, volunteer.id, canteen.id))
