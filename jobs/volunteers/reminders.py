"""When people on duty are reminded: the evening before, an hour before; and when the coordinator hears of gaps."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs.duties import CATCH_UP, Due, Duty, Look
from models.members.people import Canteen
from models.volunteers.shifts import Shift
from rules.settings import after_quiet, at, local_day, settings_of
from rules.volunteers import fairness, reminders, rosters, vacancies

DAY = timedelta(hours=24)
TWO_DAYS = timedelta(hours=48)
NEXT = timedelta(days=1)
LEAD = "lead"


def evening_due(look: Look) -> Iterable[Due]:
    """Who is on duty tomorrow, some at a time, and those who plan; an evening slept through is found in the morning."""
    evenings = [(canteen, day) for canteen in look.canteens for day in _evenings(canteen, look.now)]
    if not evenings:
        return
    on_duty = rosters.on_duty(look.session, {day + NEXT for _, day in evenings})
    for canteen, evening in evenings:
        begins, ends = _hours(canteen, evening)
        known = [one for one in on_duty.get((canteen.id, evening + NEXT), ()) if one[1] < ends]
        asked = {number // reminders.AT_ONCE for number, since in known if since < begins}
        batches = sorted(map(str, asked)) if look.now < ends else []
        for batch in [*batches, *([LEAD] if known else [])]:
            yield Due("reminders.evening", evening, f"{canteen.id}:{batch}", canteen.id, ends)


def _evenings(canteen: Canteen, now: datetime) -> list[date]:
    """The evening it is, or the last one whose people nobody was told of while it was time."""
    today = local_day(canteen, now)
    return [day for day in (today - NEXT, today) if _is_time(canteen, day, now)]


def _is_time(canteen: Canteen, evening: date, now: datetime) -> bool:
    begins, ends = _hours(canteen, evening)
    if now < begins or now >= ends + CATCH_UP:
        return False
    return now < ends or after_quiet(canteen, now) == now


def _hours(canteen: Canteen, evening: date) -> tuple[datetime, datetime]:
    settings = settings_of(canteen)
    return at(canteen, evening, settings.shift_reminder_at), at(canteen, evening, settings.quiet_from)


def remind_evening(session: Session, due: Due, now: datetime) -> None:
    """Tell some of those who are on duty tomorrow, or those who plan."""
    canteen = session.get_one(Canteen, due.canteen_id)
    day, batch = due.day + NEXT, due.target.partition(":")[2]
    if batch == LEAD:
        reminders.tell_coordinators(session, canteen, day, now)
        return
    begins, _ = _hours(canteen, due.day)
    reminders.remind_evening(session, canteen, day, (int(batch), begins), now)


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
            vacancies.report(session, canteen, checked, f"shift-gaps:{due.day}:{due.target}", now)


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
