"""Numbers as people write them: 2, 二, 两, 俩, 贰, 廿五, 三十六."""

import re

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")
}
DIGITS |= {"两": 2, "俩": 2, "仨": 3, "幺": 1}
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
WORDS |= {"a": 1, "an": 1, "another": 1}
HANZI = "零〇一二三四五六七八九十百两俩仨壹贰叁肆伍陆柒捌玖拾佰廿卅"
NUMBER = rf"(?:\d{{1,3}}(?!\d)|[{HANZI}]{{1,5}})"
ENGLISH_NUMBER = r"(?:\d{1,3}(?!\d)|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|an?|another)\b)"


def number(text: str) -> int | None:
    """The value of a number in digits, Chinese or English; None when it is none."""
    if text.isdecimal():
        return int(text)
    if text in WORDS:
        return WORDS[text]
    return _hanzi(text.replace("廿", "二十").replace("卅", "三十"))


def _hanzi(text: str) -> int | None:
    if not text or re.search(rf"[^{HANZI}]", text):
        return None
    total, digit = 0, None
    for letter in text:
        if letter in TENS:
            total += (1 if digit is None else digit) * TENS[letter]
            digit = None
        else:
            digit = (digit or 0) * 10 + DIGITS[letter]
    return total + (digit or 0)
