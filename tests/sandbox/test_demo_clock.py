"""The demo begins while lunch can be booked, at whatever hour of the night somebody tries it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from commands.demo import begin_by_day
from sandbox.clock import Clock

VILLAGE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("hour", "begins"),
    [(7, (25, 7)), (16, (25, 16)), (17, (26, 10)), (23, (26, 10)), (0, (25, 10)), (6, (25, 10))],
)
def test_a_new_demo_begins_by_day(hour, begins):
    clock = Clock(standing_at=datetime(2026, 11, 25, hour, 30, tzinfo=VILLAGE).astimezone(UTC))
    begin_by_day(clock)
    local = clock.now().astimezone(VILLAGE)
    assert (local.day, local.hour) == begins


def test_a_demo_that_is_kept_goes_on_where_it_was():
    clock = Clock(standing_at=datetime(2026, 11, 25, 10, 0, tzinfo=VILLAGE).astimezone(UTC))
    clock.set(datetime(2026, 11, 25, 23, 0, tzinfo=VILLAGE))
    begin_by_day(clock)
    assert clock.now().astimezone(VILLAGE).hour == 23
