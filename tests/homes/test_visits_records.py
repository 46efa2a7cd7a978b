"""What came of a visit is written down once, told to nobody else, counted, printed, and forgotten with the person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.elders.needs import Need
from models.homes.visits import SEEN, Absence, FollowUp, Reason, Visit, VisitOutcome, VisitState
from models.members.people import Household, Member, Risk, Status
from models.members.vault import opened
from rules.elders import needs
from rules.elders.needs import Said
from rules.homes import (
    households,
    visit_coverage,
    visit_findings,
    visit_plans,
    visit_proposals,
    visit_records,
    visit_sheets,
    visits,
)
from rules.homes.visit_records import Note
from rules.homes.visits import Wanted
from rules.values import Refused
from tests.homes.visiting import MONDAY, WEDNESDAY, all_visits

THURSDAY = WEDNESDAY + timedelta(days=1)


# what is written down


def test_a_visit_written_down_says_what_was_found_and_when_to_come_again(
    session, granny, social_worker, wrote
):
    done = wrote(granny, findings="血压偏高")
    visit = done.visit
    assert (done.before, visit.state, visit.outcome) == (None, VisitState.DONE, VisitOutcome.VISITED)
    assert opened(session, visit, "findings") == "血压偏高"
    assert visit.next_on is not None
    assert visit.next_on.isoweekday() in (2, 3, 4, 5)
    assert timedelta(days=85) <= visit.next_on - WEDNESDAY <= timedelta(days=91)


@pytest.mark.parametrize(("risk", "days"), [(Risk.HIGH, 7), (Risk.RAISED, 30), (Risk.USUAL, 91)])
def test_how_soon_one_comes_again_depends_on_the_risk(session, granny, social_worker, wrote, act, risk, days):
    households.set_risk(session, households.of(session, granny).id, risk, act(social_worker))
    next_on = wrote(granny).visit.next_on
    assert WEDNESDAY + timedelta(days=days - 4) <= next_on <= WEDNESDAY + timedelta(days=days)


@pytest.mark.parametrize("outcome", [one for one in VisitOutcome if one not in SEEN])
def test_whoever_was_not_seen_is_tried_again_soon_and_counts_as_not_seen(
    session, canteen, granny, wrote, outcome
):
    visit = wrote(granny, outcome=outcome).visit
    assert WEDNESDAY < visit.next_on <= WEDNESDAY + timedelta(days=18)
    assert visit_coverage.coverage(session, canteen, WEDNESDAY).seen == 0


def test_the_planned_visit_becomes_the_one_that_was_made(session, proposed, social_worker, committee, wrote):
    elder = session.get_one(Member, proposed[0].elder_id)
    done = wrote(elder, companion_id=committee.id)
    assert (done.visit.id, done.before["state"]) == (proposed[0].id, VisitState.PROPOSED)
    assert (done.visit.companion_id, done.visit.absence) == (committee.id, None)


def test_who_went_alone_says_why_and_who_was_missing_is_kept(session, proposed, committee, wrote):
    elder = session.get_one(Member, proposed[0].elder_id)
    with pytest.raises(Refused, match="visits.why_alone"):
        wrote(elder, absence=None)
    visit = wrote(elder, absence=Absence.BUSY).visit
    assert (visit.absent_id, visit.absence) == (committee.id, Absence.BUSY)


def test_a_call_needs_no_second_person(session, granny, wrote):
    visit = wrote(granny, outcome=VisitOutcome.PHONED, absence=None).visit
    assert (visit.absent_id, visit.absence) == (None, None)


def test_said_once_more_on_the_same_day_it_is_added(session, granny, wrote, act, social_worker):
    first = wrote(granny, findings="血压偏高")
    again = wrote(granny, findings="腿疼")
    assert again.visit.id == first.visit.id
    assert opened(session, first.visit, "findings") == "血压偏高\n腿疼"
    wrote(granny, findings="腿疼")
    assert opened(session, first.visit, "findings") == "血压偏高\n腿疼"


def test_only_a_social_worker_writes_of_their_own_village_not_of_tomorrow(
    session, canteen, granny, manager, social_worker, act, wrote
):
    note = Note(granny.id, WEDNESDAY, VisitOutcome.VISITED, absence=Absence.SUDDEN)
    with pytest.raises(Refused, match="visits.only_social_worker"):
        visit_records.record(session, canteen, note, act(manager))
    for days in (-1, 61):
        with pytest.raises(Refused, match="visits.wrong_day"):
            wrote(granny, days=days)
    with pytest.raises(Refused, match=r"common\.old_button"):
        visit_records.record(session, canteen, replace(note, elder_id=10**6), act(social_worker))
    granny.erased_at = act().now
    with pytest.raises(Refused, match=r"common\.old_button"):
        wrote(granny)


def test_too_much_is_refused_not_cut(session, granny, wrote):
    with pytest.raises(Refused, match="visits.too_long"):
        wrote(granny, findings="长" * (visit_findings.LONGEST + 1))


def undo_of(done):
    after = visits.seen(done.visit)
    return {"visit": done.visit.id, "before": done.before, "after": after, "length": done.length, "needs": []}


def test_written_down_by_mistake_it_is_as_before(session, proposed, social_worker, wrote, act):
    visit, before = proposed[0], visits.seen(proposed[0])
    done = wrote(session.get_one(Member, visit.elder_id), findings="血压偏高")
    visit_records.take_back(session, undo_of(done), act(social_worker))
    assert visits.seen(visit) == before
    assert (opened(session, visit, "findings"), visit.recorded_at) == ("", None)


def test_an_unplanned_visit_taken_back_never_was(session, canteen, granny, social_worker, wrote, act):
    done = wrote(granny, findings="血压偏高")
    facts = undo_of(done)
    visit_records.take_back(session, facts, act(social_worker))
    assert visit_coverage.coverage(session, canteen, WEDNESDAY).seen == 0
    assert visit_coverage.kept(session, granny) == []
    with pytest.raises(Refused, match="visits.changed_since"):
        visit_records.take_back(session, facts, act(social_worker))


def test_what_was_added_is_taken_back_and_the_rest_stays(session, granny, social_worker, wrote, act):
    first = wrote(granny, findings="血压偏高")
    again = wrote(granny, findings="腿疼")
    visit_records.take_back(session, undo_of(again), act(social_worker))
    assert opened(session, first.visit, "findings") == "血压偏高"
    assert first.visit.state == VisitState.DONE


def test_another_day_for_the_next_visit(session, granny, social_worker, wrote, act, proposed):
    visit = wrote(granny).visit
    assert visit_records.come_again(session, visit.id, MONDAY, act(social_worker)).next_on == MONDAY
    with pytest.raises(Refused, match="visits.wrong_day"):
        visit_records.come_again(session, visit.id, WEDNESDAY, act(social_worker))
    waiting = next(one for one in proposed if one.state == VisitState.PROPOSED)
    with pytest.raises(Refused, match="visits.changed_since"):
        visit_records.come_again(session, waiting.id, MONDAY, act(social_worker))


def test_who_read_what_was_found_is_kept_and_nobody_but_social_workers_may(
    session, granny, manager, social_worker, wrote, act
):
    visit = wrote(granny, findings="血压偏高").visit
    assert visit_findings.reveal(session, visit, social_worker.id, act(social_worker)) == "血压偏高"
    seen = session.exec(select(AuditEntry).where(AuditEntry.action == "visits.seen")).one()
    assert (seen.subject_id, seen.after) == (granny.id, {"reader": social_worker.id})
    for wrong in (manager.id, granny.id, None):
        with pytest.raises(Refused, match="visits.only_social_worker"):
            visit_findings.reveal(session, visit, wrong, act())


# what an elder is asked again


def test_after_a_need_was_closed_a_visit_asks_the_elder(session, canteen, granny, social_worker, act):
    row = visits.plan_follow_up(session, granny, "need:7", act())
    (visit,) = all_visits(session)
    assert (visit.reason, visit.state) == (Reason.FOLLOW_UP, VisitState.PLANNED)
    assert WEDNESDAY < visit.day <= WEDNESDAY + timedelta(days=7)
    assert visits.plan_follow_up(session, granny, "need:7", act()) is row, "asked for twice it is one"
    visits.plan_follow_up(session, granny, "need:8", act())
    assert len(all_visits(session)) == 1, "one visit asks for both"
    assert len(visit_records.to_ask(session, visit.household_id)) == 2


def test_nobody_gone_is_asked_and_whoever_is_away_is_asked_once_back(
    session, canteen, granny, neighbour, social_worker, act
):
    neighbour.status = Status.DECEASED
    granny.status = Status.IN_HOSPITAL
    session.add_all([granny, neighbour])
    assert visits.plan_follow_up(session, neighbour, "need:1", act()) is None
    assert visits.plan_follow_up(session, granny, "need:2", act()) is not None
    assert all_visits(session) == []
    granny.status = Status.ACTIVE
    session.add(granny)
    (visit,) = visit_plans.propose(session, canteen, MONDAY, act())
    assert visit.reason == Reason.FOLLOW_UP


def test_what_the_elder_says_closes_it_or_opens_the_need_again(session, granny, social_worker, manager, act):
    need = needs.note(session, granny, Said("想要个收音机"), act(social_worker))
    row = visits.plan_follow_up(session, granny, f"need:{need.id}", act())
    with pytest.raises(Refused, match="visits.only_social_worker"):
        visit_records.asked(session, row.id, act(manager), met=True)
    need.state = "closed"
    session.add(need)
    visit_records.asked(session, row.id, act(social_worker), met=False)
    assert (row.met, row.ended_by_id, session.get_one(Need, need.id).state) == (
        False,
        social_worker.id,
        "open",
    )
    with pytest.raises(Refused, match="visits.changed_since"):
        visit_records.asked(session, row.id, act(social_worker), met=True)


def test_wishes_become_needs_once(session, granny, social_worker, act):
    said = [Said("想吃软一点的饭"), Said("想有人陪聊天")]
    noted = visit_records.note_needs(session, granny, said, act(social_worker))
    assert len(noted) == 2
    later = replace(act(social_worker), now=act().now + timedelta(hours=1))
    assert visit_records.note_needs(session, granny, said, later) == []


# who was not seen


def test_coverage_counts_by_risk_and_names_the_longest_unseen_first(
    session, canteen, elders, social_worker, wrote, act
):
    granny, neighbour, mo, *_ = elders
    households.set_risk(session, households.of(session, mo).id, Risk.HIGH, act(social_worker))
    wrote(granny, days=3)
    wrote(neighbour, days=40)
    wrote(mo, days=10)
    found = visit_coverage.coverage(session, canteen, WEDNESDAY)
    assert (found.households, found.seen, found.percent) == (6, 2, 33)
    by_risk = {one.risk: (one.households, one.seen, one.late) for one in found.levels}
    assert by_risk[Risk.HIGH] == (1, 1, 1), "seen within the month, and yet a week has passed"
    assert by_risk[Risk.USUAL] == (5, 1, 3)
    assert found.unseen[-1].elder.id == neighbour.id


def test_nobody_at_home_is_covered_wholly(session, canteen):
    assert visit_coverage.coverage(session, canteen, WEDNESDAY).percent == 100


def test_overdue_are_those_whose_day_has_passed(session, canteen, granny, neighbour, wrote):
    wrote(granny, days=5)
    found = visit_proposals.candidates(session, canteen, WEDNESDAY)
    assert [one.elder.name for one in visit_proposals.overdue(found, WEDNESDAY)] == ["覃叔"]


# what is kept, exported, forgotten, printed


def test_my_data_tells_of_visits_and_forgetting_leaves_nothing(session, granny, social_worker, wrote, act):
    visit = wrote(granny, findings="血压偏高").visit
    visits.plan(session, granny, Wanted(MONDAY), act(social_worker))
    visits.plan_follow_up(session, granny, "need:3", act())
    (kept,) = visit_coverage.kept(session, granny)
    assert (kept["outcome"], kept["findings"]) == ("visited", "血压偏高")
    visit_coverage.forget(session, granny, act())
    assert opened(session, visit, "findings") == ""
    assert {one.state for one in all_visits(session)} == {VisitState.DONE, VisitState.CALLED_OFF}
    assert session.exec(select(FollowUp)).one().ended_at is not None


def test_what_was_found_with_a_spouse_names_the_forgotten_no_more(
    session, granny, neighbour, social_worker, wrote, act
):
    households.group(session, [granny, neighbour], act(social_worker))
    visit = wrote(neighbour, findings="覃叔说李奶奶睡不好").visit
    visit_coverage.forget(session, granny, act())
    assert opened(session, visit, "findings") == f"覃叔说#{granny.id}睡不好"


def test_the_export_has_the_columns_of_the_contract_and_no_finding(
    session, canteen, granny, committee, social_worker, wrote, act
):
    done = wrote(granny, findings="血压偏高", companion_id=committee.id)
    needs.note(session, granny, Said("想吃软一点的饭", visit_id=done.visit.id), act(social_worker))
    ((number, row),) = visit_coverage.page(session, canteen, (WEDNESDAY, WEDNESDAY), 0)
    assert tuple(row) == visit_coverage.COLUMNS
    assert row == {
        "id": number, "day": "2026-11-25", "person": "李奶奶", "worker": "陈社工", "companion": "陆主任",
        "status": "done", "outcome": "visited", "needs": "想吃软一点的饭",
    }  # fmt: skip
    assert visit_coverage.page(session, canteen, (MONDAY, None), 0) == []


def test_the_calendar_names_nobody(session, proposed, social_worker, act):
    visits.accept(session, proposed[0].id, act(social_worker))
    visits.accept(session, proposed[1].id, act(social_worker))
    visits.call_off(session, proposed[1].id, act(social_worker))
    found = visit_sheets.events(session, social_worker.id, WEDNESDAY, MONDAY + timedelta(days=7))
    assert [one["stands"] for one in found] == [True, False]
    assert set(found[0]) == {"visit", "day", "changed_at", "stands"}


def test_the_page_to_carry_is_for_social_workers(session, canteen, proposed, social_worker, manager):
    facts = {"canteen_id": canteen.id, "monday": MONDAY.isoformat(), "reader_id": social_worker.id}
    data = visit_sheets.week(session, facts)
    assert len(data["visits"]) == 4
    with pytest.raises(Refused, match="visits.only_social_worker"):
        visit_sheets.week(session, {**facts, "reader_id": manager.id})


def test_every_change_leaves_a_row_without_a_word_of_what_was_found(
    session, granny, social_worker, wrote, act
):
    wrote(granny, findings="血压偏高")
    visits.plan(session, granny, Wanted(MONDAY), act(social_worker))
    rows = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [row.action for row in rows] == ["visits.recorded", "visits.planned"]
    assert "血压" not in str([(row.before, row.after, row.why) for row in rows])


def test_a_household_without_a_number_is_told_apart_from_one_that_bears_it():
    alone = Member(id=5, canteen_id=1, name="", joined_at=None)
    together = Member(id=6, canteen_id=1, name="", joined_at=None, household_id=5)
    assert visit_proposals.household_key(alone) != visit_proposals.household_key(together)
    assert Household(canteen_id=1).risk == Risk.USUAL
    assert Visit.__tablename__ == "visit"
