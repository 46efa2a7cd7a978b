"""Several shifts on one day: who answers for one is asked for the others in the same breath."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from models.volunteers.shifts import Assignment, AssignmentState, DutyKind, Shift, Swap

THURSDAY = date(2026, 11, 26)


def o_clock(hour, day=26):
    return datetime(2026, 11, day, hour, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
def placed(session, canteen, now, volunteer):
    """阿军 helps in the morning, carries at noon and cleans after it."""
    found = []
    for hour, duty in ((8, DutyKind.HELP), (11, DutyKind.DELIVERY), (13, DutyKind.CLEANING)):
        shift = Shift(
            canteen_id=canteen.id,
            day=THURSDAY,
            starts_at=o_clock(hour),
            ends_at=o_clock(hour + 1),
            duty=duty,
        )
        session.add(shift)
        session.flush()
        place = Assignment(shift_id=shift.id, member_id=volunteer.id, day=THURSDAY, slot=1, assigned_at=now)
        session.add(place)
        session.flush()
        found.append(place)
    return found


def labels(village):
    return [words for words, _ in village.buttons]


def test_a_yes_to_one_asks_for_the_others(village, placed, volunteer):
    helping = placed[0]
    village.taps(volunteer, f"shiftok:{helping.id}")
    assert labels(village) == ["送餐我来", "送餐来不了", "打扫我来", "打扫来不了"]
    village.taps(volunteer, village.data_of("送餐我来"))
    assert labels(village) == ["打扫我来", "打扫来不了"]
    village.taps(volunteer, village.data_of("打扫我来"))
    assert {place.state for place in placed} == {AssignmentState.CONFIRMED}


def test_a_no_to_one_asks_for_the_others_and_can_be_taken_back(session, village, placed, volunteer):
    helping = placed[0]
    village.taps(volunteer, f"shiftno:{helping.id}")
    assert labels(village) == ["不找了，我来", "送餐我来", "送餐来不了", "打扫我来", "打扫来不了"]
    village.taps(volunteer, village.data_of("送餐来不了"))
    assert labels(village) == ["不找了，我来", "打扫我来", "打扫来不了"]
    assert len(session.exec(select(Swap)).all()) == 2


def test_of_another_day_nothing_is_asked(session, village, placed, volunteer):
    helping, carrying, cleaning = placed
    for place in (carrying, cleaning):
        place.day = date(2026, 11, 27)
    session.flush()
    village.buttons = []
    village.taps(volunteer, f"shiftok:{helping.id}")
    assert labels(village) == []


def test_what_has_begun_is_not_asked_about(village, placed, volunteer):
    cleaning = placed[-1]
    village.now = o_clock(12)
    village.taps(volunteer, f"shiftno:{cleaning.id}")
    assert labels(village) == ["不找了，我来"]
