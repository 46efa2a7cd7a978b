"""Facts into words: numbers as digits, days with their weekday, money in yuan, lists as people say them."""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from texts.catalogs import FALLBACK, Catalogs, load

CLIP = 64
"""A name longer than this is cut: it came from a stranger's profile."""

_CONTROLS = dict.fromkeys((*range(8203, 8208), *range(8234, 8239), *range(8294, 8298), 65279))


def plain(text: str, clip: int = CLIP) -> str:
    """A name or a stranger's words without control and direction marks, on one line, cut to a bearable length."""
    clean = " ".join(text.translate(_CONTROLS).split())
    return clean if len(clean) <= clip else clean[: clip - 1] + "…"


class Words:
    """One language in one time zone; `say` renders anything that has a key and facts."""

    def __init__(self, language: str, timezone: str, catalogs: Catalogs | None = None) -> None:
        catalogs = catalogs or load()
        self.language = language if language in catalogs else FALLBACK
        self.zone = ZoneInfo(timezone)
        self.catalog = catalogs[self.language]
        self.fallback = catalogs[FALLBACK]

    def template(self, key: str) -> str:
        """The words for a key; a key nobody wrote words for is a bug and shows itself."""
        return self.catalog.get(key) or self.fallback.get(key) or f"⟦{key}⟧"

    def say(self, text: Any) -> str:
        """Render a text: an object with `key` and `facts`, or its encoded form."""
        key, facts = (text["key"], text["facts"]) if isinstance(text, Mapping) else (text.key, text.facts)
        if key == "lines":
            return "\n".join(filter(None, (self.say(part) for part in facts["parts"])))
        if key == "verbatim":
            return str(facts["text"])
        return self.template(key).format_map({name: self.fact(value) for name, value in facts.items()})

    def fact(self, value: Any) -> str:
        """One fact as people say it."""
        if isinstance(value, Mapping) and "$" in value:
            return self._encoded(value)
        if hasattr(value, "key") and hasattr(value, "facts"):
            return self.say(value)
        if isinstance(value, Enum):
            return self._state(type(value).__name__, str(value.value))
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, time):
            return f"{value.hour}:{value.minute:02d}"
        if isinstance(value, list | tuple):
            return self._list(list(value))
        if type(value).__name__ == "Fen":
            return self._money(int(value))
        return plain(value, 400) if isinstance(value, str) else str(value)

    def _encoded(self, value: Mapping[str, Any]) -> str:
        match value["$"]:
            case "text":
                return self.say(value)
            case "fen":
                return self._money(value["v"])
            case "enum":
                return self._state(value["t"], value["v"])
            case "at":
                return self._moment(datetime.fromisoformat(value["v"]))
            case "time":
                return self.fact(time.fromisoformat(value["v"]))
            case _:
                return self._day(date.fromisoformat(value["v"]))

    def _state(self, kind: str, value: str) -> str:
        return self.template(f"{kind}.{value}")

    def _day(self, day: date) -> str:
        weekday = self.template(f"weekday.{day.isoweekday()}")
        return self.template("format.day").format(
            month=day.month, month_name=self.template(f"month.{day.month}"), day=day.day, weekday=weekday
        )

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        clock = f"{local.hour}:{local.minute:02d}"
        return self.template("format.moment").format(day=self._day(local.date()), time=clock)

    def _money(self, fen: int) -> str:
        yuan, rest = divmod(abs(fen), 100)
        amount = f"{yuan}.{rest:02d}" if rest else str(yuan)
        return self.template("format.money").format(amount=f"-{amount}" if fen < 0 else amount)

    def _list(self, items: list[Any]) -> str:
        return self.template("format.comma").join(self.fact(item) for item in items)
