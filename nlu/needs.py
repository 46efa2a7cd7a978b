"""What somebody wishes that no capability takes by itself: 要是能…就好了, 我想…; and roughly what it is about."""

import re

from nlu.normalise import normalise
from nlu.spans import PERSON

LONGEST = 400
WISHING = (
    r"(?:要是|如果|假如)[^。]{2,}(?:就好了?|多好|就行了)"
    r"|(?:我|俺|我们|咱)?(?:真|很|好|就|一直|老|还)?(?:想|希望|盼着|巴不得)(?:要|能|能够|有|让|请|跟|和|去|学|找|买|换|装|参加|大家|村里|食堂)[^。]{1,}"
    r"|(?:我|俺)(?:就)?(?:缺|少)(?:个|一个|一把|一张|一双|点)[^。]{1,}"
    r"|(?:能不能|可不可以|什么时候能)(?:在|给|把|让)?[^。]{0,12}(?:装|修|建|摆|放|添|配|设|搞|办)[^。]{1,}"
    r"|(?:i wish|if only|i(?:'d| would) (?:love|like) (?:to|a|some)|it would be (?:nice|good) (?:if|to))\b.{3,}"
)
WISHED = re.compile(rf"(?:[^。,]{{0,14}},)?(?:{WISHING})", re.I)
FOR_OTHER = re.compile(
    rf"(?P<who>{PERSON}|(?!他们|她们|大家|别人|人家|我们|咱们|医生|有人|听)[一-鿿]{{2,4}}?)(?:说|讲|跟我说|提到)(?:过)?[，,：:]?[“\"]?(?P<words>.+?)[”\"]?$"
)
NOT_WISHED = re.compile(
    r"想不|不想|想必|想想|想起|想到|想着|梦|(?:吃|吃了)什么|天(?:晴|气)|下雨|中奖|彩票|多少|几点|谁|吗|\?",
    re.I,
)

CATEGORIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("health", r"药|病|痛|疼|血压|血糖|头晕|医|看不清|听不见|助听|老花|牙|腿脚|轮椅|拐杖|体检|理疗|按摩|doctor|medicine|hearing|wheelchair|glasses"),
        ("meals", r"菜|饭|吃|喝|汤|粥|肉|鱼|餐|伙食|食堂|meal|eat|soup|dish"),
        ("learning", r"学|教|认字|写字|视频|微信|书法|讲座|learn|teach|class"),
        ("outings", r"赶集|赶圩|赶街|城里|县城|出门|出去|走走|坐车|班车|散步|旅游|回老家|扫墓|market|town|trip|bus"),
        ("company", r"说话|聊|陪|孤单|闷|一个人|孙|儿子|女儿|孩子|老伙计|下棋|打牌|唱|跳舞|广场舞|活动|合唱|戏|电影|lonely|company|talk|visit|chess|sing|dance"),
        ("village", r"村|路|桥|河边|井|广场|凳|亭|公厕|垃圾|狗|噪|village|road|bench|bridge|street"),
        ("home", r"灯|水管|水龙头|电(?!影|视剧|话)|屋|房|门|窗|瓦|漏|厕所|马桶|扶手|床|被|炉|煤气|收音机|电视|手机|lamp|roof|door|window|radio|bed"),
        ("money", r"钱|补贴|低保|报销|贵|费|债|养老金|money|pension|allowance"),
    )
)  # fmt: skip
URGENT = re.compile(r"急|马上|赶快|赶紧|快没|断了|今天|明天|urgent|at once|today|tomorrow", re.I)


def wished(text: str) -> bool:
    """Whether a whole message says what somebody would like, in so many words."""
    said = normalise(text).strip(" ,。!?~")
    return len(text) <= LONGEST and bool(WISHED.fullmatch(said)) and NOT_WISHED.search(said) is None


def wished_for(text: str) -> tuple[str, str] | None:
    """Who said something, and their words, when somebody passes them on: 李奶奶说想要个收音机."""
    found = FOR_OTHER.fullmatch(text.strip(" ，。！!"))
    return (found["who"], found["words"]) if found and len(text) <= LONGEST else None


def category_of(text: str) -> str:
    """Roughly what a need is about; the first that fits counts."""
    said = normalise(text)
    return next((name for name, pattern in CATEGORIES if pattern.search(said)), "other")


def presses(text: str) -> bool:
    """Whether the words sound as if it could not wait."""
    return URGENT.search(normalise(text)) is not None
