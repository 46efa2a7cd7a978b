"""Single days as people name them, each with its resolver: 后天, 下周三, 25号, 腊月二十三, next Friday."""

import calendar
import re
from datetime import date, timedelta

from nlu.beginnings import begins
from nlu.lunar import FESTIVALS, SOLAR, TERMS, festival, next_lunar
from nlu.numbers import HANZI, number

RELATIVE = {"大大后天": 4, "大后天": 3, "后天": 2, "明天": 1, "今天": 0, "昨天": -1, "前天": -2, "大前天": -3}
RELATIVE |= {"今晚": 0, "今早": 0, "今夜": 0, "明早": 1, "明晚": 1, "后晚": 2, "昨晚": -1, "昨夜": -1}
RELATIVE |= {
    "day after tomorrow": 2,
    "tomorrow": 1,
    "tmr": 1,
    "tmrw": 1,
    "today": 0,
    "tonight": 0,
    "yesterday": -1,
}
RELATIVE |= dict.fromkeys(("this morning", "this afternoon", "this evening", "this noon"), 0)
WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(7)}
ENGLISH_DAYS = {d: i for i, d in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
ENGLISH_MONTHS = {m.lower(): i for i, m in enumerate(calendar.month_abbr) if m}
LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
FESTIVAL_NAMES = "|".join(sorted((*FESTIVALS, *SOLAR, *TERMS), key=len, reverse=True))
HAN = f"[{HANZI}]"
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DAYS = "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
FESTIVE = "".join(sorted({name[0] for name in (*FESTIVALS, *SOLAR, *TERMS)}))
ATOM = begins(
    rf"\da-z{HANZI}今明后昨前大下这本上周星礼月初逢农阴旧正冬腊过再年新{FESTIVE}",
    rf"""
    (?P<relative>day\ after\ tomorrow|tomorrow|tmrw?|today|tonight|this\ (?:morning|afternoon|evening|noon)|yesterday|大大后天|大后天|大前天|今[天晚早夜]|明[天晚早](?!信)|后[天晚]|昨[天晚夜]|前天)
  | (?P<iso>(?P<iy>20\d\d)[-年/.](?P<im>\d{{1,2}})[-月/.](?P<id>\d{{1,2}})[日号]?)
  | (?P<festival>(?<![零〇一二三四五六七八九十\d])(?:{FESTIVAL_NAMES})(?![日号份个点快乐]))
  | (?P<lunar>(?:农历|阴历|旧历)?(?:(?P<lm>[正冬腊]|(?:(?<=农历)|(?<=阴历)|(?<=旧历)){HAN}{{1,2}})月(?P<ld>初?{HAN}{{1,3}}|\d{{1,2}})(?![日号\d]))|(?P<lmonth>(?<![\d]){HAN}{{1,2}})月(?P<lfirst>初{HAN}))
  | (?P<month_day>(?P<next_month>下个?月|这个?月|本月|\d{{1,2}}月|{HAN}{{1,2}}月)(?P<day>\d{{1,2}}|{HAN}{{1,3}})[号日]?(?![份个人位月点块%\d]))
  | (?P<new_year>(?:大年|新年|过年|(?<![今明去前后每])年)初(?P<ny>{HAN}))
  | (?P<first>初{HAN}|农历十五|(?<=初一)十五|(?<=初一[、和])十五|逢十五|十五(?=那天|[早中晚]|拜|吃斋|吃素))
  | (?P<week>(?P<which>这个?|本|(?<![^周期拜]一)下+个?|上个?)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天1-7])(?![份个\d年]))
  | (?P<number_day>(?<![\d.])(?P<nd>\d{{1,2}}|{HAN}{{1,3}})(?:号|(?<=\d)日)(?![楼线店院床桌车]))
  | (?P<dotted>(?<![\d.:/])(?<!血糖)(?<!体温)(?P<dm>1[0-2]|0?[1-9])[./](?P<dd>3[01]|[12]\d|0?[1-9])(?![\d.:/]|\s*(?:块|元|斤|份|点|%|kg)))
  | (?P<month_end>(?:(?:这个?|本|下个?)?月(?:底|末)|(?:这个?|本|下个?)月的?最后一天))
  | (?P<english>\b(?:(?P<ewhich>next|this|on|coming)\ )?(?P<eday>{DAYS})s?\b)
  | (?P<english_date>\b(?P<em>{MONTHS})[a-z]*\.?\ (?P<ed>\d{{1,2}})(?:st|nd|rd|th)?\b|\b(?P<ed2>\d{{1,2}})(?:st|nd|rd|th)?\ (?:of\ )?(?P<em2>{MONTHS})[a-z]*\b|\bthe\ (?P<eth>\d{{1,2}})(?:st|nd|rd|th)\b)
  | (?P<after>(?:过|再过)?(?P<an>\d{{1,2}}|{HAN}{{1,2}})天(?:之?后|以后)|再过(?P<more>\d{{1,2}}|{HAN}{{1,2}})天|(?P<weeks>一|两|1|2)(?:个?星期|周|个?礼拜)(?:之?后|以后)|\bin\ (?P<en>\d{{1,2}}|two|three|four|five)\ days)
    """,
    re.VERBOSE,
)


def resolve(found: re.Match[str], today: date, *, past: bool = False) -> date | None:
    """The day one name stands for; None when there is no such day."""
    kind = found.lastgroup if found.lastgroup in RESOLVERS else next(k for k in RESOLVERS if found[k])
    try:
        return RESOLVERS[kind](found, today, past)
    except (ValueError, OverflowError):
        return None


def _relative(found: re.Match[str], today: date, past: bool) -> date:
    return today + timedelta(RELATIVE[found["relative"]])


def _iso(found: re.Match[str], today: date, past: bool) -> date:
    return date(int(found["iy"]), int(found["im"]), int(found["id"]))


def _lunar(found: re.Match[str], today: date, past: bool) -> date | None:
    name, day = (found["lm"] or found["lmonth"]), (found["ld"] or found["lfirst"]).removeprefix("初")
    return next_lunar(today, number(day) or 0, LUNAR_MONTHS.get(name) or number(name))


def _new_year(found: re.Match[str], today: date, past: bool) -> date | None:
    return next_lunar(today, number(found["ny"]) or 1, 1)


def _first(found: re.Match[str], today: date, past: bool) -> date | None:
    text = found["first"]
    return next_lunar(today, 15 if "十五" in text else number(text[1:]) or 1)


def _month_day(found: re.Match[str], today: date, past: bool) -> date | None:
    month, day = found["next_month"], number(found["day"])
    if not day or day > 31:
        return None
    if month[0] in "下这本":
        return _in_month(today, 1 if month[0] == "下" else 0, day)
    return _yearly(number(month[:-1]) or 0, day, today, past)


def _in_month(today: date, ahead: int, day: int) -> date:
    months = today.year * 12 + today.month - 1 + ahead
    return date(months // 12, months % 12 + 1, day)


def _yearly(month: int, day: int, today: date, past: bool) -> date | None:
    order = (0, -1, -2, -3, -4) if past else (0, 1, 2, 3, 4)
    for years in order:
        leap_day = month == 2 and day == 29 and not calendar.isleap(today.year + years)
        if leap_day:
            continue
        found = date(today.year + years, month, day)
        if (found <= today) if past else (found >= today):
            return found
    return None


def _festival(found: re.Match[str], today: date, past: bool) -> date | None:
    return festival(found["festival"], today)


def _week(found: re.Match[str], today: date, past: bool) -> date:
    return weekday(today, WEEKDAYS[found["wd"]], found["which"] or "", past=past)


def weekday(today: date, wanted: int, which: str, *, past: bool = False) -> date:
    """A weekday of this, next or last week; bare means the nearest to come."""
    monday = today - timedelta(today.weekday())
    if which[:1] in ("这", "本") and which:
        return monday + timedelta(wanted)
    if which[:1] == "上":
        return monday + timedelta(wanted - 7)
    if which[:1] == "下":
        return monday + timedelta(wanted + 7 * which.count("下"))
    if past:
        return today - timedelta((today.weekday() - wanted) % 7)
    return today + timedelta((wanted - today.weekday() - 1) % 7 + 1)


def _number_day(found: re.Match[str], today: date, past: bool) -> date | None:
    return next_numbered(number(found["nd"]) or 0, today, past=past)


def next_numbered(day: int, today: date, *, past: bool = False) -> date | None:
    """The next (or last) month that has such a day, today included."""
    for ahead in (0, -1, -2) if past else range(4):
        if 1 <= day <= calendar.monthrange(*_month(today, ahead))[1]:
            found = date(*_month(today, ahead), day)
            if (found <= today) if past else (found >= today):
                return found
    return None


def _month(today: date, ahead: int) -> tuple[int, int]:
    months = today.year * 12 + today.month - 1 + ahead
    return months // 12, months % 12 + 1


def _dotted(found: re.Match[str], today: date, past: bool) -> date | None:
    return _yearly(int(found["dm"]), int(found["dd"]), today, past)


def _month_end(found: re.Match[str], today: date, past: bool) -> date:
    year, month = _month(today, 1 if "下" in found["month_end"] else 0)
    return date(year, month, calendar.monthrange(year, month)[1])


def _english(found: re.Match[str], today: date, past: bool) -> date:
    which = {"next": "下", "this": "这"}.get(found["ewhich"] or "", "")
    return weekday(today, ENGLISH_DAYS[found["eday"][:3]], which, past=past)


def _english_date(found: re.Match[str], today: date, past: bool) -> date | None:
    if found["eth"]:
        return next_numbered(int(found["eth"]), today, past=past)
    return _yearly(ENGLISH_MONTHS[found["em"] or found["em2"]], int(found["ed"] or found["ed2"]), today, past)


def _after(found: re.Match[str], today: date, past: bool) -> date:
    if found["weeks"]:
        return today + timedelta(7 * (number(found["weeks"]) or 0))
    return today + timedelta(number(found["an"] or found["more"] or found["en"]) or 0)


RESOLVERS = {
    "new_year": _new_year, "relative": _relative, "iso": _iso, "lunar": _lunar, "month_day": _month_day, "festival": _festival,
    "first": _first, "week": _week, "number_day": _number_day, "dotted": _dotted, "month_end": _month_end,
    "english": _english, "english_date": _english_date, "after": _after,
}  # fmt: skip
