"""A wrong configuration is explained whole and at once, and shows no secret."""

from pathlib import Path

import pytest

import config
from config import WrongConfig

SECRET = "123456789:CanaryTokenThatMustNeverBeShown00000"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(path: Path | None, environ: dict[str, str] | None = None) -> dict[str, config.Mistake]:
    with pytest.raises(WrongConfig) as wrong:
        config.load(path, environ or {})
    assert SECRET not in str(wrong.value)
    return {mistake.where: mistake for mistake in wrong.value.mistakes}


def test_without_a_file_everything_has_its_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = config.load(None, {})
    assert found.store.url == "sqlite:///canteen.db"
    assert found.web.address == ("127.0.0.1", 8080)
    assert found.defaults.timezone == "Asia/Shanghai"


def test_the_example_is_a_configuration_and_names_every_key():
    example = Path(__file__).parent.parent / "config.example.toml"
    config.load(example, {})
    text = example.read_text(encoding="utf-8")
    for section, field in config.Config.model_fields.items():
        assert f"[{section}]" in text
        for key in field.annotation.model_fields:
            assert f"{key} = " in text, f"{section}.{key}"


def test_a_file_that_was_named_must_exist(tmp_path):
    assert next(iter(mistakes(tmp_path / "none.toml").values())).kind == "missing_file"


def test_all_mistakes_are_named_at_once_each_with_its_place(tmp_path):
    text = f'[telegram]\ntokn = "{SECRET}"\n[web]\nlisten = "nowhere"\n[defaults]\ntimezone = "Mars/Canteen"\n[stor]\nurl = "x"\n'
    found = mistakes(written(tmp_path, text))
    assert set(found) == {"telegram.tokn", "web.listen", "defaults.timezone", "stor"}
    assert found["telegram.tokn"].nearest == "telegram.token"
    assert found["stor"].nearest == "store"


def test_telegram_itself_is_never_sent_to_without_its_limits(tmp_path):
    text = '[telegram]\npace = "local"\n'
    assert "telegram" in mistakes(written(tmp_path, text))
    own = written(tmp_path, text + 'api_base = "http://127.0.0.1:8081"\n')
    assert config.load(own, {}).telegram.pace == "local"


def test_a_token_of_the_wrong_type_is_not_shown(tmp_path):
    assert "telegram.token" in mistakes(written(tmp_path, f'[telegram]\ntoken = ["{SECRET}"]\n'))


def test_a_torn_file_says_where(tmp_path):
    assert "line" in next(iter(mistakes(written(tmp_path, "[telegram\n")).values())).what


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    assert next(iter(mistakes(path).values())).kind == "unreadable"


def test_a_webhook_needs_its_secret(tmp_path):
    assert "telegram" in mistakes(
        written(tmp_path, '[telegram]\nwebhook_url = "https://canteen.example/hook"\n')
    )


def test_the_environment_stands_above_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("CANTEEN_TELEGRAM__TOKEN", SECRET)
    found = config.load(written(tmp_path, '[telegram]\ntoken = "1:other"\n'))
    assert found.telegram.secret_token() == SECRET
    assert SECRET not in repr(found)


def test_the_environment_is_read_like_the_file(tmp_path):
    said = {
        "CANTEEN_OPERATOR__TELEGRAM_IDS": "[5, 6]",
        "CANTEEN_CLOCK__TICK_SECONDS": "2.5",
        "CANTEEN_WEB__LISTEN": "",
        "CANTEEN_TELEGRAM__TOKEN": "[not a list]",
        "PATH": "/bin",
    }
    found = config.load(written(tmp_path, "[web]\nlisten = '127.0.0.1:9'\n[log]\nlevel = 'DEBUG'\n"), said)
    assert found.operator.telegram_ids == (5, 6)
    assert (found.clock.tick_seconds, found.web.address, found.log.level) == (2.5, None, "DEBUG")
    assert found.telegram.secret_token() == "[not a list]"


@pytest.mark.parametrize("value", ["5, 6", "[5", '["x"]'])
def test_a_variable_that_cannot_be_read_is_named_with_all_others(tmp_path, value):
    said = {"CANTEEN_OPERATOR__TELEGRAM_IDS": value, "CANTEEN_CLOCK__TICK_SECONDS": "often"}
    places = {where.rpartition(".0")[0] or where for where in mistakes(written(tmp_path, ""), said)}
    assert places == {"operator.telegram_ids", "clock.tick_seconds"}


def test_a_section_that_is_no_table_is_named_whatever_the_environment_says(tmp_path):
    said = {"CANTEEN_WEB__LISTEN": ""}
    assert set(mistakes(written(tmp_path, "web = 5\n"), said)) == {"web"}


@pytest.mark.parametrize("name", ["CANTEEN_TELEGRAM", "CANTEEN_TELEGRAM__TOKEN__X", "CANTEEN_"])
def test_a_variable_names_a_section_and_a_key(tmp_path, name):
    assert name in mistakes(written(tmp_path, ""), {name: SECRET})


def test_a_misspelt_variable_is_named_with_the_nearest_right_one(tmp_path):
    found = mistakes(written(tmp_path, ""), {"CANTEEN_TELEGRAM__TOKE": SECRET, "CANTEEN_WBE__LISTEN": "x"})
    assert found["CANTEEN_TELEGRAM__TOKE"].nearest == "telegram.token"
    assert found["CANTEEN_WBE__LISTEN"].nearest == "web"


def test_the_token_may_lie_in_a_file_of_its_own(tmp_path):
    (tmp_path / "token").write_text(f"{SECRET}\n")
    found = config.load(written(tmp_path, f'[telegram]\ntoken_file = "{tmp_path / "token"}"\n'), {})
    assert found.telegram.secret_token() == SECRET


def test_the_web_can_be_off(tmp_path):
    assert config.load(written(tmp_path, '[web]\nlisten = ""\n'), {}).web.address is None


@pytest.mark.parametrize(
    ("lang", "language"), [("en_US.UTF-8", "en"), ("zh_CN.UTF-8", "zh_CN"), ("", "zh_CN")]
)
def test_the_operators_shell_says_which_language_to_speak(monkeypatch, lang, language):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", lang)
    assert config.language_of_shell() == language
