"""Whom to visit next: by risk, never seen first, longest ago, open needs; read in a constant number of statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.elders.needs import Need
from models.elders.requests import Request
from models.homes.visits import OPEN_VISITS, SEEN, FollowUp, Reason, Visit, VisitState
from models.members.people import Canteen, Household, Member, MemberRole, Risk, Role, Status, StatusChange
from rules.elders.needs import UNDONE
from rules.elders.requests import OPEN
from rules.homes.households import LEVELS, every

AT_HOME = frozenset({Status.ACTIVE, Status.PAUSED})
"""Whoever pauses their meals is still at home; the others are not there to be visited."""
MONTH = timedelta(days=30)
"""The norm: everybody is seen once a month (national guidance of 2022: 100 %)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A household as the proposal sees it; `elders` are those who can be visited, the oldest first."""

    key: tuple[int, int]
    """The number of the household, or of the elder who has none yet."""
    elders: tuple[Member, ...]
    risk: Risk = Risk.USUAL
    seen_on: date | None = None
    due_on: date = date.min
    needs: int = 0
    open: bool = False
    """Whether a visit is planned already."""

    @property
    def elder(self) -> Member:
        """Who is visited first of all."""
        return self.elders[0]


def household_key(member: Member) -> tuple[int, int]:
    """What tells a household apart: its number, or for somebody alone without one their own."""
    return (1, member.household_id) if member.household_id is not None else (0, member.id)


def rank(one: Candidate) -> tuple[int, bool, date, int, tuple[int, int]]:
    """The order of the proposal: risk, never seen, longest ago, more open needs, and at last the number."""
    return (
        LEVELS.index(one.risk),
        one.seen_on is not None,
        one.seen_on or date.min,
        -one.needs,
        one.key,
    )


def choose(candidates: Iterable[Candidate], many: int, last_day: date) -> list[Candidate]:
    """Who is visited until a day: first who is due by then, then who was not seen for a month; nobody twice."""
    free = sorted((one for one in candidates if not one.open), key=rank)
    due = [one for one in free if one.due_on <= last_day]
    later = [one for one in free if one.due_on > last_day and _unseen(one, last_day)]
    return (due + later)[:many]


def _unseen(one: Candidate, day: date) -> bool:
    return one.seen_on is None or day - one.seen_on >= MONTH


def reason_of(one: Candidate) -> Reason:
    """Why a household is proposed."""
    if one.risk != Risk.USUAL:
        return Reason.RISK
    return Reason.NEVER if one.seen_on is None else Reason.LONGEST


def candidates(session: Session, canteen: Canteen, day: date) -> list[Candidate]:
    """Every household with an elder who is at home on a day, in the order of the proposal."""
    elders = elders_at_home(session, canteen.id, day)
    homes: dict[tuple[int, int], list[Member]] = defaultdict(list)
    for elder in elders:
        homes[household_key(elder)].append(elder)
    risks = _risks(session, canteen.id)
    seen, next_on = _seen(session, canteen.id), _next(session, canteen.id)
    needs, planned = _needs(session, canteen.id), _planned(session, canteen.id)
    found = []
    for key, living in homes.items():
        risk = risks.get(key[1], Risk.USUAL) if key[0] else Risk.USUAL
        seen_on = seen.get(key)
        interval = every(canteen, risk)
        due_on = next_on.get(key) or (seen_on + interval if seen_on else date.min)
        wanting = sum(needs[elder.id] for elder in living)
        found.append(Candidate(key, tuple(living), risk, seen_on, due_on, wanting, key in planned))
    return sorted(found, key=rank)


def elders_at_home(session: Session, canteen_id: int, day: date) -> list[Member]:
    """The elders of a village who are there on a day, the oldest first; two statements."""
    holding = select(MemberRole.member_id).where(MemberRole.role == Role.ELDER)
    own = select(Member).where(Member.canteen_id == canteen_id, col(Member.id).in_(holding))
    own = own.where(col(Member.erased_at).is_(None), col(Member.approved_at).is_not(None))
    elders = session.exec(own.order_by(col(Member.birth_on), col(Member.id))).all()
    changes = select(StatusChange).join(Member, col(Member.id) == col(StatusChange.member_id))
    changes = changes.where(Member.canteen_id == canteen_id, StatusChange.starts_on <= day)
    changes = changes.where(col(StatusChange.undone_at).is_(None))
    said: dict[int, Status] = {}
    for change in session.exec(changes.order_by(col(StatusChange.starts_on), col(StatusChange.id))):
        said[change.member_id] = change.status
    return [elder for elder in elders if said.get(elder.id, elder.status) in AT_HOME]


def _risks(session: Session, canteen_id: int) -> dict[int, Risk]:
    own = select(Household.id, Household.risk).where(Household.canteen_id == canteen_id)
    found = session.exec(own.where(Household.risk != Risk.USUAL).order_by(col(Household.id)))
    return {number: Risk(risk) for number, risk in found}


Keyed = dict[tuple[int, int], date]


def _seen(session: Session, canteen_id: int) -> Keyed:
    """When somebody of each household was last met or spoken to; who moved takes their visits along."""
    done = select(Visit.elder_id, Member.household_id, func.max(Visit.visited_on))
    done = done.join(Member, col(Member.id) == col(Visit.elder_id))
    done = done.where(Visit.canteen_id == canteen_id, Visit.state == VisitState.DONE)
    done = done.where(col(Visit.outcome).in_(SEEN)).group_by(col(Visit.elder_id), col(Member.household_id))
    found: Keyed = {}
    for elder_id, household_id, day in session.exec(done):
        key = (1, household_id) if household_id is not None else (0, elder_id)
        found[key] = max(day or date.min, found.get(key, date.min))
    return found


def _next(session: Session, canteen_id: int) -> Keyed:
    """The day that was proposed after the last visit to each household."""
    newest = select(func.max(Visit.id)).where(Visit.canteen_id == canteen_id, Visit.state == VisitState.DONE)
    newest = newest.group_by(col(Visit.household_id))
    last = select(Visit, Member.household_id).join(Member, col(Member.id) == col(Visit.elder_id))
    last = last.where(col(Visit.id).in_(newest), col(Visit.next_on).is_not(None))
    found: Keyed = {}
    for visit, household_id in session.exec(last.order_by(col(Visit.id))):
        key = (1, household_id) if household_id is not None else (0, visit.elder_id)
        found[key] = visit.next_on or date.min
    return found


def _planned(session: Session, canteen_id: int) -> set[tuple[int, int]]:
    waiting = select(Visit.household_id).where(Visit.canteen_id == canteen_id)
    return {(1, number) for number in session.exec(waiting.where(col(Visit.state).in_(OPEN_VISITS)))}


def _needs(session: Session, canteen_id: int) -> Counter[int]:
    """How many things each elder waits for: requests, needs, and what they are to be asked again or told."""
    asked = select(Request.elder_id).where(Request.canteen_id == canteen_id, col(Request.state).in_(OPEN))
    again = select(FollowUp.elder_id).where(FollowUp.canteen_id == canteen_id)
    again = again.where(col(FollowUp.ended_at).is_(None))
    wanted = select(Need.elder_id).where(Need.canteen_id == canteen_id, col(Need.state).in_(UNDONE))
    return Counter([*session.exec(asked), *session.exec(again), *session.exec(wanted)])


def overdue(found: Sequence[Candidate], today: date) -> list[Candidate]:
    """Households whose day has passed, those longest overdue first."""
    late = [one for one in found if one.due_on < today]
    return sorted(late, key=rank)
