"""The command line as an operator types it: what it does, what it says, how it ends."""

import json

import pytest

import bot
from rules import exports

PEOPLE = "姓名,角色,电报号\n李奶奶,老人,1001\n王师傅,厨师,1003\n"
MENUS = "day,meal,dishes,price,seats,closes_at\n2027-01-04,lunch,红烧豆腐;青菜,10,40,\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Types a command and answers its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    for name in ("LANG", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)

    def type_in(*words: str) -> tuple[int, str]:
        try:
            code = bot.main(words)
        except SystemExit as ended:
            code = int(ended.code or 0)
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return type_in


@pytest.fixture
def village(run):
    """A store with one village."""
    assert run("canteen", "add", "--chat", "-1001", "--name", "鼓楼食堂", "--manager", "1005:韦主任")[0] == 0
    return run


def test_a_village_is_added_and_changed_by_the_same_command(village):
    code, said = village("canteen", "add", "--chat", "-1001", "--name", "新食堂")
    assert (code, "新食堂" in said) == (0, True)
    assert len(json.loads(village("export", "people")[1])) == 1


@pytest.mark.parametrize("manager", ["韦主任", "12:", "x:y"])
def test_a_manager_is_a_number_and_a_name(run, manager):
    assert run("canteen", "add", "--chat", "-1", "--name", "甲", "--manager", manager)[0] == 2


def test_a_time_zone_nobody_knows_is_refused(run):
    code, said = run("canteen", "add", "--chat", "-1", "--name", "甲", "--timezone", "Mars/Canteen")
    assert (code, "时区" in said) == (1, True)


def test_people_come_in_and_go_out(village, tmp_path):
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8-sig")
    assert village("import", "people", "people.csv", "--dry-run")[0] == 0
    assert village("import", "people", "people.csv")[0] == 0
    people = json.loads(village("export", "people", "--format", "json")[1])
    assert {person["name"] for person in people} == {"韦主任", "李奶奶", "王师傅"}


def test_menus_come_in_and_go_out_as_a_table(village, tmp_path):
    (tmp_path / "menus.csv").write_text(MENUS, encoding="utf-8")
    assert village("import", "menus", "menus.csv")[0] == 0
    assert village("export", "menus", "--format", "csv", "--output", "out.csv")[0] == 0
    assert "红烧豆腐" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert village("export", "meals", "--format", "xlsx", "--output", "out.xlsx")[0] == 0
    assert (tmp_path / "out.xlsx").read_bytes().startswith(b"PK")


def test_a_bad_row_is_named_and_nothing_comes_in(village, tmp_path):
    (tmp_path / "people.csv").write_text("姓名,角色\n李奶奶,皇后\n", encoding="utf-8")
    code, said = village("import", "people", "people.csv")
    assert code == 1
    assert "第 2 行，roles" in said
    assert len(json.loads(village("export", "people")[1])) == 1


def test_a_file_that_is_not_there_is_said_kindly(village):
    code, said = village("import", "people", "none.csv")
    assert (code, "none.csv" in said) == (1, True)


def test_visits_are_exported_without_what_was_found(village):
    assert village("export", "visits") == (0, "[]\n")
    said = village("export", "visits", "--format", "csv")[1]
    assert said.strip().lstrip("\ufeff") == "id,day,person,worker,companion,status,outcome,needs"


def test_a_wrong_day_is_wrong_use(village):
    assert village("export", "bookings", "--from", "yesterday")[0] == 2


def test_without_a_village_the_question_is_which(run):
    run("migrate")
    assert run("export", "people")[0] == 1


