"""Slots of each intent, filled from what a sentence holds."""

import re
from dataclasses import replace
from functools import cache

from nlu.beneficiaries import whom
from nlu.numbers import NUMBER, number
from nlu.parts import REFUSED, count_of, here_and_there, meal_of, mode_of, parts_of
from nlu.sentence import CLAUSE, Sentence
from nlu.spans import KIN, TITLE, find_needs, find_person, find_time
from nlu.values import Intent, Part, Slots
from nlu.visit_notes import told_of

TURN = re.compile(
    r"(?:改|换|挪|推|调)(?:成|到|为|去|在)?|[减加增降收](?:成|到|为)|变成|(?<!one )(?<!two )(?<!three )(?<!four )(?<!five )(?<!six )instead of|(?:change|move|switch)[^.]{0,30}? to |make it "
)
DELTA = re.compile(
    rf"(?:(?P<less>少|减)(?:订|送|做|留|要|报|少|掉|去)?|(?P<more>多|再?加|再?添|再?多加)(?:加|订|送|做|留|要|来|报|备|煮)?)(?P<n>{NUMBER})\s*(?:份|个|客|盒|人|位|双筷|碗)"
)
ENGLISH_DELTA = re.compile(
    r"(?P<n>one|two|three|\d) (?:(?P<more>more)|(?P<less>less|fewer))|add (?P<add>one|two|three|\d)"
)
QUIET = {Intent.THANKS, Intent.CHATTER, Intent.UNCLEAR, Intent.EMERGENCY}
MEALS = {Intent.BOOK_MEAL, Intent.CANCEL_MEAL, Intent.CHANGE_MEAL}
WITH_MEAL = MEALS | {
    Intent.QUERY_MENU,
    Intent.QUERY_BOOKINGS,
    Intent.SWAP_SHIFT,
    Intent.OFFER_SHIFT,
    Intent.CLAIM_SHIFT,
    Intent.QUERY_SHIFTS,
    Intent.LEAVE_SHIFT,
}
NOTES = {
    Intent.REQUEST_MEDICINE: r"(?P<n3>(?:降压|血压|糖尿病|感冒|心脏|胃|止痛|止咳|消炎|眼|跌打|风湿|退烧|安眠|咳嗽|晕车|痛风|高血压|降糖|降脂|皮肤|过敏|哮喘|关节|膏)(?:药酒|药水|药膏|药片|药|酒)|二甲双胍|氨氯地平|硝苯地平|阿司匹林|布洛芬|阿莫西林|[缬氯]沙坦|[厄替][贝米]沙坦|美托洛尔|比索洛尔|阿托伐他汀|辛伐他汀|奥美拉唑|格列美脲|阿卡波糖|碘伏|纱布|棉签|膏药|止痛[膏贴]|眼药膏|维生素\w?|钙片|速效救心丸|救心丸|风油精|红花油|云南白药|创可贴|(?:甘精|门冬|地特|德谷|德谷门冬|赖脯|谷赖|预混|长效|短效|速效|中效|低精蛋白|精蛋白|人)*胰岛素(?:注射液|笔芯?|针头?)?|诺和[灵锐平](?:\d\d[Rr]?)?|来得时|优泌[林乐]|降压片|眼药水)|(?:药名?是?:|买|拿|开|送|代购|取|带)(?:点|一点|些|一些|几盒)?(?P<note>[一-鿿]{1,8}?(?:药|胶囊|片|膏|胰岛素|冲剂|颗粒|丸|灵|平|素|林|钠))|(?P<n2>降压药|血压药|糖尿病药|感冒药|胰岛素|止痛药|药)|\b(?P<n4>insulin|eye ?drops?|painkillers?|pills|tablets|ointment|inhaler)",
    Intent.REQUEST_REPAIR: r"(?P<note>电灯|灯泡|灯|水管|水龙头|电视机?|风扇|电扇|空调|冰箱|洗衣机|门锁|门|锁|窗户|马桶|厕所|屋顶|房顶|瓦|电饭[锅煲]|热水器|插座|开关|电线|下水道|收音机|手机|床|桌子|椅子|轮椅|助听器|煤气灶|路由器|保险丝|闸|水|电)|\b(?P<n2>light|tap|pipe|fan|door|roof|toilet|tv|fridge|lamp|lock|window)",
    Intent.REQUEST_OTHER: r"(?P<parcel>包裹|快递|[脚手]?趾?甲)|(?:填|办|写|交|领|弄|申请)(?:一下|一个|一张|个|张|份|了)*(?P<what>[一-鿿]{1,5}?)(?:的)?(?:申请|表|证|手续|钱)|(?P<note>液化气|煤气|医保|去(?:家里)?看(?:看|一?[下眼])|盖个?章|写(?:封|一封|个)?信|柴火|心肺复苏|理发|剪(?:头发|指甲)|交?(?:一?下)?(?:电|水|话)费|充话费|寄[一-鿿]{0,3}|取钱|取包裹|取快递|买[一-鿿]{1,4}|搬[一-鿿]{1,3}|打扫(?:卫生)?|洗[一-鿿]{1,2}|填表|读信|写信|换煤气|劈柴|挑水|办[一-鿿]{1,3}|搭车)|\b(?P<n2>haircut|groceries|bill)",
    Intent.MENU_WISH: r"(?:吃|喝|做|煮|炒|炖|蒸|包|加|来|上|整|熬|煲|食过)(?:点|一?次|一?顿|些|一?碗|个|一?道|一?回)?(?P<note>[一-鿿、]{1,10}?)(?:这种|那种|给我们|了|嘛|吧|吗|呢|啊|呀|$|[,。!?])|\b(?P<n2>dumplings?|fish|soup|noodles?|vegetables)",
    Intent.FEEDBACK: r"(?P<note>只送了[一-鿿\d]{1,4}|洒了|[汤菜饭肉]?(?:太|有点|好|很)?[咸硬凉淡油辣](?=了|死|点|得|$|[,。!])|(?:太|有点|好|很)(?:咸|硬|凉|冷|淡|油|辣|生|少|晚|慢|甜)|送错|少送|漏送|没收到|没送到|头发|不熟|不新鲜|难吃|好吃)|(?P<n2>too \w+)",
}  # fmt: skip
RATING = re.compile(
    r"(?<!扣)(?:打|给)?(?P<n>[1-5]|[一二三四五])\s*(?:分|颗?星)|(?P<full>满分|五星)|(?P<e>[1-5]|five|four|three|two|one) stars?"
)
ORDERED = rf"^(?!.*(?:不|取消|退|别|停|撤|免)).*[早中午晚餐饭].*{NUMBER}(?:份|个人|位|客)"
ALSO = rf"^(?!.*(?:不|取消|退|别|停|撤|免)).*{NUMBER}(?:份|个人|位|客)"
KEPT = re.compile(rf"照常|照旧|照样|照来|保留|留着|不变|还要|还是要|正常|keep|{ORDERED}")
BEFORE = re.compile(r"^\s*(?:之前|原来|原先|本来|原本|原定|以前|先前|前面)(?!.*(?:改|换|挪|变))")


