"""Meals, counts, modes, people and needs found in a sentence, each with its place."""

import re
from dataclasses import dataclass

from nlu.beginnings import begins
from nlu.numbers import ENGLISH_NUMBER, HANZI, NUMBER, number

BREAKFAST, LUNCH, DINNER = "breakfast", "lunch", "dinner"
MEALS = begins(
    "a-z早午中晌晚年",
    r"(?P<breakfast>早餐|早饭|早点(?=[一二两三\d])|(?<=的)早点(?=$|[,。])|早班|早茶|(?<![a-z])breakfasts?(?![a-z]))"
    r"|(?P<lunch>午餐|午饭|中饭|中餐|晌午饭|中午饭|午班|中班|(?<![a-z])lunch(?:es)?(?![a-z]))"
    r"|(?P<dinner>晚餐|晚饭|晚班|晚上饭|年夜饭|(?<![a-z])dinners?(?![a-z])|\bsuppers?\b)",
)
SEVERAL = re.compile(
    r"早中晚(?:三餐|[餐饭])?|[早中午]、?晚(?:各|都要|两[餐顿]|[餐饭]都?)|早、?[中午](?:各|都要|两[餐顿]|[餐饭]都)|一日三餐|三餐(?=都)"
)
"""Meals named by one letter each."""
BY_LETTER = {"早": BREAKFAST, "中": LUNCH, "午": LUNCH, "晚": DINNER}
THREE = (BREAKFAST, LUNCH, DINNER)
TIMES = begins(
    "a-z早清大一中晌正午晚傍",
    r"(?P<breakfast>早上|早晨|清早|大早|(?<!大)一早(?!就)|(?<=[今明后])早|\bmorning\b)|(?P<lunch>中午|晌午|正午|午间|(?<=\s)午(?=\s|\d)|\bnoon\b|\bmidday\b)"
    r"|(?P<dinner>晚上|傍晚|(?<=[今明后])晚|\bevening\b|\btonight\b)",
)
MOST_SPANS = 60
"""More days, meals or counts than anybody means in one message."""
FOLK = "孙子|孙女|孙|儿子|女儿|客人|朋友|大人|小孩|学生|小学生|老师|姐妹|朋友|工人|村民|孩子|老人|老的|小的|娃娃?|崽"
UNIT = f"(?:个?(?:{FOLK})|个?人份|个?位子|个坑|个?座位?|份|客|盒|套|碗|张嘴|双筷子?|(?=[饭粉面粥](?:$|[\\s,。打送外自]))|个人|人|位|口人?(?!气|田|井)|个盒饭|份饭|个(?=$|[,。!,;\\s]|饭|吧|啊|来(?!月)|去|一起|都|干饭|恰饭|用餐|开饭))"
COUNT = begins(
    rf"\da-z+x×*{HANZI}老爸父夫订报数份人要加留来各我咱和跟同与爷外公姥岳媳孙儿女娃孩崽二🍱🍚🍜🍲🥡碗份盒",
    rf"(?:(?P<zh>{NUMBER})\s*{UNIT}(?!民|家|口大|(?<=一个人)(?:在|住|坐|睡)))|[x×*]\s*(?P<times>\d{{1,2}})(?!\d)|(?P<two>(?<!老)俩|两口子|两公婆|两夫妻|夫妇|老两口|爸妈|父母|老两位|爷爷奶奶|外公外婆|公公婆婆|姥姥姥爷|爸爸妈妈|岳父岳母|二老)|(?P<three>仨)"
    rf"|(?:订|报|数量|份数|人数|要|加|留|来|各)[:\s]*(?P<bare>\d{{1,2}}|[{HANZI}]{{1,2}})(?=$|[,。;!\s的])"
    rf"|(?:我|我们)(?P<pair>(?:和|跟|同|与)(?:我)?(?:老伴|老公|老婆|爱人|我老伴|我?婆娘|我?堂客|老头子|孙子|孙女|儿子|女儿|妹妹|妈|爸))(?=[^送]|$)"
    r"|(?:和|跟|同|与)(?P<spouse>(?:老伴|老公|老婆|爱人|老头子)儿?)(?=一起|两个|俩|过|去|来|到|吃)"
    rf"|(?<=带)(?P<one>媳妇|老伴|老公|老婆|孙子|孙女|儿子|女儿|娃娃?|孩子|崽)(?=[^,。]{{0,10}}(?:吃|食堂))"
    rf"|(?:我们|咱们)(?:祖孙|爷孙|母女|母子|父子|父女|姐妹|兄弟|婆媳|老小|全家|一家)?(?P<we>{NUMBER})(?:个|口)"
    r"|(?<=[\s,午晚早餐饭])(?P<last>\d{1,2})(?=$|[,。、\s])"
    rf"|(?P<enin>{ENGLISH_NUMBER})(?=\s+(?:instead|rather)\b)|(?<=[留来要舀装订加搞])(?P<lone>[碗份盒](?![饭子量额工内]))|(?P<bowls>[🍱🍚🍜🍲🥡]{{2,9}})|(?P<en>{ENGLISH_NUMBER})\s*(?:more\s+)?(?:portions?|meals?|seats?|people|persons?|of us|lunch(?:es)?|dinners?|breakfasts?|boxes)"
    rf"|(?:for|book|order|make it|table of|need|want)\s+(?P<enfor>{ENGLISH_NUMBER})\b(?!\s*(?:o'?clock|pm|am|:))|(?<![\d.])[+](?P<plus>\d{{1,2}})(?![\d.度%])",
)
MODES = begins(
    "a-z送打外配要上拿领带自来去取过到堂食在端提拎捧坐占装你",
    r"(?P<delivery>打包送|外送|配送|送(?:到|上|来|去|过|饭|餐|一下|给|家|我|两|一|\d|$|[\s,。!吧)])|要送|上门|(?:拿|端|提|拎|捧|带)[^,。取走]{0,5}?(?:到(?:我|她|他)?们?的?(?:家|屋|门口|床)|往家|上来|回家来)|\bdeliver(?:y|ed)?\b|\bbring\b(?! (?:my|your|own))|\bdrop (?:it )?off\b)"
    r"|(?P<takeaway>打包|[拎提端拿]走|拎回|提回|拿饭|打饭|领饭|外带|自己拿|自取|来拿|带走|带回去|装走|自己拿|去拿|自提|过来拿|来取|去取|\btake ?-?away\b|\btake ?-?out\b|\bpick ?-?(?:it )?up\b|\bto go\b)"
    r"|(?P<dine_in>堂食|食堂用餐|在食堂(?:里)?(?:吃|用餐|用)|(?:过来|来|去)用餐|过来吃|(?<![送拿带端寄搬])过来(?=$|[,。!])|来食堂吃|(?:来|去|到|上)食堂[^,。]{0,3}(?:吃|干饭|恰饭|用餐)|到食堂吃|食堂里?吃|(?:[在到去来]|坐在?)?你们(?:那点|那里|那边|那儿)[吃喝]|占(?:一?[张个]桌|[一两二三四五六七八九十\d]个?[坑座])|去吃|来吃|过去吃|\beat(?:ing)? in\b|\bdine ?-?in\b|\beat there\b)",
)
UNWANTED = re.compile(
    r"(?:(?<!要)不(?:用|要|必|想|再|能)*|别|莫|no need to |don't )(?:再|给我|帮我|麻烦你?们?|过|去)*$"
)
"""不打包了，我们过去吃: what is said of a way beside it."""
KIN = (
    "外公外婆|爷爷奶奶|公公婆婆|姥姥姥爷|岳父岳母|爸爸妈妈|阿妈|阿爸|老妈|老爸|老头子|老太婆|爸妈|父母|老两口|妈妈|爸爸|母亲|父亲|奶奶|爷爷|外婆|外公|姥姥|姥爷|婆婆|公公|岳母|岳父|老伴|老公|老婆|爱人|儿子|女儿|孙子|孙女"
    "|阿婆|阿公|姑妈|姑姑|舅舅|舅妈|姨妈|大伯|二伯|叔叔|婶婶|妹妹|弟弟|哥哥|姐姐|妈|爸|娘|爹|邻居"
)
TITLE = "奶奶|爷爷|阿公|阿婆|大爷|大妈|大娘|大婶|大叔|大伯|婆婆|伯伯|叔叔|阿姨|老师|主任|医生|大姐|大哥|大嫂|婶|叔|伯|姨|姐|哥|嫂|公|婆|娘|爹|妈|爸"
PERSON = rf"(?:(?:我们?|你|他|她)?家?的?(?:{KIN})(?:家)?|我家老人|(?![把让叫等陪带到去问找跟和给帮替送我加上还])[一-鿿]{{1,2}}?(?:{TITLE})|[阿老小](?![人屋街年时孩心份雪寒暑满组店卖区学师样地米吃一])[一-鿿](?![一-鿿]?家里))"
PLACED = "(?:隔壁|楼上|楼下|对门|对面|旁边)?的?"
FOR = re.compile(
    rf"(?:(?:帮|给|替|为|代|把|取消|退掉|退|煮埋?|煮上|连)(?:一下)?住?|(?P<subject>^|[,。!;:\s]|就是|想让|叫|(?<=[天晚早午号餐饭]))|送(?:到|给|去)?){PLACED}"
    rf"(?P<who>(?:[一-鿿]{{1,2}}(?:组|寨|屯|队)的?)?{PERSON}(?:[和跟同与、]{PERSON})?)"
    r"(?(subject)(?=也|明|今|后|周|下|这|不|想|要|说|的|那|早|中|午|晚|\d|两|一|三|每|星|礼|来|去|有|没|在|家|从|需|腿|走|头|到|和|跟|各|订|报|吃|住|病|摔|感冒|他|她|叫我|让我|喊我|托我|跟我|打电话|讲)|(?!们))"
)
ENGLISH_FOR = re.compile(
    r"\b(?:for|to)\s+(?P<who>(?:my |our )?(?:mum|mom|mother|dad|father|grandma|granny|gran|nan|grandpa|grand?dad|grandmother|grandfather|wife|husband|aunt(?:ie)?|uncle|neighbou?r|parents)|(?:mr|mrs|ms|granny|auntie|uncle|grandpa)\.? \w+)\b"
    r"|^\W*(?P<subject>(?:my )?(?:mum|mom|mother|dad|father|grandma|granny|grandpa)(?: \w+(?= won| will| does| is| wants| needs))?)\b(?! and i)"
    r"|\bput (?P<put>(?:my|our) \w+) down\b"
)
NEEDS = re.compile(
    r"(?:弄|煮|做|切|熬|炖|蒸)?(?:软和?|烂|淡|稀|碎|嫩|清淡)一?[点些]|软的|软饭|烂饭|烂的|(?:别|莫|不要|不好?)(?:再|要)?(?:放|加|搁|落)(?:太多)?(?:辣椒?|葱花?|姜|蒜|香菜|盐|油|糖|味精|鸡精|酱油|胡椒|花椒|八角)|素餐|素饭|淡的|煮烂一?点|烂一?点|少盐|低盐|清淡一?点?|清淡|少油|不要辣|不辣|不放辣椒?|不吃辣|无糖|低糖|少糖|不(?:要|放|吃|加)(?:葱|姜|蒜|香菜|鱼|猪肉|牛肉|羊肉|内脏|海鲜|肥肉|味精)|素的?(?=一份|$|[,。])|吃素|吃斋|(?:莫|别|不要)(?:煮|炒|做|弄)?(?:得)?(?:太|那么)[硬咸油辣淡甜]|少(?:放)?[油糖辣盐](?:少[盐油糖])?|多放?点汤|打碎|剁碎|去骨|没有刺的|无刺"
    r"|糖尿病|忌口[^,。]{0,6}|多点饭|少点饭|多要点汤|流食|稀一?点|切碎一?点|不要味精|海鲜过敏|花生过敏|soft food|soft|low salt|less salt|no spice|not spicy|no pork|vegetarian|low sugar"
)
CLOCK = re.compile(
    rf"(?P<part>早上|上午|中午|下午|晚上|傍晚)?\s*(?:(?P<h>\d{{1,2}}|[{HANZI}]{{1,3}})点(?:(?P<half>半)|(?P<m>\d{{1,2}}|[{HANZI}]{{1,3}})分?)?|(?P<hh>\d{{1,2}}):(?P<mm>\d\d))"
    r"|\b(?:at )?(?P<eh>\d{1,2})(?::(?P<em>\d\d))?\s*(?P<ampm>am|pm)\b"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text and what it means."""

    start: int
    end: int
    value: str | int
    plain: bool = False


def _named(pattern: re.Pattern[str], text: str, *, plain: bool = False) -> list[Span]:
    return [Span(m.start(), m.end(), m.lastgroup or "", plain) for m in pattern.finditer(text)]


def find_meals(text: str) -> list[Span]:
    """Meals by name and by time of day (plain); a time before its meal is one span."""
    several = [span for found in SEVERAL.finditer(text) for span in _by_letter(found)]
    within = {span.start for span in several}
    named = [span for span in _named(MEALS, text) if span.start not in within]
    taken = within | {place for span in named for place in range(span.start - 2, span.end)}
    times = [span for span in _named(TIMES, text, plain=True) if span.start not in taken]
    return sorted(several + named + times, key=lambda span: span.start)[:MOST_SPANS]


def _by_letter(found: re.Match[str]) -> list[Span]:
    if "三餐" in found[0] and found[0][0] != "早":
        return [Span(found.start() + n, found.start() + n + 1, meal) for n, meal in enumerate(THREE)]
    letters = enumerate(found[0].removesuffix("三餐"))
    return [
        Span(found.start() + n, found.start() + n + 1, BY_LETTER[c]) for n, c in letters if c in BY_LETTER
    ]


def find_modes(text: str) -> list[Span]:
    """Eating in, taking away, having it brought; what is not wanted any longer is left out."""
    return [
        span for span in _named(MODES, text) if not UNWANTED.search(text, max(0, span.start - 8), span.start)
    ]


def find_counts(text: str) -> list[Span]:
    """How many portions or people."""
    found = ((m, _count(m)) for m in COUNT.finditer(text))
    return [Span(_where(m), m.end(), value) for m, value in found if value is not None]


def _where(found: re.Match[str]) -> int:
    """Where the number itself begins, when words stand before it."""
    return found.start("enfor") if found["enfor"] else found.start()


def _count(found: re.Match[str]) -> int | None:
    if found["pair"] or found["two"] or found["spouse"]:
        return 2
    if found["three"]:
        return 3
    if found["one"] or found["lone"]:
        return 1
    if found["bowls"]:
        return len(found["bowls"])
    return next(
        (
            number(v)
            for k in ("zh", "times", "bare", "we", "last", "en", "enin", "enfor", "plus")
            if (v := found[k])
        ),
        None,
    )


def find_person(text: str, names: frozenset[str]) -> str | None:
    """For whom, when that is somebody else than the speaker."""
    if re.search(
        r"(?:我|俺)们?(?:和|跟|同)(?![人你您])|我们(?:老?两口|两公婆|俩|夫妻|夫妇|二老)|\band (?:i|me)\b|\b(?:me|myself) and\b",
        text,
        re.I,
    ):
        return None
    known = next(
        (name for name in sorted(names, key=len, reverse=True) if len(name) > 1 and name in text), None
    )
    if known:
        return known
    found = FOR.search(text)
    if found:
        return found["who"]
    english = re.search(ENGLISH_FOR.pattern, text, re.I)
    return (english["who"] or english["subject"] or english["put"]) if english else None


def find_needs(text: str) -> str | None:
    """Diet words and preparation, joined."""
    return "；".join(dict.fromkeys(m[0] for m in NEEDS.finditer(text))) or None


def find_time(text: str) -> str | None:
    """A clock time as HH:MM; afternoon and evening count on."""
    found = CLOCK.search(text)
    if not found:
        return None
    hour = number(found["h"] or found["hh"] or found["eh"]) or 0
    minute = 30 if found["half"] else number(found["m"] or found["mm"] or found["em"] or "0") or 0
    late = found["part"] in ("下午", "晚上", "傍晚") or found["ampm"] == "pm"
    hour += 12 if hour < 12 and late else 0
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None
