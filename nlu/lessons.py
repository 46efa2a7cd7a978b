"""What a village teaches: sentences without names, and words that mean something there."""

import re
from collections.abc import Iterable
from datetime import date

from nlu.dangers import sounds_dangerous
from nlu.normalise import Pairs, normalise, table
from nlu.sentence import read_sentence, skeleton_of
from nlu.spans import TITLE

HINT = "食堂订餐：明天中午两份，打包，配送，堂食，取消，早饭，午饭，晚饭，降压药，陪我去医院，灯坏了，摔倒了，救命。"
"""What the talk is about: with it a fifth of the letters is wrong instead of a third (facts/language §3)."""
LONGEST = 120
SOMEBODY = "某"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱覃赖武康莫孔向汤农蓝蒙甘玉班岑闭凌"
NAMED = re.compile(
    rf"[{SURNAMES}][一-鿿]{{0,2}}?(?:{TITLE})|[阿小老][{SURNAMES}芳强军珍香兰明华英秀花妹弟]|\b(?:mr|mrs|ms|granny|uncle|auntie)\.? \w+",
    re.I,
)
NUMBERS = re.compile(r"\d{5,}")
QUOTES = "“”\"'‘’「」『』"
TAUGHT = re.compile(
    rf"^\s*[{QUOTES}](?P<heard>[^{QUOTES}\s,，。]{{2,8}})[{QUOTES}]\s*(?:就|也)?(?:是|等于|指的?是|意思是|means|is)(?:说)?\s*"
    rf"[{QUOTES}]?(?P<meant>[^{QUOTES}，。,]{{1,8}}?)[{QUOTES}]?(?:的意思|的说法)?[。.!！]?\s*$"
)


def nameless(text: str, names: Iterable[str]) -> str:
    """The words without names, phones and other long numbers."""
    said = normalise(text[: 4 * LONGEST])
    for name in sorted((name for name in names if len(name) > 1), key=len, reverse=True):
        said = said.replace(name, SOMEBODY)
    return NUMBERS.sub(SOMEBODY, NAMED.sub(SOMEBODY, said)).replace("\n", " ")[:LONGEST]


def skeleton(words: str, today: date) -> str:
    """What the classifier learns of words that hold no names."""
    return skeleton_of(read_sentence(words, today))[:LONGEST]


def taught(text: str) -> tuple[str, str] | None:
    """“过早”就是早饭: a word in quotes and what it means; None for any other sentence."""
    found = TAUGHT.match(text[: 4 * LONGEST])
    return (found["heard"], found["meant"].strip()) if found else None


def is_known(heard: str, today: date, words: Pairs = ()) -> bool:
    """Whether a word means something already, to people's plans or to their safety: nobody may teach it anew."""
    if heard in table().meant and heard not in dict(words):
        return True
    sentence = read_sentence(heard, today)
    return sounds_dangerous(sentence.low) or bool(
        sentence.days or sentence.meals or sentence.counts or sentence.modes
    )
