"""Who has not been seen for how long, by how closely they are looked after, against the norm of everybody each month."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.elders.needs import Need
from models.homes.visits import FollowUp, Visit, VisitState
from models.members.people import Canteen, Household, Member, Risk
from models.members.vault import opened
from rules.audit import Act
from rules.elders import need_lists
from rules.homes import visit_findings, visit_proposals, visits
from rules.homes.households import LEVELS
from rules.homes.visit_proposals import MONTH, Candidate

MOST_KEPT = 100


@dataclass(frozen=True, slots=True)
class Level:
    """How many of the households of one level were seen within a month, and how many are late by their own rhythm."""

    risk: Risk
    households: int
    seen: int
    late: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole village: levels, those longest unseen first, and the share in percent against the norm of 100."""

    levels: tuple[Level, ...]
    unseen: tuple[Candidate, ...]

    @property
    def households(self) -> int:
        """All households with an elder at home."""
        return sum(level.households for level in self.levels)

    @property
    def seen(self) -> int:
        """Those seen within a month."""
        return sum(level.seen for level in self.levels)

    @property
    def percent(self) -> int:
        """The share, rounded down: 100 only when everybody was seen."""
        return 100 * self.seen // self.households if self.households else 100


def coverage(session: Session, canteen: Canteen, today: date) -> Coverage:
    """Look at everybody who is at home; a constant number of statements."""
    return counted(visit_proposals.candidates(session, canteen, today), today)


def counted(found: Sequence[Candidate], today: date) -> Coverage:
    """Count what was read."""
    unseen = [one for one in found if not _seen(one, today)]
    return Coverage(
        tuple(_level([one for one in found if one.risk == risk], risk, today) for risk in LEVELS),
        tuple(sorted(unseen, key=lambda one: (one.seen_on or date.min, visit_proposals.rank(one)))),
    )


def _seen(one: Candidate, today: date) -> bool:
    return one.seen_on is not None and today - one.seen_on < MONTH


def _level(found: Sequence[Candidate], risk: Risk, today: date) -> Level:
    seen = sum(_seen(one, today) for one in found)
    return Level(risk, len(found), seen, sum(one.due_on < today for one in found))


COLUMNS = ("id", "day", "person", "worker", "companion", "status", "outcome", "needs")


def page(
    session: Session, canteen: Canteen, span: tuple[date | None, date | None], after: int
) -> list[tuple[int, dict[str, Any]]]:
    """A page of the export: no finding is ever in it; `needs` are the elder's words, but not what is about health."""
    first, last = span
    own = select(Visit).where(Visit.canteen_id == canteen.id, Visit.id > after)
    own = own.where(Visit.day >= first) if first else own
    own = own.where(Visit.day <= last) if last else own
    rows = session.exec(own.order_by(col(Visit.id)).limit(500)).all()
    numbers = {n for row in rows for n in (row.elder_id, row.worker_id, row.companion_id) if n is not None}
    named = select(Member.id, Member.name).where(col(Member.id).in_(sorted(numbers)))
    names = dict(session.exec(named.order_by(col(Member.id))).all())
    said: dict[int, list[str]] = defaultdict(list)
    noted = select(Need).where(col(Need.visit_id).in_([row.id for row in rows])).order_by(col(Need.id))
    for need in session.exec(noted):
        said[need.visit_id or 0].append(need_lists.public_words(need))
    return [(row.id, {**_row(row, names), "needs": ";".join(filter(None, said[row.id]))}) for row in rows]


def _row(visit: Visit, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": visit.id,
        "day": (visit.visited_on or visit.day).isoformat(),
        "person": names.get(visit.elder_id, ""),
        "worker": names.get(visit.worker_id),
        "companion": names.get(visit.companion_id or 0),
        "status": visit.state.value,
        "outcome": visit.outcome.value if visit.outcome else None,
    }


def kept(session: Session, member: Member) -> list[dict[str, Any]]:
    """What is kept about visits to somebody, for themself; the newest only."""
    own = select(Visit).where(Visit.elder_id == member.id, Visit.state == VisitState.DONE)
    own = own.order_by(col(Visit.visited_on).desc(), col(Visit.id).desc()).limit(MOST_KEPT)
    return [
        {
            "day": visit.visited_on.isoformat() if visit.visited_on else None,
            "outcome": visit.outcome.value if visit.outcome else None,
            "findings": str(opened(session, visit, "findings")),
        }
        for visit in session.exec(own)
    ]


def forget(session: Session, member: Member, act: Act) -> None:
    """Somebody is erased: nothing that was found stays, nobody goes there for them any more."""
    own = select(Visit).where(Visit.elder_id == member.id).order_by(col(Visit.id))
    for visit in session.exec(own).all():
        if visit.state in (VisitState.PROPOSED, VisitState.PLANNED):
            before = visits.seen(visit)
            visit.state = VisitState.CALLED_OFF
            visits.moved(session, visit, act, "visits.called_off", before)
        visit_findings.keep(session, visit, "")
    waiting = select(FollowUp).where(FollowUp.elder_id == member.id, col(FollowUp.ended_at).is_(None))
    for row in session.exec(waiting.order_by(col(FollowUp.id))).all():
        row.ended_at = act.now
        session.add(row)
    household = session.get(Household, member.household_id) if member.household_id else None
    if household is not None:
        household.name = ""
        session.add(household)
        _unname(session, household, member)
    session.flush()


def _unname(session: Session, household: Household, member: Member) -> None:
    """What was found with those they lived with names them no more."""
    others = select(Visit).where(Visit.household_id == household.id, Visit.elder_id != member.id)
    for visit in session.exec(others.where(Visit.findings != "").order_by(col(Visit.id))).all():
        words = str(opened(session, visit, "findings"))
        if member.name in words:
            visit_findings.keep(session, visit, words.replace(member.name, f"#{member.id}"))
