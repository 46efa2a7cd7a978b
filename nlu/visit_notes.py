"""What a social worker's sentence says about a visit: whom, what came of it, what was found, what the elder would like."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from nlu.normalise import normalise
from nlu.spans import PERSON

LONGEST = 1000
CLAUSES = re.compile(r"[,，。;；!！?？\n]+")
GOING = r"(?:探访|走访|家访|入户|探望|回访|随访|看望|拜访|(?:上门|去|来)看)"
HEAD = re.compile(
    rf"^.{{0,24}}?{GOING}(?:了|过|记录|[:：])*(?:一下|一趟)?|^(?:我们?)?刚(?:刚|才)?从|^.*?\b(?:visited|home visit(?: to)?)(?![a-z])",
    re.I,
)
PLACE = r"(?:[一-鿿]{1,2}(?:组|寨|屯|队|边|村)的?)?"
AT_HOME = r"(?:一?家里?|那里)?(?:出来|回来)?(?: today| yesterday)?(?:了|看了)?[:： ]*"
TOGETHER = re.compile(
    r"^(?:我?(?:和|跟|同|与))?(?:村委|协会)?[^,，]{1,10}?(?:也)?一(?:起|同|块)(?:去|来|走访|去的|来的)?(?:了|的)?$|^(?:together )?with .{1,24}$",
    re.I,
)
ALONE = re.compile(
    r"^(?:就)?我?(?:自己|一个人|独自)(?:一个人)?(?:去|来|走访)?(?:的|了)?$|^(?:i went )?alone$", re.I
)
SAID = re.compile(
    r"^(?:她|他|老人家?|奶奶|爷爷|阿婆|阿公|she|he)?(?:还|又|也|就)?(?:说|讲|提到?|反映|跟我说|says?|said)(?:过|了|起|that)?[:： ]*",
    re.I,
)
WISHES = re.compile(
    r"想(?!起|到|不起|不通|必)|希望|盼|要是能|最好能|需要|建议|能不能|可不可以|(?<!不)(?<!主)(?<!只)要(?!紧|求|是|么|不)"
    r"|坏了|漏(?:水|雨|电)|不亮|没电|没水|没米|没油|没药|(?:药|米|油)(?:快)?(?:吃|用)完|\b(?:wants?|would like|needs?|wishes|broken|leaks?)\b",
    re.I,
)
CONTENT = re.compile(
    r"不需要|不用|没什么(?:需要|要)|没有(?:什么)?需要|needs? nothing|no (?:needs|wishes)", re.I
)
KIN = r"(?:女儿|儿子|媳妇|女婿|老伴|孙子|孙女|邻居|侄子|弟弟|妹妹|哥哥|姐姐)"
OUTCOMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (outcome, re.compile(pattern, re.I))
    for outcome, pattern in (
        ("hospital", r"(?<!刚)(?<!出)住(?:进)?(?:了)?(?:医)?院(?!费|的?时)(?<!不用住院)|在(?:县|市|镇)?(?:人民)?医院|in (?:the )?hospital"),
        ("not_home", r"(?:不|没)在家|没人(?:在|应|开|在家)|家里?没(?:有)?人|锁(?:着|了)?门|门(?:是)?锁|敲门(?:没|无|不)|没见到人|没碰到|not (?:at )?home|nobody (?:home|in|there)"),
        ("refused", r"不(?:让|肯|愿意?|给)(?:我们?|人)?(?:进|见|开门|走访|谈|说话)|拒绝(?:走访|见|开门)?|不(?:想|要)(?:我们?|人)(?:来|看|打扰)|refused|would not (?:see|let)"),
        ("away", r"去(?:了)?(?:儿子|女儿|外地|县城|城里|南宁|柳州|亲戚)[^,，]{0,4}|外出|走亲戚|不在村|出远门|is away|gone to"),
        ("phoned", r"(?:打|通)(?:了|过)?(?:个)?电话|电话(?:里|访|问|联系)|视频(?:通话|聊|问)|phoned|called (?:her|him|them)|by phone"),
    )
)  # fmt: skip
"""The first that holds; without any somebody was met."""
OF_OTHERS = re.compile(
    rf"{KIN}[^,，]{{0,3}}(?:住院|在医院|不在家|去|外出|打)|(?:想|要|准备|明天|下周|后天)[^,，]{{0,6}}(?:住院|去|打电话)|(?:要|该|得)住院"
)


PLAN = re.compile(
    r"谁|哪(?:几|些|家|户|个)|几(?:户|家|个)|计划|安排|名单|表|该去|要去|\bwho(?:m)?\b|\bplan\b", re.I
)


@dataclass(frozen=True, slots=True)
class VisitNote:
    """What was read; names in the order they were said, the elder's wishes in their own words."""

    people: tuple[str, ...] = ()
    outcome: str = "visited"
    findings: str = ""
    wishes: tuple[str, ...] = ()
    alone: bool = False


