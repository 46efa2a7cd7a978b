"""When samples may go: whoever kept them is asked once all of theirs have stood long enough."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from jobs.cooks import kitchen as duties
from jobs.duties import Look
from jobs.scheduler import perform
from models.cooks.kitchen import Sample
from models.lunch.meals import Sitting
from models.members.people import Role
from models.outbox import OutboxMessage
from rules.cooks import samples
from rules.lunch import menus
from rules.lunch.menus import MenuLine
from rules.values import Refused
from texts import Words

THURSDAY = date(2026, 11, 26)
DISHES = ("红烧肉", "炒青菜", "冬瓜汤")
NIGHTS = timedelta(hours=48)


def o_clock(hour, minute=0, day=26):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


NOON = o_clock(11, 30)


@pytest.fixture
def lunch(session, canteen, cook, act):
    """Thursday's lunch of three dishes."""
    return menus.write(session, canteen, MenuLine(THURSDAY, Sitting.LUNCH, DISHES), act(cook))


@pytest.fixture
def kept(session, lunch, act):
    """Somebody keeps something of dishes at some moment."""

    def make(who, *dishes, now=NOON):
        return samples.keep(session, lunch.id, dishes, act(who, now=now))

    return make


@pytest.fixture
def helper(villager):
    """莫嫂, who helps in the kitchen."""
    return villager("莫嫂", Role.VOLUNTEER, telegram_id=1011)


@pytest.fixture
def wakes(session, canteen):
    """The clock asks for old samples; answers how often it did something."""

    def tick(now):
        duty = next(one for one in duties.DUTIES if one.kind == "kitchen.discard")
        found = list(duty.due(Look(session, now, [canteen])))
        return sum(perform(session, duty, due, now) for due in found)

    return tick


def told(session, who):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.member_id == who.id).order_by(col(OutboxMessage.id))
    )
    words = Words("zh_CN", "Asia/Shanghai")
    return [words.say(row.body["text"]) for row in rows if row.key.startswith("discard:")]


def test_dishes_kept_one_after_the_other_are_asked_for_together(session, kept, wakes, cook):
    kept(cook, "红烧肉")
    kept(cook, "炒青菜", now=NOON + timedelta(minutes=4))
    kept(cook, "冬瓜汤", now=NOON + timedelta(minutes=9))
    assert wakes(NOON + NIGHTS) == 0, "the soup has not stood its hours yet"
    assert wakes(NOON + NIGHTS + timedelta(minutes=9)) == 1
    (said,) = told(session, cook)
    assert "红烧肉、炒青菜、冬瓜汤" in said


def test_one_tap_then_empties_the_shelf(session, lunch, kept, wakes, cook, act):
    kept(cook, "红烧肉")
    kept(cook, "炒青菜", "冬瓜汤", now=NOON + timedelta(minutes=9))
    over = NOON + NIGHTS + timedelta(minutes=9)
    wakes(over)
    assert len(samples.discard(session, lunch.id, act(cook, now=over))) == 3
    assert wakes(over + timedelta(days=1)) == 0


def test_of_two_who_kept_something_each_is_asked_for_their_own(session, kept, wakes, cook, helper):
    kept(cook, "红烧肉", "炒青菜")
    kept(helper, "冬瓜汤", now=NOON + timedelta(hours=1))
    wakes(NOON + NIGHTS)
    assert told(session, helper) == []
    wakes(NOON + NIGHTS + timedelta(hours=1))
    assert ["冬瓜汤" in said for said in (*told(session, cook), *told(session, helper))] == [False, True]
    assert "红烧肉" not in told(session, helper)[0]


def test_what_one_has_thrown_away_keeps_the_other_from_nothing(
    session, lunch, kept, wakes, cook, helper, act
):
    kept(cook, "红烧肉")
    kept(helper, "冬瓜汤", now=NOON + timedelta(hours=1))
    samples.discard(session, lunch.id, act(cook, now=NOON + NIGHTS))
    wakes(NOON + NIGHTS + timedelta(hours=1))
    assert (told(session, cook), len(told(session, helper))) == ([], 1)


def test_a_keeper_nobody_wrote_down_leaves_it_to_the_kitchen(session, kept, wakes, cook):
    for sample in kept(cook, *DISHES):
        sample.kept_by_id = None
    session.flush()
    wakes(NOON + NIGHTS)
    assert len(told(session, cook)) == 1, "asked as one of the kitchen"


def test_nothing_stood_where_nothing_was_kept(session, lunch):
    assert samples.stood(session, NOON + 10 * NIGHTS) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(delays=st.lists(st.integers(0, 180), min_size=3, max_size=3), looks=st.integers(0, 400))
def test_nobody_is_ever_asked_to_throw_away_what_has_not_stood_its_hours(
    session, canteen, lunch, cook, act, delays, looks
):
    savepoint = session.begin_nested()
    for dish, minutes in zip(DISHES, delays, strict=True):
        samples.keep(session, lunch.id, [dish], act(cook, now=NOON + timedelta(minutes=minutes)))
    moment = NOON + NIGHTS + timedelta(minutes=looks)
    found = samples.stood(session, moment)
    standing = session.exec(select(Sample).order_by(col(Sample.id))).all()
    assert bool(found) == all(sample.discard_at <= moment for sample in standing)
    savepoint.rollback()


@pytest.mark.parametrize("minutes", [1, 60, 48 * 60 - 1])
def test_before_their_hours_are_over_nothing_goes_into_the_bin(session, lunch, kept, cook, act, minutes):
    kept(cook, *DISHES)
    with pytest.raises(Refused, match=r"kitchen\.too_early"):
        samples.discard(session, lunch.id, act(cook, now=NOON + timedelta(minutes=minutes)))


def test_a_shelf_emptied_by_mistake_is_asked_for_again(session, lunch, kept, wakes, cook, act):
    kept(cook, *DISHES)
    over = NOON + NIGHTS
    gone = samples.discard(session, lunch.id, act(cook, now=over))
    assert wakes(over) == 0
    samples.not_discarded(session, [one.id for one in gone], act(cook, now=over + timedelta(minutes=2)))
    assert wakes(over + timedelta(minutes=3)) == 1
