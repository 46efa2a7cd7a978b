"""A roster as villagers write it: 周一 早：甲、乙 / 周二 …, a line for a day or for a shift, read into entries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from models.volunteers.shifts import DutyKind
from rules.values import Text
from rules.volunteers.roster_entries import Entry

WEEKDAYS = "一二三四五六日"
DUTIES = {
    "做饭": DutyKind.COOK,
    "煮饭": DutyKind.COOK,
    "掌勺": DutyKind.COOK,
    "主厨": DutyKind.COOK,
    "厨师": DutyKind.COOK,
    "帮厨": DutyKind.HELP,
    "洗菜": DutyKind.HELP,
    "送餐": DutyKind.DELIVERY,
    "送饭": DutyKind.DELIVERY,
    "开车": DutyKind.DRIVING,
    "司机": DutyKind.DRIVING,
    "走访": DutyKind.VISIT,
    "探访": DutyKind.VISIT,
    "打扫": DutyKind.CLEANING,
    "卫生": DutyKind.CLEANING,
    "洗碗": DutyKind.CLEANING,
    "清洁": DutyKind.CLEANING,
    "采购": DutyKind.SHOPPING,
    "买菜": DutyKind.SHOPPING,
    "其他": DutyKind.OTHER,
}
PARTS = {
    "早": (time(7, 30), time(11, 0)),
    "上午": (time(7, 30), time(11, 0)),
    "中": (time(10, 30), time(13, 30)),
    "晚": (time(16, 0), time(18, 30)),
    "下午": (time(14, 0), time(17, 0)),
}
SPANS = {"breakfast": PARTS["早"], "lunch": PARTS["中"], "dinner": PARTS["晚"]}
WHOLE = (time(8, 0), time(12, 0))
"""When a shift is that is written without a time of its own."""

_SEPARATOR = re.compile(r"[\n/／;；]+")
_DAY = re.compile(
    r"^\s*(?:(?P<next>下)|这|本)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    r"|^\s*(?P<month>\d{1,2})\s*[月.](?P<number>\d{1,2})[日号]?|^\s*(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
)
_CLOCK = re.compile(r"(\d{1,2})[:：点](\d{2})?\s*[-–—~～到至]\s*(\d{1,2})[:：点]?(\d{2})?")
_PART = re.compile(r"(早上|早班|早|上午|中午|中班|中|下午|晚上|晚班|晚)(?![一-鿿]{2,3}$)")
_DUTY = re.compile("|".join(sorted(DUTIES, key=len, reverse=True)))
_HEADER = re.compile(
    r"排班|值班表|值日表|班表|名单|^[（(【]|本周|下周(?![一二三四五六日天])|这周(?![一二三四五六日天])"
)
_COUNT = re.compile(
    r"[（(]?\s*(?:还)?(?:缺|差|要|需要|共)\s*(\d{1,2}|[一二两三四五六])\s*(?:个)?人?\s*[)）]?"
)
_NAMES = re.compile(r"[、,，\s和及+&]+")
_NOBODY = {"待定", "空", "缺", "无", "没有", "暂无", "?", "？", "-", "—"}
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
LONGEST_NAME = 12


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line nobody could read, and why; the words are not repeated."""

    line: int
    reason: Text


@dataclass(frozen=True, slots=True)
class _Open:
    """What the lines above have named: the day, and whether the whole paste is about next week."""

    day: date | None = None
    base: date | None = None


def duties_in(words: str) -> tuple[DutyKind, ...]:
    """The duties somebody names, in order."""
    return tuple(dict.fromkeys(DUTIES[found[0]] for found in _DUTY.finditer(words)))


def duties_wanted(words: str) -> tuple[DutyKind, ...]:
    """The duties asked for in return, in 我拿周二的送餐换周五的打扫; all that are named where nothing tells them apart."""
    return duties_in(words.partition("换")[2]) or duties_in(words)


def looks_like_roster(text: str) -> bool:
    """Whether a message may be a pasted roster: two days at least, each followed by names after a colon."""
    days = [part for part in _SEPARATOR.split(text) if _DAY.match(part)]
    named = [part for part in _SEPARATOR.split(text) if re.search(r"[:：]\s*\S", part)]
    return len(days) >= 2 and len(named) >= 2


def read(text: str, today: date) -> tuple[list[Entry], list[BadLine]]:
    """Read a whole roster; answers what stands in it, and the lines that make no sense."""
    entries: list[Entry] = []
    bad: list[BadLine] = []
    day: date | None = None
    monday = _first_monday(text, today)
    for number, raw in enumerate(_SEPARATOR.split(text), start=1):
        line = raw.strip()
        if not line or (_HEADER.search(line) and not re.search(r"[:：].*\S", line)):
            continue
        named, rest = _day(line, today, monday)
        day = named or day
        found = list(_shifts(number, day, rest)) if day is not None else []
        if not found and rest.strip(" :："):
            bad.append(BadLine(number, Text("shifts.line_no_day" if day is None else "shifts.line_unclear")))
        entries += found
    return _joined(entries), bad


