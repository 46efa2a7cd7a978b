"""config.toml and the environment, read once into one frozen object; the only reader of the environment.

A little longer than other files: every key an operator may set is to be seen in one place.
"""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

DEFAULT_FILE = Path("config.toml")
PREFIX = "CANTEEN_"
CREDENTIAL = "gulou-key"
PUBLIC_BASE = "https://api.telegram.org"


class Section(BaseModel):
    """A table of config.toml: fixed names, no changes after reading, values never shown in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TelegramSection(Section):
    """How to reach the messenger."""

    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    api_base: str = Field(default=PUBLIC_BASE, pattern=r"^https?://[^/\s]+(/\S*[^/\s])?$")
    webhook_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    webhook_secret: SecretStr = SecretStr("")
    proxy: str = ""
    pace: str = Field(default="telegram", pattern=r"^(telegram|local)$")

    @model_validator(mode="after")
    def _only_an_own_server_has_no_limits(self) -> "TelegramSection":
        if self.pace == "local" and self.api_base == PUBLIC_BASE:
            raise ValueError("pace = local is only for an own Bot API server in api_base")
        return self

    @model_validator(mode="after")
    def _webhook_needs_secret(self) -> "TelegramSection":
        if self.webhook_url and not self.webhook_secret.get_secret_value():
            raise ValueError("webhook_secret is needed with webhook_url")
        return self

    def secret_token(self) -> str:
        """The token itself, from the key or the file; empty when neither is given."""
        if self.token_file is not None:
            return self.token_file.read_text(encoding="utf-8").strip()
        return self.token.get_secret_value()


class StoreSection(Section):
    """Where the book is kept."""

    url: str = Field(default="sqlite:///canteen.db", pattern=r"^(sqlite:///|postgresql\+psycopg://).+")
    key_file: Path | None = None
    ring_file: Path | None = None


class WebSection(Section):
    """Where health, metrics and the webhook listen; empty means nowhere."""

    listen: str = Field(default="127.0.0.1:8080", pattern=r"^([^:\s]+:\d{1,5})?$")
    public_url: str = Field(default="", pattern=r"^(https?://\S+)?$")

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port, or None when off."""
        host, _, port = self.listen.rpartition(":")
        return (host, int(port)) if host else None


class DefaultsSection(Section):
    """What a new canteen starts with."""

    timezone: str = "Asia/Shanghai"
    language: str = Field(default="zh_CN", pattern=r"^(zh_CN|en)$")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError("not a time zone, such as Asia/Shanghai") from unknown
        return value


class OperatorSection(Section):
    """Who keeps the machine running and is told of its faults, by Telegram id."""

    telegram_ids: tuple[int, ...] = ()


class ClockSection(Section):
    """How often timed duties are looked at; an offset file lets a demo or a test move the time."""

    tick_seconds: float = Field(default=20.0, gt=0, le=60)
    offset_file: Path | None = None


class LogSection(Section):
    """What is logged and how."""

    level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")
    format: str = Field(default="console", pattern=r"^(console|json)$")


class EngineSection(Section):
    """An engine of somebody else's that is asked over HTTP; off while nothing is said."""

    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    key: SecretStr = SecretStr("")
    model: str = ""

    @model_validator(mode="after")
    def _an_address_needs_a_model(self) -> "EngineSection":
        if self.url and not self.model:
            raise ValueError("model is needed with url")
        return self


class VoiceSection(EngineSection):
    """Who writes down voice messages: a model in a folder of the machine, or a server; off while neither is named."""

    folder: Path | None = None

    @model_validator(mode="after")
    def _one_engine(self) -> "VoiceSection":
        if self.folder is not None and self.url:
            raise ValueError("either folder or url, not both")
        return self


