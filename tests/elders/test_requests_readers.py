"""Whoever was told granny's phone to ask her is kept, once; what was withheld was not seen."""

from datetime import timedelta

import pytest

from models.elders import handovers
from models.elders.requests import RequestKind
from models.members.consents import Purpose
from models.members.people import Consent
from models.members.vault import seal
from rules.elders import emergencies, errands, escalation, kits, requests
from rules.elders.emergencies import Cry
from rules.elders.requests import Wish
from rules.members import consents, readings

PHONE = "13877880001"


@pytest.fixture
def with_phone(session, granny):
    """Granny's phone and address are known."""
    seal(session, granny, phone=PHONE, address="上寨 7788 号")
    session.flush()
    return granny


@pytest.fixture
def withheld(session, with_phone, act):
    """Granny wants nothing private sent by messenger."""
    consents.record(session, with_phone.id, {Purpose.MESSENGER: False}, Consent.SAID, act(with_phone))
    return with_phone


def readers(session, who):
    return sorted(reading.name for reading in readings.of(session, who, 50))


def asked(session, canteen, granny, act, now):
    """Granny asked for something and never said yes; hours pass."""
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯坏了"), act(granny))
    for quarters in range(1, 24):
        escalation.climb(session, request.id, now + timedelta(minutes=15 * quarters))


def disputed(session, canteen, granny, volunteer, act):
    errand = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE), act(granny))
    requests.confirm(session, errand.id, act(granny))
    errands.take(session, errand.id, act(volunteer))
    kits.hand_out(session, errand.id, ["card"], 0, act(volunteer))
    kits.hand_back(session, errand.id, 0, act(volunteer))
    back = handovers.kit_out(session, errand)
    kits.dispute(session, back.id, act(granny))


def test_who_rings_granny_up_about_an_errand_is_kept_once_however_often_they_are_asked(
    village, session, canteen, with_phone, manager, act, now
):
    asked(session, canteen, with_phone, act, now)
    assert sum(PHONE in said for said in village.told(manager)) > 1
    assert readers(session, with_phone) == ["韦主任"]


def test_a_phone_that_was_withheld_was_not_seen(village, session, canteen, withheld, manager, act, now):
    asked(session, canteen, withheld, act, now)
    assert village.told(manager)
    assert readers(session, withheld) == []


def test_who_looks_into_something_missing_is_kept(session, canteen, with_phone, volunteer, manager, act):
    disputed(session, canteen, with_phone, volunteer, act)
    assert readers(session, with_phone) == ["阿军", "韦主任"]


def test_who_looks_into_something_missing_without_the_phone_is_not(
    session, canteen, withheld, volunteer, manager, act
):
    disputed(session, canteen, withheld, volunteer, act)
    assert "韦主任" not in readers(session, withheld)


def test_who_tells_of_an_emergency_hears_who_has_their_phone(session, canteen, granny, cook, manager, act):
    seal(session, cook, phone="13900000009")
    emergencies.cry(session, canteen, Cry("李奶奶摔倒了", granny), act(cook))
    assert readers(session, cook) == ["韦主任"]
    assert readers(session, granny) == ["韦主任"]
