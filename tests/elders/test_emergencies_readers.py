"""Everybody who read where somebody in danger lives is kept, however late they were called, and shown to that person."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.members.people import Role
from models.members.vault import seal
from rules.elders import emergency_calls, on_call
from rules.members import readings


@pytest.fixture
def committee(villager):
    """覃主任, called ten minutes after the cry."""
    return villager("覃主任", Role.COMMITTEE, telegram_id=1010)


@pytest.fixture
def called(session, granny, daughter, social_worker, manager, committee, act):
    """Granny's family, who is on call, and those further up."""
    seal(session, granny, address="上寨 12 号", phone="13800000001")
    on_call.begin(session, social_worker, act(social_worker))
    return daughter, social_worker, manager, committee


def readers(session, granny):
    return sorted(reading.name for reading in readings.of(session, granny, 50))


def pass_by(village, minutes):
    village.now += timedelta(minutes=minutes)
    for emergency in emergency_calls.due(village.session, village.now):
        emergency_calls.climb(village.session, emergency.id, village.now)
    village.session.flush()


def test_who_is_called_further_up_is_kept_too_and_each_once(village, session, granny, called):
    village.says(granny, "我摔倒了起不来")
    assert readers(session, granny) == sorted(["李小红", "陈社工"])
    for _ in range(6):
        pass_by(village, 5)
    assert readers(session, granny) == sorted(["李小红", "陈社工", "韦主任", "覃主任"])


def test_who_reads_it_first_by_a_second_cry_is_kept(village, session, granny, called, villager, act):
    village.says(granny, "我摔倒了起不来")
    newcomer = villager("黄医生", Role.DOCTOR, telegram_id=1007)
    village.now += timedelta(minutes=2)
    village.says(granny, "我摔倒了，好痛")
    assert village.told(newcomer)
    assert readers(session, granny).count("黄医生") == 1


def test_a_second_emergency_is_a_second_look(village, session, granny, called):
    village.says(granny, "我摔倒了起不来")
    village.taps(granny, village.data_of("是误报"))
    village.now += timedelta(hours=3)
    village.says(granny, "我胸口痛")
    assert readers(session, granny).count("李小红") == 2


def test_a_look_at_something_less_does_not_hide_it(village, session, granny, called, act):
    manager = called[2]
    village.says(granny, "我摔倒了起不来")
    readings.shown(session, act(manager), granny.id, ("phone",), [manager.id])
    for _ in range(2):
        pass_by(village, 5)
    assert readers(session, granny).count("韦主任") == 2
    rows = session.exec(select(AuditEntry).where(AuditEntry.action == "privacy.shown")).all()
    assert "上寨" not in str([row.after for row in rows])
