"""Sheets and lists: what the kitchen reads on the wall, and what scripts read in files."""

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from jobs.duties import Look
from jobs.lunch import sheets as duties
from models.lunch.meals import Mode, Sitting
from models.members.people import Member
from models.members.vault import seal
from models.outbox import OutboxMessage
from rules import exports
from rules.lunch import bookings, deliveries, diets, menus, sheets
from rules.lunch.bookings import Order
from rules.lunch.menus import MenuLine
from texts import sheets as paper
from texts import tables
from texts.rendering import Words

THURSDAY = date(2026, 11, 26)
LUNCH = MenuLine(THURSDAY, Sitting.LUNCH, ("红烧肉", "花生米", "冬瓜汤"))
WORDS = Words("zh_CN", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("diet", "note", "dishes", "against"),
    [
        (["不吃猪肉"], "", ["梅菜扣肉", "青菜"], ("梅菜扣肉",)),
        ([], "不要辣", ["麻婆豆腐", "蒸蛋"], ("麻婆豆腐",)),
        (["花生过敏"], "", ["宫保鸡丁"], ("宫保鸡丁",)),
        (["怕鱼刺"], "", ["清蒸鱼", "鱼香茄子"], ("清蒸鱼",)),
        (["吃素"], "", ["素鸡", "牛肉"], ("牛肉",)),
        (["不吃牛肉"], "", ["牛奶"], ()),
        (["no pork"], "", ["Braised Pork"], ("Braised Pork",)),
        ([], "", ["红烧肉"], ()),
    ],
)
def test_dishes_against_a_diet_are_named_and_no_others(diet, note, dishes, against):
    assert diets.clashes(diets.preparations(diet, note), dishes) == against


@pytest.fixture
def lunch(session, canteen, granny, neighbour, manager, cook, act):
    granny.diet, neighbour.diet = ["不吃猪肉", "软一点"], ["软"]
    meal = menus.write(session, canteen, LUNCH, act(cook))
    order = Order(THURSDAY, Sitting.LUNCH, 2, Mode.DINE_IN, guests=("小明",))
    bookings.book(session, canteen, granny, order, act(granny))
    home = Order(THURSDAY, Sitting.LUNCH, 1, Mode.DELIVERY)
    bookings.book(session, canteen, neighbour, home, act(manager))
    session.flush()
    return meal


def test_the_kitchen_sheet_says_how_many_how_cooked_and_whom_to_call(session, lunch):
    sheet = sheets.data(session, "kitchen", {"meal_id": lunch.id})
    assert sheet["total"] == 3
    assert dict(sheet["modes"]) == {"dine_in": 2, "delivery": 1, "takeaway": 0}
    assert dict(sheet["preparations"]) == {"soft": 2, "no_pork": 1}
    assert [(row["name"], row["dishes"]) for row in sheet["clashes"]] == [("李奶奶", ["红烧肉"])]
    assert sheet["calls"] == ["覃叔"]
    assert sheet["guests"] == [["李奶奶", ["小明"]]]
    json.dumps(sheet)


def test_the_sheet_goes_to_cook_and_manager_when_the_meal_closes(session, canteen, lunch, cook, manager):
    early = Look(session, lunch.closes_at - timedelta(seconds=1), [canteen])
    assert list(duties.due(early)) == []
    (due,) = duties.due(Look(session, lunch.closes_at, [canteen]))
    duties.do(session, due, lunch.closes_at)
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith("kitchen:"))).all()
    assert {row.member_id for row in rows} == {cook.id, manager.id}
    papers = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith("paper:"))).all()
    assert papers[0].body["attachment"] == {"sheet": "kitchen", "facts": {"meal_id": lunch.id}}
    said = WORDS.say(rows[0].body["text"])
    assert "共 3 份" in said
    assert "李奶奶（软一点、不吃猪肉）不能吃红烧肉" in said
    assert "⟦" not in said


