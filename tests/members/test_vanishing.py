"""Whoever asked to be forgotten is forgotten in every copy that was ever taken, and nobody else is."""

import gzip
import json
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from jobs.duties import Look
from jobs.members import vanishing as duty
from models import backup
from models.elders.requests import Request, RequestKind
from models.lunch.meals import Booking, Meal, Mode, Sitting, Source
from models.members.keyring import Keyring, Place
from models.members.people import Account, Canteen, Member
from models.members.vault import seal, unsealed
from models.outbox import MessageClass, OutboxMessage, OutboxState
from models.store import open_store
from rules import outbox
from rules.audit import Act
from rules.elders import requests
from rules.elders.requests import Wish
from rules.members import privacy, vanishing
from rules.outbox import Receiver
from rules.values import Text

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
CANARIES = ("韦秀兰", "上寨 7788 号后门", "13877880001", "甘精胰岛素", "糖尿病酮症", "少油少盐", "10017788")


def settled(session):
    """A village with granny, whom the canaries are about, and her neighbour."""
    canteen = Canteen(name="鼓楼食堂", chat_id=-1001, created_at=NOW)
    session.add(canteen)
    session.flush()
    people = [
        Member(canteen_id=canteen.id, name=name, telegram_id=number, joined_at=NOW, approved_at=NOW)
        for name, number in (("韦秀兰", 10017788), ("覃叔", 10019999))
    ]
    meal = Meal(
        canteen_id=canteen.id,
        day=date(2026, 11, 26),
        sitting=Sitting.LUNCH,
        seats=40,
        closes_at=NOW,
        starts_at=NOW,
    )
    session.add_all([*people, meal])
    session.flush()
    granny, neighbour = people
    seal(session, granny, address=CANARIES[1], phone=CANARIES[2])
    seal(session, neighbour, phone="13900000000")
    act = Act(NOW, granny.id, canteen.id)
    requests.ask(session, canteen, granny, Wish(RequestKind.MEDICINE, CANARIES[4], CANARIES[3]), act)
    for one, note in ((granny, "少油少盐"), (neighbour, "多饭")):
        booking = Booking(
            meal_id=meal.id,
            eater_id=one.id,
            mode=Mode.DELIVERY,
            booked_at=NOW,
            source=Source.MESSAGE,
            note=note,
        )
        session.add(booking)
        session.add(Account(telegram_id=one.telegram_id, name=one.name))
    told(session, canteen, neighbour, granny)
    return canteen.id, granny.id, neighbour.id


def told(session, canteen, who, about):
    """Somebody was told where granny lives; the message has gone out."""
    receiver = Receiver(who.telegram_id, "zh_CN", canteen.id, who.id)
    said = Text("requests.details_where", place=unsealed(about, "address"), phone=unsealed(about, "phone"))
    row = outbox.post(session, "told:1", receiver, said, kind=MessageClass.NOTICE, now=NOW)
    waiting = outbox.post(session, "told:2", receiver, said, kind=MessageClass.NOTICE, now=NOW)
    assert row is not None
    assert waiting is not None
    row.status = OutboxState.SENT
    session.add(row)


@pytest.fixture
def village(store):
    return store.write_now(settled)


def forget(store, member_id):
    store.write_now(lambda session: privacy.erase(session, member_id, Act(NOW)).id)
    store.read_now(vanishing.destroy)


def words_in(file):
    return gzip.decompress(file.read_bytes()).decode("unicode-escape", "replace")


def test_a_stolen_copy_names_nobody(store, store_url, store_keys, village, tmp_path):
    file = tmp_path / "copy.gz"
    backup.write(store_url, file, store_keys)
    found = words_in(file)
    assert [canary for canary in (*CANARIES, "覃叔", "13900000000") if canary in found] == []