class Config(Section):
    """Everything the operator decides."""

    telegram: TelegramSection = TelegramSection()
    store: StoreSection = StoreSection()
    web: WebSection = WebSection()
    defaults: DefaultsSection = DefaultsSection()
    operator: OperatorSection = OperatorSection()
    clock: ClockSection = ClockSection()
    log: LogSection = LogSection()
    voice: VoiceSection = VoiceSection()
    language_model: EngineSection = EngineSection()


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in the configuration: where, what, and the nearest right name; never the value."""

    where: str
    what: str
    kind: str
    nearest: str = ""


class WrongConfig(Exception):
    """All mistakes of a configuration at once."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(f"{m.where}: {m.what}" for m in mistakes))
        self.mistakes = mistakes


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the file (config.toml unless told otherwise) and the environment; raises WrongConfig with every mistake."""
    environ = os.environ if environ is None else environ
    unknown = _unknown_variables(environ)
    data = _read_file(path)
    _take_credential(data, environ)
    for section, values in _variables(environ).items():
        given = data.setdefault(section, {})
        if isinstance(given, dict):  # else it is named as a mistake
            given.update(values)
    try:
        config = Config(**data)
    except ValidationError as wrong:
        raise WrongConfig(
            unknown + [_mistake(dict(error)) for error in wrong.errors(include_input=False)]
        ) from None
    if unknown:
        raise WrongConfig(unknown)
    return config


def language_of_shell() -> str:
    """The language the operator's shell speaks, for words said before there is a configuration."""
    return "en" if os.environ.get("LANG", "").startswith("en") and "LC_ALL" not in os.environ else "zh_CN"


def _read_file(path: Path | None) -> dict[str, Any]:
    chosen = path or DEFAULT_FILE
    if not chosen.exists():
        if path is None:
            return {}
        raise WrongConfig([Mistake(str(chosen), "no such file", "missing_file")])
    try:
        return tomllib.loads(chosen.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as wrong:
        raise WrongConfig([Mistake(str(chosen), str(wrong), "syntax")]) from None
    except (UnicodeDecodeError, OSError) as wrong:
        raise WrongConfig([Mistake(str(chosen), type(wrong).__name__, "unreadable")]) from None


def _take_credential(data: dict[str, Any], environ: Mapping[str, str]) -> None:
    """The master key that systemd hands over, unless the file names another."""
    credential = Path(environ.get("CREDENTIALS_DIRECTORY", "/nowhere")) / CREDENTIAL
    store = data.setdefault("store", {})
    if isinstance(store, dict) and credential.exists():
        store.setdefault("key_file", str(credential))


def _variables(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What the environment says, `CANTEEN_TELEGRAM__TOKEN` for telegram.token; a list is written as JSON."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in environ.items():
        section, gap, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and gap and _known([section, key]):
            found.setdefault(section, {})[key] = _value(section, key, value)
    return found


def _value(section: str, key: str, text: str) -> Any:
    kind = getattr(Config.model_fields[section].annotation, "model_fields", {})[key].annotation
    if get_origin(kind) is not tuple:
        return text
    with suppress(ValueError):
        return json.loads(text)
    return text  # the mistake is named with all others


def _unknown_variables(environ: Mapping[str, str]) -> list[Mistake]:
    found = []
    for name in environ:
        if not name.startswith(PREFIX):
            continue
        path = name.removeprefix(PREFIX).lower().split("__")
        if not _known(path):
            found.append(Mistake(name, "unknown", "extra_forbidden", _nearest(path)))
    return found


def _known(path: list[str]) -> bool:
    section = Config.model_fields.get(path[0])
    if section is None or len(path) != 2:
        return False
    return path[1] in getattr(section.annotation, "model_fields", {})


def _nearest(path: list[str]) -> str:
    if len(path) > 1 and path[0] in Config.model_fields:
        names = getattr(Config.model_fields[path[0]].annotation, "model_fields", {})
        close = difflib.get_close_matches(path[1], names, n=1, cutoff=0.5)
        return f"{path[0]}.{close[0]}" if close else ""
    close = difflib.get_close_matches(path[0], Config.model_fields, n=1, cutoff=0.5)
    return close[0] if close else ""


def _mistake(error: dict[str, Any]) -> Mistake:
    path = [str(part) for part in error["loc"]]
    nearest = _nearest(path) if error["type"] == "extra_forbidden" else ""
    return Mistake(".".join(path), str(error["msg"]), str(error["type"]), nearest)