OWN_LAST, OWN_FIRST = re.compile("我(?:的|这|那|本|个|,)*$"), re.compile("我(?:的|这|那|本|个)*$")
CALLED = re.compile(rf"([一-鿿]{{1,2}}(?:{TITLE})|[阿老小][一-鿿]),你")
"""梁姐，你礼拜四的班: who is spoken to."""
ENGLISH_WITH = re.compile(r"\bwith ([A-Z][a-z]+)'s\b")
VISITED = re.compile(
    rf"(?:探访|走访|家访|入户|探望|回访|随访|看望|去了|到了|看了|[午天]到|去看|刚从|刚才从|刚刚从)了?:?(?:[一-鿿\d]{{1,2}}[组寨屯队的]+)?(?P<who>[一-鿿]{{1,2}}(?:{TITLE}))"
)
OWN_KIN = re.compile(rf"我家?(?:{KIN})|\bmy (?:mother|father|mum|mom|dad|grandma|grandpa|granny)\b", re.I)
FOR_KIN = frozenset(
    {
        Intent.QUERY_BOOKINGS,
        Intent.REQUEST_ESCORT,
        Intent.REQUEST_HEALTH_CHECK,
        Intent.REQUEST_COMPANIONSHIP,
        Intent.REQUEST_MEDICINE,
    }
)
REFUSES = re.compile(r"(?<!都)(?:不(?!是)|取消|退|别|停|撤|免|cancel|skip)|\bno\b|n't")
SPEAKER = re.compile("[我俺]们?(?:俩|自己)?(?:在|来|去|过|到|堂)")
GUEST = re.compile(
    rf"(?:^|[,。;! ])(?:我家?)?(?:{KIN}|[老小阿][一-鿿])(?:{KIN})?们?(?:也|都|又|就|要|想|会|不|没|突然|临时)*(?:过?来|回[来家]?|走|去|在家?)(?:不[了成])?了?(?:吃饭?)?(?=[,。! ]|$)"
)
"""少订一份，孙子不来了: why there are more or fewer, and not for whom."""
TOLD = re.compile(
    r"^(?!.*(?:订|报|留|要|送|份|吃|过来|加|安排|备|打包|食堂|一起)).*(?:今天|昨[天晚夜]|前天|今早|早上|中午|晚上|刚才|刚刚).*(?:了|过|没|看不|走不|动不)"
)
"""早上扭了下脚: what happened, and no meal."""
ELSEWHERE = {
    Intent.BOOK_MEAL: re.compile(f"{REFUSED.pattern}|{TOLD.pattern}"),
    Intent.CANCEL_MEAL: KEPT,
    Intent.CHANGE_MEAL: BEFORE,
}
"""Clauses that speak of another meal than the one the sentence is for."""