def test_a_copy_taken_before_the_erasure_brings_her_back_as_a_number_and_her_neighbour_whole(
    store, store_url, store_keys, village, tmp_path
):
    _, granny_id, neighbour_id = village
    file = tmp_path / "before.gz"
    count = backup.write(store_url, file, store_keys)
    forget(store, granny_id)
    target, keys = f"sqlite:///{tmp_path / 'back.db'}", Place(tmp_path / "back.key", tmp_path / "back.ring")
    assert backup.restore(target, file, keys) <= count
    back = open_store(target, keys=keys)

    def look(session):
        granny, neighbour = session.get_one(Member, granny_id), session.get_one(Member, neighbour_id)
        assert (granny.name, granny.telegram_id, granny.erased_at is not None) == (
            f"#{granny_id}",
            None,
            True,
        )
        assert (granny.phone, granny.address) == ("", "")
        assert (neighbour.name, unsealed(neighbour, "phone")) == ("覃叔", "13900000000")
        request = session.exec(select(Request)).one()
        assert (request.words, request.item) == ("", "")
        notes = {one.eater_id: one.note for one in session.exec(select(Booking)).all()}
        assert notes == {granny_id: "", neighbour_id: "多饭"}
        rows = session.exec(select(OutboxMessage)).all()
        assert {row.status for row in rows} <= {OutboxState.SENT, OutboxState.MISSED}
        return json.dumps([row.body for row in rows], ensure_ascii=False)

    try:
        kept = back.read_now(look)
    finally:
        back.close_now()
    kept += (tmp_path / "back.db").read_bytes().decode("utf-8", "replace")
    assert [canary for canary in CANARIES if canary in kept] == []


def test_without_the_keys_a_copy_is_refused_or_comes_back_as_numbers(
    store, store_url, store_keys, village, tmp_path
):
    file = tmp_path / "copy.gz"
    backup.write(store_url, file, store_keys)
    store_keys.ring.unlink()
    target, keys = f"sqlite:///{tmp_path / 'back.db'}", Place(tmp_path / "back.key", tmp_path / "back.ring")
    with pytest.raises(backup.NoKeys):
        backup.restore(target, file, keys)
    backup.restore(target, file, keys, without=True)
    back = open_store(target, keys=keys)
    names = back.read_now(lambda session: {one.name for one in session.exec(select(Member)).all()})
    back.close_now()
    assert names == {f"#{village[1]}", f"#{village[2]}"}


def test_nothing_of_her_lies_readable_in_the_live_store_even_before(store, store_url, village):
    """What is sealed is sealed while she lives; her name and her note stand in the clear, for the kitchen."""

    def raw(session):
        tables = ("member", "request", "outbox_message", "card")
        return str(
            [tuple(r) for n in tables for r in session.connection().exec_driver_sql(f"SELECT * FROM {n}")]
        )

    found = store.read_now(raw)
    assert [canary for canary in CANARIES[1:5] if canary in found] == []


def test_the_clock_destroys_the_key_of_whoever_was_erased_in_a_chat(store, store_keys, village, tmp_path):
    _, granny_id, neighbour_id = village

    def due(session):
        return list(duty.keys_due(Look(session, NOW, ())))

    assert store.read_now(due) == []
    store.write_now(lambda session: privacy.erase(session, granny_id, Act(NOW)).id)
    (found,) = store.read_now(due)
    store.write_now(lambda session: duty.destroy_keys(session, found, NOW))
    assert store.read_now(due) == []
    assert granny_id not in Keyring(store_keys).people()
    assert neighbour_id in Keyring(store_keys).people()


def test_an_erasure_that_is_rolled_back_costs_no_key(store, store_keys, village):
    def failing(session):
        privacy.erase(session, village[1], Act(NOW))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write_now(failing)
    store.read_now(vanishing.destroy)
    assert village[1] in Keyring(store_keys).people()


def test_what_others_were_told_about_her_goes_with_her(store, village):
    forget(store, village[1])
    bodies = store.read_now(
        lambda session: str([row.body for row in session.exec(select(OutboxMessage)).all()])
    )
    assert [canary for canary in CANARIES if canary in bodies] == []
