"""What a named rule is, and the words that several rules share.

Rules see a skeleton of the sentence in lower case: D a day, R a recurrence, M a meal by name, T a time of day, N a count.
"""

import re
from dataclasses import dataclass
from functools import cache

from nlu.values import Intent


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to say something; `sure` rules may act, others ask first; `group` ones may act unaddressed.

    A `veto` always speaks against it, so do the words that rules share (`never`); a `doubt` does so unless the words are `plain`.
    """

    name: str
    intent: Intent
    words: re.Pattern[str]
    veto: str = ""
    doubt: str = ""
    plain: str = ""
    never: tuple[str, ...] = ()
    sure: bool = True
    group: bool = False

    def holds(self, skeleton: str) -> bool:
        """Whether the words are there and nothing speaks against them."""
        if not self.words.search(skeleton) or says(self.veto, skeleton):
            return False
        if any(says(shared, skeleton) for shared in self.never):
            return False
        return not says(self.doubt, skeleton) or says(self.plain, skeleton)


def says(pattern: str, skeleton: str) -> bool:
    """Whether words that speak against a rule are there; no pattern is never there."""
    return bool(pattern) and _compiled(pattern).search(skeleton) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when its rule is first met: the start has no time for a hundred vetoes."""
    return re.compile(pattern)


FOREIGN = (
    "[烤火粉面鱼羊牛]店|烤鱼店|酒店|宾馆|饭店|餐馆|酒楼|大排档|高铁|火车|机票|车票|门票|电影|快递|淘宝|拼多多|美团|外卖|蛋糕|牛奶|鲜奶|报纸|杂志|鲜花|一束花|化肥|种子|肥料|衣服|房间|火锅店|烧烤|喜酒|满月酒|婚宴|吃席|酒席|生日宴"
    "|那家[^,。]{0,4}(?:粉|面|店|鸭|鸡|馆|摊)|[街路]口[^,。]{0,3}(?:粉|面|店|鸭|鸡|馆|摊)|奶茶|半价|橘子|沃柑|红薯|送货|(?:医院|学校|单位|公司|工地|厂里?)的?食堂|幼儿园|ticket|(?:booked|got|have) a table|a table (?:at|for)|\\bfilm\\b|cinema|concert|\\bmatch\\b|train|flight|hotel|restaurant|riverside|movie|大巴|\bdrill\b|牛排|自助餐|宴请|酒会|杀年?猪|来我家|球赛|篮球|足球|乒乓|象棋|麻将"
)
PAST = "(?:昨[天晚夜]|前天|上周|上个|去年|前年|上次|刚才|刚刚|以前|那时|小时候|当年|yesterday|last (?:week|night|month))"
REPORTED = "听说|据说|(?:人家|他们|有人|大家|外面)[说讲]|电视机?里|收音机里|动画片|新闻|小说|电影|电视剧|梦见|梦到|做梦|笑死|哈哈|开玩笑|抖音|视频里|(?:阿[一-鿿]|老[一-鿿]|小[一-鿿])(?:讲|说)(?:他|她)"
ASKING = "帮|给|替|代|请|要|想|能|去|谁|托|麻烦|求"
SOMEONE = "谁|哪位|哪个|有人|有没有人|有没有谁|求|找个?人|想找人|请个?人|哪个人"
OWN_SHIFT = "(?<![下加])班(?!车|级|长|主任)|帮厨|值日|轮值|当值|shift"
SHIFT = "班|帮厨|值日|轮值|当值|shift"
ELSEWHERE = "^(?!.*(?:食堂|送餐|送饭|帮厨|洗碗|厨房|谁|哪位|有人|求|来不了|去不了|赶不)).*(?:厂里|厂子|线长|公司|工地|医院里|学校|车间|单位|同事|老板|工厂|幼儿园)"
"""A shift in a factory is none of ours, unless somebody is asked to stand in."""
LONG_AGO = "^(?!.*(?:帮|请|能|麻烦|又|现在|来人|怎么办|找人)).*(?:去年|前年|以前|那年|那时|当年|小时候|从前|早些年|从那以后)"
MOVED_THING = "(?:会|广场舞|跳舞|爬山|钓鱼|郊游|牌局|拔河|赛|课|讲座|演出|表演|班车|校车|活动|排练|电影|体检|疫苗|手术|复查|喜酒|婚礼|喝酒|聚会|集合|通知|培训|行程)[^,。]{0,3}(?:改|取消|推|提前|挪|换)|(?:改|取消|推|提前|挪|换)[^,。]{0,12}(?:赛|讲座|演出|排练|电影|歌会|晚会|广场舞|培训)"
SON_SAYS = "^(?!.*(?:订|报|留|备|N|送)).*(?:儿子|女儿|孙|媳妇|女婿|老[一二三大]|崽|妹|弟|哥|姐|他|她)[^,。]{0,8}[说讲](?:他|她|们|要|D|T|,|就|会|也|可能)*[^。]{0,10}(?:回来|回家|到家|来)[^,。]{0,3}(?:吃|过)"
"""我儿子说周五回来吃饭: told to the neighbours."""
UNASKED = f"^(?!.*(?:{SOMEONE}|人|帮|替我|代我|我的|cover|take|who|anyone|someone|缺|让|转|空出))"
"""Nobody is asked to stand in."""


def rule(
    name: str,
    intent: Intent,
    words: str,
    veto: str = "",
    *,
    never: tuple[str, ...] = (),
    sure: bool = True,
    group: bool = False,
) -> Rule:
    """A rule without doubts."""
    return Rule(name, intent, re.compile(words), veto, never=never, sure=sure, group=group)
