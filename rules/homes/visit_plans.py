"""The week's plan: proposed on Sunday evening by rule, accepted or swapped by the social worker."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.homes.visits import FollowUp, Reason, Visit, VisitState
from models.members.people import Canteen, Household, Member
from models.store import hold
from rules.audit import Act
from rules.homes import households, visit_proposals, visit_teams, visits
from rules.homes.visit_proposals import Candidate
from rules.settings import local_day, settings_of
from rules.values import Refused
from rules.volunteers.rosters import week_of

Team = visit_teams.Rota


def coming_week(today: date) -> date:
    """The Monday of the week that is planned: on Sundays the next one, else the one that runs."""
    monday = week_of(today)[0]
    return monday + timedelta(days=7) if today.isoweekday() == 7 else monday


def week(session: Session, canteen_id: int, monday: date) -> list[Visit]:
    """The visits of a week that were not called off, in the order of their days."""
    own = select(Visit).where(Visit.canteen_id == canteen_id, Visit.state != VisitState.CALLED_OFF)
    own = own.where(Visit.day >= monday, Visit.day < monday + timedelta(days=7))
    return list(session.exec(own.order_by(col(Visit.day), col(Visit.id))))


def propose(session: Session, canteen: Canteen, monday: date, act: Act) -> list[Visit]:
    """Fill a week up to its number: what was not done comes along, the rest by rule; again it adds nothing."""
    hold(session, Canteen, canteen.id)
    if not visit_teams.workers(session, canteen.id):
        return []
    rota = visit_teams.rota(session, canteen.id, monday)
    days = _days(canteen, max(monday, local_day(canteen, act.now)), monday)
    _carry_over(session, canteen, days, rota, act)
    _ask_again(session, canteen, days, rota, act)
    there = week(session, canteen.id, monday)
    free = settings_of(canteen).visits_a_week - len(there)
    found = visit_proposals.candidates(session, canteen, days[-1])
    for one in visit_proposals.choose(found, max(free, 0), days[-1]):
        day = _emptiest(days, week(session, canteen.id, monday))
        _keep(session, one, (day, visit_proposals.reason_of(one)), rota, act)
    return week(session, canteen.id, monday)


def _days(canteen: Canteen, first: date, monday: date) -> list[date]:
    """The days on which visits are made, from a day to the end of the week; the last resort is that day itself."""
    weekdays = settings_of(canteen).visit_weekdays
    days = [monday + timedelta(days=number) for number in range(7)]
    return [day for day in days if day >= first and day.isoweekday() in weekdays] or [first]


def _emptiest(days: Sequence[date], there: Sequence[Visit]) -> date:
    return min(days, key=lambda day: (sum(visit.day == day for visit in there), day))


def _carry_over(session: Session, canteen: Canteen, days: Sequence[date], rota: Team, act: Act) -> None:
    """What was planned before and never recorded is planned again, unless nobody is there; by who is there to go."""
    left = visit_teams.waiting(session, canteen.id, days[0] - timedelta(days=1))
    at_home = {elder.id for elder in visit_proposals.elders_at_home(session, canteen.id, days[0])}
    working = {worker.id for worker in rota.workers}
    for visit in left:
        before = visits.seen(visit)
        if visit.elder_id not in at_home:
            visit.state = VisitState.CALLED_OFF
            visits.moved(session, visit, act, "visits.called_off", before)
            continue
        visit.day = _emptiest(days, week(session, canteen.id, week_of(days[0])[0]))
        if visit.worker_id not in working:
            visit.worker_id = rota.team(visit.household_id).worker_id
        visits.moved(session, visit, act, "visits.moved", before)


def _ask_again(session: Session, canteen: Canteen, days: Sequence[date], rota: Team, act: Act) -> None:
    """Who is to be asked whether a need was met, and was not there before."""
    due = select(FollowUp.elder_id).where(FollowUp.canteen_id == canteen.id)
    due = due.where(col(FollowUp.ended_at).is_(None), FollowUp.due_on <= days[-1])
    asked = set(session.exec(due))
    for one in visit_proposals.candidates(session, canteen, days[-1]) if asked else ():
        if not one.open and any(elder.id in asked for elder in one.elders):
            _keep(session, one, (days[-1], Reason.FOLLOW_UP), rota, act)


def _keep(session: Session, one: Candidate, when: tuple[date, Reason], rota: Team, act: Act) -> Visit:
    household = _household(session, one)
    team = rota.team(household.id)
    visit = Visit(
        canteen_id=one.elder.canteen_id,
        household_id=household.id,
        elder_id=one.elder.id,
        reason=when[1],
        day=when[0],
        worker_id=team.worker_id,
        companion_id=team.companion_id,
        made_at=act.now,
        changed_at=act.now,
    )
    visits.moved(session, visit, act, "visits.proposed", None)
    return visit


def _household(session: Session, one: Candidate) -> Household:
    return households.of(session, one.elder)


def accept_all(session: Session, canteen: Canteen, monday: date, act: Act) -> list[Visit]:
    """The whole week is to be made; answers what was newly accepted."""
    visits.check_plans(session, act)
    hold(session, Canteen, canteen.id)
    proposed = [one for one in week(session, canteen.id, monday) if one.state == VisitState.PROPOSED]
    return [visits.accept(session, one.id, act) for one in proposed]


def swap(session: Session, canteen: Canteen, visit_id: int, act: Act) -> tuple[Visit, Visit]:
    """Somebody else instead: the next by rule takes the day; answers who is let go and who comes."""
    gone = visits.call_off(session, visit_id, act)
    monday = week_of(gone.day)[0]
    passed = _passed_over(session, canteen.id, monday)
    found = visit_proposals.candidates(session, canteen, gone.day)
    free = [one for one in found if one.key not in passed]
    chosen = visit_proposals.choose(free, 1, monday + timedelta(days=6)) or _any(free)
    if not chosen:
        raise Refused("visits.nobody_else")
    rota = visit_teams.rota(session, canteen.id, gone.day)
    came = _keep(session, chosen[0], (gone.day, visit_proposals.reason_of(chosen[0])), rota, act)
    return gone, came


def _any(free: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in free if not one.open][:1]


def _passed_over(session: Session, canteen_id: int, monday: date) -> set[tuple[int, int]]:
    """Households let go or seen in this week: not proposed again in it."""
    own = select(Visit.household_id).where(Visit.canteen_id == canteen_id)
    own = own.where(Visit.day >= monday, Visit.day < monday + timedelta(days=7))
    return {(1, number) for number in session.exec(own)}


def one_more(session: Session, canteen: Canteen, monday: date, act: Act) -> Visit:
    """One household more in a week, planned at once."""
    visits.check_plans(session, act)
    hold(session, Canteen, canteen.id)
    days = _days(canteen, max(monday, local_day(canteen, act.now)), monday)
    passed = _passed_over(session, canteen.id, monday)
    free = [one for one in visit_proposals.candidates(session, canteen, days[-1]) if one.key not in passed]
    chosen = visit_proposals.choose(free, 1, days[-1]) or _any(free)
    if not chosen:
        raise Refused("visits.nobody_else")
    rota = visit_teams.rota(session, canteen.id, monday)
    day = _emptiest(days, week(session, canteen.id, monday))
    return _keep(session, chosen[0], (day, visit_proposals.reason_of(chosen[0])), rota, act)


def elders_of(session: Session, found: Sequence[Visit]) -> dict[int, Member]:
    """Everybody named by some visits, by number; one statement."""
    numbers = {n for one in found for n in (one.elder_id, one.worker_id, one.companion_id) if n is not None}
    own = select(Member).where(col(Member.id).in_(sorted(numbers)))
    return {member.id: member for member in session.exec(own.order_by(col(Member.id)))}
