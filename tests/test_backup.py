"""A backup comes back whole, on the same database or the other one, and a broken file is refused."""

import gzip
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from models import backup
from models.lunch.meals import Booking, Meal, Mode, Sitting, Source
from models.members.keyring import Place
from models.members.people import Canteen, Member
from models.store import open_store

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


@pytest.fixture
def village(store, store_url):
    def fill(session):
        canteen = Canteen(name="鼓楼食堂", chat_id=-1001, settings={"seats": 40}, created_at=NOW)
        session.add(canteen)
        session.flush()
        granny = Member(
            canteen_id=canteen.id, name="嘦奶奶", diet=["soft"], joined_at=NOW, birth_on=date(1944, 3, 1)
        )
        meal = Meal(
            canteen_id=canteen.id,
            day=date(2026, 11, 26),
            sitting=Sitting.LUNCH,
            seats=40,
            closes_at=NOW,
            starts_at=NOW,
        )
        session.add_all([granny, meal])
        session.flush()
        session.add(
            Booking(
                meal_id=meal.id, eater_id=granny.id, mode=Mode.DELIVERY, booked_at=NOW, source=Source.MESSAGE
            )
        )

    store.write_now(fill)
    return store_url


def kept(url: str, keys: Place | None = None) -> list[object]:
    store = open_store(url, keys=keys)
    try:
        return store.read_now(
            lambda session: [
                (c.name, c.settings, c.created_at, m.name, m.diet, m.birth_on, b.mode, b.booked_at)
                for c in session.exec(select(Canteen))
                for m in session.exec(select(Member))
                for b in session.exec(select(Booking))
            ]
        )
    finally:
        store.close_now()


def test_a_village_comes_back_on_sqlite(village, store_keys, tmp_path):
    file = tmp_path / "copy.gz"
    assert backup.write(village, file, store_keys) == 4
    target = f"sqlite:///{tmp_path / 'back.db'}"
    assert backup.restore(target, file) == 4
    assert kept(target) == kept(village)


def test_a_village_moves_to_another_store_and_lives_on(village, store_keys, tmp_path, request):
    from tests.stores import new_postgres

    file = tmp_path / "copy.gz"
    backup.write(village, file, store_keys)
    target = new_postgres(request.getfixturevalue("postgres_server"))
    backup.restore(target, file, Place(tmp_path / "new.key", tmp_path / "new.ring"))
    store = open_store(target)
    store.write_now(lambda session: session.add(Canteen(name="第二食堂", created_at=NOW)))
    store.close_now()
    assert len(kept(target)) == 2


def test_a_store_that_holds_something_is_left_alone(village, store_keys, tmp_path):
    file = tmp_path / "copy.gz"
    backup.write(village, file, store_keys)
    with pytest.raises(backup.NotEmpty):
        backup.restore(village, file)


@pytest.mark.parametrize("harm", ["cut", "noise", "no foot", "other"])
def test_a_broken_file_is_refused(village, store_keys, tmp_path, harm):
    file = tmp_path / "copy.gz"
    backup.write(village, file, store_keys)
    spoil(file, harm)
    with pytest.raises(backup.NotABackup):
        backup.restore(f"sqlite:///{tmp_path / 'back.db'}", file)


def spoil(file: Path, harm: str) -> None:
    whole = file.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    harmed = {
        "cut": whole[: len(whole) // 2],
        "noise": b"not a backup at all",
        "no foot": gzip.compress(b"".join(lines[:-1])),
        "other": gzip.compress(b'{"format": "something-else"}\n'),
    }
    file.write_bytes(harmed[harm])


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_looking_for_copies_beside_the_keys_lets_go_of_no_lock_of_the_open_store(
    village, store_url, tmp_path
):
    """Closing any file of an open SQLite store drops its locks: the next program to come believes it is alone."""
    path = sa.make_url(store_url).database
    with closing(sqlite3.connect(path, isolation_level=None)) as mine:
        mine.execute("BEGIN IMMEDIATE")
        assert not backup.holds_copies(tmp_path)
        stranger = f"import sqlite3; sqlite3.connect({path!r}, timeout=0).execute('BEGIN IMMEDIATE')"
        tried = subprocess.run([sys.executable, "-c", stranger], capture_output=True, text=True, check=False)
        assert "database is locked" in tried.stderr
