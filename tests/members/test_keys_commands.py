"""The keys at the command line: made at the first start, missed, mistaken, changed, copied; a copy restored elsewhere."""

import json

import pytest

import bot
from models.members.keyring import Keyring, Place

PEOPLE = "name,roles,phone,address\n韦秀兰,elder,13877880001,上寨 7788 号\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    for name in ("CREDENTIALS_DIRECTORY", "CANTEEN_STORE__KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    config(tmp_path, "canteen")
    (tmp_path / "people.csv").write_text(PEOPLE)
    assert bot.main(["canteen", "add", "--chat", "-1", "--name", "鼓楼", "--config", "canteen.toml"]) == 0
    assert bot.main(["import", "people", "people.csv", "--config", "canteen.toml"]) == 0
    return tmp_path


def config(folder, name):
    (folder / f"{name}.toml").write_text(f'[store]\nurl = "sqlite:///{folder}/{name}.db"\n')


def people(capsys, name="canteen"):
    capsys.readouterr()
    assert bot.main(["export", "people", "--config", f"{name}.toml"]) == 0
    return [(row["name"], row["address"]) for row in json.loads(capsys.readouterr().out)]


def test_an_import_makes_the_keys_and_an_export_opens_what_they_seal(home, capsys):
    assert people(capsys) == [("韦秀兰", "上寨 7788 号")]
    assert Keyring(Place(home / "canteen.key", home / "canteen.ring")).people() == {1}
    assert b"13877880001" not in (home / "canteen.db").read_bytes()


def test_a_copy_restored_beside_another_store_brings_its_keys(home, capsys):
    assert bot.main(["backup", "copy.gz", "--config", "canteen.toml"]) == 0
    assert "密钥和备份放在同一个文件夹" in capsys.readouterr().err
    config(home, "other")
    assert bot.main(["restore", "copy.gz", "--config", "other.toml"]) == 0
    assert people(capsys, "other") == [("韦秀兰", "上寨 7788 号")]


def test_a_copy_without_its_keys_is_refused_with_the_cure(home, capsys):
    assert bot.main(["backup", "copy.gz", "--config", "canteen.toml"]) == 0
    (home / "away").mkdir()
    for name in ("canteen.key", "canteen.ring"):
        (home / name).rename(home / "away" / name)
    config(home, "other")
    assert bot.main(["restore", "copy.gz", "--config", "other.toml"]) == 1
    assert "--keys" in capsys.readouterr().err
    assert bot.main(["restore", "copy.gz", "--keys", "away/canteen.ring", "--config", "other.toml"]) == 0
    assert people(capsys, "other") == [("韦秀兰", "上寨 7788 号")]


def test_an_erased_person_is_gone_from_a_copy_taken_before(home, capsys):
    assert bot.main(["backup", "copy.gz", "--config", "canteen.toml"]) == 0
    assert bot.main(["erase", "1", "--config", "canteen.toml"]) == 0
    config(home, "other")
    assert bot.main(["restore", "copy.gz", "--config", "other.toml"]) == 0
    assert people(capsys, "other") == []
    assert "韦秀兰" not in (home / "other.db").read_bytes().decode("utf-8", "replace")


def test_the_master_key_is_changed_and_everything_still_opens(home, capsys):
    before = (home / "canteen.key").read_text()
    assert bot.main(["vault", "rotate", "--config", "canteen.toml"]) == 0
    assert (home / "canteen.key").read_text() != before
    assert people(capsys) == [("韦秀兰", "上寨 7788 号")]


def test_the_one_copy_of_the_ring_is_written_over(home, capsys):
    for _ in range(2):
        assert bot.main(["vault", "copy", "safe.ring", "--config", "canteen.toml"]) == 0
    assert (home / "safe.ring").read_text() == (home / "canteen.ring").read_text()
    assert bot.main(["vault", "copy", "--config", "canteen.toml"]) == 2


@pytest.mark.parametrize("what", ["rotate", "copy"])
def test_a_wrong_or_missing_key_is_named(home, capsys, what):
    (home / "canteen.key").write_text("bm8ga2V5\n")
    assert bot.main(["vault", what, "safe.ring", "--config", "canteen.toml"]) == 1
    assert "canteen.key" in capsys.readouterr().err
    (home / "canteen.ring").unlink()
    assert bot.main(["vault", what, "safe.ring", "--config", "canteen.toml"]) == 1
    assert "canteen.ring" in capsys.readouterr().err


def test_the_bot_does_not_start_without_the_key_it_sealed_with(home, capsys):
    from commands.run import unlocked
    from models.store import open_store

    place = Place(home / "canteen.key", home / "canteen.ring")
    kept = place.key.read_text()

    def starts():
        store = open_store(f"sqlite:///{home}/canteen.db")
        try:
            return unlocked(store, ready=True)
        finally:
            store.close_now()

    assert starts()
    place.key.unlink()
    assert not starts()
    place.key.write_text("bm8ga2V5\n")
    assert not starts()
    place.key.write_text(kept)
    place.ring.rename(home / "gone")
    assert not starts(), "a new ring would make what is sealed unreadable for ever"
    assert not place.ring.exists()
    assert capsys.readouterr().err.count("密钥") >= 3


def test_the_first_start_makes_the_keys_and_says_where(tmp_path, capsys):
    from commands.run import unlocked
    from models.store import open_store

    store = open_store(f"sqlite:///{tmp_path}/new.db")
    assert unlocked(store, ready=False)
    store.close_now()
    assert "new.key" in capsys.readouterr().out


def test_a_credential_of_systemd_is_the_master_key(home, tmp_path, monkeypatch):
    import config as settings
    from commands.opening import keys_of

    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "gulou-key").write_text((home / "canteen.key").read_text())
    found = settings.load(home / "canteen.toml", {"CREDENTIALS_DIRECTORY": str(folder)})
    assert keys_of(found) == Place(folder / "gulou-key", home / "canteen.ring")
    own = settings.load(home / "canteen.toml", {"CANTEEN_STORE__KEY_FILE": "/etc/gulou.key"})
    assert str(keys_of(own).key) == "/etc/gulou.key"
