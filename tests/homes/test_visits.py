"""Visits are planned for those who wait longest and need it most, and what happened to them can be taken back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from models.homes.visits import Reason, VisitState
from models.members.people import Member, Risk, Role, Status, StatusChange
from rules.homes import (
    households,
    visit_coverage,
    visit_plans,
    visit_proposals,
    visit_teams,
    visits,
)
from rules.homes.visit_proposals import Candidate
from rules.homes.visits import Wanted
from rules.values import Refused
from tests.homes.visiting import MONDAY, WEDNESDAY

THURSDAY = WEDNESDAY + timedelta(days=1)


def names(session, found):
    return [session.get_one(Member, one.elder_id).name for one in found]


# whom the rule proposes

_risks = st.sampled_from(list(Risk))
_days = st.one_of(st.none(), st.dates(date(2026, 1, 1), MONDAY))


@st.composite
def _candidates(draw):
    many = draw(st.integers(0, 30))
    found = []
    for number in range(many):
        risk, seen_on = draw(_risks), draw(_days)
        every = {Risk.HIGH: 7, Risk.RAISED: 30, Risk.USUAL: 91}[risk]
        due_on = seen_on + timedelta(days=every) if seen_on else date.min
        member = Member(id=number + 1, canteen_id=1, name=f"{number}", joined_at=None)
        one = Candidate(
            (1, number), (member,), risk, seen_on, due_on, draw(st.integers(0, 3)), draw(st.booleans())
        )
        found.append(one)
    return draw(st.permutations(found))


@given(_candidates(), st.integers(0, 8))
def test_nobody_is_proposed_twice_nor_while_a_visit_is_planned(found, many):
    chosen = visit_proposals.choose(found, many, MONDAY)
    assert len(chosen) <= many
    assert len({one.key for one in chosen}) == len(chosen)
    assert not any(one.open for one in chosen)


@given(_candidates(), st.integers(0, 8))
def test_who_is_due_comes_first_by_risk_then_never_seen_then_longest_ago(found, many):
    chosen = visit_proposals.choose(found, many, MONDAY)
    due = [one for one in chosen if one.due_on <= MONDAY]
    assert chosen[: len(due)] == due
    assert due == sorted(due, key=visit_proposals.rank)
    left = [one for one in found if not one.open and one.due_on <= MONDAY and one not in chosen]
    assert not left or len(chosen) == many
    assert all(visit_proposals.rank(one) >= visit_proposals.rank(due[-1]) for one in left if due)


@given(_candidates(), st.randoms())
def test_the_order_does_not_depend_on_how_they_were_read(found, chance):
    mixed = list(found)
    chance.shuffle(mixed)
    assert visit_proposals.choose(found, 4, MONDAY) == visit_proposals.choose(mixed, 4, MONDAY)


@given(_candidates())
def test_a_hundred_percent_means_everybody_and_nobody_is_lost_in_the_count(found):
    counted = visit_coverage.counted(found, MONDAY)
    assert counted.households == len(found)
    assert counted.seen + len(counted.unseen) == len(found)
    assert (counted.percent == 100) == (not counted.unseen)
    waits = [one.seen_on or date.min for one in counted.unseen]
    assert waits == sorted(waits)


def test_risk_counts_before_never_seen_and_needs_break_a_tie():
    def one(number, **facts):
        return Candidate((1, number), (Member(id=number, canteen_id=1, name="", joined_at=None),), **facts)

    high = one(9, risk=Risk.HIGH, seen_on=MONDAY - timedelta(days=7))
    never, needy = one(1), one(2, needs=2)
    long, lately = (
        one(3, seen_on=date(2026, 1, 1)),
        one(4, seen_on=date(2026, 11, 1), due_on=date(2027, 1, 1)),
    )
    found = visit_proposals.choose([lately, long, never, needy, high], 4, MONDAY)
    assert found == [high, needy, never, long]
    assert visit_proposals.choose([lately], 4, MONDAY) == []
    a_month_ago = replace(lately, seen_on=MONDAY - timedelta(days=30))
    assert visit_proposals.choose([a_month_ago], 4, MONDAY) == [a_month_ago], "the norm is once a month"


def test_four_households_are_proposed_one_a_day_with_somebody_of_the_committee(
    session, proposed, committee, social_worker
):
    assert len(proposed) == 4
    assert [one.day.isoweekday() for one in proposed] == [2, 3, 4, 5]
    assert {one.worker_id for one in proposed} == {social_worker.id}
    assert {one.companion_id for one in proposed} == {committee.id}
    assert {one.state for one in proposed} == {VisitState.PROPOSED}
    assert {one.reason for one in proposed} == {Reason.NEVER}


def test_proposing_again_adds_nothing(session, canteen, proposed, act):
    again = visit_plans.propose(session, canteen, MONDAY, act())
    assert [one.id for one in again] == [one.id for one in proposed]


@pytest.mark.parametrize("status", [Status.IN_HOSPITAL, Status.AWAY, Status.LEFT, Status.DECEASED])
def test_nobody_is_visited_who_is_not_there(session, canteen, social_worker, granny, neighbour, act, status):
    granny.status = status
    session.add(granny)
    found = visit_plans.propose(session, canteen, MONDAY, act())
    assert names(session, found) == ["覃叔"]


def test_whoever_comes_home_in_time_is_visited_and_whoever_leaves_before_is_not(
    session, canteen, granny, neighbour, now
):
    def change(member, day, status):
        session.add(StatusChange(member_id=member.id, starts_on=day, status=status, set_at=now))

    change(granny, WEDNESDAY, Status.IN_HOSPITAL)
    change(granny, MONDAY, Status.ACTIVE)
    change(neighbour, MONDAY, Status.AWAY)
    session.flush()
    assert [one.name for one in visit_proposals.elders_at_home(session, canteen.id, MONDAY)] == ["李奶奶"]
    assert visit_proposals.elders_at_home(session, canteen.id, THURSDAY) == [neighbour]


def test_meals_that_rest_keep_nobody_from_being_visited(session, canteen, granny):
    granny.status = Status.PAUSED
    session.add(granny)
    assert visit_proposals.elders_at_home(session, canteen.id, MONDAY) == [granny]


def test_the_plan_asks_the_store_as_often_for_forty_elders_as_for_two(
    session, canteen, villager, granny, neighbour, act, social_worker
):
    def statements():
        session.flush()
        counted = []
        engine = session.get_bind()

        def count(*given):
            counted.append(given[2])

        event.listen(engine, "before_cursor_execute", count)
        visit_proposals.candidates(session, canteen, MONDAY)
        event.remove(engine, "before_cursor_execute", count)
        return len(counted)

    before = statements()
    for number in range(40):
        households.of(session, villager(f"老人{number}", Role.ELDER))
    assert 0 < statements() <= before <= 10


def test_without_a_social_worker_nothing_is_planned(session, canteen, granny, act):
    assert visit_plans.propose(session, canteen, MONDAY, act()) == []
    with pytest.raises(Refused, match="visits.no_worker"):
        visits.plan(session, granny, Wanted(THURSDAY), act())


def test_households_of_two_are_visited_once(session, canteen, social_worker, granny, neighbour, act):
    households.group(session, [granny, neighbour], act(social_worker))
    found = visit_plans.propose(session, canteen, MONDAY, act())
    assert len(found) == 1
    assert found[0].elder_id == granny.id, "the oldest is asked for"


def test_what_was_not_done_last_week_comes_along(session, canteen, proposed, act, elders):
    later = visit_plans.propose(session, canteen, MONDAY + timedelta(days=7), act())
    assert {one.id for one in proposed} <= {one.id for one in later}
    assert len(later) == 4
    assert all(MONDAY + timedelta(days=7) <= one.day for one in later)


def test_what_was_not_done_is_called_off_when_nobody_is_there_any_more(session, canteen, proposed, act):
    gone = session.get_one(Member, proposed[0].elder_id)
    gone.status = Status.DECEASED
    session.add(gone)
    visit_plans.propose(session, canteen, MONDAY + timedelta(days=7), act())
    assert proposed[0].state == VisitState.CALLED_OFF


# what the social worker does with it


def test_a_plan_is_accepted_and_nobody_else_may(
    session, canteen, proposed, social_worker, manager, granny, act
):
    for stranger in (manager, granny, None):
        with pytest.raises(Refused, match="visits.only_social_worker"):
            visit_plans.accept_all(session, canteen, MONDAY, act(stranger))
    accepted = visit_plans.accept_all(session, canteen, MONDAY, act(social_worker))
    assert {one.state for one in accepted} == {VisitState.PLANNED}
    assert visit_plans.accept_all(session, canteen, MONDAY, act(social_worker)) == []


def test_a_household_is_swapped_for_the_next_and_does_not_come_back_that_week(
    session, canteen, proposed, social_worker, act
):
    gone, came = visit_plans.swap(session, canteen, proposed[0].id, act(social_worker))
    assert (gone.state, came.day) == (VisitState.CALLED_OFF, gone.day)
    assert came.household_id not in {one.household_id for one in proposed}
    _, last = visit_plans.swap(session, canteen, came.id, act(social_worker))
    with pytest.raises(Refused, match="visits.nobody_else"):
        visit_plans.swap(session, canteen, last.id, act(social_worker))


def test_one_more_is_asked_for_until_nobody_is_left(session, canteen, proposed, social_worker, act):
    visit_plans.one_more(session, canteen, MONDAY, act(social_worker))
    visit_plans.one_more(session, canteen, MONDAY, act(social_worker))
    assert len(visit_plans.week(session, canteen.id, MONDAY)) == 6
    with pytest.raises(Refused, match="visits.nobody_else"):
        visit_plans.one_more(session, canteen, MONDAY, act(social_worker))


def test_a_visit_moves_to_another_day_but_not_into_the_past(session, proposed, social_worker, act):
    visit = visits.move(session, proposed[0].id, MONDAY + timedelta(days=2), act(social_worker))
    assert visit.day == MONDAY + timedelta(days=2)
    for wrong in (WEDNESDAY - timedelta(days=1), MONDAY + timedelta(days=400)):
        with pytest.raises(Refused, match="visits.wrong_day"):
            visits.move(session, visit.id, wrong, act(social_worker))


def test_somebody_else_comes_along_who_may(
    session, proposed, social_worker, villager, volunteer, granny, act
):
    other = villager("黄主任", Role.ASSOCIATION, telegram_id=1011)
    visit = visits.go_with(session, proposed[0].id, other.id, act(social_worker))
    assert visit.companion_id == other.id
    for wrong in (volunteer.id, granny.id, social_worker.id, 10**6):
        with pytest.raises(Refused, match=r"common\.old_button"):
            visits.go_with(session, visit.id, wrong, act(social_worker))
    assert visits.go_with(session, visit.id, None, act(social_worker)).companion_id is None


def test_only_whoever_comes_along_may_say_that_they_cannot(session, proposed, committee, granny, act):
    with pytest.raises(Refused, match="visits.changed_since"):
        visits.cannot(session, proposed[0].id, act(granny))
    assert visits.cannot(session, proposed[0].id, act(committee)).companion_id is None
    with pytest.raises(Refused, match="visits.changed_since"):
        visits.cannot(session, proposed[0].id, act(committee))


def test_an_act_is_taken_back_only_while_nothing_has_happened_since(session, proposed, social_worker, act):
    visit, before = proposed[0], visits.seen(proposed[0])
    visits.accept(session, visit.id, act(social_worker))
    after = visits.seen(visit)
    visits.move(session, visit.id, MONDAY + timedelta(days=3), act(social_worker))
    with pytest.raises(Refused, match="visits.changed_since"):
        visits.restore(session, visit.id, before, after, act(social_worker))
    visits.restore(session, visit.id, before, visits.seen(visit), act(social_worker))
    assert visits.seen(visit) == before


def test_a_visit_called_off_is_not_restored_beside_a_new_one(session, proposed, social_worker, act):
    visit, before = proposed[0], visits.seen(proposed[0])
    visits.call_off(session, visit.id, act(social_worker))
    after = visits.seen(visit)
    visits.plan(session, session.get_one(Member, visit.elder_id), Wanted(THURSDAY), act(social_worker))
    with pytest.raises(Refused, match="visits.changed_since"):
        visits.restore(session, visit.id, before, after, act(social_worker))


def test_a_visit_planned_twice_comes_on_the_earlier_day(session, granny, social_worker, act):
    first = visits.plan(session, granny, Wanted(MONDAY), act(social_worker))
    again = visits.plan(session, granny, Wanted(THURSDAY), act(social_worker))
    later = visits.plan(session, granny, Wanted(MONDAY), act(social_worker))
    assert first.id == again.id == later.id
    assert first.day == THURSDAY


def test_nobody_dead_or_gone_is_planned_for(session, granny, social_worker, act):
    granny.status = Status.DECEASED
    session.add(granny)
    with pytest.raises(Refused, match="visits.not_there"):
        visits.plan(session, granny, Wanted(THURSDAY), act(social_worker))


def test_a_visit_of_another_village_is_nobodys_business_here(session, proposed, social_worker, act):
    stranger = replace(act(social_worker), canteen_id=999)
    with pytest.raises(Refused, match=r"common\.old_button"):
        visits.held(session, proposed[0].id, stranger)


def test_the_second_of_two_comes_from_the_committee_and_turns_are_taken(
    session, canteen, social_worker, committee, villager, elders, act
):
    villager("黄主任", Role.COMMITTEE, telegram_id=1011)
    found = visit_plans.propose(session, canteen, MONDAY, act())
    counts = [
        sum(one.companion_id == who.id for one in found)
        for who in visit_teams.companions(session, canteen.id)
    ]
    assert counts == [2, 2]


def test_without_a_committee_the_association_comes_along_then_the_manager(
    session, canteen, manager, villager
):
    assert visit_teams.companions(session, canteen.id) == [manager]
    old = villager("韦会长", Role.ASSOCIATION)
    assert visit_teams.companions(session, canteen.id) == [old]


def test_whoever_knows_the_house_goes_again(session, canteen, social_worker, villager, granny, wrote, act):
    wrote(granny, days=30)
    villager("新社工", Role.SOCIAL_WORKER, telegram_id=1012)
    visit = visits.plan(session, granny, Wanted(THURSDAY), act(social_worker))
    assert visit.worker_id == social_worker.id
    asked = visits.plan(session, granny, Wanted(THURSDAY), act(social_worker))
    assert asked.id == visit.id
