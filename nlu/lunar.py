"""Lunar days and festivals from a table of month lengths: no search, no dependency at run time.

Each line: the first day of the lunar year, its leap month (0: none), and its months, 1 = 30 days, 0 = 29 days.
Generated from lunar-python 1.4.8 and checked against it in the tests.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

YEARS = """
2024-02-10 0 010010110110|2025-01-29 6 1010010101110|2026-02-17 0 101001001110|2027-02-06 0 110100100110
2028-01-26 5 1110100100110|2029-02-13 0 110101010011|2030-02-03 0 010110101010|2031-01-23 3 0110101101010
2032-02-11 0 100101101101|2033-01-31 11 0100101011101|2034-02-19 0 010010101101|2035-02-08 0 101001001101
2036-01-28 6 1101001001011|2037-02-15 0 110100100101|2038-02-04 0 110101010010|2039-01-24 5 1101101010100
2040-02-12 0 101101011010|2041-02-01 0 010101101101|2042-01-22 2 0100101011011|2043-02-10 0 010010011011
2044-01-30 7 1010010010111|2045-02-17 0 101001001011|2046-02-06 0 101010100101|2047-01-26 5 1011010100101
2048-02-14 0 011011010010|2049-02-02 0 101011011010|2050-01-23 3 0101010110110|2051-02-11 0 100100110111
2052-02-01 8 0100100101111|2053-02-19 0 010010010111|2054-02-08 0 011001001011|2055-01-28 6 0110101001010
2056-02-15 0 111010100101|2057-02-04 0 011010110010|2058-01-24 4 1010101101100|2059-02-12 0 101010101110
2060-02-02 0 100100101110
"""
FESTIVALS = {
    "春节": (1, 1), "大年初一": (1, 1), "元宵节": (1, 15), "元宵": (1, 15), "龙抬头": (2, 2), "三月三": (3, 3),
    "端午节": (5, 5), "端午": (5, 5), "七夕": (7, 7), "中元节": (7, 15), "七月半": (7, 15), "中秋节": (8, 15),
    "中秋": (8, 15), "八月十五": (8, 15), "重阳节": (9, 9), "重阳": (9, 9), "九月九": (9, 9), "腊八节": (12, 8), "腊八": (12, 8),
    "小年": (12, 23), "除夕": (12, 0), "年三十": (12, 0), "大年三十": (12, 0), "年夜": (12, 0),
}  # fmt: skip
SOLAR = {
    "元旦": (1, 1), "妇女节": (3, 8), "三八节": (3, 8), "五一": (5, 1), "劳动节": (5, 1), "儿童节": (6, 1),
    "六一": (6, 1), "建党节": (7, 1), "建军节": (8, 1), "八一": (8, 1), "教师节": (9, 10), "国庆节": (10, 1),
    "国庆": (10, 1), "平安夜": (12, 24), "圣诞节": (12, 25), "圣诞": (12, 25), "情人节": (2, 14),
}  # fmt: skip
TERMS = {"立春": (2, 3.87), "清明节": (4, 4.81), "清明": (4, 4.81), "立夏": (5, 5.52), "夏至": (6, 21.37)} | {
    "立秋": (8, 7.5),
    "立冬": (11, 7.438),
    "冬至": (12, 21.94),
}
"""Solar terms: the month and the constant of the twenty-first century's formula."""


@cache
def months() -> tuple[tuple[date, int, int], ...]:
    """Every lunar month: its first day, its number, its length; leap months bear the number 0."""
    found = []
    for line in YEARS.replace("\n", "|").strip("|").split("|"):
        first, leap, lengths = line.split()
        found += list(_months_of(date.fromisoformat(first), int(leap), lengths))
    return tuple(found)


def _months_of(first: date, leap: int, lengths: str) -> Iterator[tuple[date, int, int]]:
    numbers = list(range(1, 13))
    if leap:
        numbers.insert(leap, 0)
    for month, length in zip(numbers, lengths, strict=True):
        yield first, month, 29 + int(length)
        first += timedelta(29 + int(length))


def next_lunar(today: date, day: int, month: int | None = None) -> date | None:
    """The next lunar day, today included; day 0 is the last of its month; no month means any."""
    for first, number, length in months():
        if month is not None and number != month:
            continue
        found = first + timedelta((day or length) - 1)
        if day <= length and found >= today:
            return found
    return None


def festival(name: str, today: date) -> date | None:
    """The next time a festival comes, today included."""
    if name in FESTIVALS:
        month, day = FESTIVALS[name]
        return next_lunar(today, day, month)
    candidates = [_in_year(name, today.year), _in_year(name, today.year + 1)]
    return next(day for day in candidates if day >= today)


def _in_year(name: str, year: int) -> date:
    if name in SOLAR:
        return date(year, *SOLAR[name])
    month, constant = TERMS[name]
    short = year % 100
    leaps = (short - 1) // 4 if month < 3 else short // 4
    return date(year, month, int(short * 0.2422 + constant) - leaps)
