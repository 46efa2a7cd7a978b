"""(5) Does the past cost anything? The same village of a hundred, with a month behind it and with ten years."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import event, func
from sqlmodel import Session, col, select

from benchmarks import past
from benchmarks.figures import Claim, Section, at_most, middle, shown
from handlers.taking import hear
from models.inbox import InboxUpdate
from models.lunch.meals import Booking, Meal
from models.store import Store, open_store
from rules.lunch import sheets
from transports.updates import Heard, Kind

MONTH, TEN_YEARS = 30, 3_652
WARMING = 10
LARGE = (
    "booking",
    "meal",
    "member",
    "member_role",
    "account",
    "inbox_update",
    "outbox_message",
    "audit_entry",
)


@dataclass(slots=True)
class Village:
    """The first village of a store; its people write to the bot in this very process."""

    store: Store
    now: datetime
    update_id: int = 9_000_000

    def kitchen_sheet(self, number: int) -> None:
        """Tomorrow's sheet for the kitchen wall."""
        self.store.read_now(lambda session: sheets.data(session, "kitchen", {"meal_id": 1}))

    def own_bookings(self, number: int) -> None:
        """Somebody asks what they have booked."""
        self._says(number, "我订了什么")

    def booking(self, number: int) -> None:
        """Somebody books: one day after the other, so that each is a new booking."""
        day = (self.now + timedelta(days=3 + number // past.MEMBERS)).astimezone(past.ZONE)
        self._says(number, f"{day.month}月{day.day}号中午一份")

    def check(self, booked: int) -> None:
        """All of them must be there."""
        later = select(func.count(col(Booking.id))).join(Meal, col(Meal.id) == col(Booking.meal_id))
        day = (self.now + timedelta(days=1)).astimezone(past.ZONE).date()
        found = self.store.read_now(lambda session: session.exec(later.where(Meal.day > day)).one())
        if found != booked:
            raise AssertionError(f"{booked} people booked, {found} bookings are there")

    def _says(self, number: int, words: str) -> None:
        self.update_id += 1
        person = past.FIRST_TELEGRAM_ID + number % past.MEMBERS
        heard = Heard(
            self.update_id,
            Kind.MESSAGE,
            chat_id=person,
            private=True,
            person_id=person,
            person_name="村民",
            person_language="zh-hans",
            text=words,
            message_id=number + 1,
        )
        self.store.write_now(partial(_keep, self.update_id, self.now))
        said = self.store.write_now(lambda session: hear(session, heard, self.now))
        if not said.rows:
            raise AssertionError(f"no answer to {words}")


def _keep(update_id: int, now: datetime, session: Session) -> None:
    session.add(InboxUpdate(update_id=update_id, raw="{}", received_at=now))


ACTS = {
    "the kitchen sheet of a day": Village.kitchen_sheet,
    "“what have I booked”, from update to answer": Village.own_bookings,
    "a booking by sentence, from update to answer": Village.booking,
}


async def run(place: Path, *, quick: bool) -> Section:
    """Both stores open side by side, each act in turn on the one and the other."""
    canteens, days, times = (5, 365, 20) if quick else (past.CANTEENS, TEN_YEARS, 300)
    now = datetime.combine(datetime.now(past.ZONE).date(), time(10), past.ZONE).astimezone(UTC)
    past.write(place / "month.db", MONTH, now, canteens=canteens)
    past.write(place / "years.db", days, now, canteens=canteens)
    young, old = (Village(open_store(f"sqlite:///{place / name}.db"), now) for name in ("month", "years"))
    found = {name: _compare(act, young, old, times) for name, act in ACTS.items()}
    for village in (young, old):
        village.check(times + WARMING)
    scans = _scans(old, times)
    young.store.close_now()
    old.store.close_now()
    return _section(found, scans, (canteens, days))


def _compare(act: Any, young: Village, old: Village, times: int) -> tuple[float, float]:
    """Milliseconds with a month and with years of history, medians; the first few of each only warm up."""
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(times + WARMING):
        for village, took in zip((young, old), spent, strict=True):
            begun = perf_counter()
            act(village, number)
            took.append(perf_counter() - begun)
    return middle(spent[0][WARMING:]) * 1000, middle(spent[1][WARMING:]) * 1000


def _scans(village: Village, times: int) -> list[str]:
    """Steps of query plans that read a large table from end to end."""
    with _heard(village.store) as statements:
        for act in ACTS.values():
            act(village, times + 2 * WARMING)
    found = set()
    with village.store.engine.connect() as book:
        for statement, parameters in statements:
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                plan = book.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
                found |= {row[3] for row in plan if row[3].startswith("SCAN") and row[3].split()[1] in LARGE}
    return sorted(found)


@contextmanager
def _heard(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """What the store is asked meanwhile, with the values asked for."""
    statements: list[tuple[str, Any]] = []

    def hear_one(connection: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        statements.append((statement, parameters))

    engines = store._engines
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear_one)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", hear_one)


def _section(found: dict[str, tuple[float, float]], scans: list[str], size: tuple[int, int]) -> Section:
    canteens, days = size
    rows = [(name, shown(young), shown(old), shown(old / young)) for name, (young, old) in found.items()]
    how = (
        f"{canteens} villages of {past.MEMBERS} people in one store, {past.EATERS} meals a day each: with {MONTH} days "
        f"behind them ({canteens * MONTH * past.EATERS:,} bookings) and with {days:,} days "
        f"({canteens * days * past.EATERS:,}). Alternating, medians; no ANALYZE was ever run."
    )
    claims = [
        at_most(f"history: {name}, years ÷ month", old / young, 1.2) for name, (young, old) in found.items()
    ]
    told = "; ".join(scans) or "none"
    claims.append(Claim("history: large tables read from end to end", "none", told, not scans))
    return Section(
        "(5) The past costs nothing", how, ("what", "a month, ms", "years, ms", "ratio"), rows, claims
    )
