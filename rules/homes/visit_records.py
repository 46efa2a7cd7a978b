"""Writing a visit down: what came of it, what was found, who went, and when to come again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.homes.visits import SEEN, Absence, FollowUp, Visit, VisitOutcome, VisitState
from models.members.people import Canteen, Household, Member, Role
from models.members.vault import opened
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.elders import need_changes, needs
from rules.elders.needs import Said
from rules.homes import households, visit_findings, visit_teams, visits
from rules.members.people import roles_of
from rules.settings import local_day
from rules.values import Refused

OLDEST = timedelta(days=60)
SOON = {
    VisitOutcome.NOT_HOME: 2,
    VisitOutcome.REFUSED: 7,
    VisitOutcome.HOSPITAL: 14,
    VisitOutcome.AWAY: 14,
    VisitOutcome.OTHER: 7,
}
"""In how many days one tries again when nobody was seen."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody writes down about a visit."""

    elder_id: int
    day: date
    outcome: VisitOutcome
    findings: str = ""
    companion_id: int | None = None
    absence: Absence | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A visit written down, how it was before (None when it was not planned), and how much was found before."""

    visit: Visit
    before: dict[str, Any] | None
    length: int = 0


def check_records(session: Session, act: Act) -> Member:
    """Only a social worker writes down what was found."""
    actor = session.get(Member, act.actor_id) if act.actor_id else None
    if actor is None or Role.SOCIAL_WORKER not in roles_of(session, actor.id):
        raise Refused("visits.only_social_worker")
    return actor


def check_note(canteen: Canteen, elder: Member, note: Note, act: Act) -> None:
    """Of the same village, not of tomorrow, not of last year; who went alone says why."""
    today = local_day(canteen, act.now)
    if elder.canteen_id != canteen.id or elder.erased_at is not None:
        raise Refused("common.old_button")
    if not today - OLDEST <= note.day <= today:
        raise Refused("visits.wrong_day")
    if note.companion_id is None and note.absence is None and note.outcome != VisitOutcome.PHONED:
        raise Refused("visits.why_alone")


def record(session: Session, canteen: Canteen, note: Note, act: Act) -> Recorded:
    """Write a visit down: the planned one, the one of that day said once more, or one nobody had planned."""
    worker, elder = check_records(session, act), hold(session, Member, note.elder_id)
    if elder is None:
        raise Refused("common.old_button")
    check_note(canteen, elder, note, act)
    household = households.of(session, elder)
    hold(session, Household, household.id)
    visit = _same_day(session, household.id, note.day) or visits.open_of(session, household.id)
    before = visits.seen(visit) if visit is not None else None
    planned = visit.companion_id if visit is not None else None
    visit = visit or _new(canteen, household, elder, note.day, worker, act)
    if note.companion_id is not None:
        visit_teams.check_companion(session, visit, note.companion_id)
    length = _write(session, visit, note, before)
    _team(visit, note, planned, worker)
    visit.outcome, visit.visited_on, visit.state = note.outcome, note.day, VisitState.DONE
    visit.recorded_by_id, visit.recorded_at = worker.id, act.now
    visit.next_on = next_on(session, canteen, visit)
    visits.moved(session, visit, act, "visits.recorded", before)
    return Recorded(visit, before, length)


def _same_day(session: Session, household_id: int, day: date) -> Visit | None:
    own = select(Visit).where(Visit.household_id == household_id, Visit.visited_on == day)
    return session.exec(own.where(Visit.state == VisitState.DONE).order_by(col(Visit.id).desc())).first()


def _new(canteen: Canteen, household: Household, elder: Member, day: date, worker: Member, act: Act) -> Visit:
    return Visit(
        canteen_id=canteen.id,
        household_id=household.id,
        elder_id=elder.id,
        state=VisitState.DONE,
        day=day,
        worker_id=worker.id,
        made_at=act.now,
        changed_at=act.now,
    )


def _write(session: Session, visit: Visit, note: Note, before: dict[str, Any] | None) -> int:
    """Keep what was found; said once more it is added. Answers how much there was before."""
    if before is None or before["state"] != VisitState.DONE:
        if before is not None:
            visit.elder_id = note.elder_id
        visit_findings.keep(session, visit, note.findings)
        return 0
    had = str(opened(session, visit, "findings"))
    if note.findings and note.findings not in had:
        visit_findings.keep(session, visit, f"{had}\n{note.findings}" if had else note.findings)
    return len(had)


def _team(visit: Visit, note: Note, planned: int | None, worker: Member) -> None:
    visit.worker_id, visit.companion_id = worker.id, note.companion_id
    alone = note.companion_id is None and note.outcome != VisitOutcome.PHONED
    visit.absent_id, visit.absence = (planned, note.absence) if alone else (None, None)


def next_on(session: Session, canteen: Canteen, visit: Visit) -> date:
    """When to come again: by how closely the house is looked after; sooner when nobody was seen."""
    assert visit.outcome is not None
    assert visit.visited_on is not None
    if visit.outcome in SEEN:
        risk = session.get_one(Household, visit.household_id).risk
        return visits.next_day(canteen, visit.visited_on + households.every(canteen, risk), back=True)
    return visits.next_day(canteen, visit.visited_on + timedelta(days=SOON[visit.outcome]))


def come_again(session: Session, visit_id: int, day: date, act: Act) -> Visit:
    """Another day for the next visit than the one proposed."""
    check_records(session, act)
    visit = visits.held(session, visit_id, act)
    today = local_day(session.get_one(Canteen, visit.canteen_id), act.now)
    if visit.state != VisitState.DONE:
        raise Refused("visits.changed_since")
    if not today < day <= today + visits.LONGEST_AHEAD:
        raise Refused("visits.wrong_day")
    before = visits.seen(visit)
    visit.next_on = day
    visits.moved(session, visit, act, "visits.next_set", before)
    return visit


def take_back(session: Session, done: dict[str, Any], act: Act) -> Visit:
    """Written down by mistake: as it was before, if nothing has happened to it since."""
    check_records(session, act)
    visit = visits.held(session, done["visit"], act)
    now, before = visits.seen(visit), done["before"]
    if now != done["after"]:
        raise Refused("visits.changed_since")
    if before is None:
        visit.state, visit.outcome, visit.visited_on = VisitState.CALLED_OFF, None, None
    else:
        visits.put(visit, before)
    if before is None or before["state"] != VisitState.DONE:
        visit.recorded_at = None
    visit_findings.keep(session, visit, str(opened(session, visit, "findings"))[: done["length"]])
    for number in done["needs"]:
        need_changes.drop(session, number, act)
    visits.moved(session, visit, act, "visits.undone", now)
    return visit


def note_needs(session: Session, elder: Member, wishes: Sequence[Said], act: Act) -> list[int]:
    """Keep what the elder said they would like; answers the numbers of what was not known before."""
    noted = [needs.note(session, elder, wish, act) for wish in wishes]
    return [need.id for need in noted if need.noted_at == act.now and need.noted_by_id == act.actor_id]


def to_ask(session: Session, household_id: int) -> list[FollowUp]:
    """What those of a household are still to be asked, the oldest first."""
    own = select(FollowUp).join(Member, col(Member.id) == col(FollowUp.elder_id))
    own = own.where(Member.household_id == household_id, col(FollowUp.ended_at).is_(None))
    return list(session.exec(own.order_by(col(FollowUp.id))))


def asked(session: Session, follow_up_id: int, act: Act, *, met: bool) -> FollowUp:
    """The elder said whether the need is met; one that is not is open again."""
    check_records(session, act)
    row = hold(session, FollowUp, follow_up_id)
    if row is None or row.canteen_id != act.canteen_id or row.ended_at is not None:
        raise Refused("visits.changed_since")
    row.met, row.ended_at, row.ended_by_id = met, act.now, act.actor_id
    kind, _, about = row.about.partition(":")
    if kind == "need" and not met:
        needs.reopen(session, int(about), act)
    session.add(row)
    session.flush()
    after = {"met": met}
    audit.record(
        session, act, "visits.asked_again", f"follow_up:{row.id}", subject_id=row.elder_id, after=after
    )
    return row
