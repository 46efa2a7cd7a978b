"""What a village may choose in chat: which settings, what is offered, how an answer is read and shown."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from models.lunch.meals import Sitting
from models.members.people import Canteen
from models.volunteers.shifts import SwapPolicy
from rules.elders import ladder_words, ladders
from rules.settings import settings_of
from rules.values import Fen, Refused, Text

LADDERS = {f"ladder_{name.replace('.', '_')}": name for name in ladders.SEARCH}
FURTHER = {name: of for name, of in LADDERS.items() if "." in of or of == ladders.PRESSING}
"""Ladders that hardly any village changes: what is offered is what is kept."""

OFFERED: Mapping[str, tuple[str, ...]] = {
    "name": (),
    "sittings": ("lunch", "lunch,dinner", "breakfast,lunch,dinner"),
    "seats": ("40", "60", "100"),
    "price": ("0", "5", "10"),
    "lunch_closing": ("1 18:00", "1 20:00", "0 09:00"),
    "dinner_closing": ("0 10:00", "0 15:00", "1 18:00"),
    "meal_weekdays": ("1234567", "123456", "12345"),
    "market_days": ("0", "3,8", "5,10"),
    "grace_seats": ("0", "3", "5"),
    "post_at": ("07:00", "08:00", "12:00"),
    "join": ("open", "approve"),
    "quiet_from": ("20:00", "21:00", "22:00"),
    "quiet_until": ("06:00", "06:30", "07:00"),
    "shift_reminder_at": ("18:00", "19:00", "20:00"),
    "swap_policy": ("both_agree", "open", "coordinator_approves"),
    "certificates": ("required", "advised"),
    "ladder_normal": (
        "30 helpers,60 on_call,120 committee+manager,every 120",
        "10 helpers,20 on_call,40 manager",
    ),
    "ladder_urgent": ("0 helpers,10 on_call,20 committee+manager,30 social_worker+family,every 15",),
    "ladder_emergency": ("0 family+on_call+doctor,5 manager,10 social_worker+committee,every 5",),
    "ladder_care": (
        "0 elder,15 family,30 neighbour,45 on_call,60 social_worker+committee+manager,every 15",
        "0 elder,10 family,20 neighbour,30 on_call,40 social_worker+committee+manager,every 10",
        "0 elder,30 family,60 neighbour,90 on_call,120 social_worker+committee+manager,every 30",
    ),
    "ladder_silent": (
        "0 elder,60 family,120 neighbour,180 on_call,240 social_worker+manager,every 120",
        "0 elder,120 family,240 on_call,every 240",
    ),
    "need_days": ("7", "14", "30"),
    "visits_a_week": ("3", "4", "6"),
    "visit_weekdays": ("2345", "24", "12345"),
    "group_emergencies": ("yes", "no"),
    "consent_first": ("yes", "no"),
    "language": ("zh_CN", "en"),
    "timezone": ("Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong"),
    **{name: (ladder_words.written(ladders.SEARCH[of]),) for name, of in FURTHER.items()},
}
"""Every setting of a village with the answers on its buttons; others may be written."""

CLOSINGS = {"lunch_closing": Sitting.LUNCH, "dinner_closing": Sitting.DINNER}
CLOCKS = frozenset({"post_at", "quiet_from", "quiet_until", "shift_reminder_at"})
MOST = {"seats": 2000, "grace_seats": 50, "price": 1000, "visits_a_week": 50, "need_days": 90}
WEEKDAYS = frozenset({"meal_weekdays", "visit_weekdays"})
LONGEST_NAME = 64
YES_NO = ("group_emergencies", "consent_first")


def kept_as(name: str) -> str:
    """Under which name the village's settings keep it."""
    if name in LADDERS:
        return "ladders"
    return "times" if name in CLOSINGS else name


def read(canteen: Canteen, name: str, words: str) -> Any:
    """The value to keep for what was tapped or written; refuses what makes no sense."""
    words = words.strip().replace("：", ":")
    try:
        return _read(canteen, name, words)
    except (ValueError, KeyError, OSError, OverflowError) as wrong:
        raise Refused("canteens.unreadable") from wrong


def _read(canteen: Canteen, name: str, words: str) -> Any:
    if name in MOST:
        number = int(float(words) * 100) if name == "price" else int(words)
        return _between(number, name)
    if name in CLOSINGS:
        return _closing(canteen, CLOSINGS[name], words)
    if name in CLOCKS:
        return _awake(canteen, name, _clock(words)).isoformat("minutes")
    if name == "sittings":
        return [Sitting(word).value for word in words.split(",")]
    if name in WEEKDAYS:
        return sorted({_weekday(letter) for letter in words})
    if name == "market_days":
        return _digits(words)
    if name == "timezone":
        return ZoneInfo(words).key
    if name in LADDERS:
        return ladder_words.read(canteen, LADDERS[name], words)
    if name in YES_NO:
        return {"yes": True, "no": False}[words]
    return _word(name, words)


