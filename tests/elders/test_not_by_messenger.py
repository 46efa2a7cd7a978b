"""Whoever wants nothing private sent by messenger is obeyed in every message, but not where there is danger."""

from datetime import timedelta

import pytest
from sqlmodel import select

from handlers.lunch import deliveries as doors
from models.audit import AuditEntry
from models.elders.care import Finding
from models.elders.needs import NeedOutcome
from models.elders.requests import RequestKind
from models.homes.visits import Absence, VisitOutcome
from models.members.consents import Purpose
from models.members.people import CareLink, Consent
from models.members.vault import seal
from rules.elders import care, care_calls, care_notices, escalation, needs, requests, supplies
from rules.elders.needs import Said
from rules.elders.requests import Wish
from rules.homes import visit_records, visit_talk
from rules.homes.visit_records import Note
from rules.lunch import sheets
from rules.lunch.deliveries import Stop
from rules.members import consents, readings
from rules.values import encode
from tests.elders.caring import noon
from texts import Words

PHONE, HOUSE, DRUG = "13877880001", "上寨 7788 号", "胰岛素"


@pytest.fixture(params=[True, False], ids=["yes", "no"])
def agrees(session, granny, act, request):
    """What granny has said about her data travelling by messenger."""
    seal(session, granny, phone=PHONE, address=HOUSE)
    consents.record(session, granny.id, {Purpose.MESSENGER: request.param}, Consent.WRITTEN, act(granny))
    session.flush()
    return request.param


def words(text):
    return Words("zh_CN", "Asia/Shanghai").say(encode(text))


def told(village, session, *who):
    session.flush()
    return "".join("".join(village.told(one)) for one in who)


def test_those_responsible_ring_her_up_only_if_the_number_may_travel(
    village, session, canteen, granny, manager, agrees, act, now
):
    request = requests.ask(session, canteen, granny, Wish(RequestKind.REPAIR, "灯坏了"), act(granny))
    escalation.climb(session, request.id, now + timedelta(minutes=15))
    said = told(village, session, manager)
    assert (PHONE in said, "当面问" in said) == (agrees, not agrees)


def test_the_name_of_her_medicine_goes_to_the_family_only_if_it_may(
    village, session, granny, daughter, agrees, act, now
):
    session.exec(select(CareLink)).one().actions = ["requests"]
    supply = supplies.count(session, granny, DRUG, 3, act(granny))
    supplies.ask_refill(session, supply.id, now)
    said = told(village, session, daughter)
    assert (DRUG in said, "常吃的药" in said) == (agrees, not agrees)


def test_who_looks_for_her_after_a_missed_lunch_has_her_number_only_if_it_may(
    village, session, missed, granny, daughter, manager, clock_at, agrees, act
):
    clock_at(15)
    clock_at(30)
    assert (PHONE in told(village, session, daughter, manager)) == agrees
    scene = care_calls.scene_of(session, missed)
    care.go(session, missed.id, act(daughter, now=noon(31)))
    facts = words(care_notices.to_goer(session, scene, missed).text)
    assert ("7788" in facts, PHONE in facts) == (agrees, agrees)
    readers = {one.name for one in readings.of(session, granny, 20)}
    assert readers == ({"李小红", "韦主任"} if agrees else set()), "what was withheld was not seen"


def test_where_help_is_needed_nobody_asks_for_consent(session, missed, granny, manager, agrees, act):
    care.answer(session, missed.id, Finding.HELP, act(manager, now=noon(10)))
    assert missed.pressing
    scene = care_calls.scene_of(session, missed)
    facts = words(care_notices.to_goer(session, scene, missed).text)
    assert "7788" in facts
    assert PHONE in facts


def test_at_the_door_of_a_visit_nothing_private_is_read_out_against_her_will(session, granny, agrees, now):
    said = words(visit_talk.person(session, granny, now.date()))
    assert ("7788" in said, PHONE in said) == (agrees, agrees)
    assert granny.name in said


class _Turn:
    def __init__(self, session):
        self.session = session


def test_the_carrier_has_neither_address_nor_phone_against_her_will(session, lunch, granny, missed, agrees):
    from tests.elders.caring import bookings_of

    stop = Stop("1", 1, bookings_of(session, granny), granny, None)
    for said in (str(sheets._stop(session, stop)), words(doors._door(_Turn(session), 1, stop).text)):
        assert ("7788" in said, PHONE in said) == (agrees, agrees)
        assert granny.name in said


NEED, ANSWER = "夜里腿痛睡不着", "请医生来看过"


@pytest.fixture
def need(session, granny, social_worker, daughter, agrees, act):
    """What granny said to her daughter, and who is to answer it."""
    return needs.note(session, granny, Said(NEED), act(daughter))


def test_her_words_go_to_who_answers_them_only_if_they_may(village, session, social_worker, need, agrees):
    village.taps(social_worker, f"needsee:{need.id}")
    said = told(village, session, social_worker)
    assert (NEED in said, "请当面问" in said) == (agrees, not agrees)
    read = select(AuditEntry).where(AuditEntry.action == "needs.seen")
    assert bool(session.exec(read).all()) == agrees


def test_her_answer_comes_without_what_it_is_about(
    village, session, granny, social_worker, need, agrees, act
):
    needs.answer(session, need.id, NeedOutcome.MET, ANSWER, act(social_worker))
    said = told(village, session, granny)
    assert "办好了" in said
    assert (NEED in said, ANSWER in said) == (agrees, agrees)


def test_at_the_door_her_needs_are_not_read_out_against_her_will(session, granny, need, agrees):
    said = "".join(words(one) for one in visit_talk.still_open(session, [granny.id]))
    assert (NEED in said, "请当面问" in said) == (agrees, not agrees)


def test_what_was_found_is_told_back_only_if_it_may(
    session, canteen, granny, social_worker, agrees, act, now
):
    note = Note(granny.id, now.date(), VisitOutcome.VISITED, findings="血压偏高", absence=Absence.SUDDEN)
    done = visit_records.record(session, canteen, note, act(social_worker))
    said = words(visit_talk.told(session, done.visit, act(social_worker)))
    assert ("血压" in said, "当面问" in said) == (agrees, not agrees)
    readers = [one.name for one in readings.of(session, granny, 20)]
    assert readers == (["陈社工"] if agrees else [])
