"""Who goes: a social worker who knows the house, and somebody of the committee who has gone least."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.homes.visits import OPEN_VISITS, Visit, VisitState
from models.members.people import Canteen, Member, MemberRole, Role, Status
from rules.members.people import roles_of
from rules.values import Refused

LOOKS_BACK = timedelta(days=90)
COMPANIONS = (Role.COMMITTEE, Role.ASSOCIATION)
"""The second of the two comes from the village committee, or from the elders' association."""
MAY_COME = frozenset({*COMPANIONS, Role.MANAGER, Role.SOCIAL_WORKER})


@dataclass(frozen=True, slots=True)
class Team:
    """Who goes; without a companion one has to be found, or a reason given."""

    worker_id: int
    companion_id: int | None = None


@dataclass(slots=True)
class Rota:
    """Who may go, and how often each has gone; counts up while a week is planned."""

    workers: Sequence[Member]
    companions: Sequence[Member]
    gone: Counter[int]
    knows: dict[int, int]

    def team(self, household_id: int, worker_id: int | None = None) -> Team:
        """The two for a household; counted, so that the next one goes to somebody else."""
        usual = self.knows.get(household_id)
        named = next((one.id for one in self.workers if one.id in (worker_id, usual)), None)
        worker = worker_id if worker_id in {one.id for one in self.workers} else named
        worker = worker or self._least(self.workers, None)
        if worker is None:
            raise Refused("visits.no_worker")
        companion = self._least(self.companions, worker)
        self.gone.update(number for number in (worker, companion) if number is not None)
        return Team(worker, companion)

    def _least(self, members: Sequence[Member], besides: int | None) -> int | None:
        free = [one.id for one in members if one.id != besides]
        return min(free, key=lambda number: (self.gone[number], number), default=None)


def team(session: Session, canteen: Canteen, day: date, worker_id: int | None, household_id: int) -> Team:
    """The two for one visit."""
    return rota(session, canteen.id, day).team(household_id, worker_id)


def rota(session: Session, canteen_id: int, day: date) -> Rota:
    """Who may go and how often each has gone in the last three months; four statements."""
    recent = select(Visit).where(Visit.canteen_id == canteen_id, Visit.day > day - LOOKS_BACK)
    recent = recent.where(Visit.state != VisitState.CALLED_OFF).order_by(col(Visit.day), col(Visit.id))
    gone: Counter[int] = Counter()
    knows: dict[int, int] = {}
    for visit in session.exec(recent):
        gone.update(number for number in (visit.worker_id, visit.companion_id) if number is not None)
        knows[visit.household_id] = visit.worker_id
    return Rota(workers(session, canteen_id), companions(session, canteen_id), gone, knows)


def workers(session: Session, canteen_id: int) -> list[Member]:
    """Social workers who are here."""
    return _holding(session, canteen_id, (Role.SOCIAL_WORKER,))


def companions(session: Session, canteen_id: int) -> list[Member]:
    """Who may come along: the committee first; where it has nobody, the elders' association, else who manages."""
    for role in (*COMPANIONS, Role.MANAGER):
        found = _holding(session, canteen_id, (role,))
        if found:
            return found
    return []


def _holding(session: Session, canteen_id: int, roles: Sequence[Role]) -> list[Member]:
    holding = select(MemberRole.member_id).where(col(MemberRole.role).in_(roles))
    own = select(Member).where(Member.canteen_id == canteen_id, col(Member.id).in_(holding))
    own = own.where(Member.status == Status.ACTIVE, col(Member.erased_at).is_(None))
    return list(session.exec(own.order_by(col(Member.id))))


def check_companion(session: Session, visit: Visit, companion_id: int) -> Member:
    """Only somebody of the same village who may come along, and not the social worker twice."""
    member = session.get(Member, companion_id)
    if member is None or member.canteen_id != visit.canteen_id or member.id == visit.worker_id:
        raise Refused("common.old_button")
    if not roles_of(session, member.id) & MAY_COME:
        raise Refused("common.old_button")
    return member


def others(session: Session, visit: Visit, many: int) -> list[Member]:
    """Who else could come along, those who went least first."""
    known = rota(session, visit.canteen_id, visit.day)
    free = [one for one in known.companions if one.id not in (visit.worker_id, visit.companion_id)]
    return sorted(free, key=lambda one: (known.gone[one.id], one.id))[:many]


def waiting(session: Session, canteen_id: int, until: date) -> list[Visit]:
    """Visits that are planned until a day and not yet recorded, in the order of their days."""
    own = select(Visit).where(Visit.canteen_id == canteen_id, col(Visit.state).in_(OPEN_VISITS))
    return list(session.exec(own.where(Visit.day <= until).order_by(col(Visit.day), col(Visit.id))))