def _first_monday(text: str, today: date) -> date:
    """The week a roster is about: this one, unless it names a day of it that is gone, or says so."""
    monday = today - timedelta(days=today.weekday())
    numbers = [
        WEEKDAYS.find(w.replace("天", "日"))
        for w in re.findall(r"(?:周|星期|礼拜)([一二三四五六日天])", text)
    ]
    says_next = bool(re.search(r"下(?:个)?(?:周|星期|礼拜)", text))
    gone = bool(numbers) and min(numbers) < today.weekday()
    return monday + timedelta(days=7) if says_next or gone else monday


def _day(line: str, today: date, monday: date) -> tuple[date | None, str]:
    found = _DAY.match(line)
    if found is None:
        return None, line
    rest = line[found.end() :]
    if found["weekday"]:
        number = WEEKDAYS.index(found["weekday"].replace("天", "日"))
        return monday + timedelta(days=number), rest
    try:
        if found["iso"]:
            year, month, number = map(int, found["iso"].split("-"))
            return date(year, month, number), rest
        day = date(today.year, int(found["month"]), int(found["number"]))
    except ValueError:
        return None, line
    return (day if day >= today else day.replace(year=day.year + 1)), rest


def _shifts(number: int, day: date | None, rest: str) -> Iterator[Entry]:
    """The shifts of one line: each duty or time with a colon begins another."""
    assert day is not None
    heads = list(
        re.finditer(r"(?:^|(?<=[\s、,，。）)]))([^\s:：、,，]*(?:\s[^\s:：、,，]+)?)[:：](?!\d)", rest)
    )
    if not heads:
        yield from _entry(number, day, "", rest)
        return
    when = rest[: heads[0].start()]
    for place, head in enumerate(heads):
        last = heads[place + 1].start() if place + 1 < len(heads) else len(rest)
        # 周一 早班 做饭：… 帮厨：… – what follows is at the same time until another is named.
        when = head[1] if _CLOCK.search(head[1]) or _PART.search(head[1]) else when
        yield from _entry(number, day, f"{head[1]} {when}", rest[head.end() : last])


def _entry(number: int, day: date, head: str, names: str) -> Iterator[Entry]:
    whole = f"{head} {names}" if not head.strip() else head
    starts, ends = _span(whole)
    duty = _DUTY.search(whole)
    people, missing = _people(names if head.strip() else _without_head(names))
    if not people and missing is None:
        return
    needed = len(people) + (missing or 0)
    kind = DUTIES[duty[0]] if duty else DutyKind.HELP
    yield Entry(number, day, starts, ends, kind, max(needed, 1), people)


def _without_head(words: str) -> str:
    return _DUTY.sub(" ", _PART.sub(" ", _CLOCK.sub(" ", words), count=1))


def _span(words: str) -> tuple[time, time]:
    clock = _CLOCK.search(words)
    if clock is not None:
        try:
            return _time(clock[1], clock[2]), _time(clock[3], clock[4])
        except ValueError:
            return WHOLE
    part = _PART.search(words) or re.search("|".join(PARTS), words)
    if part is None:
        return WHOLE
    return next(span for word, span in PARTS.items() if part[0].startswith(word))


def _time(hour: str, minute: str | None) -> time:
    return time(int(hour), int(minute or 0))


def _people(words: str) -> tuple[tuple[str, ...], int | None]:
    """Names, and how many are still wanted; None when nothing was written at all."""
    wanted = _COUNT.search(words)
    missing = (_DIGITS.get(wanted[1]) or int(wanted[1])) if wanted else None
    bare = re.sub(r"[（(][^）)]*[)）]", " ", _COUNT.sub(" ", words)).strip(" :：。.")
    names = [name.strip(" :：。.*") for name in _NAMES.split(bare)]
    if any(name in _NOBODY for name in names):
        missing = missing or 1
    kept = tuple(dict.fromkeys(name for name in names if name and name not in _NOBODY))
    return tuple(name for name in kept if len(name) <= LONGEST_NAME), missing


def _joined(entries: list[Entry]) -> list[Entry]:
    """The same shift written on two lines is one."""
    found: dict[tuple[date, time, DutyKind], Entry] = {}
    for entry in entries:
        key = (entry.day, entry.starts, entry.duty)
        before = found.get(key)
        people = tuple(dict.fromkeys((*(before.people if before else ()), *entry.people)))
        needed = max(len(people), entry.needed, before.needed if before else 0)
        found[key] = Entry(entry.line, entry.day, entry.starts, entry.ends, entry.duty, needed, people)
    return list(found.values())