def also_orders(sentence: Sentence) -> bool:
    """Whether a clause beside a refusal orders something."""
    return any(re.search(ALSO, clause[0]) for clause in CLAUSE.finditer(sentence.low))


def refuses_for(sentence: Sentence, person: str | None) -> bool:
    """Whether whoever is named stands in the clause that refuses."""
    clauses = [clause[0] for clause in CLAUSE.finditer(sentence.text) if REFUSES.search(clause[0])]
    return person is None or not clauses or any(person in clause for clause in clauses)


def fill(intent: Intent, sentence: Sentence, names: frozenset[str]) -> Slots:
    """The slots that the intent has room for."""
    if intent in QUIET:
        return Slots()
    person = _visited(intent, sentence.text) or find_person(sentence.text, names)
    if intent in ELSEWHERE:
        person = whom(sentence, person)
        sentence = sentence.without(ELSEWHERE[intent])
    if intent is Intent.CANCEL_MEAL:
        sentence = sentence.narrowed(REFUSES)
    recur = None if sentence.recur == "daily" and len(sentence.dates) > 1 else sentence.recur
    meal = meal_of(sentence) if intent in WITH_MEAL else None
    base = Slots(
        dates=sentence.dates, recur=recur, beneficiary=person or _spoken_of(intent, sentence.text), meal=meal
    )
    if intent is Intent.BOOK_MEAL:
        return _book(base, sentence)
    if intent is Intent.CANCEL_MEAL:
        return replace(_book(base, sentence, refused=True), mode=None, notes=None)
    if intent is Intent.CHANGE_MEAL:
        return _change(replace(base, notes=find_needs(sentence.low)), sentence)
    return _special(intent, base, sentence)


def _visited(intent: Intent, text: str) -> str | None:
    seen = VISITED.search(text) if intent is Intent.VISIT_NOTE else None
    return seen["who"] if seen else None


def _spoken_of(intent: Intent, text: str) -> str | None:
    """Whose matter it is, when the sentence is no order."""
    kin = OWN_KIN.search(text) if intent in FOR_KIN else None
    return kin[0] if kin else None


def _book(base: Slots, sentence: Sentence, *, refused: bool = False) -> Slots:
    notes, parts = find_needs(sentence.low), parts_of(sentence, refused=refused)
    if len(parts) > 1:
        base = replace(base, beneficiary=None) if _speaker_too(sentence, parts) else base
        return replace(base, notes=notes, parts=parts, meal=None)
    only = parts[0] if parts else Part(base.dates, base.meal, count_of(sentence), mode_of(sentence))
    return replace(base, notes=notes, dates=only.dates, meal=only.meal, count=only.count, mode=only.mode)


