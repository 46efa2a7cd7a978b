"""When people on duty are reminded: the evening before, an hour before; and when the coordinator hears of gaps."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from models.members.people import Canteen
from models.volunteers.shifts import Shift
from rules.settings import after_quiet, at, local_day, settings_of
from rules.volunteers import fairness, reminders, vacancies

DAY = timedelta(hours=24)
TWO_DAYS = timedelta(hours=48)


def evening_due(look: Look) -> Iterable[Due]:
    """Villages where it is evening and somebody is on duty tomorrow."""
    days = {(shift.canteen_id, shift.day) for shift in reminders.coming_up(look.session, look.now, TWO_DAYS)}
    for canteen in look.canteens:
        today, settings = local_day(canteen, look.now), settings_of(canteen)
        begins, ends = at(canteen, today, settings.shift_reminder_at), at(canteen, today, settings.quiet_from)
        if begins <= look.now < ends and (canteen.id, reminders.tomorrow(canteen, look.now)) in days:
            yield Due("reminders.evening", today, str(canteen.id), canteen.id, ends)


def remind_evening(session: Session, due: Due, now: datetime) -> None:
    """Tell everybody who is on duty tomorrow."""
    canteen = session.get_one(Canteen, due.canteen_id)
    reminders.remind_evening(session, canteen, due.day + timedelta(days=1), now)


def soon_due(look: Look) -> Iterable[Due]:
    """Shifts that begin within the hour."""
    canteens = {canteen.id: canteen for canteen in look.canteens}
    for shift in reminders.coming_up(look.session, look.now, DAY):
        canteen = canteens[shift.canteen_id]
        before = timedelta(minutes=settings_of(canteen).shift_reminder_minutes)
        if shift.starts_at - before <= look.now and after_quiet(canteen, look.now) == look.now:
            yield Due("reminders.soon", shift.day, str(shift.id), canteen.id, shift.starts_at)


def remind_soon(session: Session, due: Due, now: datetime) -> None:
    """Tell whoever is on the shift."""
    canteen = session.get_one(Canteen, due.canteen_id)
    reminders.remind_soon(session, canteen, session.get_one(Shift, int(due.target)), now)


def _by_moment(look: Look) -> dict[tuple[int, datetime], list[Shift]]:
    canteens = {canteen.id: canteen for canteen in look.canteens}
    found: dict[tuple[int, datetime], list[Shift]] = defaultdict(list)
    for shift in reminders.coming_up(look.session, look.now, TWO_DAYS):
        moment = reminders.checked_at(canteens[shift.canteen_id], shift)
        if moment <= look.now:
            found[shift.canteen_id, moment].append(shift)
    return found


def gaps_due(look: Look) -> Iterable[Due]:
    """Moments at which some shifts of a village are looked through, all in one message."""
    canteens = {canteen.id: canteen for canteen in look.canteens}
    for (canteen_id, moment), checked in _by_moment(look).items():
        canteen = canteens[canteen_id]
        if after_quiet(canteen, look.now) == look.now:
            target = f"{canteen_id}:{moment:%H%M}"
            last = min(shift.starts_at for shift in checked)
            yield Due("reminders.gaps", moment.date(), target, canteen_id, last)


def report_gaps(session: Session, due: Due, now: datetime) -> None:
    """Tell the coordinators who has not answered and where hands are missing."""
    canteen = session.get_one(Canteen, due.canteen_id)
    groups = _by_moment(Look(session, now, [canteen]))
    for (_, moment), checked in groups.items():
        if moment.date() == due.day and f"{canteen.id}:{moment:%H%M}" == due.target:
            reminders.report(session, canteen, checked, f"shift-gaps:{due.day}:{due.target}", now)


def call_due(look: Look) -> Iterable[Due]:
    """Villages where it is noon and hands are missing on the days ahead."""
    for canteen in look.canteens:
        today, settings = local_day(canteen, look.now), settings_of(canteen)
        begins, ends = at(canteen, today, settings.vacancy_post_at), at(canteen, today, settings.quiet_from)
        if canteen.storm_since is None and begins <= look.now < ends:
            yield Due("reminders.call", today, str(canteen.id), canteen.id)


def call(session: Session, due: Due, now: datetime) -> None:
    """Ask the village for hands."""
    vacancies.call(session, session.get_one(Canteen, due.canteen_id), now)


def thanks_due(look: Look) -> Iterable[Due]:
    """Villages where it is morning: who has passed a round number of hours yesterday?"""
    for canteen in look.canteens:
        today, settings = local_day(canteen, look.now), settings_of(canteen)
        if at(canteen, today, settings.certificates_at) <= look.now < at(canteen, today, settings.quiet_from):
            yield Due("reminders.thanks", today, str(canteen.id), canteen.id)


def thank(session: Session, due: Due, now: datetime) -> None:
    """Say thank you."""
    fairness.thank(session, session.get_one(Canteen, due.canteen_id), now)


DUTIES = (
    Duty("reminders.evening", evening_due, remind_evening),
    Duty("reminders.soon", soon_due, remind_soon),
    Duty("reminders.gaps", gaps_due, report_gaps),
    Duty("reminders.call", call_due, call),
    Duty("reminders.thanks", thanks_due, thank),
)
