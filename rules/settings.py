"""What a village may set for itself, with the defaults of the house."""

import json
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from models.lunch.meals import Sitting
from models.members.people import Canteen


@dataclass(frozen=True, slots=True)
class Times:
    """When a sitting is eaten, and when booking for it closes: so many days before, at a time."""

    starts: time
    closes: time
    days_before: int = 0


DEFAULT_TIMES = {
    Sitting.BREAKFAST: Times(time(7, 0), time(18, 0), 1),
    Sitting.LUNCH: Times(time(11, 30), time(18, 0), 1),
    Sitting.DINNER: Times(time(17, 0), time(10, 0), 0),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A village's settings; money in fen, times on the village's clock."""

    join: str = "open"
    sittings: tuple[Sitting, ...] = (Sitting.LUNCH,)
    meal_weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    market_days: tuple[int, ...] = ()
    """Last digits of the days of the lunar month on which there is a market."""
    times: dict[Sitting, Times] = field(default_factory=lambda: dict(DEFAULT_TIMES))
    seats: int = 60
    grace_seats: int = 3
    price: int = 1000
    offer_minutes: int = 15
    serving_minutes: int = 60
    post_at: time = time(8, 0)
    menu_reminders: tuple[time, ...] = (time(16, 0), time(18, 0))
    menu_escalates_at: time = time(19, 0)
    standing_reminder_at: time = time(16, 30)
    quiet_from: time = time(21, 0)
    quiet_until: time = time(6, 30)
    group_answers: bool = True
    group_emergencies: bool = False
    consent_first: bool = False
    ladders: dict[str, Any] = field(default_factory=dict)
    swap_policy: str = "both_agree"
    swap_hours: int = 72
    leave_hours: int = 24
    shift_opens_days: int = 28
    shift_hours_day: int = 10
    shift_hours_week: int = 30
    roster_days_ahead: int = 21
    shift_reminder_at: time = time(19, 0)
    shift_reminder_minutes: int = 60
    shift_unconfirmed_hours: int = 12
    vacancy_post_at: time = time(12, 0)
    vacancy_days: int = 3
    certificates: str = "required"
    certificate_days: tuple[int, ...] = (30, 7, 1)
    certificates_at: time = time(9, 0)
    kitchen_card_minutes: int = 180
    sample_grams: int = 125
    sample_hours: int = 48
    fridge: tuple[int, ...] = (0, 8)
    eat_within_minutes: int = 120
    hand_over_within_minutes: int = 60
    fever: int = 373
    visits_a_week: int = 4
    visit_weekdays: tuple[int, ...] = (2, 3, 4, 5)
    visit_every: tuple[int, ...] = (7, 30, 91)
    """In how many days a household is seen again: high, raised, usual risk."""
    visit_plan_at: time = time(19, 0)
    visit_morning_at: time = time(8, 0)
    need_days: int = 14
    need_urgent_days: int = 3
    """By when an elder who said what they need has an answer."""
    needs_at: time = time(8, 30)


def settings_of(canteen: Canteen) -> Settings:
    """The village's own settings over the defaults; unknown keys of a newer release are left alone."""
    return _settings(json.dumps(canteen.settings, sort_keys=True))


@lru_cache(256)
def _settings(kept: str) -> Settings:
    known = {f.name for f in fields(Settings)}
    return Settings(**{name: _read(name, value) for name, value in json.loads(kept).items() if name in known})


def _read(name: str, value: Any) -> Any:
    match name:
        case "sittings":
            return tuple(Sitting(item) for item in value)
        case (
            "meal_weekdays" | "market_days" | "certificate_days" | "fridge" | "visit_weekdays" | "visit_every"
        ):
            return tuple(value)
        case "times":
            own = {
                Sitting(k): Times(_clock(v["starts"]), _clock(v["closes"]), v["days_before"])
                for k, v in value.items()
            }
            return {**DEFAULT_TIMES, **own}
        case "menu_reminders":
            return tuple(_clock(item) for item in value)
        case "needs_at":
            return _clock(value)
        case "post_at" | "menu_escalates_at" | "standing_reminder_at" | "quiet_from" | "quiet_until":
            return _clock(value)
        case (
            "certificates_at" | "shift_reminder_at" | "vacancy_post_at" | "visit_plan_at" | "visit_morning_at"
        ):
            return _clock(value)
        case _:
            return value


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def at(canteen: Canteen, day: date, clock: time) -> datetime:
    """A time on the village's clock as an instant; a time skipped by DST moves forward by the gap."""
    return datetime.combine(day, clock, tzinfo=ZoneInfo(canteen.timezone))


def local_day(canteen: Canteen, now: datetime) -> date:
    """The village's day."""
    return now.astimezone(ZoneInfo(canteen.timezone)).date()


def closes_at(canteen: Canteen, day: date, sitting: Sitting) -> datetime:
    """When booking for a sitting closes."""
    times = settings_of(canteen).times[sitting]
    return at(canteen, day - timedelta(days=times.days_before), times.closes)


def starts_at(canteen: Canteen, day: date, sitting: Sitting) -> datetime:
    """When a sitting is eaten."""
    return at(canteen, day, settings_of(canteen).times[sitting].starts)


def after_quiet(canteen: Canteen, now: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    settings, local = settings_of(canteen), now.astimezone(ZoneInfo(canteen.timezone))
    if local.time() >= settings.quiet_from:
        return at(canteen, local.date() + timedelta(days=1), settings.quiet_until)
    if local.time() < settings.quiet_until:
        return at(canteen, local.date(), settings.quiet_until)
    return now
