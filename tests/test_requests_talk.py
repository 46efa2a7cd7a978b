"""Asking for help and getting it, as the village talks: every path from the first sentence to the thank-you."""


import pytest
from sqlmodel import select

from models.people import CareLink
from models.requests import Handover, Request, RequestKind, RequestState, Supply
from tests.requesting import buttons_of, last_told


@pytest.fixture
def entitled(session, daughter):
    """The daughter may ask for help for her mother as well."""
    link = session.exec(select(CareLink).where(CareLink.carer_id == daughter.id)).one()
    link.actions = ["meals", "requests"]
    session.add(link)
    session.flush()
    return daughter


def only(session) -> Request:
    return session.exec(select(Request)).one()


def test_a_medicine_errand_from_the_first_sentence_to_the_thank_you(
    village, session, granny, entitled, volunteer, canteen
):
    granny.address, granny.phone = "上寨 12 号", "13800000001"
    village.says(granny, "帮我买降压药")
    request = only(session)
    assert (request.kind, request.state, request.item) == (RequestKind.MEDICINE, RequestState.ASKED, "降压药")
    village.taps(granny, village.data_of("对，找人"))
    assert request.state == RequestState.CONFIRMED
    village.taps(volunteer, f"reqgo:{request.id}", group=True)
    assert (request.state, request.taker_id) == (RequestState.TAKEN, volunteer.id)
    told = "\n".join(village.told(volunteer))
    assert "上寨 12 号" in told
    assert "13800000001" in told
    assert "降压药" in told
    card = buttons_of(session, volunteer, "医保卡")
    village.taps(volunteer, card)
    village.taps(volunteer, buttons_of(session, volunteer, "现金"))
    village.taps(volunteer, buttons_of(session, volunteer, "点好了"))
    village.says(volunteer, "100")
    kit = session.exec(select(Handover)).one()
    assert (kit.things, kit.cash, kit.agreed_at) == (["card", "cash"], 10000, None)
    village.taps(granny, f"reqkit:{kit.id}:yes")
    assert kit.agreed_by_id == granny.id
    assert request.state == RequestState.DOING
    village.taps(volunteer, f"req:{request.id}:done")
    assert "找回的钱31.50元" in village.says(volunteer, "68.5")[0]
    back = session.exec(select(Handover).order_by(Handover.id.desc())).first()
    assert back.things == ["goods", "receipt", "card", "change"]
    village.taps(entitled, f"reqkit:{back.id}:yes")
    assert (request.state, request.next_at) == (RequestState.ACCEPTED, None)
    assert "谢谢您" in last_told(village, volunteer)
    village.taps(entitled, f"reqrate:{request.id}:3")
    assert (request.rating, request.rated_by_id) == (3, entitled.id)
    village.taps(entitled, f"reqdays:{request.id}:30")
    supply = session.exec(select(Supply)).one()
    assert supply.item == "降压药"
    assert (supply.runs_out_on - supply.counted_on).days == 30