def read_note(text: str, names: Collection[str] = ()) -> VisitNote:
    """Read a whole sentence about a visit; `names` are those of the village."""
    said = normalise(text[:LONGEST])
    clauses = [clause.strip() for clause in CLAUSES.split(said) if clause.strip()]
    known = sorted((name for name in names if name and name in said), key=len, reverse=True)
    whose = _whose(known)
    kept = [rest for clause in clauses if (rest := _rest(clause, whose))]
    wishes = tuple(SAID.sub("", clause) for clause in kept if _wishes(clause))
    found = [SAID.sub("", clause) for clause in kept if not _wishes(clause)]
    alone = any(ALONE.match(clause) for clause in clauses)
    return VisitNote(_people(said, known), _outcome(clauses), "，".join(found), wishes, alone)


def told_of(text: str) -> str | None:
    """All that is told of a visit but whom it was to, clause by clause."""
    whose = _whose([])
    clauses = [clause.strip() for clause in CLAUSES.split(normalise(text[:LONGEST]))]
    told = (
        whose.sub("", HEAD.sub("", clause, count=1).strip(), count=1) if HEAD.match(clause) else clause
        for clause in clauses
    )
    return "；".join(rest for rest in told if rest.strip()) or None


def _people(said: str, known: list[str]) -> tuple[str, ...]:
    """Names of the village in the order they were said, then whoever else is spoken of."""
    spoken = [found[0] for found in re.finditer(PERSON, said)]
    return tuple(dict.fromkeys([*sorted(known, key=said.index), *spoken]))


def _whose(known: list[str]) -> re.Pattern[str]:
    person = "|".join([*map(re.escape, known), PERSON])
    return re.compile(rf"^{PLACE}(?:{person})(?:(?:和|跟|、){PLACE}(?:{person}))*{AT_HOME}")


def asks_plan(text: str) -> bool:
    """Whether somebody asks whom to visit: 今天走访谁, 这周走访计划."""
    return bool(PLAN.search(normalise(text)))


def read_findings(text: str) -> VisitNote:
    """Read what was answered to "what did you find": no whom in it, all of it was found."""
    said = normalise(text[:LONGEST])
    clauses = [clause.strip() for clause in CLAUSES.split(said) if clause.strip()]
    wishes = tuple(SAID.sub("", clause) for clause in clauses if _wishes(clause))
    found = [SAID.sub("", clause) for clause in clauses if not _wishes(clause)]
    return VisitNote((), "visited", "，".join(found), wishes)


def _wishes(clause: str) -> bool:
    return bool(WISHES.search(clause)) and not CONTENT.search(clause)


def _outcome(clauses: list[str]) -> str:
    for clause in clauses:
        for outcome, pattern in OUTCOMES:
            if pattern.search(clause) and not OF_OTHERS.search(clause):
                return outcome
    return "visited"


def _rest(clause: str, whose: re.Pattern[str]) -> str:
    """A clause without whom was visited; empty when it says who came along or only what came of it."""
    if TOGETHER.match(clause) or ALONE.match(clause):
        return ""
    rest = whose.sub("", HEAD.sub("", clause, count=1).strip(), count=1) if HEAD.match(clause) else clause
    only = next((p for _, p in OUTCOMES if p.fullmatch(SAID.sub("", rest))), None)
    return "" if only is not None and not OF_OTHERS.search(rest) else rest.strip()
