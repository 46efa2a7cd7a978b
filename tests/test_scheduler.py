"""A timed duty is done once for a day and a target, whatever the clock does; too late, it is missed and told."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from jobs.duties import Due, Duty
from jobs.scheduler import Clock, Scheduler
from models.members.people import Canteen, Member, MemberRole, Role
from models.outbox import Occurrence, OccurrenceState, OutboxMessage
from models.store import StoreFull, open_store

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
MENU_AT = NOW + timedelta(hours=1)


class Village:
    """A store with one village, a clock one can set, and what the duty did."""

    def __init__(self, store, *, lasts=timedelta(hours=2), fails=0):
        self.store, self.now, self.lasts, self.fails = store, NOW, lasts, fails
        self.did: list[date] = []
        duty = Duty("menu.post", self.due, self.do)
        self.scheduler = Scheduler(store, [duty], lambda: self.now)
        store.write_now(self.fill)

    @staticmethod
    def fill(session):
        canteen = Canteen(name="鼓楼食堂", chat_id=-1001, created_at=NOW)
        session.add(canteen)
        session.flush()
        manager = Member(canteen_id=canteen.id, name="韦主任", telegram_id=1005, joined_at=NOW)
        session.add(manager)
        session.flush()
        session.add(MemberRole(member_id=manager.id, role=Role.MANAGER))

    def due(self, look):
        for ahead in range(-1, 3):
            at = MENU_AT + timedelta(days=ahead)
            if MENU_AT <= at <= look.now:
                yield Due("menu.post", at.date(), "lunch", look.canteens[0].id, at + self.lasts)

    def do(self, session, due, now):
        if self.fails:
            self.fails -= 1
            raise ValueError("the menu is torn")
        self.did.append(due.day)

    def kept(self, row):
        return self.store.read_now(lambda session: session.exec(select(row)).all())


@pytest.fixture
def village(store):
    return Village(store)


async def test_before_its_time_nothing_happens(village):
    await village.scheduler.tick()
    assert village.did == []


async def test_at_its_time_it_is_done_and_never_again(village):
    village.now = MENU_AT
    for _ in range(3):
        await village.scheduler.tick()
        village.now += timedelta(seconds=20)
    assert village.did == [MENU_AT.date()]


async def test_the_clock_set_back_does_not_do_it_twice(village):
    for now in (MENU_AT, MENU_AT - timedelta(hours=1), MENU_AT + timedelta(minutes=1)):
        village.now = now
        await village.scheduler.tick()
    assert village.did == [MENU_AT.date()]


async def test_a_restart_within_the_window_catches_up(village):
    village.now = MENU_AT + timedelta(minutes=90)
    await village.scheduler.tick()
    assert village.did == [MENU_AT.date()]


async def test_past_the_window_it_is_missed_and_the_manager_told_once(village):
    village.now = MENU_AT + timedelta(hours=5)
    await village.scheduler.tick()
    await village.scheduler.tick()
    assert village.did == []
    assert {row.state for row in village.kept(Occurrence)} == {OccurrenceState.MISSED}
    assert [row.body["text"]["key"] for row in village.kept(OutboxMessage)] == ["clock.missed"]


async def test_a_duty_that_fails_once_is_done_at_the_next_tick(store):
    village = Village(store, fails=1)
    village.now = MENU_AT
    await village.scheduler.tick()
    assert village.kept(Occurrence) == []
    await village.scheduler.tick()
    assert village.did == [MENU_AT.date()]


async def test_a_duty_that_keeps_failing_is_left_after_three_tries_and_told(store):
    village = Village(store, fails=99)
    village.now = MENU_AT
    for _ in range(6):
        await village.scheduler.tick()
    assert village.fails == 96
    assert [row.body["text"]["key"] for row in village.kept(OutboxMessage)] == ["clock.failed"]


async def test_what_does_not_matter_is_recorded_as_missed_and_nobody_is_told(village):
    [duty] = village.scheduler._duties
    village.scheduler._duties = [replace(duty, matters=lambda session, due: False)]
    village.now = MENU_AT + timedelta(hours=5)
    await village.scheduler.tick()
    assert {row.state for row in village.kept(Occurrence)} == {OccurrenceState.MISSED}
    assert village.kept(OutboxMessage) == []


async def test_a_full_disk_counts_for_no_try(village, monkeypatch):
    write, refusals = village.store.write, [StoreFull("no space")] * 5

    async def sometimes(unit):
        if refusals:
            raise refusals.pop()
        return await write(unit)

    monkeypatch.setattr(village.store, "write", sometimes)
    village.now = MENU_AT
    for _ in range(6):
        await village.scheduler.tick()
    assert (village.did, refusals) == ([MENU_AT.date()], [])


async def test_a_look_that_fails_does_not_stop_the_clock(village):
    woken = []
    clock = Clock(village.scheduler, every=20, after=lambda: woken.append(1))
    village.due = None  # every duty's look is now a fault
    village.scheduler._duties = [Duty("broken", lambda look: 1 / 0, village.do)]
    await clock.wake()
    assert woken == [1]


async def test_a_clock_that_stops_lets_the_look_under_way_finish(village):
    clock = Clock(village.scheduler, every=3600, after=lambda: None)
    clock.start()
    village.now = MENU_AT
    await asyncio.gather(village.scheduler.tick(), clock.stop())
    assert village.did == [MENU_AT.date()]
    await clock.stop()


@settings(max_examples=25, deadline=None)
@given(jumps=st.lists(st.integers(-7200, 7200), min_size=1, max_size=12))
def test_however_the_clock_jumps_each_day_is_done_at_most_once(tmp_path_factory, sqlite_template, jumps):
    path = tmp_path_factory.mktemp("jumps") / "canteen.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    village = Village(store, lasts=timedelta(hours=1))

    async def live():
        for jump in jumps:
            village.now += timedelta(seconds=jump)
            await village.scheduler.tick()

    asyncio.run(live())
    store.close_now()
    assert len(village.did) == len(set(village.did))


async def test_a_duty_that_cannot_look_keeps_nobody_else_from_being_done(store):
    village = Village(store)
    village.now = MENU_AT

    def broken(look):
        look.session.connection().exec_driver_sql("SELECT nonsense")
        yield from ()

    duties = [Duty("broken", broken, village.do), Duty("menu.post", village.due, village.do)]
    assert await Scheduler(store, duties, lambda: village.now).tick() == 1
    assert village.did == [MENU_AT.date()]


async def test_a_fault_is_logged_by_its_place_and_never_by_what_it_quotes(village):
    def quotes(session, due, now):
        raise ValueError("李奶奶 13800001111 高血压")

    duty = Duty("menu.post", village.due, quotes)
    village.now = MENU_AT
    with structlog.testing.capture_logs() as logs:
        await Scheduler(village.store, [duty], lambda: village.now).tick()
    (entry,) = logs
    assert entry["fault"].startswith("ValueError test_scheduler.py")
    assert "exc_info" not in entry
    assert "李奶奶" not in str(entry)


async def test_the_clock_knows_its_zone_keeps_nothing_and_is_never_too_late_to_wake(village):
    waking = Clock(village.scheduler, every=20, after=lambda: None)._waking
    waking.start(paused=True)
    (job,) = waking.get_jobs()
    try:
        assert (str(waking.timezone), job.misfire_grace_time, job.coalesce, job.max_instances) == (
            "UTC",
            None,
            True,
            1,
        )
        assert type(waking._lookup_jobstore("default")).__name__ == "MemoryJobStore"
    finally:
        waking.shutdown(wait=False)