def _between(number: int, name: str) -> int:
    most = MOST[name] * (100 if name == "price" else 1)
    least = 1 if name in ("seats", "need_days") else 0
    if not least <= number <= most:
        raise ValueError(name)
    return number


def _closing(canteen: Canteen, sitting: Sitting, words: str) -> dict[str, Any]:
    days, _, clock = words.rpartition(" ")
    times = settings_of(canteen).times[sitting]
    before = times.days_before if not days else int(days)
    closes = _clock(clock)
    if before not in range(8) or (before == 0 and closes >= times.starts):
        raise ValueError("closes after it is eaten")
    own = {"starts": times.starts.isoformat("minutes"), "closes": closes.isoformat("minutes")}
    return {**canteen.settings.get("times", {}), sitting.value: {**own, "days_before": before}}


def _clock(words: str) -> time:
    hour, _, minute = words.partition(":")
    return time(int(hour), int(minute or 0))


def _digits(words: str) -> list[int]:
    """Days of the lunar month by their last digit: "3,8", or "5,10"; 0 is no market."""
    numbers = [int(word) for word in words.replace("，", ",").replace("、", ",").split(",")]
    if not all(0 <= number <= 10 for number in numbers):
        raise ValueError(words)
    return [] if numbers == [0] else sorted({number % 10 for number in numbers})


def _awake(canteen: Canteen, name: str, clock: time) -> time:
    """Reminders of the evening come before the quiet hours, or they would never come."""
    if name == "shift_reminder_at" and clock >= settings_of(canteen).quiet_from:
        raise ValueError("too late to remind anybody")
    return clock


def _weekday(letter: str) -> int:
    if letter not in "1234567":
        raise ValueError(letter)
    return int(letter)


def _word(name: str, words: str) -> str:
    offered = OFFERED[name]
    if offered and words not in offered:
        raise ValueError(words)
    clean = " ".join(words.split())[:LONGEST_NAME]
    if not clean:
        raise ValueError(name)
    return clean


def present(canteen: Canteen, name: str) -> Any:
    """The present value, as a fact that is put into words."""
    if name in ("name", "timezone"):
        return getattr(canteen, name)
    if name == "language":
        return Text(f"canteens.language_{canteen.language}")
    if name in LADDERS:
        return ladders.present(canteen, LADDERS[name])
    settings = settings_of(canteen)
    if name in CLOSINGS:
        times = settings.times[CLOSINGS[name]]
        return _said_closing(times.days_before, times.closes)
    return _said(name, getattr(settings, name))


def offered(name: str, words: str) -> Any:
    """An offered answer, as a fact that is put into words."""
    if name in CLOSINGS:
        days, _, clock = words.partition(" ")
        return _said_closing(int(days), _clock(clock))
    if name == "language":
        return Text(f"canteens.language_{words}")
    if name in LADDERS:
        return ladders.rungs_said(ladder_words.parsed(words))
    readers: dict[str, Any] = {
        "sittings": lambda: tuple(Sitting(word) for word in words.split(",")),
        "meal_weekdays": lambda: tuple(map(int, words)),
        "visit_weekdays": lambda: tuple(map(int, words)),
        "price": lambda: int(words) * 100,
        "market_days": lambda: _digits(words),
    }
    value = readers[name]() if name in readers else _clock(words) if name in CLOCKS else words
    return _said(name, value)


def _said(name: str, value: Any) -> Any:
    if name == "price":
        return Fen(value)
    if name in WEEKDAYS:
        return [Text(f"weekday.{number}") for number in value]
    if name in YES_NO:
        return Text(f"canteens.{name}_{'yes' if value in (True, 'yes') else 'no'}")
    if name == "market_days":
        return sorted(number or 10 for number in value) or Text("canteens.no_market")
    if name == "swap_policy":
        return SwapPolicy(value)
    if name in ("join", "certificates"):
        return Text(f"canteens.{name}_{value}")
    return list(value) if isinstance(value, tuple) else value


def _said_closing(days: int, clock: time) -> Text:
    if days == 0:
        return Text("canteens.closes_same_day", time=clock)
    if days == 1:
        return Text("canteens.closes_day_before", time=clock)
    return Text("canteens.closes_days_before", days=days, time=clock)


def label(canteen: Canteen, name: str) -> Any:
    """The present value, short enough for a button."""
    if name in LADDERS:
        own = ladders.own_ladders(canteen).get(LADDERS[name], ladders.SEARCH[LADDERS[name]])
        return ladders.rungs_said(own)
    return present(canteen, name)
