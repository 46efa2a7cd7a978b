"""Several days named at once, each with its resolver: 明后两天, 周一三五, 周末, 每周二, next three days."""

import re
from datetime import date, timedelta

from nlu.beginnings import begins
from nlu.moments import ATOM, WEEKDAYS, resolve, weekday
from nlu.numbers import HANZI, number

LONGEST_RANGE = 62
WEEK = "(?:周|星期|礼拜)"
RECUR = begins(
    "a-z每逢天日农工周星礼初",
    rf"""
    (?P<weekdays>(?:每个?)?工作日(?:每天)?|每{WEEK}一[到至-]{WEEK}?五|{WEEK}一[到至-]{WEEK}?五(?=每天|天天|都)|every\ weekday|on\ weekdays|every\ work(?:ing)?\ ?day)
  | (?P<lunar>(?:每个?月|每逢|逢|每个?|农历)+(?:的)?初一[、和,跟]?十五|初一[、和,跟]?十五(?=都|每)|每月农历初一十五)
  | (?P<weekly>(?:每个?|逢|每逢){WEEK}(?P<days>[一二三四五六日天末1-7](?:[、,和跟 ]?{WEEK}?[一二三四五六日天1-7](?![份个]))*)|every\ (?P<eday>mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:\ and\ (?P<eday2>mon|tue|wed|thu|fri|sat|sun)[a-z]*)?)
  | (?P<daily>每天|每日|天天|日日|every\ ?day|daily)
    """,
    re.VERBOSE,
)
GROUP = begins(
    rf"\da-z{HANZI}今明后接未往这本下周星礼双",
    rf"""
    (?P<pair>明后两?[天日]|今明两?天|今天?明天?两天|后天?大后天)
  | (?P<numbers>(?<![\d.])(?:(?P<nm>\d{{1,2}}|[{HANZI}]{{1,2}}|下个?|这个?|本)月)?(?P<listed>(?:\d{{1,2}}(?:号|日)?[、,和 ]){{1,12}}\d{{1,2}})(?:号|日|(?=这?[两三四五六]天)))
  | (?P<coming>(?:接下来|未来|往后|后面)的?(?:(?P<cn>\d{{1,2}}|[{HANZI}]{{1,2}})天|(?P<cw>[一两三])(?:个?星期|周|个?礼拜))|(?:the\ )?next\ (?P<ce>\d|two|three|four|five)\ days)
  | (?P<rest>(?:这个?|本){WEEK}(?:剩下|余下|剩余)的?(?:几|这几|那几)?[天日]?)
  | (?P<weekend>(?P<ww>这个?|本|(?<![^周期拜]一)下+个?)?(?:周末|双休日)(?:两天)?|(?P<we>this|next|the)\ weekend)
  | (?P<several>(?P<sw>这个?|本|(?<![^周期拜]一)下+个?)?{WEEK}(?P<days>[一二三四五六日天](?:[、,和跟]?[一二三四五六日天](?![份个客盒点天]))+)(?![一二三四五六七八九十]*[份个客盒]))
  | (?P<whole>(?P<hw>这个?|本|(?<![^周期拜]一)下+个?)(?:{WEEK}|星期)(?![一二三四五六日天末\d])|(?P<he>this|next)\ week\b)
    """,
    re.VERBOSE,
)
ENGLISH_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}


def recurrence(found: re.Match[str]) -> str:
    """How a rule is written: daily, weekdays, weekly:2,4, lunar:1,15."""
    if found["weekdays"]:
        return "weekdays"
    if found["lunar"]:
        return "lunar:1,15"
    if found["daily"]:
        return "daily"
    if found["eday"]:
        days = [ENGLISH_DAYS[d] for d in (found["eday"], found["eday2"]) if d]
    else:
        days = [WEEKDAYS[c] + 1 for c in found["days"].replace("末", "六日") if c in WEEKDAYS]
    return "weekly:" + ",".join(str(day) for day in sorted(set(days)))


def group(found: re.Match[str], today: date) -> tuple[tuple[date, ...], bool]:
    """The days of a group, and whether they are a whole week."""
    monday = today - timedelta(today.weekday())
    if found["pair"]:
        first = 0 if found["pair"][0] == "今" else 2 if "大后" in found["pair"] else 1
        return days_from(today + timedelta(first), 2), False
    if found["numbers"]:
        return _numbered(found, today), False
    if found["coming"]:
        days = 7 * (number(found["cw"]) or 0) if found["cw"] else number(found["cn"] or found["ce"]) or 0
        return days_from(today + timedelta(1), days), False
    if found["rest"]:
        return days_from(today + timedelta(1), 6 - today.weekday()), False
    which = found["ww"] or found["sw"] or found["hw"] or ""
    ahead = 7 * (which.count("下") + (found["we"] == "next") + (found["he"] == "next"))
    if found["weekend"]:
        return days_from(monday + timedelta(5 + ahead), 2), False
    if found["several"]:
        return tuple(weekday(today, WEEKDAYS[c], which) for c in found["days"] if c in WEEKDAYS), False
    return days_from(monday + timedelta(ahead), 7), True


def _numbered(found: re.Match[str], today: date) -> tuple[date, ...]:
    """15、16号, 3月5、6日: each day read with what is said once for all."""
    month = f"{found['nm']}月" if found["nm"] else ""
    named = (ATOM.match(f"{month}{day}号") for day in re.findall(r"\d{1,2}", found["listed"]))
    days = (resolve(one, today) for one in named if one)
    return tuple(sorted(day for day in days if day))


def days_from(first: date, count: int) -> tuple[date, ...]:
    """So many days from one on."""
    return tuple(first + timedelta(n) for n in range(max(0, min(count, LONGEST_RANGE))))
