"""Days in a sentence: single days joined into ranges, lists, whole weeks, exceptions and recurrences."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from nlu.day_groups import GROUP, LONGEST_RANGE, RECUR, WEEK, days_from, group, recurrence
from nlu.lunar import next_lunar
from nlu.moments import ATOM, WEEKDAYS, resolve, weekday
from nlu.numbers import HANZI, number

MOST_SPANS = 60
FOR_DAYS = re.compile(rf"(?:起|开始)?(?:,|连续|一?连)*(?P<n>\d{{1,2}}|[{HANZI}]{{1,2}})天(?![之以]?[前后])")
BESIDE = re.compile(r"的?(?:(?P<eve>前一天|头一天|前一日|前夜)|(?:后一天|第二天|次日))")
UNWANTED = re.compile("(?:那天|这天|就|那餐|那顿|,)*不(?:要|吃|用|来|订|留)(?:了|送|留)?(?:$|[,。!])")
NEW_YEAR = re.compile("除夕|年三十|年夜|春节|大年|初")
NEXT_WEEK = re.compile(f"(?<![^周期拜]一)下+个?{WEEK}")
NEAR = 12
SINCE = re.compile("起|开始|以后")
BRIDGE = re.compile(r"(?:开始|起)[^,。;]{0,14}(?:到|至)")
RANGE = re.compile(
    r"\s*(?:起|开始)?\s*(?:吃|订|送|报|留|停|用)?\s*(?:到|至|-|~|—+|–|一直到|until|till|through|to)\s*(?:这个?|本)?(?P<bare>[一二三四五六日天](?![份个号月]))?"
)
LUNAR_DAY = re.compile(rf"初?(?P<day>[{HANZI}]{{1,3}})(?![号日个份月天点{HANZI}])")
BY_MOON = re.compile("初|[正冬腊]月")
LUNAR_MONTH = 29


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A place in the text that names days or a recurrence."""

    start: int
    end: int
    dates: tuple[date, ...]
    recur: str | None = None
    removed: bool = False
    whole: bool = False
    weekday: bool = False
    """A weekday without saying of which week: as an exception it means each of them."""


def find_dates(text: str, today: date, *, past: bool = False) -> list[DateSpan]:
    """All spans of days from left to right, ranges joined, exceptions marked."""
    spans: list[DateSpan] = []
    place, ahead = 0, [found for pattern in (RECUR, GROUP, ATOM) if (found := pattern.search(text))]
    while ahead and len(spans) < MOST_SPANS:
        nearest = min(ahead, key=lambda m: (m.start(), -m.end()))
        spans.append(_span(text, nearest, _base(text, spans, nearest, today), past))
        place = max(spans[-1].end, place + 1)
        ahead = [found for m in ahead if (found := m if m.start() >= place else m.re.search(text, place))]
    marked = [_marked(text, span) for span in _of_that_week(text, spans)]
    return _bridged(text, [_taken_out(text, span, marked) for span in marked])


def _base(text: str, spans: list[DateSpan], found: re.Match[str], today: date) -> date:
    """From when a day is looked for: 初一 after 除夕 is the morning after it."""
    if spans and spans[-1].dates and found.re is ATOM and found["first"]:
        eve = NEW_YEAR.search(text, spans[-1].start, spans[-1].end)
        return spans[-1].dates[-1] if eve else today
    return today


def _of_that_week(text: str, spans: list[DateSpan]) -> list[DateSpan]:
    """A bare weekday soon after 下周X is of that week: 下周三改到周五."""
    found, monday, end = [], None, 0
    for span in spans:
        near = span.start - end <= NEAR and "。" not in text[end : span.start]
        if span.weekday and monday and near:
            found.append(replace(span, dates=(monday + timedelta(span.dates[0].weekday()),)))
        else:
            after = span.dates and NEXT_WEEK.match(text, span.start)
            monday = span.dates[0] - timedelta(span.dates[0].weekday()) if after else None
            found.append(span)
        end = span.end
    return found


def _bridged(text: str, spans: list[DateSpan]) -> list[DateSpan]:
    """From one day on until another, with words between: 明天开始我出门到星期天."""
    for first, second in pairwise(spans):
        single = len(first.dates) == 1 and len(second.dates) == 1 and not second.removed
        if single and BRIDGE.fullmatch(text, first.end, second.start) and first.dates < second.dates:
            joined = _filled(first, second.end, second.dates[0])
            return [joined if one is first else one for one in spans if one is not second]
    return spans


