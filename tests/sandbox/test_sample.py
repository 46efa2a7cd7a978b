"""The sample village is the one the demo promises."""

from datetime import timedelta

from sqlmodel import col, func, select

from models.elders.needs import Need
from models.elders.requests import Request
from models.homes.visits import Visit, VisitState
from models.lunch.meals import Meal, StandingBooking
from models.members.people import Member, MemberRole, Role
from models.volunteers.shifts import Swap, SwapState
from rules.elders import requests
from rules.settings import local_day
from sandbox import sample


def test_forty_people_a_week_of_menus_and_standing_bookings(session, now):
    village = sample.fill(session, now)
    phones = {persona.name for persona in sample.PERSONAE}
    roles = select(MemberRole.role).join(Member, col(Member.id) == MemberRole.member_id)
    assert session.exec(select(func.count(col(Member.id)))).one() >= 40
    assert {Role.ELDER, Role.FAMILY, Role.COOK, Role.SOCIAL_WORKER, Role.MANAGER} <= set(session.exec(roles))
    assert {"李奶奶", "李小红", "王师傅", "陈社工", "韦主任"} <= phones
    meals = session.exec(select(Meal).where(Meal.canteen_id == village.id, Meal.day > now.date())).all()
    assert {meal.day - now.date() for meal in meals if meal.dishes} >= {
        timedelta(days=n) for n in range(1, 8)
    }
    assert session.exec(select(func.count(col(StandingBooking.id)))).one() > 0


def test_whom_the_tour_names_lives_in_the_village(session, now):
    sample.fill(session, now)
    names = set(session.exec(select(Member.name)))
    assert "覃爷爷" in names
    assert "覃爷爷" in next(persona.sentence for persona in sample.PERSONAE if persona.name == "陈社工")


def test_somebody_waits_for_help_a_week_is_planned_and_a_visit_is_to_be_written_down(session, now):
    village = sample.fill(session, now)
    asked = session.exec(select(Request).where(col(Request.state).in_(requests.OPEN))).all()
    assert [request.canteen_id for request in asked] == [village.id] * len(asked) != []
    assert session.exec(select(Need).where(Need.canteen_id == village.id)).all()
    visits = session.exec(select(Visit).where(Visit.canteen_id == village.id)).all()
    today = local_day(village, now)
    due = [visit for visit in visits if visit.day == today and visit.state == VisitState.PLANNED]
    assert [session.get_one(Member, visit.elder_id).name for visit in due] == ["李奶奶"]
    assert len([visit for visit in visits if visit.state == VisitState.PROPOSED]) >= 3
    assert session.exec(select(Swap).where(Swap.state == SwapState.OFFERED)).all(), "and a shift is on offer"
