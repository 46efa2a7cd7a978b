"""What a request is about beyond its intent: the kind of help, how urgent, by what time, and who is in danger."""

import re

from nlu import dangers
from nlu.lessons import SURNAMES
from nlu.normalise import lower, normalise
from nlu.spans import TITLE, find_person, find_time
from nlu.values import Intent

_KINDS: tuple[tuple[str, str], ...] = (
    (
        "counselling",
        "谈心|谈谈心|心里(?:难受|不好受|堵|苦|烦)|心情不好|想不开|睡不着|吵架|闹矛盾|心烦|counsel|sad\\b|depress",
    ),
    ("meal_help", "喂饭|喂(?:我|他|她)|做(?:点|个|顿)?饭|煮(?:点|个)?(?:饭|粥)|热(?:一?下)?饭|feed|cook for"),
    (
        "home_care",
        "打扫|搞卫生|扫地|拖地|洗(?:被|衣|澡|床|头|窗|脚)|擦身|换床单|剪(?:个|一?下)?(?:指甲|头发|头)|理发|haircut|clean|laundry",
    ),
    (
        "errand",
        "买|取|寄|捎|交(?:一?下|了)?(?:电|水|话|煤气)?费|缴费|充(?:话|电)费|包裹|快递|办(?:证|卡|手续)|跑(?:一?趟|腿)|挂号|换煤气|灌煤气|groceries|errand|\\bbill|parcel",
    ),
)
_BY_INTENT = {
    Intent.REQUEST_MEDICINE: "medicine",
    Intent.REQUEST_ESCORT: "escort",
    Intent.REQUEST_REPAIR: "repair",
    Intent.REQUEST_COMPANIONSHIP: "companionship",
    Intent.REQUEST_HEALTH_CHECK: "health_check",
}
_URGENT = re.compile(
    "(?<![着心焦])急(?!诊|性)|马上|立刻|立即|赶紧|赶快|现在就|快点|尽快|断药|(?:药|胰岛素)[^,。]{0,4}(?:一[颗粒片]|半[颗粒片])(?:都|也)?没|等不了|urgent|right now|at once|asap",
    re.I,
)
_PARTS = (
    ("上午|早上|早晨|一早|morning", "08:30", "11:00"),
    ("中午|(?<!after)noon", "12:00", "12:30"),
    ("下午|afternoon", "14:00", "17:00"),
    ("晚上|傍晚|夜里|evening|tonight", "18:00", "19:30"),
)
_NOTHING = frozenset({"药", "medicine", "东西", ""})
_KIN = re.compile("(?:我家|我们|我|俺)?(?:老妈|妈妈|妈|老爸|爸爸|爸|外婆|外公|奶奶|爷爷|阿婆|阿公|姥姥|姥爷|老伴|老婆|老公|爱人|婆婆|公公)")  # fmt: skip
_WHOLE = re.compile(f"[{SURNAMES}][大二三四五六七八小老阿]?(?:{TITLE})")
"""黄奶奶, 王二叔: a name, also where nobody in the book bears it; 奶奶 alone is the speaker's own."""
_BEFORE = "(?:^|[,.。!;:\\s])(?:听说|看见|看到|我看|我?觉得|最近|这几天|今天|昨天|隔壁的?|邻居)?"
_TITLED = f"(?![把让叫等陪带到去问找跟和同与对向被给帮替送我加上还])[一-鿿]{{1,2}}?(?:{TITLE})"
_TURNED_TO = "$|[,.。!;:?\\s我俺咱你您帮能请给可说讲问叫]"
_GONE = re.compile("走了|去世|过世|没了|不在了|死")


def help_kind(intent: Intent, text: str) -> str:
    """The kind of help that is asked for."""
    if intent is Intent.REQUEST_COMPANIONSHIP and re.search(_KINDS[0][1], text, re.I):
        return "counselling"
    if intent in _BY_INTENT:
        return _BY_INTENT[intent]
    return next((kind for kind, words in _KINDS if re.search(words, text, re.I)), "other")


def thing_said(notes: str | None) -> str:
    """What is needed, each thing once: 降压药 says more than 药, and 药 alone says nothing."""
    things = (notes or "").split("；")
    told = [one for one in things if not any(one in other and one != other for other in things)]
    return "；".join(one for one in told if one not in _NOTHING)


def sounds_dangerous(text: str) -> bool:
    """Whether the words of danger are there at all: quick, and rather once too often than once too rarely."""
    return dangers.sounds_dangerous(lower(normalise(text[:400])))


def is_urgent(text: str) -> bool:
    """Whether it cannot wait."""
    return bool(_URGENT.search(text))


def by_time(text: str) -> str | None:
    """By what time, as HH:MM: a clock time, or the end of a part of the day."""
    said = find_time(text)
    return said or next((end for words, _, end in _PARTS if re.search(words, text, re.I)), None)


def from_time(text: str) -> str | None:
    """At what time somebody sets out, as HH:MM: a clock time, or the beginning of a part of the day."""
    said = find_time(text)
    return said or next((begin for words, begin, _ in _PARTS if re.search(words, text, re.I)), None)


def says_hour(text: str) -> bool:
    """Whether an hour was said."""
    return find_time(text) is not None


def in_danger(text: str, names: frozenset[str]) -> str | None:
    """Who is in danger, when that is somebody else than the speaker."""
    named, whole = find_person(text, names), _WHOLE.search(text)
    if whole and named not in names and (named is None or named in whole[0]):
        return whole[0]
    if named:
        return named
    kin = _KIN.search(text)
    return kin[0] if kin else None


def says_i(text: str) -> bool:
    """Whether somebody speaks of themselves."""
    return bool(re.search(r"[我俺]|\b(?:I|me|my)\b", text))


def is_name(words: str) -> bool:
    """Whether words name somebody, and not only the speaker's own: 黄奶奶, but not 奶奶 or 我妈."""
    return words[:1] not in "我俺咱你他她" and _KIN.fullmatch(words) is None


def needing(text: str, names: frozenset[str]) -> str | None:
    """Who a sentence of need is about, though nobody said 帮: the name it begins with, unless that is who it is said to."""
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if len(name) > 1)
    who = f"{known}|{_TITLED}" if known else _TITLED
    found = re.search(f"{_BEFORE}(?P<who>{who})(?!{_TURNED_TO})", normalise(text[:400]))
    return found["who"] if found and not _GONE.search(text) else None
