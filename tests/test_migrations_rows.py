"""What stood in an older store is there after it was brought up, on both databases: rows, not only tables."""

import json
from datetime import UTC, date, datetime, timedelta

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


def missed(fill, canteen, granny, **said):
    """A lunch granny booked, the alarm of it, and maybe what became of its delivery."""
    outcome = said.pop("outcome", None)
    day = NOW.date() + timedelta(days=said.pop("days", 0))
    meal = fill(
        "meal", canteen_id=canteen, day=day, sitting="lunch", state="served", dishes=[], closes_at=NOW
    )
    booking = fill(
        "booking", meal_id=meal, eater_id=granny, portions=1, mode="delivery", state="no_show", guests=[]
    )
    if outcome:
        fill("delivery", booking_id=booking, outcome=outcome, note="")
    fill("mealalarm", **{"booking_id": booking, "raised_at": NOW, "finding": "", **said})
    return meal


def test_whoever_was_missed_before_is_still_asked_after_and_what_was_over_stays_over(older):
    down, up, look, _ = older
    fill = down("0008")
    canteen, granny, _ = village(fill)
    soon, later = NOW + timedelta(minutes=15), NOW + timedelta(hours=1)
    asked = missed(fill, canteen, granny, step="family", next_at=soon)
    door = missed(fill, canteen, granny, step="manager", next_at=soon, outcome="not_home", days=1)
    over = missed(fill, canteen, granny, step="elder", closed_at=later, finding="unreachable", days=2)
    stuck = missed(fill, canteen, granny, step="manager", days=3)
    up()
    rows = {row["meal_id"]: row for row in look("SELECT * FROM concern ORDER BY id")}
    assert set(rows) == {asked, door, over, stuck}
    assert {(row["canteen_id"], row["elder_id"]) for row in rows.values()} == {(canteen, granny)}
    told = {meal: (row["cause"], row["step"], row["finding"]) for meal, row in rows.items()}
    assert told[asked] == ("no_show", 2, None)
    assert told[door] == ("not_home", 4, None)
    assert told[over] == ("no_show", 1, "nobody")
    assert [rows[meal]["closed_at"] is None for meal in (asked, door, over, stuck)] == [
        True,
        True,
        False,
        False,
    ]
    assert [rows[meal]["next_at"] is None for meal in (asked, door, over, stuck)] == [
        False,
        False,
        True,
        True,
    ]
    assert look("SELECT count(*) AS found FROM booking") == [{"found": 4}]


def test_an_alarm_goes_down_and_up_again(older, store_url):
    down, up, look, vault = older
    fill = down("0008")
    canteen, granny, _ = village(fill)
    missed(fill, canteen, granny, step="family", next_at=NOW + timedelta(minutes=15))
    up()
    migrate.downgrade(store_url, "0008", keys=vault.ring.place)
    (row,) = look("SELECT * FROM mealalarm")
    assert (row["step"], row["finding"], row["closed_at"]) == ("family", "", None)
    assert row["next_at"] is not None
