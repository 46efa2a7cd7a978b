"""What the writer remembers is never anything else than what the store would answer."""

import asyncio
import shutil
import sqlite3
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from models.members.people import Canteen, Member, Status, StatusChange
from models.memory import Memory, shelf
from models.sqlite import UnitConnection
from models.store import open_store
from rules.members.people import status_on

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
PEOPLE = shelf(Member)


def village(session):
    canteen = Canteen(name="鼓楼食堂", settings={"seats": 60}, created_at=NOW)
    session.add(canteen)
    session.flush()
    session.add(Member(canteen_id=canteen.id, name="李奶奶", diet=["soft"], joined_at=NOW))


def read(session):
    return (session.exec(select(Member).where(Member.name != "")).first(),)


def granny(session):
    return PEOPLE.recall(session, "granny", lambda: read(session))[0]


def never():
    raise AssertionError("this is known already")


@pytest.fixture
def remembering(sqlite_template, tmp_path):
    """A store on SQLite that has read granny once."""
    path = tmp_path / "canteen.db"
    shutil.copy(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}")
    opened.write_now(village)
    opened.write_now(lambda session: granny(session).name)
    yield opened
    opened.close_now()


def rename(session, name):
    row = granny(session)
    row.name = name
    session.add(row)
    session.flush()
    return row


def named(session):
    return granny(session).name


def test_what_nobody_changed_is_not_read_again(remembering):
    assert remembering.write_now(lambda s: PEOPLE.recall(s, "granny", never)[0].name) == "李奶奶"


def test_a_remembered_row_can_be_changed_like_any_other(remembering):
    remembering.write_now(lambda session: rename(session, "李秀英").id)
    assert remembering.write_now(named) == "李秀英"
    assert remembering.read_now(lambda session: read(session)[0].name) == "李秀英"


def test_a_unit_sees_its_own_change_and_leaves_none_when_it_fails(remembering):
    def changes_her_mind(session):
        rename(session, "李秀英")
        assert named(session) == "李秀英"
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        remembering.write_now(changes_her_mind)
    assert remembering.write_now(named) == "李奶奶"


def test_a_row_is_the_same_one_however_often_it_is_asked_for_in_a_unit(remembering):
    def twice(session):
        first = granny(session)
        first.hamlet = "1"
        return granny(session) is first and read(session)[0] is first and first.hamlet == "1"

    assert remembering.write_now(twice)


def test_a_list_changed_in_place_does_not_reach_the_next_unit(remembering):
    remembering.write_now(lambda session: granny(session).diet.append("low_salt"))
    assert remembering.write_now(lambda session: list(granny(session).diet)) == ["soft"]


def test_what_another_process_writes_is_known_at_once(remembering):
    path = sa.make_url(remembering.url).database
    with sqlite3.connect(path) as other:
        other.execute("UPDATE member SET name = '李秀英'")
    assert remembering.write_now(named) == "李秀英"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE member SET name = '李秀英'",
        "update \"member\" set name = '李秀英'",
        "UPDATE OR IGNORE member SET name = '李秀英'",
        "WITH new AS (SELECT '李秀英' AS name) UPDATE member SET name = (SELECT name FROM new)",
    ],
)
def test_whatever_way_a_table_is_written_its_answers_are_forgotten(remembering, statement):
    remembering.write_now(lambda session: session.connection().exec_driver_sql(statement) and None)
    assert remembering.write_now(named) == "李秀英"


def test_a_group_that_could_not_be_committed_is_not_remembered(remembering, monkeypatch):
    broken = {"COMMIT"}
    execute = sqlite3.Connection.execute

    def refuse(self, sql, *rest):
        if sql in broken:
            broken.clear()
            raise sqlite3.OperationalError("disk I/O error")
        return execute(self, sql, *rest)

    monkeypatch.setattr(UnitConnection, "execute", refuse)
    with pytest.raises(sqlite3.OperationalError):
        remembering.write_now(lambda session: rename(session, "李秀英") and named(session))
    assert remembering.write_now(named) == "李奶奶"


def test_only_so_much_is_remembered(remembering, monkeypatch):
    monkeypatch.setattr("models.memory.MOST", 3)

    def ask(session, number):
        return PEOPLE.recall(session, number, lambda: (number,))

    for number in range(10):
        assert remembering.write_now(lambda session, n=number: ask(session, n)) == (number,)
    assert remembering.write_now(lambda session: PEOPLE.recall(session, 9, never)) == (9,)


def test_a_statement_nobody_can_read_makes_the_memory_blind_until_the_unit_is_over():
    memory, kept = Memory(), shelf(Member)
    memory.recall(None, kept, "a", lambda: (1,))
    memory.wrote("EXPLODE everything")
    assert memory.recall(None, kept, "a", lambda: (2,)) == (2,)
    memory.unit_over()
    assert memory.recall(None, kept, "a", lambda: (3,)) == (3,)
    assert memory.recall(None, kept, "a", never) == (3,)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "undo", "ask", "fail"]), st.integers(0, 6), st.sampled_from(list(Status))
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_status_is_what_a_fresh_look_would_find_whatever_happened_before(remembering, steps):
    def wipe(session):
        session.connection().exec_driver_sql("DELETE FROM statuschange")

    def take(session, what, number, status):
        member = read(session)[0]
        day = date(2026, 11, 20 + number)
        if what == "ask":
            return
        if what == "undo":
            for change in session.exec(select(StatusChange)):
                change.undone_at = NOW
            return
        session.add(StatusChange(member_id=member.id, starts_on=day, status=status, set_at=NOW))
        session.flush()
        if what == "fail":
            raise ValueError(what)

    def look(session):
        return [status_on(session, read(session)[0], date(2026, 11, 19 + n)) for n in range(9)]

    remembering.write_now(wipe)
    for step in steps:
        with suppress(ValueError):
            remembering.write_now(lambda session, step=step: take(session, *step))
        assert remembering.write_now(look) == remembering.read_now(look)


async def test_units_that_share_a_commit_know_of_each_other(remembering):
    names = await asyncio.gather(
        remembering.write(named),
        remembering.write(lambda session: rename(session, "李秀英").name),
        remembering.write(named),
    )
    assert names == ["李奶奶", "李秀英", "李秀英"]


def test_on_a_server_with_several_writers_nothing_is_remembered(store, dialect):
    store.write_now(village)
    store.write_now(named)
    asked = []
    store.write_now(lambda session: PEOPLE.recall(session, "granny", lambda: (asked.append(1),)))
    assert bool(asked) == (dialect == "postgresql")
