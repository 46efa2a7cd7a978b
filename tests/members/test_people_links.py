"""Links and codes: an elder invites a daughter, staff invite for those who agreed, each link opens once."""

import io
import re

import pytest
from sqlmodel import select

from models.lunch.meals import Booking
from models.members.people import CareLink, Member
from models.outbox import OutboxMessage
from texts import Words
from texts.files import link


@pytest.fixture
def stranger(village):
    return Member(name="小李", telegram_id=2000, canteen_id=0, joined_at=village.now)


def address(said):
    """The address in an answer."""
    return re.search(r"https://t\.me/gulou_bot\?start=([\w-]{22})$", said).group(1)


def test_granny_asks_her_family_in_and_the_granddaughter_books_for_her(village, session, granny, stranger):
    secret = address(village.says(granny, "请家人替我订饭")[0])
    said = village.says(stranger, f"/start {secret}")
    assert any("您可以替李奶奶订饭了" in words for words in said)
    assert any("小李" in words for words in village.told(granny))
    village.says(stranger, "帮李奶奶订明天中午一份")
    assert session.exec(select(Booking.eater_id)).all() == [granny.id]


def test_the_link_travels_as_a_code_to_be_scanned(village, session, granny):
    secret = address(village.says(granny, "/pair")[0])
    row = session.exec(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    facts = row.body["attachment"]["facts"]
    assert facts == {"url": f"https://t.me/gulou_bot?start={secret}"}
    name, content = link(facts, Words("zh_CN", "UTC"))
    assert name.endswith(".png")
    assert content.startswith(b"\x89PNG")


def test_the_code_says_the_address():
    segno = pytest.importorskip("segno")
    url = "https://t.me/gulou_bot?start=abcdefghijklmnopqrstuv"
    wanted = io.BytesIO()
    segno.make(url, error="m").save(wanted, kind="png", scale=8, border=4)
    assert link({"url": url}, Words("zh_CN", "UTC"))[1] == wanted.getvalue()


def test_the_social_worker_pairs_an_elder_who_agreed(village, session, social_worker, neighbour, stranger):
    village.says(social_worker, "/pair 覃叔")
    village.taps(social_worker, village.data_of("口头"))
    secret = address(village.told(social_worker)[-1])
    village.says(stranger, f"/start {secret}")
    carer = session.exec(select(Member).where(Member.telegram_id == 2000)).one()
    found = session.exec(select(CareLink)).one()
    assert (found.elder_id, found.carer_id, found.consent_witness_id) == (
        neighbour.id,
        carer.id,
        social_worker.id,
    )


def test_an_elders_phone_is_made_known_by_its_link(village, session, social_worker, neighbour, stranger):
    secret = address(village.says(social_worker, "/invite 覃叔")[0])
    village.says(stranger, f"/start {secret}")
    assert neighbour.telegram_id == 2000


def test_a_link_opens_once(village, session, granny, stranger, volunteer):
    secret = address(village.says(granny, "/pair")[0])
    village.says(stranger, f"/start {secret}")
    assert "用过了" in village.says(volunteer, f"/start {secret}")[0]
    assert len(session.exec(select(CareLink)).all()) == 1


def test_in_the_group_no_link_is_made(village, session, granny):
    assert "私下" in village.says(granny, "/pair", group=True)[0]