def _speaker_too(sentence: Sentence, parts: tuple[Part, ...]) -> bool:
    """Whether the first of two who eat in different ways is the speaker."""
    return parts == here_and_there(sentence) and bool(SPEAKER.search(sentence.low))


def _change(base: Slots, sentence: Sentence) -> Slots:
    delta = _delta(sentence.low)
    turn = TURN.search(sentence.low)
    if (delta or turn) and GUEST.search(sentence.text):
        base = replace(base, beneficiary=None)
    if delta and not (turn and sentence.within(turn.end(), len(sentence.text) + 1).counts):
        return replace(base, count_delta=delta, mode=None)
    if not turn:
        return replace(base, count=count_of(sentence), mode=mode_of(sentence))
    before, after = sentence.within(0, turn.end()), sentence.within(turn.end(), len(sentence.text) + 1)
    moved = bool(before.dates and after.dates)
    return replace(
        base,
        dates=after.dates or before.dates,
        from_dates=before.dates if moved else (),
        meal=meal_of(after) or meal_of(before),
        from_meal=meal_of(before) if meal_of(after) and meal_of(before) != meal_of(after) else None,
        count=count_of(after),
        mode=mode_of(after),
    )


def _delta(low: str) -> int | None:
    found = DELTA.search(low)
    if found:
        return (number(found["n"]) or 0) * (-1 if found["less"] else 1)
    english = ENGLISH_DELTA.search(low)
    if english:
        return (number(english["n"] or english["add"]) or 0) * (-1 if english["less"] else 1)
    return None


def _special(intent: Intent, base: Slots, sentence: Sentence) -> Slots:
    if intent is Intent.SWAP_SHIFT:
        return _swap(base, sentence)
    if intent is Intent.REQUEST_ESCORT:
        base = replace(base, time=find_time(sentence.low))
    if intent is Intent.FEEDBACK:
        base = replace(base, rating=_rating(sentence.low))
    if intent is Intent.VISIT_NOTE:
        return replace(base, notes=told_of(sentence.text))
    if intent in NOTES:
        base = replace(base, notes=_notes(_noted(intent), sentence.text))
    return base


def _swap(base: Slots, sentence: Sentence) -> Slots:
    """The speaker's own shift first, then the one wanted for it."""
    days = [s for s in sentence.days if s.dates]
    whom = re.search(
        r"@(\S{1,8})|(?:跟|和|同|与)([一-鿿]{1,3}?)(?:换|对调|调|互换|的班|\d|下?周|下?星期|[今明后]天)",
        sentence.text,
    )
    who = base.beneficiary or (whom and (whom[1] or whom[2])) or None
    who = None if who in ("人", "别人", "我", "你", "他", "她", "谁") else who
    english = ENGLISH_WITH.search(sentence.text) if who is None else None
    who = english[1] if english else who
    called = CALLED.match(sentence.text) if who is None else None
    who = called[1] if called else who
    if len(days) < 2:
        return replace(base, beneficiary=who)
    own, wanted = days[0], days[-1]
    if OWN_LAST.search(sentence.low[own.end : wanted.start]) and not OWN_FIRST.search(
        sentence.low[: own.start]
    ):
        own, wanted = wanted, own
    meal = base.meal or meal_of(sentence.within(min(own.start, wanted.start), max(own.start, wanted.start)))
    return replace(base, dates=own.dates, to_dates=wanted.dates, beneficiary=who, meal=meal)


def _rating(low: str) -> int | None:
    found = RATING.search(low)
    if not found:
        return None
    return 5 if found["full"] else number(found["n"] or found["e"])


@cache  # compiled when first needed: most messages ask for none of it
def _noted(intent: Intent) -> re.Pattern[str]:
    return re.compile(NOTES[intent])


def _notes(pattern: re.Pattern[str], text: str) -> str | None:
    found = [next((g for g in m.groups() if g), m[0]) for m in pattern.finditer(text)]
    return "；".join(dict.fromkeys(found[:4])) or None
