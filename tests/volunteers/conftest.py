"""The roster of the tests: a shift planned, somebody on it, a neighbour who helps."""

from datetime import date, time

import pytest

from models.members.people import Role
from models.volunteers.shifts import DutyKind
from rules.volunteers import assignments, shifts
from rules.volunteers.eligibility import Wish
from rules.volunteers.shifts import Plan

FRIDAY = date(2026, 11, 27)


@pytest.fixture
def plan(session, canteen, act, manager):
    """Plans a Friday morning of cleaning, or what is named."""

    def make(day=FRIDAY, starts=time(7, 30), ends=time(11, 30), duty=DutyKind.CLEANING, needed=1):
        return shifts.make(session, canteen, Plan(day, starts, ends, duty, needed), act(manager))

    return make


@pytest.fixture
def on(session, canteen, act, manager):
    """Puts somebody on a shift without a word."""

    def make(who, shift):
        wish = Wish(shift, who, early=True, vouched=True, despite_overlap=True)
        return assignments.put(session, canteen, wish, act(manager)).place

    return make


@pytest.fixture
def uncle(villager):
    """覃叔 with a phone, who helps."""
    return villager("覃叔", Role.VOLUNTEER, telegram_id=1007)
