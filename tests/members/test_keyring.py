"""The keys of people: made once, found again, destroyed where they stand, wrapped anew, never half of anything."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.members import keyfiles
from models.members.keyring import Forgotten, KeyMissing, Keyring, Place, WrongKey


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "canteen.key", tmp_path / "canteen.ring")


@pytest.fixture
def ring(place):
    return Keyring(place)


def test_the_first_start_makes_both_files_for_the_bot_alone(ring, place):
    assert not ring.check()
    ring.make()
    assert ring.check()
    assert [oct(os.stat(file).st_mode & 0o777) for file in (place.key, place.ring)] == ["0o600", "0o600"]
    kept = place.key.read_text()
    ring.make()
    assert place.key.read_text() == kept


def test_granny_keeps_her_key_over_a_restart_and_has_her_own(ring, place):
    hers, his = ring.key_for(1), ring.key_for(2)
    assert len(hers) == 32
    assert hers != his
    assert Keyring(place).key_of(1) == hers
    assert Keyring(place).key_for(1) == hers
    assert Keyring(place).people() == {1, 2}


def test_nobody_has_a_key_before_it_is_needed(ring):
    with pytest.raises(Forgotten):
        ring.key_of(1)
    ring.make()
    with pytest.raises(Forgotten):
        ring.key_of(1)


def test_a_destroyed_key_leaves_no_letter_of_itself_in_the_file(ring, place):
    other = Keyring(place)
    kept = other.key_for(2)
    ring.key_for(1)
    wrapped = place.ring.read_text().splitlines()[2].partition(" ")[2]
    other.destroy(1)
    assert wrapped not in place.ring.read_text()
    for one in (ring, other, Keyring(place)):
        with pytest.raises(Forgotten):
            one.key_of(1)
        assert one.key_of(2) == kept


def test_destroying_what_never_was_changes_nothing(ring, place):
    ring.destroy(1)
    assert not place.ring.exists()
    ring.key_for(11)
    before = place.ring.read_text()
    ring.destroy(1)
    assert place.ring.read_text() == before


def test_another_master_key_is_noticed_before_anything_is_read(ring, place, tmp_path):
    ring.key_for(1)
    stranger = Place(tmp_path / "stranger.key", tmp_path / "stranger.ring")
    Keyring(stranger).make()
    place.key.write_text(stranger.key.read_text())
    with pytest.raises(WrongKey):
        Keyring(place).check()


@pytest.mark.parametrize("rubbish", ["", "no key\n", "YWJj\n", "ö\n"])
def test_rubbish_where_the_master_key_should_be_is_not_a_key(ring, place, rubbish):
    ring.make()
    place.key.write_text(rubbish)
    with pytest.raises(WrongKey):
        Keyring(place).check()


def test_a_ring_without_its_master_key_is_not_opened_with_a_new_one(ring, place):
    ring.key_for(1)
    place.key.unlink()
    with pytest.raises(KeyMissing):
        Keyring(place).check()
    with pytest.raises(KeyMissing):
        Keyring(place).key_for(2)
    assert not place.key.exists()


def test_a_new_master_key_opens_the_same_keys_and_the_old_one_nothing(ring, place):
    keys = {person: ring.key_for(person) for person in (0, 1, 2)}
    ring.destroy(2)
    old = place.key.read_text()
    assert ring.rotate() == 2
    assert place.key.read_text() != old
    assert Keyring(place).key_of(1) == ring.key_of(1) == keys[1]
    assert ring.people() == {0, 1}
    place.key.write_text(old)
    with pytest.raises(WrongKey):
        Keyring(place).check()


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_kill_while_the_master_key_is_changed_leaves_one_that_opens_the_ring(place, monkeypatch, step):
    ring = Keyring(place)
    kept = ring.key_for(1)
    done = keyfiles.replace
    left = iter(range(step))

    def killed(file, text):
        if next(left, None) is None:
            raise SystemExit
        done(file, text)

    monkeypatch.setattr(keyfiles, "replace", killed)
    with pytest.raises(SystemExit):
        ring.rotate()
    monkeypatch.undo()
    assert Keyring(place).key_of(1) == kept
    assert Keyring(place).rotate() == 1
    assert Keyring(place).key_of(1) == kept


def test_a_kill_in_the_middle_of_a_line_costs_no_key(ring, place):
    kept = ring.key_for(1)
    with place.ring.open("a") as torn:
        torn.write("2 abc")
    assert Keyring(place).key_of(1) == kept
    made = Keyring(place).key_for(2)
    assert Keyring(place).key_of(2) == made
    assert Keyring(place).key_of(1) == kept


def test_threads_that_ask_at_once_get_the_same_key(place):
    def asked(_):
        return Keyring(place).key_for(7)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(asked, range(16)))) == 1


def test_another_process_finds_the_key_made_here(ring, place):
    kept = ring.key_for(5)
    script = (
        "import sys; from pathlib import Path; from models.members.keyring import Keyring, Place\n"
        "print(Keyring(Place(Path(sys.argv[1]), Path(sys.argv[2]))).key_of(5).hex())"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(place.key), str(place.ring)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert bytes.fromhex(said.stdout.strip()) == kept


def test_keys_of_another_ring_are_taken_over_but_not_those_destroyed_here(ring, tmp_path):
    theirs = Keyring(Place(tmp_path / "old.key", tmp_path / "old.ring"))
    hers, his = theirs.key_for(1), theirs.key_for(2)
    ring.key_for(2)
    ring.destroy(2)
    assert ring.take_over(theirs) == 1
    assert ring.key_of(1) == hers
    with pytest.raises(Forgotten):
        ring.key_of(2)
    assert his != hers


def test_beside_a_file_or_in_the_folder_of_the_start():
    beside = Place.beside("sqlite:////var/lib/gulou/canteen.db?timeout=5")
    assert str(beside.key) == "/var/lib/gulou/canteen.key"
    assert str(Place.beside("sqlite:///canteen.db").ring) == "canteen.ring"
    assert str(Place.beside("postgresql+psycopg://me:secret@host/canteen").key) == "canteen.key"
