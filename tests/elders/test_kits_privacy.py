"""What granny gave out of her hands, and the code of her door, are hers: sealed, in no audit, and gone when she is."""

import gzip

import pytest
from sqlmodel import select

from models import backup
from models.cards import Card
from models.elders import handovers
from models.elders.handovers import Kit
from models.elders.requests import Handover, Request, RequestKind
from models.members.keyring import Place
from models.members.people import Canteen, Member, MemberRole, Role
from models.members.vault import seal, unsealed
from models.store import open_store
from rules.audit import Act
from rules.elders import errands, kits, request_retention, requests
from rules.elders.requests import Wish
from rules.members import privacy, vanishing
from tests.members.test_vanishing import NOW, settled
from tests.requesting import buttons_of

DOOR, CASH, SPENT = "门禁 7788#", 12345, 6789
SECRETS = ("7788#", str(CASH), str(SPENT), "card")


def in_hand(session, canteen, granny, helper, act):
    """覃叔 has her card and her cash, and has paid."""
    seal(session, granny, address=f"上寨 9 号，{DOOR}")
    wish = Wish(RequestKind.MEDICINE, f"帮我买药，{DOOR}", "降压药")
    errand = requests.ask(session, canteen, granny, wish, act(granny))
    requests.confirm(session, errand.id, act(granny))
    errands.take(session, errand.id, act(helper))
    kits.hand_out(session, errand.id, ["card", "cash"], CASH, act(helper))
    kits.hand_back(session, errand.id, SPENT, act(helper))
    session.flush()
    return errand


def raw(session, *tables):
    """All that stands in some tables; a row of SQLAlchemy would show long values cut."""
    looked = (session.connection().exec_driver_sql(f"SELECT * FROM {name}") for name in tables)
    return str([tuple(row) for found in looked for row in found])


def test_what_granny_gave_lies_sealed_and_is_read_by_who_counts_it(session, canteen, granny, volunteer, act):
    errand = in_hand(session, canteen, granny, volunteer, act)
    found = raw(session, "request", "handover", "audit_entry", "outbox_message", "member")
    assert [secret for secret in SECRETS if secret in found] == []
    given, back = session.exec(select(Handover).order_by(Handover.id)).all()
    assert handovers.kit_in(given) == Kit(("card", "cash"), CASH)
    assert handovers.kit_in(back).cash == CASH - SPENT
    assert handovers.spent_on(session, errand) == SPENT


def test_granny_reads_in_her_data_what_she_gave_and_what_was_paid(session, canteen, granny, volunteer, act):
    in_hand(session, canteen, granny, volunteer, act)
    mine = privacy.kept(session, granny)
    back, given = mine["handed_over"]
    assert (given["way"], given["things"], given["cash"]) == ("to_taker", ["card", "cash"], CASH)
    assert back["cash"] == CASH - SPENT
    assert [one["spent"] for one in mine["requests"]] == [SPENT]
    assert privacy.kept(session, volunteer)["handed_over"] == []


def test_the_card_that_is_ticked_off_is_sealed_as_well(village, session, canteen, granny, volunteer, act):
    errand = requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE), act(granny))
    requests.confirm(session, errand.id, act(granny))
    village.taps(volunteer, f"reqgo:{errand.id}")
    village.taps(volunteer, f"req:{errand.id}:start")
    for label in ("医保卡", "现金"):
        village.taps(volunteer, buttons_of(session, volunteer, label))
    village.taps(volunteer, buttons_of(session, volunteer, "点好了"))
    session.flush()
    assert session.exec(select(Card).where(Card.kind == "requests.cash")).one().facts["things"] == [
        "card",
        "cash",
    ]
    found = raw(session, "card")
    assert '"things"' not in found
    assert "'things'" not in found


def test_a_month_after_the_end_nobody_knows_what_was_in_the_kit(
    session, canteen, granny, volunteer, act, now
):
    errand = in_hand(session, canteen, granny, volunteer, act)
    back = handovers.kit_out(session, errand)
    kits.agree(session, back.id, act(granny))
    assert not request_retention.waits(session, now + request_retention.WORDS_LAST)
    later = now + request_retention.WORDS_LAST * 1.01
    assert request_retention.waits(session, later)
    request_retention.forget(session, later)
    session.expire_all()
    assert {row.kit for row in session.exec(select(Handover))} == {""}
    assert handovers.spent_on(session, errand) is None
    assert not request_retention.waits(session, later)


@pytest.fixture
def village_of_two(store):
    """Granny and 覃叔, who has her things in hand."""

    def fill(session):
        canteen_id, granny_id, helper_id = settled(session)
        granny, helper = session.get_one(Member, granny_id), session.get_one(Member, helper_id)
        session.add(MemberRole(member_id=helper_id, role=Role.VOLUNTEER))
        session.flush()
        in_hand(
            session,
            session.get_one(Canteen, canteen_id),
            granny,
            helper,
            lambda one: Act(NOW, one.id, canteen_id, one.id),
        )
        return granny_id

    return store.write_now(fill)


def test_an_old_copy_shows_nothing_of_the_kit_or_the_door_of_who_was_erased(
    store, store_url, store_keys, village_of_two, tmp_path
):
    file = tmp_path / "before.gz"
    backup.write(store_url, file, store_keys)
    found = gzip.decompress(file.read_bytes()).decode("unicode-escape", "replace")
    assert [secret for secret in SECRETS if secret in found] == []
    store.write_now(lambda session: privacy.erase(session, village_of_two, Act(NOW)).id)
    here = store.read_now(lambda session: raw(session, "request", "handover", "outbox_message"))
    assert [secret for secret in SECRETS if secret in here] == []
    store.read_now(vanishing.destroy)
    target, keys = f"sqlite:///{tmp_path / 'back.db'}", Place(tmp_path / "back.key", tmp_path / "back.ring")
    backup.restore(target, file, keys)
    back = open_store(target, keys=keys)

    def look(session):
        rows = session.exec(select(Handover)).all()
        assert len(rows) == 2
        assert {handovers.kit_in(row) for row in rows} == {Kit()}
        found = session.exec(select(Request)).all()
        return [unsealed(one, name) for one in found for name in ("spent", "words", "item")]

    try:
        assert set(back.read_now(look)) == {""}
    finally:
        back.close_now()
