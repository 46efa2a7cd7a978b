"""For whom a meal is, also when nobody knows the name: words after 帮, 给, 替 that are not the speaker are somebody."""

import re

from nlu.sentence import FURTHEST, Sentence
from nlu.spans import KIN as RELATIVE
from nlu.spans import MODES, NEEDS

ORDERED = "预订|预定|预约|预留|订|定|报|留|登记|安排|取消|退"
VERB = (
    f"{ORDERED}|准备|备|加|添|来|要|送|点|打|带|拿|取|领|做|煮|盛|搞|弄|办|买|吃"
    "|停|撤|码|舀|装|端|提|拎|记|不|别|免|改|换|减|少|多|约|写|记|算|划|去|把"
)
NAME = r"(?:(?![帮给替])[一-鿿A-Za-z·. \d-])"
AFTER = re.compile(
    r"(?:帮(?!厨)|给|替|(?<![因认作成])为(?![什啥何了此])|(?<![现时年交])代(?![替购]))(?:一下|忙)?住?\s*"
    rf"(?:(?P<name>{NAME}{{1,12}}?)\s*(?={ORDERED})|(?P<words>{NAME}{{1,400}}?)\s*(?={VERB}|$|[_,。;:!?\n]))"
)
"""A short name up to what is ordered, for there is a verb in 王来福; else all up to the next verb or sign."""
ONLY_VERBS = re.compile(
    f"(?:(?:{VERB})[掉成好上出回下住到]?)+|[少多别不][放加要吃盐油辣糖葱].*|.*[我你个饭菜餐座].*|."
)
NO_NAME = re.compile("^[到在]|(?:[点些份着了好满到一两几]|一下)$")
TRAILING = re.compile(r"(?:的(?:饭菜?|餐|那一?[份个])?|[也再都先就加多去又还各\s])+$")
SURNAME = "王李张刘陈杨黄赵吴徐孙朱胡郭林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈任姚卢姜崔钟谭陆汪范廖石韦贾夏付邹熊孟秦邱覃赖莫蒙农蓝甘岑班凌黎龙"
LEADING = re.compile(
    rf"(?:帮|替|给)?(?:订|报|留)(?P<whose>[{SURNAME}][一-鿿]{{1,2}})的(?:饭|餐|那)|(?:帮|替|给)(?:订|报|留)(?:一下)?_?(?P<who>[{SURNAME}][一-鿿]{{1,2}}?)的_"
)
"""帮订张三的饭: whose meal it is, said behind the verb."""
FIRST = re.compile(rf"^(?P<who>[{SURNAME}](?!总|家|老师)[一-鿿]{{1,2}})_[^。]{{0,6}}(?:订|报|留|要|吃)")
"""张三丰明天订一份: a name at the very beginning, right before the day."""
THEIR_MEAL = re.compile("[他她]的?_*的?[饭餐]|[他她]那_*份")
OWN_KIN = re.compile(rf"我家?(?:{RELATIVE})|{RELATIVE}")
"""我妈来我这边住，她的饭先停: whose meal the last clause is about."""
ENGLISH = re.compile(r"\bfor\s+(?P<who>(?:(?:my|our) )?[A-Za-z][a-z'-]*(?: [A-Z][a-z'-]*)*)")
NOBODY_ELSE = re.compile(
    "(?:.* )?(?:me|us|myself|ourselves|the|an?|this|that|him|her|them|it|one|two|three|four|five|six|seven|eight|nine|ten"
    "|delivery|take|takeaway|pick|pickup|lunch|dinner|breakfast|now|today|tomorrow|noon|next|every(?:one|body)|all|both|each"
    "|people|some|those|only|please|sure|my|our|own|usual|family|home|house|place|group|team|table|eating|dine)",
    re.I,
)
SELF = re.compile(
    r"^(?:我们?自?己?|俺们?|咱们?|自己|本人|大家|各位|别人|人家|(?:我们?|咱们?)?(?:全|一)?(?:家|家里|家人|家里人|家子)|(?:我|俺)?(?:一?个)?小?忙|你|你们|您|[他她它](?:们|家|俩)?|那|这|人|食堂)?"
    r"(?:也|再|都|先|就|各|还|又|只|一起|顺便|直接|赶紧|赶快|快点?|提前|现在|重新|额外|另外|统一|一并|继续|照常|照旧|照样|个忙|看看|跟|的|饭|餐|那份|今后|以后|全部|一次)*$"
)
MANY = re.compile(
    "们$|^大家|^各位|(?:全[组队村班体寨]|协会|村委会?|小组)$|[几多]个|^(?:来的)?(?:客人|工人|领导|干部|来宾)$"
)
KIN = re.compile(
    "^[我俺咱]们?的?(?:家的?)?[一-鿿A-Za-z]{0,3}?"
    "(?:[弟妹哥姐夫妇嫂叔婶伯姑姨舅侄甥孙媳婿友邻伴爷奶婆爸妈爹娘丈儿女徒]|亲(?!自)|公(?!司)|同事|先生|对象|家属|男人|老师|头子|那位)"
)


def whom(sentence: Sentence, person: str | None) -> str | None:
    """Who the meal is for: whoever was found, unless more was said; two are both named, so that it is asked."""
    text = _bare(sentence)
    leading = LEADING.search(text) or FIRST.match(text)
    if leading and person is None:
        return next(name for name in leading.groups() if name)
    said = {words: bool(found["name"]) for found in AFTER.finditer(text) if (words := _else(found))}
    if person is None and THEIR_MEAL.search(text) and (kin := OWN_KIN.search(text)):
        return kin[0]
    if person is None:
        return _both(said) or next(iter(said), None) or _in_english(text)
    whole = next((words for words in said if f"{person}的" in words), person)
    return (
        _both({whole: True, **{words: sure for words, sure in said.items() if person not in words}}) or whole
    )


def _both(said: dict[str, bool]) -> str | None:
    """Several for whom something is ordered in so many words, as one name that nobody bears."""
    ordered = [words for words, sure in said.items() if sure]
    return "和".join(ordered[:2]) if len(ordered) > 1 else None


def _bare(sentence: Sentence) -> str:
    """The text with days, meals, counts and needs as one sign each, so that no name runs on into them."""
    letters = list(sentence.text[:FURTHEST])
    places = [(day.start, day.end) for day in sentence.days]
    places += [(span.start, span.end) for span in (*sentence.meals, *sentence.counts)]
    places += [found.span() for found in NEEDS.finditer(sentence.low)]
    for start, end in places:
        letters[start:end] = "_" * (end - start)
    return "".join(letters)


def _else(found: re.Match[str]) -> str | None:
    """The words after 帮 when they are somebody else than the speaker and their own."""
    words = TRAILING.sub("", (found["name"] or found["words"]).strip())
    if SELF.match(words) or MANY.search(words) or MODES.search(words):
        return None
    if words[0] in "我俺咱":
        return words if KIN.match(words) else None
    if found["words"] and NO_NAME.search(words):
        return None
    return None if re.match(VERB, words) and ONLY_VERBS.fullmatch(words) else words


def _in_english(text: str) -> str | None:
    said = (found["who"] for found in ENGLISH.finditer(text))
    return next((who for who in said if not NOBODY_ELSE.fullmatch(who)), None)
