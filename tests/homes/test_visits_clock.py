"""Sunday at seven the week is proposed, at eight the day's visit is called to mind, each once whatever the clock does."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from jobs.duties import Look
from jobs.homes import visits as jobs
from jobs.scheduler import due_items, perform
from models.homes.visits import VisitState
from models.members.people import Role, Status
from models.members.vault import seal
from models.outbox import Occurrence
from rules.homes import households, visit_plans, visits
from rules.homes.visits import Wanted
from tests.homes.visiting import MONDAY, WEDNESDAY, all_visits
from tests.requesting import buttons_of

SUNDAY = MONDAY - timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def tick(session):
    """The clock looks once; answers what was done."""

    def look(moment):
        items = due_items(session, jobs.DUTIES, moment)
        for duty, due in items:
            perform(session, duty, due, moment)
        return [due.kind for _, due in items]

    return look


def test_the_week_is_proposed_on_sunday_evening_once(
    village, tick, session, social_worker, committee, elders
):
    assert tick(at(SUNDAY, 18, 59)) == []
    assert tick(at(SUNDAY, 19)) == ["visits.plan"]
    assert tick(at(SUNDAY, 19, 1)) == []
    (told,) = village.told(social_worker)
    assert "下周的走访排好了" in told
    assert "走访 4 户" in told
    assert village.told(committee) == [], "nobody is asked before it is settled"
    assert len(all_visits(session)) == 4


def test_an_evening_slept_through_is_made_up_for_on_monday_morning_not_at_night(
    tick, session, social_worker, elders
):
    assert tick(at(SUNDAY, 23)) == []
    assert tick(at(MONDAY, 7)) == ["visits.plan"]
    assert tick(at(MONDAY, 8)) == []


def test_after_monday_noon_it_is_recorded_as_missed(tick, session, social_worker, elders):
    tick(at(MONDAY, 13))
    assert all_visits(session) == []
    assert session.exec(select(Occurrence)).one().state == "missed"


def test_a_village_without_social_workers_or_younger_than_sunday_is_left_alone(
    tick, session, canteen, granny, villager
):
    assert tick(at(SUNDAY, 19)) == []
    villager("陈社工", Role.SOCIAL_WORKER, telegram_id=1004)
    canteen.created_at = at(SUNDAY, 20)
    session.add(canteen)
    session.flush()
    assert tick(at(MONDAY, 9)) == []


def test_the_morning_brings_address_phone_findings_and_diet_to_the_social_worker_alone(
    village, tick, session, granny, social_worker, committee, wrote, act
):
    seal(session, granny, phone="13800001001", address="上寨 12 号")
    granny.diet = ["low_salt"]
    session.add(granny)
    wrote(granny, days=20, findings="血压偏高")
    visits.plan(session, granny, Wanted(WEDNESDAY + timedelta(days=1)), act(social_worker))
    before = len(village.told(social_worker))
    thursday = WEDNESDAY + timedelta(days=1)
    assert tick(at(thursday, 7, 59)) == []
    assert tick(at(thursday, 8)) == ["visits.morning"]
    assert tick(at(thursday, 8, 1)) == []
    (told,) = village.told(social_worker)[before:]
    for words in ("今天走访李奶奶家（上寨）", "13800001001", "上寨 12 号", "少盐", "血压偏高"):
        assert words in told
    asked = village.told(committee)[-1]
    assert "今天请您和陈社工去看看李奶奶家（上寨）" in asked
    assert "13800001001" not in asked
    assert "血压" not in asked


def test_nobody_is_reminded_of_what_was_called_off_moved_or_done(
    tick, session, canteen, granny, neighbour, villager, social_worker, committee, wrote, act
):
    thursday = WEDNESDAY + timedelta(days=1)
    visit = visits.plan(session, granny, Wanted(thursday), act(social_worker))
    other = visits.plan(session, neighbour, Wanted(thursday), act(social_worker))
    visits.call_off(session, visit.id, act(social_worker))
    visits.move(session, other.id, MONDAY, act(social_worker))
    assert tick(at(thursday, 8)) == []
    due = next(iter(jobs.morning_due(Look(session, at(MONDAY, 8), [canteen]))))
    wrote(neighbour)
    jobs.remind(session, due, at(MONDAY, 8))
    assert other.state == VisitState.DONE


def test_what_nobody_wrote_down_is_asked_after_the_next_morning(
    village, tick, session, granny, social_worker, committee, act
):
    visits.plan(session, granny, Wanted(WEDNESDAY), act(social_worker))
    thursday = WEDNESDAY + timedelta(days=1)
    assert tick(at(thursday, 8)) == ["visits.unwritten"]
    assert "还没记" in village.told(social_worker)[-1]
    assert tick(at(thursday, 9)) == []


def test_a_morning_in_the_quiet_hours_waits_for_their_end(tick, session, canteen, granny, social_worker, act):
    canteen.settings = {"quiet_until": "09:00"}
    session.add(canteen)
    visits.plan(session, granny, Wanted(WEDNESDAY + timedelta(days=1)), act(social_worker))
    assert tick(at(WEDNESDAY + timedelta(days=1), 8, 30)) == []
    assert tick(at(WEDNESDAY + timedelta(days=1), 9)) == ["visits.morning"]


def test_a_week_later_what_was_left_is_proposed_again(tick, session, canteen, social_worker, elders, act):
    tick(at(SUNDAY, 19))
    first = {one.id for one in all_visits(session)}
    visit_plans.accept_all(session, canteen, MONDAY, act(social_worker))
    tick(at(SUNDAY + timedelta(days=7), 19))
    assert {one.id for one in all_visits(session)} == first
    assert min(one.day for one in all_visits(session)) > MONDAY + timedelta(days=7)


def test_whoever_is_taken_to_hospital_before_sunday_is_not_on_the_plan(
    tick, session, granny, neighbour, social_worker
):
    granny.status = Status.IN_HOSPITAL
    session.add(granny)
    tick(at(SUNDAY, 19))
    assert [one.elder_id for one in all_visits(session)] == [neighbour.id]


def test_a_visit_not_settled_yet_is_called_so_in_the_morning(
    village, tick, session, social_worker, committee, elders
):
    tick(at(SUNDAY, 19))
    tick(at(MONDAY + timedelta(days=1), 8))
    assert "今天排了李奶奶家（上寨），还没定" in village.told(social_worker)[-1]
    assert village.told(committee) == []
    village.taps(social_worker, buttons_of(session, social_worker, "就去这家"))
    assert "请您和陈社工去看看" in village.told(committee)[-1]


def test_whoever_was_taken_to_hospital_since_is_not_visited_and_both_are_told(
    village, tick, session, granny, social_worker, committee, act
):
    visit = visits.plan(session, granny, Wanted(WEDNESDAY + timedelta(days=1)), act(social_worker))
    granny.status = Status.IN_HOSPITAL
    session.add(granny)
    session.flush()
    tick(at(WEDNESDAY + timedelta(days=1), 8))
    assert visit.state == VisitState.CALLED_OFF
    assert "李奶奶现在住院" in village.told(social_worker)[-1]
    assert "不用您了" in village.told(committee)[-1]


def test_of_two_at_home_one_is_enough(village, tick, session, granny, neighbour, social_worker, act):
    households.group(session, [granny, neighbour], act(social_worker))
    visit = visits.plan(session, granny, Wanted(WEDNESDAY + timedelta(days=1)), act(social_worker))
    granny.status = Status.AWAY
    session.add(granny)
    session.flush()
    tick(at(WEDNESDAY + timedelta(days=1), 8))
    assert visit.state == VisitState.PLANNED
    assert "今天走访" in village.told(social_worker)[-1]


def test_when_the_social_worker_is_away_or_none_any_more_the_others_are_reminded(
    village, tick, session, villager, granny, neighbour, social_worker, committee, wrote, act
):
    wrote(granny, days=9, findings="血压偏高")
    other = villager("梁社工", Role.SOCIAL_WORKER, telegram_id=1013)
    thursday = WEDNESDAY + timedelta(days=1)
    visit = visits.plan(session, granny, Wanted(thursday, social_worker.id), act(other))
    social_worker.status = Status.AWAY
    session.add(social_worker)
    session.flush()
    before = len(village.told(social_worker))
    assert tick(at(thursday, 8)) == ["visits.morning"]
    assert len(village.told(social_worker)) == before
    assert "血压偏高" in village.told(other)[-1]
    assert "visits.unwritten" in tick(at(thursday + timedelta(days=1), 8))
    assert "还没记" in village.told(other)[-1]
    tick(at(SUNDAY, 19))
    assert visit.worker_id == other.id, "carried over to who is there"
