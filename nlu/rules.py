"""What a named rule is, and the words that several rules share.

Rules see a skeleton of the sentence in lower case: D a day, R a recurrence, M a meal by name, T a time of day, N a count.
"""

import re
from dataclasses import dataclass

from nlu.values import Intent


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to say something; `sure` rules may act, others ask first; `group` ones may act unaddressed.

    A `veto` always speaks against it, so do the words that rules share (`never`); a `doubt` does so unless the words are `plain`.
    """

    name: str
    intent: Intent
    words: re.Pattern[str]
    veto: re.Pattern[str] | None = None
    doubt: re.Pattern[str] | None = None
    plain: re.Pattern[str] | None = None
    never: tuple[re.Pattern[str], ...] = ()
    sure: bool = True
    group: bool = False

    def holds(self, skeleton: str) -> bool:
        """Whether the words are there and nothing speaks against them."""
        if not self.words.search(skeleton) or (self.veto and self.veto.search(skeleton)):
            return False
        if any(shared.search(skeleton) for shared in self.never):
            return False
        if self.doubt is None or not self.doubt.search(skeleton):
            return True
        return bool(self.plain and self.plain.search(skeleton))


FOREIGN = (
    "酒店|宾馆|饭店|餐馆|酒楼|大排档|高铁|火车|机票|车票|门票|电影|快递|淘宝|拼多多|美团|外卖|蛋糕|牛奶|鲜奶|报纸|杂志|鲜花|一束花|化肥|种子|肥料|衣服|房间|火锅店|烧烤|喜酒|满月酒|婚宴|吃席|酒席|生日宴"
    "|橘子|沃柑|红薯|送货|(?:医院|学校|单位|公司|工地|厂里?)的?食堂|幼儿园|ticket|train|flight|hotel|restaurant|riverside|movie|大巴|牛排|自助餐|宴请|酒会|杀年?猪|来我家|球赛|篮球|足球|乒乓|象棋|麻将"
)
PAST = "(?:昨[天晚夜]|前天|上周|上个|去年|前年|上次|刚才|刚刚|以前|那时|小时候|当年|yesterday|last (?:week|night|month))"
REPORTED = "听说|据说|人家说|他们说|电视里|新闻|小说|电影|电视剧|梦见|梦到|做梦|笑死|哈哈|开玩笑|抖音|视频里|(?:阿[一-鿿]|老[一-鿿]|小[一-鿿])(?:讲|说)(?:他|她)"
ASKING = "帮|给|替|代|请|要|想|能|去|谁|托|麻烦|求"
SOMEONE = "谁|哪位|哪个|有人|有没有人|有没有谁|求|找个?人|想找人|请个?人|哪个人"
SHIFT = "班|帮厨|值日|轮值|当值|shift"
FOREIGN_WORDS, PAST_WORDS, REPORTED_WORDS, SHIFT_WORDS = map(re.compile, (FOREIGN, PAST, REPORTED, SHIFT))


def rule(
    name: str,
    intent: Intent,
    words: str,
    veto: str = "",
    *,
    never: tuple[re.Pattern[str], ...] = (),
    sure: bool = True,
    group: bool = False,
) -> Rule:
    """A rule without doubts."""
    against = re.compile(veto) if veto else None
    return Rule(name, intent, re.compile(words), against, never=never, sure=sure, group=group)
