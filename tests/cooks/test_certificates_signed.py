"""A manager's signature and a training that ran out: what counts when, said with the day it ends."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cooks.certificates import Certificate, CertificateKind
from models.members.people import Canteen
from models.volunteers.shifts import DutyKind
from rules.cooks import certificates, signatures
from rules.values import Refused

TODAY = date(2026, 11, 25)
HEALTH, TRAINING = CertificateKind.HEALTH, CertificateKind.FOOD_TRAINING


def o_clock(hour, minute=0, day=25):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.fixture
def holds(session, now):
    """A certificate that holds so many days from today."""

    def make(member, kind, days):
        row = Certificate(
            member_id=member.id, kind=kind, valid_until=TODAY + timedelta(days=days), set_at=now
        )
        session.add(row)
        session.flush()
        return row

    return make


def may_cook(session, canteen, member, day):
    return not certificates.lacking(session, canteen, [member.id], DutyKind.COOK, day)


def test_signed_when_the_evenings_message_came_one_day_is_tomorrow(session, canteen, cook, manager, act):
    evening = act(manager, o_clock(19, 5))
    row = signatures.sign(session, cook.id, 1, "体检已经约好", evening)
    assert (row.starts_on, row.until_on) == (TODAY, TODAY + timedelta(days=1))
    assert may_cook(session, canteen, cook, TODAY + timedelta(days=1))
    assert not may_cook(session, canteen, cook, TODAY + timedelta(days=2))


def test_signed_in_the_morning_one_day_is_today(session, canteen, cook, manager, act):
    signatures.sign(session, cook.id, 1, "体检已经约好", act(manager, o_clock(6, 40)))
    assert may_cook(session, canteen, cook, TODAY)
    assert not may_cook(session, canteen, cook, TODAY + timedelta(days=1))


@given(st.integers(1, 14), st.integers(0, 24 * 60 - 1))
def test_whenever_it_is_signed_it_covers_so_many_kitchen_days_and_no_more(days, minute):
    canteen = Canteen(name="鼓楼食堂", created_at=o_clock(0), settings={})
    last = signatures.last_day(canteen, days, o_clock(minute // 60, minute % 60))
    assert last == TODAY + timedelta(days=days - 1 + (minute >= 19 * 60))


def test_the_buttons_say_the_last_day(village, cook, manager):
    village.now = o_clock(19, 5)
    village.taps(manager, f"certsign:{cook.id}")
    assert [words for words, _ in village.buttons] == [
        "到11月26日 周四（1 天）",
        "到11月28日 周六（3 天）",
        "到12月2日 周三（7 天）",
    ]


def test_a_training_that_ran_out_keeps_from_the_stove_as_a_health_certificate_does(
    session, canteen, cook, holds
):
    holds(cook, HEALTH, 100)
    holds(cook, TRAINING, 3)
    certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY + timedelta(days=3))
    with pytest.raises(Refused, match=r"certificates\.expired") as refused:
        certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY + timedelta(days=4))
    assert refused.value.facts["what"] == TRAINING


def test_a_training_nobody_ever_showed_is_not_asked_for(session, canteen, cook, holds):
    holds(cook, HEALTH, 100)
    assert may_cook(session, canteen, cook, TODAY)


def test_carrying_meals_asks_for_neither(session, canteen, volunteer, holds):
    holds(volunteer, TRAINING, -10)
    certificates.check_duty(session, canteen, volunteer, DutyKind.DELIVERY, TODAY)


def test_one_signature_stands_for_whatever_lacks(session, canteen, cook, manager, act, holds):
    holds(cook, TRAINING, -1)
    row = signatures.sign(session, cook.id, 3, "下周补考", act(manager))
    assert may_cook(session, canteen, cook, TODAY + timedelta(days=2))
    signatures.end(session, row.id, act(manager))
    assert not may_cook(session, canteen, cook, TODAY)


def test_many_are_looked_through_in_two_statements(session, canteen, villager, holds, act, manager):
    people = [villager(f"帮厨{n}") for n in range(20)]
    for number, one in enumerate(people):
        holds(one, HEALTH, number - 10)
    signatures.sign(session, people[0].id, 1, "等新证", act(manager))
    ids = [one.id for one in people]
    lacks = certificates.lacking(session, canteen, ids, DutyKind.HELP, TODAY)
    assert set(lacks) == {one.id for one in people[1:10]}
