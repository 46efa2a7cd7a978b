"""Years of lunches of a hundred villages, written into a store in one sweep: pattern rows, copied by SQL."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models import migrate
from models.lunch.meals import Booking, Meal, Mode, Sitting, Source
from models.members.people import Account, Canteen, Member, MemberRole, Role
from models.store import open_store

CANTEENS = 100
MEMBERS = 80
EATERS = 22
"""7,928 meals in a year are 22 a day."""
FIRST_TELEGRAM_ID = 5_000_000
ZONE = ZoneInfo("Asia/Shanghai")
LATER = ("ix_booking_eater_id", "ix_booking_seats")
"""Indexes are made after the rows: that is what a sweep is for."""


def write(file: Path, days: int, now: datetime, *, canteens: int = CANTEENS) -> None:
    """A store whose villages have cooked for so many days, and have tomorrow's lunch booked."""
    url = f"sqlite:///{file}"
    migrate.upgrade(url)
    store = open_store(url)
    store.write_now(lambda session: _patterns(session, now))
    store.close_now()
    with sqlite3.connect(file) as book:
        book.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000")
        _villages(book, canteens)
        _lunches(book, canteens, days)
        book.execute("PRAGMA journal_mode=WAL")
    book.close()


def _patterns(session: Session, now: datetime) -> None:
    """One row of each kind, as the rules would write it; tomorrow's lunch is open until tonight."""
    tomorrow = now.astimezone(ZONE).date() + timedelta(days=1)
    session.add(Canteen(id=1, name="村1", chat_id=-1, set_up_at=now, created_at=now, settings={"seats": 200}))
    session.flush()
    given: dict[str, Any] = {"telegram_id": FIRST_TELEGRAM_ID, "joined_at": now, "approved_at": now}
    session.add(Member(id=1, canteen_id=1, name="村民1", **given))
    session.add(Account(id=1, telegram_id=FIRST_TELEGRAM_ID, name="村民1"))
    session.flush()
    session.add(MemberRole(id=1, member_id=1, role=Role.ELDER))
    session.add(_meal(tomorrow))
    session.flush()
    kept: dict[str, Any] = {
        "booked_at": now,
        "source": Source.MESSAGE,
        "mode": Mode.DINE_IN,
        "booked_by_id": 1,
    }
    session.add(Booking(id=1, meal_id=1, eater_id=1, **kept))


def _meal(day: date) -> Meal:
    closes = datetime.combine(day - timedelta(days=1), time(18), ZONE).astimezone(UTC)
    starts = datetime.combine(day, time(11, 30), ZONE).astimezone(UTC)
    dishes = ["红烧豆腐", "炒青菜", "冬瓜排骨汤"]
    return Meal(
        id=1,
        canteen_id=1,
        day=day,
        sitting=Sitting.LUNCH,
        dishes=dishes,
        seats=200,
        closes_at=closes,
        starts_at=starts,
    )


def _villages(book: sqlite3.Connection, canteens: int) -> None:
    """`n` counts from 1: the pattern itself is number 0."""
    last = canteens * MEMBERS - 1
    _copy(book, "canteen", canteens - 1, {"id": "1 + n", "chat_id": "-1 - n", "name": "'村' || (1 + n)"})
    person = {"telegram_id": f"{FIRST_TELEGRAM_ID} + n", "name": "'村民' || (1 + n)", "id": "1 + n"}
    _copy(book, "member", last, {**person, "canteen_id": f"1 + n / {MEMBERS}"})
    _copy(book, "account", last, person)
    _copy(book, str(MemberRole.__tablename__), last, {"id": "1 + n", "member_id": "1 + n"})


def _lunches(book: sqlite3.Connection, canteens: int, days: int) -> None:
    """Day 0 is tomorrow; all before it are eaten. Meals are numbered as time would have done: the oldest first."""
    made = [
        (name, book.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone())
        for name in LATER
    ]
    for name, found in made:
        book.execute(f"DROP INDEX {name}" if found else "SELECT 1")
    last = canteens * days - 1
    ago = f"(n / {canteens})"
    eaten = f"CASE WHEN {ago} = 0 THEN p.state ELSE 'served' END"
    back = f"'-' || {ago} || ' days'"
    moments = {
        name: f"strftime('%Y-%m-%d %H:%M:%f000', p.{name}, {back})" for name in ("closes_at", "starts_at")
    }
    _copy(
        book,
        "meal",
        last,
        {
            "id": "1 + n",
            "canteen_id": f"1 + n % {canteens}",
            "day": f"date(p.day, {back})",
            "state": eaten,
            **moments,
        },
    )
    meal, eater = f"(n / {EATERS})", f"((n / {EATERS} / {canteens} + n % {EATERS} * 3) % {MEMBERS})"
    whose = f"1 + {meal} % {canteens} * {MEMBERS} + {eater}"
    state = f"CASE WHEN {meal} / {canteens} = 0 THEN p.state ELSE 'served' END"
    own = {"meal_id": f"1 + {meal}", "eater_id": whose, "booked_by_id": whose, "state": state, "id": "1 + n"}
    _copy(book, "booking", (last + 1) * EATERS - 1, own)
    for _, found in made:
        book.execute(found[0] if found else "SELECT 1")


def _copy(book: sqlite3.Connection, table: str, times: int, changed: Mapping[str, str]) -> None:
    """So many copies of a table's first row, some columns reckoned from their number `n`."""
    columns = [name for _, name, *_ in book.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(name, f"p.{name}") for name in columns)
    book.execute(
        f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {times}) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM numbers CROSS JOIN {table} AS p "
        f"WHERE p.id = 1 AND {times} > 0"
    )
    book.commit()
