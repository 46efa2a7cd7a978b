"""The past costs nothing: what is asked at every turn, for a sheet and at every tick finds its rows by an index."""

import sqlite3
from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlmodel import select

from jobs.gathered import DUTIES
from jobs.scheduler import due_items
from models import inbox
from models.lunch.meals import Meal
from models.members.people import Canteen
from rules import settling
from rules.lunch import meals, rolls, sheets
from rules.values import Refused
from tests.test_statements import GRANNY, LUNCH, NOW, Counter, says, taps, village

__all__ = ["village"]

GROWS = {
    *(
        "booking",
        "meal",
        "audit_entry",
        "outbox_message",
        "inbox_update",
        "card",
        "occurrence",
        "ledgerentry",
    ),
    *("statuschange", "seatoffer", "delivery", "concern", "need", "visit", "follow_up", "member", "account"),
}


@pytest.fixture
def dialect():
    """Plans are looked at on SQLite: PostgreSQL scans what is nearly empty, whatever its indexes."""
    return "sqlite"


def scanned(store, statements) -> list[str]:
    """Steps that read a growing table from end to end."""
    with sqlite3.connect(str(sa.make_url(store.url).database)) as own:
        steps = [
            (step[3], statement)
            for statement in statements
            for step in own.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        ]
    own.close()
    return [f"{step}: {statement}" for step, statement in steps if _scans(step)]


def _scans(step: str) -> bool:
    words = step.split()
    return words[0] == "SCAN" and words[1] in GROWS and "USING INDEX" not in step


def asked(store, unit) -> list[str]:
    """The statements of a unit, values filled in."""
    counter = Counter(store)
    store.write_now(unit)
    return counter.statements


@pytest.mark.parametrize(
    "raw",
    [
        says(GRANNY, LUNCH),
        says(GRANNY, "明天不吃了"),
        says(GRANNY, "我订了什么"),
        says(GRANNY, "/mine"),
        says(GRANNY, "老样子"),
        says(GRANNY, "今天天气真好啊", group=True),
        taps(GRANNY, "eat:1:home"),
        taps(GRANNY, "eat:1:no"),
    ],
)
def test_no_turn_reads_through_the_years(village, store, raw):
    counter = Counter(store)
    with suppress(Refused):
        counter.turn(raw)
    assert counter.statements
    assert scanned(store, counter.statements) == []


def test_neither_does_the_kitchen_nor_anybodys_list(village, store):
    def look(session):
        canteen, meal = session.exec(select(Canteen)).one(), session.get_one(Meal, village)
        meals.open_meals(session, canteen, NOW)
        sheets.kitchen(session, meal)
        rolls.roll(session, meal.id)
        rolls.upcoming(session, canteen, 1, NOW)
        rolls.usual(session, 1)

    found = [statement for statement in asked(store, look) if "canteen.storm_since" not in statement]
    assert len(found) >= 5
    assert scanned(store, found) == []


def test_neither_do_inbox_outbox_and_the_sweeps(village, store):
    def look(session):
        inbox.opened(session, 10)
        inbox.count_open(session)
        inbox.done(session, 5, NOW)
        settling.waiting(session, NOW)
        settling.stale_posts(session)

    assert scanned(store, asked(store, look)) == []


def test_a_tick_of_the_clock_reads_no_history_of_meals_and_messages(village, store):
    found = asked(store, lambda session: due_items(session, DUTIES, NOW) and None)
    years = [step for step in scanned(store, found) if step.split()[1] not in ("member", "account")]
    assert years == []