def _span(text: str, first: re.Match[str], today: date, past: bool) -> DateSpan:
    if first.re is RECUR:
        return DateSpan(first.start(), first.end(), (), recur=recurrence(first))
    if first.re is GROUP:
        days, whole = group(first, today)
        since = whole and SINCE.match(text, first.end())
        return DateSpan(first.start(), first.end(), days[:1] if since else days, whole=whole)
    day = resolve(first, today, past=past)
    if day is None:
        return DateSpan(first.start(), first.end(), ())
    bare = bool(first["wd"]) and not first["which"]
    span = _beside(text, DateSpan(first.start(), first.end(), (day,), weekday=bare))
    return _running(text, span, festival=bool(first["festival"])) or _ranged(text, span, today)


def _beside(text: str, span: DateSpan) -> DateSpan:
    """The day before, or after, the one named."""
    found = BESIDE.match(text, span.end)
    if not found:
        return span
    return DateSpan(span.start, found.end(), (span.dates[0] + timedelta(-1 if found["eve"] else 1),))


def _running(text: str, span: DateSpan, *, festival: bool) -> DateSpan | None:
    """So many days from the one named on: 明天起三天, 国庆三天."""
    found = FOR_DAYS.match(text, span.end)
    if not found or not (festival or found[0][0] in "起开连,"):
        return None
    days = number(found["n"]) or 0
    return DateSpan(span.start, found.end(), days_from(span.dates[0], days)) if days > 1 else None


def _ranged(text: str, span: DateSpan, today: date) -> DateSpan:
    link = RANGE.match(text, span.end)
    if not link:
        return span
    start = span.dates[0]
    if link["bare"] and re.search(WEEK, text[span.start : span.end]):
        return _filled(span, link.end(), weekday(start, WEEKDAYS[link["bare"]], ""))
    if by_moon := _by_moon(text, span, place := link.end() - len(link["bare"] or "")):
        return by_moon
    following = ATOM.match(text, place)
    last = resolve(following, start, past=False) if following else None
    if following and last and (following["relative"] or following["which"]):
        last = resolve(following, today)
    if following is None or last is None or last < start:
        return span
    if last - start > timedelta(7) and following["wd"] and not following["which"]:
        last -= timedelta(7)
    return _filled(span, following.end(), last)


def _by_moon(text: str, span: DateSpan, place: int) -> DateSpan | None:
    """正月十五到十七: the end of a run by the moon is in the same month."""
    found = LUNAR_DAY.match(text, place) if BY_MOON.search(text, span.start, span.end) else None
    last = next_lunar(span.dates[0], number(found["day"]) or 0) if found else None
    near = found and last and (last - span.dates[0]).days < LUNAR_MONTH
    return _filled(span, found.end(), last) if near and found and last else None


def _filled(span: DateSpan, end: int, last: date) -> DateSpan:
    start = span.dates[0]
    length = min((last - start).days, LONGEST_RANGE)
    return DateSpan(span.start, end, tuple(start + timedelta(n) for n in range(length + 1)))


def _marked(text: str, span: DateSpan) -> DateSpan:
    before = text[max(0, span.start - 7) : span.start]
    after = text[span.end : span.end + 5]
    if re.search(r"(?:除了?|除开|不含|except|but not)\s*(?:on )?$", before) or re.match(
        r"(?:那天|这天)?(?:除外|不算|跳过)|那天不|之?外", after
    ):
        return replace(span, removed=True)
    return span


def _taken_out(text: str, span: DateSpan, spans: list[DateSpan]) -> DateSpan:
    """25号到28号两份，27号不要: a day refused out of a longer run is an exception."""
    wider = any(set(span.dates) < set(other.dates) for other in spans)
    refused = wider and span.dates and UNWANTED.match(text, span.end)
    return replace(span, removed=True) if refused else span


def gathered(spans: list[DateSpan]) -> tuple[date, ...]:
    """The days of several spans without those excepted, each once, in order."""
    removed = {day for span in spans if span.removed for day in span.dates}
    days = {day for span in spans if not span.removed for day in span.dates}
    weekdays = {span.dates[0].weekday() for span in spans if span.removed and span.weekday}
    return tuple(sorted(day for day in days - removed if day.weekday() not in weekdays))
