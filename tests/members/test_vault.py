"""What is private lies sealed: bound to its place, worth nothing elsewhere, never said to a group."""

import shutil

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from models import migrate
from models.cards import Card
from models.members.keyring import Forgotten, Place
from models.members.people import Member
from models.members.vault import Broken, Ciphertext, Private, Vault, opened, seal, unsealed, vault_of
from models.outbox import MessageClass, OutboxMessage
from models.store import open_store, write
from rules import outbox
from rules.values import Message, Text, encode_message, lines

PHONE, ADDRESS = "13877880001", "上寨 7788 号后门"


def raw(session, table):
    session.flush()
    return str(session.connection().exec_driver_sql(f"SELECT * FROM {table}").fetchall())


def test_what_is_sealed_reads_back_and_shows_nothing_where_it_lies(session, granny):
    seal(session, granny, phone=PHONE, address=ADDRESS)
    assert (unsealed(granny, "phone"), opened(session, granny, "address")) == (PHONE, ADDRESS)
    assert unsealed(granny, "phone").owner == granny.id
    found = raw(session, "member")
    assert PHONE not in found
    assert "7788" not in found
    session.expire_all()
    assert isinstance(granny.phone, Ciphertext)
    assert repr(granny.phone) == "Ciphertext()"
    assert unsealed(granny, "phone") == PHONE


def test_plain_words_do_not_get_into_a_sealed_column(session, granny):
    granny.phone = PHONE
    with pytest.raises(StatementError, match="PlainText"):
        session.flush()
    granny.phone = ""


def test_emptied_is_empty(session, granny):
    seal(session, granny, phone=PHONE)
    seal(session, granny, phone="")
    assert granny.phone == unsealed(granny, "phone") == ""


def test_what_was_moved_to_another_row_or_column_does_not_open(session, granny, neighbour):
    seal(session, granny, phone=PHONE, address=ADDRESS)
    neighbour.phone = granny.phone
    granny.address = granny.phone
    session.flush()
    assert unsealed(neighbour, "phone") == ""
    assert unsealed(granny, "address") == ""
    assert unsealed(granny, "phone") == PHONE


def test_a_changed_letter_is_noticed(session, granny):
    vault = vault_of(session.get_bind().dialect)
    sealed = vault.seal(granny.id, "member:1:phone", PHONE)
    other = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(Broken):
        vault.open(granny.id, "member:1:phone", other)
    with pytest.raises(Forgotten):
        vault.open(987_654, "member:1:phone", sealed)


def test_the_same_words_never_look_the_same(session, granny):
    vault = vault_of(session.get_bind().dialect)
    assert vault.seal(granny.id, "x", PHONE) != vault.seal(granny.id, "x", PHONE)


def test_more_people_than_are_remembered_are_opened_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("models.members.vault.MOST_KEYS", 2)
    vault = Vault(Place(tmp_path / "a.key", tmp_path / "a.ring"))
    sealed = {number: vault.seal(number, "x", f"{number}") for number in range(5)}
    assert [vault.open(number, "x", one) for number, one in sealed.items()] == ["0", "1", "2", "3", "4"]


def test_a_message_that_says_it_is_sealed_where_it_lies_and_read_when_it_leaves(
    session, granny, daughter, now
):
    seal(session, granny, phone=PHONE)
    said = lines(
        Text("verbatim", text="她的电话"), Text("requests.phone_them", phone=unsealed(granny, "phone"))
    )
    row = outbox.tell(session, "told", daughter, said, now=now)
    session.flush()
    assert PHONE not in raw(session, "outbox_message")
    session.expire_all()
    assert PHONE in str(session.get_one(OutboxMessage, row.id).body)


def test_a_message_whose_key_was_made_anew_says_nothing_and_holds_up_no_other(session, granny, daughter, now):
    seal(session, granny, phone=PHONE)
    said = Text("requests.phone_them", phone=unsealed(granny, "phone"))
    row = outbox.tell(session, "told", daughter, said, now=now)
    session.flush()
    ring = vault_of(session.get_bind().dialect).ring
    ring.destroy(granny.id)
    ring.key_for(granny.id)
    session.expire_all()
    kept = session.get_one(OutboxMessage, row.id)
    assert PHONE not in str(kept.body)
    assert kept.body["text"]["key"] == "verbatim"
    assert unsealed(granny, "phone") == ""


def test_a_card_that_keeps_it_is_sealed_as_well(session, now):
    card = Card(
        telegram_id=1, chat_id=1, kind="x", facts={"private": 0, "words": PHONE}, asked_at=now, expires_at=now
    )
    session.add(card)
    assert PHONE not in raw(session, "card")
    session.expire_all()
    assert card.facts["words"] == PHONE


def test_what_is_private_is_never_said_to_a_group(session, canteen, granny, now):
    group = outbox.group_of(canteen)
    said = Message(Text("requests.phone_them", phone=Private(PHONE, granny.id)))
    assert encode_message(said)["private"] == granny.id
    with pytest.raises(outbox.PrivateInGroup):
        outbox.post(session, "x", group, said, kind=MessageClass.POST, now=now)


def test_the_migration_seals_what_is_there_and_opens_it_again_on_the_way_back(
    tmp_path, store_url, store_keys
):
    migrate.downgrade(store_url, "0007", store_keys)
    engine = sa.create_engine(store_url)
    with engine.begin() as connection:
        village = "INSERT INTO canteen (id, name, timezone, language, settings, created_at) VALUES "
        connection.execute(
            sa.text(village + "(1, '鼓楼', 'Asia/Shanghai', 'zh_CN', '{}', '2026-11-25 02:00:00')")
        )
        person = "INSERT INTO member (id, canteen_id, name, phone, hamlet, address, diet, hardship, status, joined_at) VALUES "
        for number, phone in ((1, PHONE), (2, "")):
            values = f"({number}, 1, 'x', '{phone}', '', '{ADDRESS}', '[]', false, 'active', '2026-11-25 02:00:00')"
            connection.execute(sa.text(person + values))
    migrate.upgrade(store_url, keys=store_keys)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT phone, address FROM member ORDER BY id")).fetchall()
    assert [bool(phone) for phone, _ in rows] == [True, False]
    assert not any(PHONE in str(row) or "7788" in str(row) for row in rows)
    store = open_store(store_url, keys=store_keys)
    assert store.read_now(lambda session: str(unsealed(session.get_one(Member, 1), "phone"))) == PHONE
    store.close_now()
    migrate.downgrade(store_url, "0007", store_keys)
    with engine.connect() as connection:
        back = connection.execute(sa.text("SELECT phone, address FROM member ORDER BY id")).fetchall()
    engine.dispose()
    assert [tuple(row) for row in back] == [(PHONE, ADDRESS), ("", ADDRESS)]


async def test_two_stores_in_one_process_seal_each_with_its_own_keys(tmp_path, sqlite_template, now):
    """A statement put into SQL once for one store must not carry its keys to the next."""
    for name in ("first", "second"):
        shutil.copy(sqlite_template, tmp_path / f"{name}.db")
        store = open_store(f"sqlite:///{tmp_path / f'{name}.db'}")
        row = OutboxMessage(
            key=name,
            chat_id=1,
            kind=MessageClass.NOTICE,
            body={"private": 1, "words": PHONE},
            due_at=now,
            created_at=now,
        )
        number = await store.write(lambda session, row=row: write(session, row))
        kept = await store.read(lambda session, number=number: session.get_one(OutboxMessage, number).body)
        await store.close()
        assert kept["words"] == PHONE, name
