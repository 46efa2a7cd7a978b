"""Who speaks English is asked, told and called in English, while the village goes on in Chinese."""

import pytest
from sqlmodel import select

from models.elders.emergencies import Emergency
from models.elders.requests import Request, RequestKind, RequestState
from models.members.vault import unsealed
from tests.requesting import buttons_of, last_told


@pytest.fixture
def english(village, granny):
    """Granny's grandson has set her phone to English."""
    village.says(granny, "/language")
    village.taps(granny, "lang:en")
    return granny


def test_a_repair_is_asked_for_confirmed_and_accepted_in_english(
    village, session, english, volunteer, canteen
):
    said = village.says(english, "my kitchen lamp is broken")
    assert "Is that right?" in said[0]
    village.taps(english, village.data_of("Yes, find somebody"))
    request = session.exec(select(Request)).one()
    assert (request.kind, request.state) == (RequestKind.REPAIR, RequestState.CONFIRMED)
    village.taps(volunteer, f"reqgo:{request.id}", group=True)
    assert "is on it" in last_told(village, english)
    assert "这件交给您了" in last_told(village, volunteer)
    village.taps(volunteer, f"req:{request.id}:done")
    assert "says it is done" in last_told(village, english)
    village.taps(english, buttons_of(session, english, "Done, thank you"))
    assert request.state == RequestState.ACCEPTED


def test_a_fall_is_heard_in_english_and_the_family_is_called_in_chinese(village, session, english, daughter):
    said = village.says(english, "I fell down and can't get up")
    assert said[0].startswith("Call 120 first!")
    assert "可能有危险" in last_told(village, daughter)
    village.taps(daughter, buttons_of(session, daughter, "我去"))
    assert "is coming to you" in last_told(village, english)
    assert session.exec(select(Emergency)).one().answered_by_id == daughter.id


def test_medicine_in_english_asks_for_its_name(village, session, english):
    assert "Which medicine?" in village.says(english, "please get my medicine")[0]
    assert "aspirin" in village.says(english, "aspirin")[0]
    assert unsealed(session.exec(select(Request)).one(), "item") == "aspirin"


def test_the_list_and_the_supplies_read_well_in_english(village, english):
    village.says(english, "my kitchen lamp is broken")
    village.says(english, "yes")
    assert "needs a repair" in village.says(english, "/requests")[0]
    assert "Nothing is counted" in village.says(english, "/medicine")[0]
    assert "aspirin until" in village.says(english, "/medicine aspirin 20")[0]
