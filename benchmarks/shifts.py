"""A thousand volunteers and five years of shifts: the week, its gaps, everybody's hours, one's own shifts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

from benchmarks.figures import Claim, Section, at_most, middle, shown
from models.members.people import Canteen, Member, MemberRole, Role
from models.migrate import upgrade
from models.store import Store, open_store
from models.volunteers.shifts import Assignment, AssignmentState, DutyKind, Shift, ShiftState
from rules.volunteers import rosters

ZONE = ZoneInfo("Asia/Shanghai")
VOLUNTEERS = 1_000
FIVE_YEARS, MONTH = 1_826, 30
A_DAY = ((DutyKind.COOK, 7, 2), (DutyKind.HELP, 8, 6), (DutyKind.DELIVERY, 11, 4), (DutyKind.CLEANING, 13, 3))
"""Duty, when it begins, how many it takes."""
AHEAD = 14

Act = Callable[[Session, date, datetime], Any]
ACTS: dict[str, Act] = {
    "the roster of a week": lambda s, day, now: rosters.roster(s, 1, *rosters.week_of(day)),
    "the gaps of two weeks": lambda s, day, now: rosters.vacancies(
        s, 1, day, day + timedelta(days=AHEAD), now
    ),
    "everybody's hours of a month": lambda s, day, now: rosters.load(s, 1, day - timedelta(days=MONTH), day),
    "one's own shifts": lambda s, day, now: rosters.mine(s, 1, day),
}


async def run(place: Path, *, quick: bool) -> Section:
    """The same questions with a month behind the village and with five years."""
    volunteers, days, times = (50, 60, 5) if quick else (VOLUNTEERS, FIVE_YEARS, 200)
    now = datetime.combine(datetime.now(ZONE).date(), time(9), ZONE).astimezone(UTC)
    young, old = (
        _made(place / f"{name}.db", volunteers, span, now)
        for name, span in (("month", MONTH), ("years", days))
    )
    rows, claims = [], []
    for name, act in ACTS.items():
        month, years = _compare(act, young, old, now, times)
        counts = [_statements(store, act, now) for store in (young, old)]
        rows.append((name, shown(month), shown(years), str(counts[1])))
        claims.append(at_most(f"{name}: five years / a month", years / month, 2.0))
        claims.append(
            Claim(f"{name}: statements", "the same", f"{counts[0]} and {counts[1]}", counts[0] == counts[1])
        )
    for store in (young, old):
        store.close_now()
    how = f"{volunteers:,} volunteers, {days:,} days of {len(A_DAY)} shifts with {sum(n for *_, n in A_DAY)} places; medians of {times}."
    header = ("question", "a month, ms", "five years, ms", "statements")
    return Section("Shifts", how, header, rows, claims)


def _made(file: Path, volunteers: int, days: int, now: datetime) -> Store:
    url = f"sqlite:///{file}"
    upgrade(url)
    store = open_store(url)
    store.write_now(lambda session: _fill(session, volunteers, days, now))
    return store


def _fill(session: Session, volunteers: int, days: int, now: datetime) -> None:
    session.add(Canteen(id=1, name="鼓楼食堂", created_at=now))
    session.flush()
    people = [
        {"id": n, "canteen_id": 1, "name": f"村民{n}", "joined_at": now, "approved_at": now, "diet": []}
        for n in range(1, volunteers + 1)
    ]
    session.execute(sa.insert(Member), people)
    session.execute(sa.insert(MemberRole), [{"member_id": p["id"], "role": Role.VOLUNTEER} for p in people])
    shifts, places = _roster(volunteers, days, now)
    session.execute(sa.insert(Shift), shifts)
    session.execute(sa.insert(Assignment), places)


def _roster(volunteers: int, days: int, now: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Everybody in turn; of what is ahead the last place of each shift is still open."""
    today = now.astimezone(ZONE).date()
    shifts: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    turn = 0
    for number in range(days + AHEAD):
        day = today - timedelta(days=days - number)
        over = day < today
        for duty, hour, needed in A_DAY:
            starts = datetime.combine(day, time(hour), ZONE).astimezone(UTC)
            shifts.append(_shift(len(shifts) + 1, day, (duty, starts, needed), over=over))
            for slot in range(1, needed + 1 if over else needed):
                turn += 1
                places.append(_place(len(shifts), 2 + turn % (volunteers - 1), day, slot, over=over))
    # The first of them is on the last shift of all, so that somebody surely has one.
    places[-1]["member_id"] = 1
    return shifts, places


def _shift(number: int, day: date, what: tuple[DutyKind, datetime, int], *, over: bool) -> dict[str, Any]:
    duty, starts, needed = what
    return {
        "id": number,
        "canteen_id": 1,
        "day": day,
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=3),
        "duty": duty,
        "needed": needed,
        "state": ShiftState.DONE if over else ShiftState.OPEN,
        "reason": "",
    }


def _place(shift_id: int, member_id: int, day: date, slot: int, *, over: bool) -> dict[str, Any]:
    return {
        "shift_id": shift_id,
        "member_id": member_id,
        "day": day,
        "slot": slot,
        "state": AssignmentState.DONE if over else AssignmentState.ASSIGNED,
        "minutes": 180 if over else 0,
        "assigned_at": datetime.combine(day, time(), UTC),
        "reason": "",
    }


def _compare(act: Act, young: Store, old: Store, now: datetime, times: int) -> tuple[float, float]:
    """Milliseconds in turn on the one and the other: both stood under the same load."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for store, took in zip((young, old), spent, strict=True):
            begun = perf_counter()
            _ask(store, act, now)
            took.append(perf_counter() - begun)
    return middle(spent[0]) * 1000, middle(spent[1]) * 1000


def _ask(store: Store, act: Act, now: datetime) -> None:
    today = now.astimezone(ZONE).date()
    if not store.read_now(lambda session: act(session, today, now)):
        raise AssertionError("nothing was found")


def _statements(store: Store, act: Act, now: datetime) -> int:
    with _heard(store) as statements:
        _ask(store, act, now)
    return len(statements)


@contextmanager
def _heard(store: Store) -> Iterator[list[str]]:
    """What is asked of the store meanwhile, transactions aside."""
    heard: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip()[:6].upper() == "SELECT":
            heard.append(statement)

    engines = store._engines
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield heard
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
