"""Whoever's health is noted for the first time is asked whether it may be: by the bot, or by who wrote it down."""

import pytest
from sqlmodel import select

from models.elders.needs import Need
from models.homes.visits import Visit
from models.members.consents import Purpose
from models.members.people import Consent
from models.members.vault import unsealed
from rules.members import consents
from tests.requesting import buttons_of

WITH_PHONE, WITHOUT = "李奶奶", "覃叔"


def visited(village, worker, name, found="血压偏高"):
    """The social worker writes down a visit and says that nobody came along."""
    village.says(worker, f"今天走访{name}家，{found}")
    village.taps(worker, buttons_of(village.session, worker, "一个人"))
    village.taps(worker, buttons_of(village.session, worker, "临时"))
    village.session.flush()


def kept(session, person):
    session.expire_all()
    own = select(Visit).where(Visit.elder_id == person.id).order_by(Visit.id.desc())
    return str(unsealed(session.exec(own).first(), "findings"))


def asked(village, who):
    return [said for said in village.told(who) if "身体情况" in said]


def test_who_writes_the_first_note_about_someone_without_a_phone_asks_and_writes_down_how(
    village, session, neighbour, social_worker
):
    visited(village, social_worker, WITHOUT)
    assert "第一次记覃叔的身体情况" in asked(village, social_worker)[-1]
    assert kept(session, neighbour) == "血压偏高", "it lies sealed until the answer"
    village.taps(social_worker, buttons_of(session, social_worker, "可以记身体情况"))
    village.taps(social_worker, buttons_of(session, social_worker, "按了手印"))
    said = consents.of(session, neighbour.id)[Purpose.HEALTH]
    assert (said.given, said.how, said.recorded_by_id) == (True, Consent.FINGERPRINT, social_worker.id)
    before = len(asked(village, social_worker))
    visited(village, social_worker, WITHOUT, "走路不稳")
    assert len(asked(village, social_worker)) == before, "asked once"


def test_a_no_empties_what_was_noted_and_nothing_is_asked_again(village, session, neighbour, social_worker):
    visited(village, social_worker, WITHOUT)
    village.taps(social_worker, buttons_of(session, social_worker, "别记"))
    village.taps(social_worker, buttons_of(session, social_worker, "删掉"))
    assert not consents.of(session, neighbour.id)[Purpose.HEALTH].given
    assert kept(session, neighbour) == ""
    before = len(asked(village, social_worker))
    visited(village, social_worker, WITHOUT, "走路不稳")
    assert kept(session, neighbour) == ""
    assert not [said for said in asked(village, social_worker)[before:] if "第一次" in said]


def test_granny_with_a_phone_is_asked_herself_once(village, session, granny, social_worker):
    for found in ("血压偏高", "走路不稳"):
        visited(village, social_worker, WITH_PHONE, found)
    (question,) = asked(village, granny)
    assert "陈社工记下了您的身体情况" in question
    assert "血压" not in question
    village.taps(granny, buttons_of(session, granny, "可以记身体情况"))
    said = consents.of(session, granny.id)[Purpose.HEALTH]
    assert (said.given, said.how, said.recorded_by_id) == (True, Consent.WRITTEN, granny.id)


def test_a_need_about_health_asks_too(village, session, granny, social_worker):
    village.says(social_worker, "/need 李奶奶 腿痛，想看医生")
    assert session.exec(select(Need)).one().category == "health"
    assert len(asked(village, granny)) == 1


@pytest.mark.parametrize("found", ["人很精神", ""])
def test_a_village_that_asks_first_keeps_nothing_until_the_answer(
    village, session, canteen, neighbour, social_worker, found
):
    canteen.settings = {"consent_first": True}
    session.add(canteen)
    visited(village, social_worker, WITHOUT, found or "血压偏高")
    assert kept(session, neighbour) == ""
    assert any("第一次记覃叔" in said for said in asked(village, social_worker))
