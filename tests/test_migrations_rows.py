"""What stood in an older store is there after it was brought up, on both databases: rows, not only tables."""

import json
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from models import migrate
from models.members.keyring import Place
from models.members.vault import Vault, entrust

NOW = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
KIT = '{"things": ["card", "cash"], "cash": 10000}'


@pytest.fixture
def older(store_url, tmp_path):
    """Takes the store down to a revision and answers how to fill its tables as they were; nothing need be said twice."""
    keys = Place(tmp_path / "older.key", tmp_path / "older.ring")
    engine = sa.create_engine(store_url)
    entrust(engine, Vault(keys))

    def down(revision):
        migrate.downgrade(store_url, revision)
        tables = sa.MetaData()
        tables.reflect(engine)

        def fill(name, /, **said):
            table = tables.tables[name]
            rest = {c.name: _blank(c) for c in table.columns if not c.nullable and not c.primary_key}
            with engine.begin() as connection:
                return connection.execute(sa.insert(table).values({**rest, **said})).inserted_primary_key[0]

        return fill

    def look(words):
        with engine.connect() as connection:
            return connection.execute(sa.text(words)).mappings().all()

    yield down, lambda: migrate.upgrade(store_url, keys=keys), look, Vault(keys)
    engine.dispose()


def _blank(column):
    if isinstance(column.type, sa.JSON):
        return []
    kinds = {datetime: NOW, date: NOW.date(), int: 0, bool: False, str: "x"}
    return kinds[column.type.python_type]


def village(fill):
    """A canteen with granny, and 覃叔, who was forgotten."""
    canteen = fill("canteen", name="鼓楼食堂", settings={}, created_at=NOW)
    facts = {"canteen_id": canteen, "joined_at": NOW, "status": "active", "diet": []}
    return canteen, fill("member", name="李奶奶", **facts), fill("member", name="#3", erased_at=NOW, **facts)


def test_what_was_in_grannys_kit_is_sealed_and_that_of_who_was_forgotten_is_gone(older):
    down, up, look, vault = older
    fill = down("0009")
    canteen, granny, gone = village(fill)
    for elder in (granny, gone):
        facts = {"canteen_id": canteen, "elder_id": elder, "kind": "medicine", "urgency": "normal"}
        errand = fill("request", **facts, state="accepted", words="", item="", photo="", spent=6800)
        fill(
            "handover",
            request_id=errand,
            way="to_taker",
            things=["card", "cash"],
            cash=10000,
            stated_by_id=granny,
        )
    up()
    kits = {row["elder_id"]: row for row in look("SELECT * FROM handover")}
    paid = {row["elder_id"]: row for row in look("SELECT * FROM request")}
    assert (kits[gone]["kit"], paid[gone]["spent"]) == ("", "")
    number, errand = kits[granny]["id"], paid[granny]["id"]
    assert json.loads(vault.open(granny, f"handover:{number}:kit", kits[granny]["kit"])) == json.loads(KIT)
    assert vault.open(granny, f"request:{errand}:spent", paid[granny]["spent"]) == "6800"


def test_a_kit_goes_down_and_up_again_with_the_store(older, store_url):
    down, up, look, vault = older
    fill = down("0009")
    canteen, granny, _ = village(fill)
    facts = {"canteen_id": canteen, "elder_id": granny, "kind": "medicine", "urgency": "normal"}
    errand = fill("request", **facts, state="accepted", words="", item="", photo="", spent=None)
    fill(
        "handover",
        request_id=errand,
        way="to_taker",
        things=["card", "cash"],
        cash=10000,
        stated_by_id=granny,
    )
    up()
    migrate.downgrade(store_url, "0009", keys=vault.ring.place)
    (row,) = look("SELECT things, cash, (SELECT spent FROM request) AS spent FROM handover")
    things = row["things"] if isinstance(row["things"], list) else json.loads(row["things"])
    assert (things, row["cash"], row["spent"]) == (["card", "cash"], 10000, None)