def test_addresses_stand_only_on_the_sheet_of_the_carrier(session, lunch, neighbour, volunteer, cook, act):
    seal(session, neighbour, address="下寨 7 号", phone="13800000000")
    session.flush()
    assert "13800000000" not in json.dumps(sheets.data(session, "kitchen", {"meal_id": lunch.id}))
    deliveries.carry(session, lunch, "1", act(volunteer, now=lunch.starts_at))
    facts = {"meal_id": lunch.id}
    mine = sheets.data(session, "delivery", {**facts, "carrier_id": volunteer.id})
    assert [(stop["name"], stop["phone"]) for stop in mine["stops"]] == [("覃叔", "13800000000")]
    assert sheets.data(session, "delivery", {**facts, "carrier_id": cook.id})["stops"] == []


def pages(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf)) or int(re.search(rb"/Count (\d+)", pdf)[1])


def kitchen(count, name="李奶奶"):
    eater = {"name": name, "portions": 1, "mode": "dine_in", "wants": ["soft"], "note": "#evil() $x$ *"}
    return {
        "canteen": "鼓楼食堂",
        "day": "2026-11-26",
        "sitting": "lunch",
        "dishes": ["红烧肉"],
        "modes": [["dine_in", count]],
        "total": count,
        "preparations": [["soft", count]],
        "clashes": [],
        "calls": ["覃叔"],
        "guests": [],
        "eaters": [eater] * count,
        "ask_after": [],
    }


@pytest.mark.parametrize(
    ("count", "name"), [(0, "李"), (8, "嘦禤䶮"), (120, "李奶奶"), (120, "名" * 64), (500, "韦")]
)
def test_a_sheet_is_one_page_whatever(count, name):
    made = paper.pdf("kitchen", kitchen(count, name), WORDS)
    assert made.startswith(b"%PDF")
    assert pages(made) == 1


def test_the_carriers_sheet_is_one_page_too():
    stop = {
        "name": "覃叔",
        "portions": 1,
        "hamlet": "下寨",
        "address": "7 号",
        "phone": "138",
        "note": "",
        "wants": [],
    }
    data = {"canteen": "鼓楼", "day": "2026-11-26", "sitting": "lunch", "dishes": [], "stops": [stop] * 60}
    assert pages(paper.pdf("delivery", data, WORDS)) == 1


def test_bookings_are_exported_as_the_contract_says(session, canteen, lunch):
    found = list(exports.rows(session, "bookings", canteen, THURSDAY, THURSDAY))
    assert [set(row) for row in found] == [set(exports.KINDS["bookings"])] * 2
    assert found[0]["person"] == "李奶奶"
    assert (found[1]["mode"], found[1]["status"], found[1]["booked_by"]) == ("delivery", "booked", "韦主任")
    assert found[0]["booked_at"] == "2026-11-25T02:00:00Z"
    assert list(exports.rows(session, "bookings", canteen, THURSDAY + timedelta(days=1))) == []


def test_every_kind_has_its_columns_and_outlives_a_page(session, canteen, lunch, granny, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 1)
    for kind, columns in exports.KINDS.items():
        found = list(exports.rows(session, kind, canteen))
        assert found or kind not in ("people", "menus", "meals", "bookings", "audit"), kind
        assert all(set(row) == set(columns) for row in found), kind
    people = list(exports.rows(session, "people", canteen))
    assert len(people) == len(session.exec(select(Member)).all())
    assert people[0]["roles"] == "elder"
    day = datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC).date()
    assert list(exports.rows(session, "audit", canteen, day + timedelta(days=5))) == []


ROWS = [{"id": 1, "note": "=1+1", "name": "李奶奶"}, {"id": -2, "note": None, "name": "@x"}]


def test_no_cell_of_a_csv_is_run_as_a_formula():
    made = tables.render(ROWS, "csv", ("id", "note", "name")).decode("utf-8-sig")
    assert made.splitlines() == ["id,note,name", "1,'=1+1,李奶奶", "-2,,'@x"]


def test_json_keeps_chinese_and_the_order_of_columns():
    assert json.loads(tables.render(ROWS, "json", ("name", "id"))) == [
        {"name": "李奶奶", "id": 1},
        {"name": "@x", "id": -2},
    ]
    assert "李奶奶" in tables.to_json(ROWS, ("name",)).decode()


def test_a_workbook_holds_text_and_no_formulas():
    book = zipfile.ZipFile(io.BytesIO(tables.render(ROWS, "xlsx", ("id", "note", "name"))))
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert "=1+1" in book.read("xl/sharedStrings.xml").decode()