def test_a_backup_is_made_once_and_comes_back_into_an_empty_store(village, tmp_path, monkeypatch):
    assert village("backup", "copy.gz")[0] == 0
    assert village("backup", "copy.gz")[0] == 1
    assert village("restore", "copy.gz")[0] == 1
    monkeypatch.setenv("CANTEEN_STORE__URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert village("restore", "copy.gz")[0] == 0
    assert json.loads(village("export", "people")[1])[0]["name"] == "韦主任"
    (tmp_path / "noise.gz").write_bytes(b"noise")
    monkeypatch.setenv("CANTEEN_STORE__URL", f"sqlite:///{tmp_path / 'third.db'}")
    assert village("restore", "noise.gz")[0] == 1


def test_a_backup_that_cannot_be_written_says_so(village):
    assert village("backup", "no/such/folder/copy.gz")[0] == 1


def test_the_audit_is_whole_until_somebody_changes_it(village, tmp_path):
    import sqlite3

    assert village("audit", "verify")[0] == 0
    with sqlite3.connect(tmp_path / "canteen.db") as connection:
        connection.execute("UPDATE audit_entry SET action = 'nothing'")
    connection.close()
    assert village("audit", "verify")[0] == 1


def test_a_person_is_forgotten_but_never_the_last_manager(village, tmp_path):
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    village("import", "people", "people.csv")
    numbers = {person["name"]: str(person["id"]) for person in json.loads(village("export", "people")[1])}
    assert village("erase", numbers["李奶奶"])[0] == 0
    assert "李奶奶" not in village("export", "people")[1]
    assert village("erase", numbers["韦主任"])[0] == 1
    assert village("erase", "9999")[0] == 1


def test_health_of_a_bot_that_does_not_run(run, monkeypatch):
    monkeypatch.setenv("CANTEEN_WEB__LISTEN", "127.0.0.1:9")
    assert run("health")[0] == 1
    monkeypatch.setenv("CANTEEN_WEB__LISTEN", "")
    assert run("health")[0] == 1


def test_the_doctor_names_a_missing_token(run):
    code, said = run("doctor")
    assert (code, "token" in said) == (1, True)


def test_the_doctor_says_when_the_messenger_does_not_answer(run, monkeypatch):
    monkeypatch.setenv("CANTEEN_TELEGRAM__TOKEN", "123456:Canary00000000000000000000000000000")
    monkeypatch.setenv("CANTEEN_TELEGRAM__API_BASE", "http://127.0.0.1:9")
    code, said = run("doctor")
    assert (code, "http://127.0.0.1:9" in said, "Canary" in said) == (1, True, False)


def test_the_doctor_names_a_store_of_a_later_release(village, tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "canteen.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "新版本" in village("doctor")[1]


def test_without_a_token_the_bot_says_where_to_paste_it(run):
    code, said = run("run")
    assert (code, "config.toml" in said) == (1, True)


@pytest.mark.parametrize(
    "words", [("migrate",), ("run",), ("health",), ("export", "people"), ("backup", "x"), ("audit", "verify")]
)
def test_a_wrong_configuration_stops_every_command_and_is_explained(run, tmp_path, words):
    (tmp_path / "config.toml").write_text('[telegram]\ntokn = "1:secret"\n', encoding="utf-8")
    code, said = run(*words)
    assert code == 1
    assert "telegram.token" in said
    assert "secret" not in said


def test_a_sentence_is_explained_for_people(run):
    code, said = run("understand", "明天中午两份，送到家")
    assert code == 0
    assert "book_meal" in said
    assert "delivery" in said


def test_understand_reads_as_in_the_group_and_at_another_moment(run):
    code, said = run(
        "understand", "--group", "--at", "2026-12-30T09:00:00+08:00", "我家猫死了，明天火锅店两份"
    )
    assert (code, "silent" in said) == (0, True)
    _, said = run("understand", "--at", "2026-12-30T09:00:00+08:00", "后天中午两份")
    assert "2027-01-01" in said
    assert "offered" in run("understand", "那个坛坛罐罐啰")[1]


def test_a_file_of_sentences_is_labelled(run, tmp_path):
    record = {"id": "a", "text": "明天中午两份", "now": "2026-11-25T10:00:00+08:00", "chat": "private"}
    (tmp_path / "in.jsonl").write_text(json.dumps(record) + "\n\n", encoding="utf-8")
    assert run("understand", "--input", "in.jsonl", "--output", "out.jsonl")[0] == 0
    labelled = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert (labelled["id"], labelled["intent"], labelled["slots"]["dates"]) == (
        "a",
        "book_meal",
        ["2026-11-26"],
    )


def test_every_list_there_is_can_be_asked_for():
    assert set(bot.KINDS) == set(exports.KINDS)


@pytest.mark.parametrize("words", [(), ("dance",), ("import", "people"), ("erase", "x")])
def test_wrong_use_ends_with_two(run, words):
    assert run(*words)[0] == 2
